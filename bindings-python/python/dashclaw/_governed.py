"""Work under governance: what the blocking and the asyncio client share of ``track``, ``action_context``, ``run_governed``."""

from __future__ import annotations

import time
import warnings
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ._dicts import no_dict
from ._error_classes import DashClawError
from ._functions import printable
from ._options import apart
from ._wire import decode, encode

if TYPE_CHECKING:
    from . import types
else:
    from ._lazy import types

T = TypeVar("T")


class Run(Generic[T]):
    """How ``run_governed`` ended."""

    action_id: str
    """The action it ran under."""
    ran: bool
    """Whether the work ran now; otherwise an earlier run of the same intent had completed it."""
    result: T | None
    """What the work returned now."""
    outcome: types.Outcome | None
    """The recorded outcome of the earlier run, when the work did not run now."""
    report_error: DashClawError | None
    """Why the outcome of this run could not be reported. The work is done nevertheless."""

    def __init__(self, begun: Mapping[str, Any], result: T | None = None) -> None:
        self.action_id = begun["action_id"]
        self.ran = begun["run"]
        self.result = result
        self.outcome = begun["outcome"]
        self.report_error = None

    def __repr__(self) -> str:
        return f"Run(action_id={self.action_id!r}, ran={self.ran}, result={self.result!r})"

    @contextmanager
    def reporting(self) -> Generator[None, None, None]:
        """Around the report: its failure must hide neither the work's result nor its exception."""
        try:
            yield
        except DashClawError as error:
            self.report_error = error
            message = f"[DashClaw] Failed to report the outcome of action {self.action_id}: {error}"
            warnings.warn(printable(message), RuntimeWarning, stacklevel=4)


def intent_text(action: Mapping[str, Any]) -> str:
    """The action of ``run_governed`` as JSON text."""
    if not hasattr(action, "items"):
        raise no_dict("action", action, 'run_governed({"action_type": …, "declared_goal": …}, fn)')
    return encode(action)


def finish_arguments(
    begun: Mapping[str, Any], started: float, error: BaseException | None
) -> tuple[str, str | None, float]:
    """The arguments of ``finish_governed``: action, failure, seconds."""
    # Half a surrogate pair is no text that can be sent.
    text = None if error is None else str(error).encode(errors="replace").decode() or type(error).__name__
    return begun["action_id"], text, time.monotonic() - started


class Tracking:
    """The action behind a ``with client.track(…)``."""

    def __init__(self, action_type: str, declared_goal: str, fields: Mapping[str, Any]) -> None:
        arguments = {**fields, "action_type": action_type, "declared_goal": declared_goal}
        # Each run of a block is work of its own, even when the words are the same.
        arguments, options = apart(arguments)
        self.options = {"idempotency": "call", **options}
        self._arguments = arguments
        self._started = 0.0
        self._begun: dict[str, str] = {}

    def start(self) -> str:
        """Starts the clock; the action as JSON text."""
        self._started = time.monotonic()
        return encode(self._arguments)

    def begun(self, answer: bytes) -> dict[str, str]:
        """What the block gets: its action."""
        self._begun = decode(answer)
        return self._begun

    def end(self, error: BaseException | None) -> tuple[str, str | None, float]:
        """The arguments of ``finish_track``: action, failure, seconds."""
        return finish_arguments(self._begun, self._started, error)

    @contextmanager
    def closing(self, error: BaseException | None) -> Generator[None, None, None]:
        """Around closing the action: after a failure of the block, that failure is what the caller must see."""
        try:
            yield
        except DashClawError as problem:
            if error is None:
                raise
            message = f"[DashClaw] Failed to close action {self._begun['action_id']}: {problem}"
            warnings.warn(printable(message), RuntimeWarning, stacklevel=4)


class ActionContext:
    """Requests about one action, without repeating its id."""

    def __init__(self, action_id: str) -> None:
        self.action_id = action_id

    def message(
        self, body: str, to: str | None, message_type: str, attachments: Any, fields: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The arguments of ``send_message``."""
        given = {"body": body, "to": to, "message_type": message_type, "attachments": attachments}
        return self.tagged({**fields, **{name: value for name, value in given.items() if value is not None}})

    def outcome(self, status: str | None, fields: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments of ``update_outcome``."""
        return self.tagged(fields if status is None else {**fields, "status": status})

    def tagged(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments with the action's id, whatever they held before."""
        return {**arguments, "action_id": self.action_id}
