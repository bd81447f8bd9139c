"""The errors: those that are only a kind, and the two that have a constructor of the official client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from ._error_classes import DashClawError, InternalError

__all__ = ["ApprovalDeniedError", "GuardBlockedError"]


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


CLASSES: dict[str, type[DashClawError]] = {cls.kind: cls for cls in DashClawError.__subclasses__()}
"""The class of every kind."""


def error_from_json(text: str) -> DashClawError:
    """The exception for an error of the core. Called by the native module."""
    from json import loads  # noqa: PLC0415

    fields: dict[str, Any] = loads(text)
    cls = CLASSES.get(fields["kind"], InternalError)
    return cls._from_fields(fields)  # pyright: ignore[reportPrivateUsage]


def _texts(value: object) -> list[str]:
    """The texts in what should be a list of texts; a server may send anything."""
    if isinstance(value, str):
        return [value]
    items = cast("list[object]", value) if isinstance(value, list) else []
    return [item for item in items if isinstance(item, str)]
