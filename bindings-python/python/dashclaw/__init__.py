"""The DashClaw SDK: governance for AI agents.

Before an agent acts it asks ``guard``; it records the action with ``create_action``; when the server says so, a human
approves and the agent waits (``wait_for_approval``); it works and reports the outcome (``update_outcome``); verdicts
carry signed receipts (``verify_receipt``). ``DashClaw.run_governed`` does all of it around a function.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import _error_classes, _errors
from ._client import DashClaw
from ._error_classes import *  # noqa: F403
from ._errors import *  # noqa: F403
from ._functions import Verification, canonical_json, derive_idempotency_key, printable, sign_action, verify_receipt
from ._native import version as _version
from ._wire import UNSET

if TYPE_CHECKING:
    from ._async_client import AsyncDashClaw
    from ._events import ServerEvent
    from ._instance import Instance
    from ._raw import RawResponse

OpenClawAgent = DashClaw
"""The client's old name."""

__version__ = _version()

__all__ = [
    "AsyncDashClaw",
    "DashClaw",
    "Instance",
    "OpenClawAgent",
    "RawResponse",
    "ServerEvent",
    "UNSET",
    "Verification",
    "canonical_json",
    "derive_idempotency_key",
    "printable",
    "sign_action",
    "verify_receipt",
]
__all__ += _error_classes.__all__
__all__ += _errors.__all__


_LATER = {
    "AsyncDashClaw": "._async_client",
    "Instance": "._instance",
    "RawResponse": "._raw",
    "ServerEvent": "._events",
}
"""What is loaded when it is asked for: blocking programs need not load asyncio."""


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415

    value = getattr(import_module(_LATER[name], __name__), name)
    globals()[name] = value
    return value
