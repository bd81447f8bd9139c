"""``dashclaw.legacy``."""

from __future__ import annotations

import os
import subprocess
import sys

PROGRAM = """
import dashclaw
from dashclaw.legacy import ApprovalDeniedError, DashClaw, DashClawError, GuardBlockedError, OpenClawAgent
import dashclaw.legacy
assert OpenClawAgent is DashClaw is dashclaw.DashClaw
assert issubclass(GuardBlockedError, DashClawError) and issubclass(ApprovalDeniedError, DashClawError)
"""


def run(**variables: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "always", "-c", PROGRAM],
        env={**os.environ, **variables}, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stderr


def test_older_names_are_the_client_and_importing_them_warns_once() -> None:
    warned = run()
    assert warned.count("DeprecationWarning: dashclaw.legacy") == 1 and "<string>:3" in warned


def test_the_warning_can_be_silenced() -> None:
    assert run(DASHCLAW_SUPPRESS_LEGACY_WARNING="1") == ""
