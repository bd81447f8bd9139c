"""What an event stream yields."""

from __future__ import annotations

from typing import Any, TypedDict, cast

from ._wire import decode


class ServerEvent(TypedDict):
    """One event of ``events()``. At run time it is a plain dict."""

    id: str
    """The cursor to resume behind; empty for events that cannot be resumed behind."""
    event: str
    """What happened: ``action.updated``, ``guard.decision.created``, …"""
    data: Any
    """The record it happened to; the JSON text of one that is nested deeper than Python reads."""


def read_event(text: bytes) -> ServerEvent:
    """An event as the native module writes it: ``{"id", "event", "data"}``, in this order."""
    try:
        return cast("ServerEvent", decode(text))
    except RecursionError:
        # No quote stands in a JSON string as it is: the first member called `data` is this one.
        head, _, data = text.partition(b',"data":')
        event: ServerEvent = decode(head + b"}")
        event["data"] = data[:-1].decode()
        return event
