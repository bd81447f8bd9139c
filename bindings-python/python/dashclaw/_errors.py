"""The errors: one class for every kind the core knows, each a ``DashClawError``.

Classes also derive from the built-in exception that fits (``TimeoutError``, ``ValueError``, …), so that code which
knows only those keeps working.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, cast

__all__ = [
    "ApprovalDeniedError",
    "ApprovalExpiredError",
    "ApprovalTimeoutError",
    "AuthenticationError",
    "CallCancelledError",
    "ClientClosedError",
    "ConfigurationError",
    "ConflictError",
    "ConnectionFailedError",
    "DashClawError",
    "GuardBlockedError",
    "InstanceError",
    "InternalError",
    "InvalidArgumentError",
    "MalformedResponseError",
    "NotFoundError",
    "OutcomeInDoubtError",
    "OutcomeUnknownError",
    "PermissionDeniedError",
    "RateLimitedError",
    "ReceiptInvalidError",
    "RequestTimeoutError",
    "ServerError",
    "ValidationError",
]


class DashClawError(Exception):
    """Any failure of the SDK. Its text and fields never hold an API key, a token or a signing key."""

    kind: ClassVar[str] = "internal"
    """Which of the closed set of kinds this is; the same word in every language."""

    message: str
    """One sentence for people."""
    status: int | None
    """The HTTP status, when the server answered."""
    details: Any
    """The server's ``details``: a list of messages, or a text."""
    code: str
    """The server's own code, such as ``SIGNATURE_REQUIRED``; otherwise the kind."""
    body: Any
    """The whole JSON body of a refusal."""
    request_id: str | None
    """The server's id for the request."""
    retryable: bool
    """Whether the same call may succeed later."""
    retry_after: float | None
    """How long the server asks to wait, in seconds."""
    idempotency_key: str | None
    """The key that the request carried: send the same one to ask or repeat safely."""
    operation: str | None
    """The operation that failed."""
    argument: str | None
    """The argument or option at fault."""
    current_status: str | None
    """What the record's state is, for a conflict."""
    action_id: str | None
    """The action that this is about."""

    def __init__(self, message: str, status: int | None = None, details: Any = None) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.details = details
        self.code = self.kind
        self.body = None
        self.request_id = None
        self.retryable = False
        self.retry_after = None
        self.idempotency_key = None
        self.operation = None
        self.argument = None
        self.current_status = None
        self.action_id = None

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), self.message, self.__dict__)

    @classmethod
    def _from_fields(cls, fields: Mapping[str, Any]) -> DashClawError:
        error = cls.__new__(cls, fields["message"])
        DashClawError.__init__(error, fields["message"])
        for name, value in fields.items():
            if name != "kind":
                setattr(error, name, value)
        return error


class ConfigurationError(DashClawError, ValueError):
    """An option of the client is missing or unusable; ``argument`` names it."""

    kind = "configuration"


class InvalidArgumentError(DashClawError, ValueError, TypeError):
    """An argument is missing, of the wrong type, or an id of the wrong kind. Nothing was sent."""

    kind = "invalid_argument"


class ConnectionFailedError(DashClawError, ConnectionError):
    """The server could not be reached. Nothing was sent."""

    kind = "connection"


class RequestTimeoutError(DashClawError, TimeoutError):
    """The deadline passed, and it is certain that nothing was changed."""

    kind = "timeout"


class CallCancelledError(DashClawError):
    """The call was stopped, and it is certain that nothing was changed."""

    kind = "cancelled"


class AuthenticationError(DashClawError):
    """401: the API key is missing or wrong."""

    kind = "authentication"


class PermissionDeniedError(DashClawError):
    """402 or 403: the key may not do this, or a quota is used up."""

    kind = "permission"


class NotFoundError(DashClawError):
    """404: there is no such record."""

    kind = "not_found"


class ConflictError(DashClawError):
    """409 or 410: the record's state forbids it; ``current_status`` says what the state is."""

    kind = "conflict"


class ValidationError(DashClawError, ValueError):
    """400, 413 or 422: the server refused the request's content."""

    kind = "validation"


class RateLimitedError(DashClawError):
    """429: too many requests; ``retry_after`` says how many seconds to wait."""

    kind = "rate_limited"


class ServerError(DashClawError):
    """5xx: the server failed."""

    kind = "server"


class MalformedResponseError(DashClawError):
    """The answer is not what this operation returns. It is never taken for permission."""

    kind = "malformed_response"


class GuardBlockedError(DashClawError):
    """A policy blocks the action.

    Raised by any call that the server refuses with a verdict; raise it yourself with what ``guard`` returned::

        raise GuardBlockedError(decision)

    A text in place of the decision is the error's own text: what is made again from its ``args`` is the same error.
    """

    kind = "guard_blocked"

    decision: str
    """The verdict's word: ``block``."""
    reasons: list[str]
    """Why."""
    warnings: list[str]
    """What else was found."""
    matched_policies: list[str]
    """The policies that decided."""
    risk_score: float | None
    """0 to 100."""

    def __init__(self, decision: Mapping[str, Any] | str) -> None:
        verdict: Mapping[str, Any] = {"decision": "block"} if isinstance(decision, str) else decision
        super().__init__(decision if isinstance(decision, str) else "", status=403, details=verdict)
        self._read(verdict)
        if not isinstance(decision, str):
            self._tell()

    def _read(self, decision: Mapping[str, Any]) -> None:
        self.decision = str(decision.get("decision", "block"))
        self.reasons = _texts(decision.get("reasons")) or _texts(decision.get("reason"))
        self.warnings = _texts(decision.get("warnings"))
        self.matched_policies = _texts(decision.get("matched_policies"))
        self.risk_score = decision.get("risk_score")

    def _tell(self) -> None:
        """Takes the official client's text, which programs look at."""
        self.message = f"Guard blocked action: {self.decision}. Reasons: {'; '.join(self.reasons) or 'no reason'}"
        self.args = (self.message,)

    @classmethod
    def _from_fields(cls, fields: Mapping[str, Any]) -> DashClawError:
        error = super()._from_fields(fields)
        decision = fields.get("decision")
        if isinstance(error, GuardBlockedError):
            known = isinstance(decision, dict)
            verdict = cast("dict[str, Any]", decision) if known else {"decision": decision or "block"}
            error._read(verdict)
            error.details = verdict
            if known:
                error._tell()
        return error


class ApprovalDeniedError(DashClawError):
    """A human denied the action. ``decision`` is the action's status: ``failed`` or ``cancelled``."""

    kind = "approval_denied"

    decision: str | None

    def __init__(self, message: str = "Operator denied the action.", decision: str | None = None) -> None:
        super().__init__(message, status=403)
        self.decision = decision


class ApprovalTimeoutError(DashClawError, TimeoutError):
    """Nobody decided before the deadline. The request for approval still stands."""

    kind = "approval_timeout"


class ApprovalExpiredError(DashClawError):
    """The request for approval expired on the server."""

    kind = "approval_expired"


class ReceiptInvalidError(DashClawError, ValueError):
    """A receipt is not valid."""

    kind = "receipt_invalid"


class OutcomeInDoubtError(DashClawError):
    """An earlier run of this intent began, and nobody knows whether it took effect. Waiting settles nothing: look, then
    report with ``report_action_outcome`` for ``action_id``, or run it again with ``rerun=True``.
    """

    kind = "in_doubt"


class OutcomeUnknownError(DashClawError):
    """A write may or may not have happened: the connection failed, the deadline passed or the call was stopped after it
    was sent. Ask, or repeat with the same ``idempotency_key``.
    """

    kind = "outcome_unknown"


class ClientClosedError(DashClawError):
    """The client was closed, or belongs to another process."""

    kind = "closed"


class InstanceError(DashClawError):
    """The embedded instance cannot run: its database is locked or corrupt, a policy file is unreadable."""

    kind = "instance"


class InternalError(DashClawError):
    """A defect of the SDK itself."""

    kind = "internal"


CLASSES: dict[str, type[DashClawError]] = {cls.kind: cls for cls in DashClawError.__subclasses__()}
"""The class of every kind."""


def error_from_json(text: str) -> DashClawError:
    """The exception for an error of the core. Called by the native module."""
    from json import loads  # noqa: PLC0415

    fields: dict[str, Any] = loads(text)
    cls = CLASSES.get(fields["kind"], InternalError)
    return cls._from_fields(fields)  # pyright: ignore[reportPrivateUsage]


def _restore(cls: type[DashClawError], message: str, state: dict[str, Any]) -> DashClawError:
    """Undoes pickling."""
    error = cls.__new__(cls, message)
    DashClawError.__init__(error, message)
    error.__dict__.update(state)
    return error


def _texts(value: object) -> list[str]:
    """The texts in what should be a list of texts; a server may send anything."""
    if isinstance(value, str):
        return [value]
    items = cast("list[object]", value) if isinstance(value, list) else []
    return [item for item in items if isinstance(item, str)]
