"""The names of older programs for the client and its errors.

Importing this module warns once; the variable ``DASHCLAW_SUPPRESS_LEGACY_WARNING`` silences that.
"""

from __future__ import annotations

import os
import warnings

from . import ApprovalDeniedError, DashClaw, DashClawError, GuardBlockedError, OpenClawAgent

__all__ = ["ApprovalDeniedError", "DashClaw", "DashClawError", "GuardBlockedError", "OpenClawAgent"]

if not os.environ.get("DASHCLAW_SUPPRESS_LEGACY_WARNING"):
    warnings.warn(
        "dashclaw.legacy is there for programs written long ago: use `from dashclaw import DashClaw`",
        DeprecationWarning,
        stacklevel=2,
    )
