"""Fixtures: a scripted server and clients of it."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from server import Reply, Request, Server

from dashclaw import DashClaw

# Whoever starts these tests in the background of a shell lets them, and all they start, ignore Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)

ALLOW = {"decision": "allow", "decision_id": "act_gd_0123456789abcdef", "reasons": [], "warnings": [], "risk_score": 10}


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    server.on("POST", "/api/guard", ALLOW)
    server.on("GET", "/api/guard", {"decisions": [], "total": 0})
    yield server
    server.close()


@pytest.fixture
def claw(server: Server) -> Iterator[DashClaw]:
    with DashClaw(server.url, "oc_live_secret", "agent-1") as client:
        yield client


def created(status: str = "running", action_id: str = "act_1", **more: Any) -> Callable[[Request], Reply]:
    """A server that creates actions in this state."""

    def script(request: Request) -> Reply:
        action = {**request.body, "action_id": action_id, "status": status}
        return Reply({"action": action, "action_id": action_id, "decision": None, **more}, status=201)

    return script


def run_python(code: str, *arguments: str, timeout: float = 30) -> subprocess.CompletedProcess[str]:
    """Runs a program of its own that can import the tests' server."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *arguments],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
