"""Blocking calls among gevent's greenlets.

A call waits for its socket in native code, which gevent cannot see: it would stop all other greenlets of its thread. Where
gevent has taken the place of Python's own waiting, calls go through the thread pool of its hub instead.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any, TypeVar

Native = TypeVar("Native")

# What waits for the server. The rest returns at once, and must not have to wait for a free thread of the pool.
_WAITS = {
    "begin_governed",
    "begin_track",
    "call",
    "complete",
    "fail",
    "finish_governed",
    "finish_track",
    "next",
    "verify_receipt",
    "wait_for_approval",
}


def cooperative(native: Native) -> Native:
    """``native``, or where gevent is active a stand-in whose calls let other greenlets run."""
    monkey = sys.modules.get("gevent.monkey")
    if monkey is None or not monkey.is_module_patched("socket"):
        return native
    stand_in: Any = _Cooperative(native)
    return stand_in  # type: ignore[no-any-return]


class _Cooperative:
    """A native object whose calls that wait run in the hub's thread pool, and so do those of what it returns."""

    def __init__(self, native: Any) -> None:
        self._wrapped = native

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._wrapped, name)
        if not callable(value):
            return value

        def call(*arguments: Any) -> Any:
            result = _in_pool(value, arguments) if name in _WAITS else value(*arguments)
            return _Cooperative(result) if type(result).__module__ == "dashclaw._native" else result

        return call


def _in_pool(function: Any, arguments: tuple[Any, ...]) -> Any:
    gevent: Any = import_module("gevent")
    return gevent.get_hub().threadpool.apply(function, arguments)
