"""When clients and instances end."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path
from typing import Any

import pytest
from conftest import ALLOW, created, run_python
from server import Server

from dashclaw import AsyncDashClaw, DashClaw, Instance


class Program:
    """Has a client whose callback is a method of the program itself."""

    def __init__(self, kind: Any, url: str) -> None:
        self.decisions: list[Any] = []
        self.claw = kind(url, "key", "agent-1", guard_mode="warn", guard_callback=self.told, approval_banner="off")

    def told(self, decision: Any) -> None:
        self.decisions.append(decision)


@pytest.mark.parametrize("kind", [DashClaw, AsyncDashClaw])
def test_a_client_in_a_circle_with_its_callback_is_freed(server: Server, kind: Any) -> None:
    program = Program(kind, server.url)
    program.claw.agent_name = "One"
    seen = weakref.ref(program)
    native = weakref.ref(program.claw)
    del program
    gc.collect()
    assert seen() is None and native() is None


def test_a_client_in_use_keeps_its_callback(server: Server) -> None:
    server.on("POST", "/api/actions", created())
    program = Program(DashClaw, server.url)
    claw = program.claw
    seen = weakref.ref(program)
    del program
    gc.collect()
    claw.create_action("deploy", "Ship")
    claw.agent_id = "agent-2"
    claw.create_action("deploy", "Ship")
    found = seen()
    assert found is not None and found.decisions == [ALLOW, ALLOW]


def test_a_client_of_an_instance_is_freed() -> None:
    def circle(instance: Instance) -> weakref.ref[DashClaw]:
        claw = instance.client("agent-1", guard_mode="warn", guard_callback=lambda decision: (claw, decision))
        return weakref.ref(claw)

    with Instance() as instance:
        seen = circle(instance)
        gc.collect()
        assert seen() is None


AT_EXIT = """
import asyncio, atexit, sys

state = {}

def report():
    agent, action_id = state["agent"], state["action_id"]
    if state["is_async"]:
        asyncio.run(agent.report_action_success(action_id, summary="said at exit"))
        print(asyncio.run(agent.get_action_outcome(action_id))["summary"])
    else:
        agent.report_action_success(action_id, summary="said at exit")
        print(agent.get_action_outcome(action_id)["summary"])

atexit.register(report)

from dashclaw import Instance

instance = Instance(sys.argv[1])
state["is_async"] = sys.argv[2] == "async"
state["action_id"] = instance.client("agent-1").create_action("monitor", "Read")["action_id"]
state["agent"] = (instance.async_client if state["is_async"] else instance.client)("agent-1")
"""


@pytest.mark.parametrize("color", ["blocking", "async"])
def test_an_instance_outlives_the_handlers_of_atexit(tmp_path: Path, color: str) -> None:
    done = run_python(AT_EXIT, str(tmp_path), color)
    assert (done.stdout, done.stderr, done.returncode) == ("said at exit\n", "", 0)
    assert not list(tmp_path.glob("*-wal")), "it is closed all the same"
    with DashClaw.embedded(tmp_path, agent_id="agent-2") as claw:
        [action] = claw.get_actions()["actions"]
        assert claw.get_action_outcome(action["action_id"])["summary"] == "said at exit"


def test_an_instance_in_a_circle_is_closed_at_exit(tmp_path: Path) -> None:
    program = """
import sys
from dashclaw import DashClaw
claw = DashClaw.embedded(sys.argv[1], agent_id="agent-1")
claw.itself = claw
claw.guard(action_type="monitor")
"""
    done = run_python(program, str(tmp_path))
    assert (done.stderr, done.returncode) == ("", 0)
    assert not list(tmp_path.glob("*-wal"))
