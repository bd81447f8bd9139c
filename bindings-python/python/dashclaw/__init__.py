"""The DashClaw SDK: governance for AI agents.

Before an agent acts it asks ``guard``; it records the action with ``create_action``; when the server says so, a human
approves and the agent waits (``wait_for_approval``); it works and reports the outcome (``update_outcome``); verdicts
carry signed receipts (``verify_receipt``). ``DashClaw.run_governed`` does all of it around a function.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import _errors
from ._client import DashClaw
from ._errors import *  # noqa: F403
from ._functions import Verification, canonical_json, derive_idempotency_key, sign_action, verify_receipt
from ._native import version as _version

if TYPE_CHECKING:
    from ._async_client import AsyncDashClaw

OpenClawAgent = DashClaw
"""The client's old name."""

__version__ = _version()

__all__ = [
    "AsyncDashClaw",
    "DashClaw",
    "OpenClawAgent",
    "Verification",
    "canonical_json",
    "derive_idempotency_key",
    "sign_action",
    "verify_receipt",
]
__all__ += _errors.__all__


def __getattr__(name: str) -> Any:
    # Blocking programs need not load asyncio.
    if name == "AsyncDashClaw":
        from ._async_client import AsyncDashClaw  # noqa: PLC0415

        globals()[name] = AsyncDashClaw
        return AsyncDashClaw
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
