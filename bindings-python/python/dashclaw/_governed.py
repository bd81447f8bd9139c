"""Work under governance: what the blocking and the asyncio client share of ``track``, ``action_context``, ``run_governed``."""

from __future__ import annotations

import time
import warnings
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from ._errors import ApprovalTimeoutError, ConflictError, DashClawError, MalformedResponseError

T = TypeVar("T")

_MAX_ERROR_TEXT = 4000
"""The most characters of an error text that the server keeps."""

_PERMITTED = ("running", "completed")
"""The statuses of a fresh action whose work may run."""


class Run(Generic[T]):
    """How ``run_governed`` ended."""

    action_id: str
    """The action it ran under."""
    ran: bool
    """Whether the work ran now; otherwise an earlier run of the same intent had completed it."""
    result: T | None
    """What the work returned now."""
    outcome: Any
    """The recorded outcome of the earlier run."""
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
            warnings.warn(message, RuntimeWarning, stacklevel=4)


def finish_arguments(
    begun: Mapping[str, Any], started: float, error: BaseException | None
) -> tuple[str, str | None, float]:
    """The arguments of ``finish_governed``: action, failure, seconds."""
    failure = None if error is None else _error_text(error)
    return begun["action_id"], failure, time.monotonic() - started


class Tracking:
    """The action behind a ``with client.track(…)``."""

    def __init__(self, action_type: str, declared_goal: str, fields: Mapping[str, Any]) -> None:
        self._arguments = {**fields, "action_type": action_type, "declared_goal": declared_goal}
        # Each run of a block is work of its own, even when the words are the same.
        self.options = {"idempotency": self._arguments.pop("idempotency", "call")}
        self._action_id = ""
        self._started = 0.0

    def start(self) -> dict[str, Any]:
        """Starts the clock; the arguments of ``create_action``."""
        self._started = time.monotonic()
        return self._arguments

    def permitted(self, created: Mapping[str, Any]) -> str:
        """The action's id, or an error when its work may not run."""
        action: Mapping[str, Any] = created.get("action") or {}
        action_id = created.get("action_id") or action.get("action_id")
        if not isinstance(action_id, str):
            raise MalformedResponseError("the created action has no id")
        status = action.get("status")
        error = _refusal(action_id, status, bool(created.get("idempotent_replay")))
        if error is not None:
            error.action_id = action_id
            error.current_status = status
            raise error
        self._action_id = action_id
        return action_id

    def end(self, error: BaseException | None) -> dict[str, Any]:
        """The arguments of ``update_outcome``."""
        arguments: dict[str, Any] = {
            "action_id": self._action_id,
            "status": "completed" if error is None else "failed",
            "duration_ms": int((time.monotonic() - self._started) * 1000),
        }
        if error is not None:
            arguments["error_message"] = _error_text(error)
        return arguments

    @contextmanager
    def closing(self, error: BaseException | None) -> Generator[None, None, None]:
        """Around closing the action: after a failure of the block, that failure is what the caller must see."""
        try:
            yield
        except DashClawError as problem:
            if error is None:
                raise
            message = f"[DashClaw] Failed to close action {self._action_id}: {problem}"
            warnings.warn(message, RuntimeWarning, stacklevel=4)


def _refusal(action_id: str, status: object, replay: bool) -> DashClawError | None:
    """Why the work of a created action may not run; nothing when it may."""
    if status == "pending_approval":
        return ApprovalTimeoutError(
            f"action {action_id} awaits approval, so its block did not run; hitl_mode=\"wait\" waits for it"
        )
    if replay and status != "running":
        return ConflictError(f"action {action_id} ended as `{status}` before; a replay is not new permission")
    if status not in _PERMITTED:
        return ConflictError(f"action {action_id} is `{status}`, so its block did not run")
    return None


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


def _error_text(error: BaseException) -> str:
    return (str(error) or type(error).__name__)[:_MAX_ERROR_TEXT]
