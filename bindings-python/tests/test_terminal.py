"""What the person at the terminal is shown, whatever the terminal can show."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

POLICIES = str(Path(__file__).parents[2] / "examples" / "policies.yaml")
WAITING = """
import sys, threading
from dashclaw import DashClaw, Instance
{before}
with Instance(policies=sys.argv[1]) as instance:
    operator = instance.client("operator", role="admin")
    agent = instance.client("agent-1", approval_banner="{banner}")
    action_id = agent.create_action("deploy", "Schöne Grüße 🚀", action_id="act_ü_🚀")["action_id"]
    threading.Timer(0.2, operator.approve_action, (action_id, "allow")).start()
    assert agent.wait_for_approval(action_id, timeout=10)["action"]["approved_by"]
"""


def waiting(before: str, banner: str = "stdout", **variables: str) -> subprocess.CompletedProcess[bytes]:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", WAITING.format(before=before, banner=banner), POLICIES],
        cwd=Path(__file__).parent,
        env={**os.environ, **variables},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0 and b"Traceback" not in done.stderr and b"ignored" not in done.stderr, done.stderr
    return done


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "ascii:strict", "cp437", "utf-16"])
@pytest.mark.parametrize("banner", ["stdout", "stderr"])
def test_a_terminal_that_is_not_utf_8_shows_the_banner(encoding: str, banner: str) -> None:
    done = waiting("", banner, PYTHONIOENCODING=encoding)
    shown: Any = getattr(done, banner)
    text = shown.decode(encoding.partition(":")[0])
    assert "waiting" in text.lower() and "act_" in text, text


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
@pytest.mark.parametrize(
    "broken",
    [
        "sys.{0}.close()",
        "sys.{0} = None",
        "sys.{0} = type('Broken', (), {{'write': lambda *_: 1 / 0, 'flush': lambda *_: None}})()",
        "import os; os.close(sys.{0}.fileno())",
    ],
)
def test_no_terminal_is_no_reason_to_fail(stream: str, broken: str) -> None:
    if stream == "stderr" and "os.close" in broken:
        pytest.skip("then nothing can be seen at all")
    done = waiting(broken.format(stream), stream)
    other = done.stdout if stream == "stderr" else b""
    assert other == b"", "a program may speak a protocol there"
