"""A phone approves: the Kotlin approver beside agents in Python that wait, all against one `dashclaw up`.

Run by ``scripts/build-kotlin examples`` and ``pytest examples/kotlin``; it needs the wheel in .venv and the command.
"""

from __future__ import annotations

import json
import os
import queue
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
COMMAND = ROOT / "target" / "fast" / "dashclaw"
BUILT = ROOT / "target" / "kotlin" / "examples"
LIMIT = 60

AGENT = """
import sys
from dashclaw import ApprovalDeniedError, DashClaw

url, key, goal = sys.argv[1:]
action = {"action_type": "deploy", "declared_goal": goal, "systems_touched": ["production", "payments"]}
with DashClaw(url, key, "release-agent", approval_banner="off") as agent:
    try:
        print("ran:", agent.run_governed(action, lambda _: goal, timeout=60).result)
    except ApprovalDeniedError as denied:
        print("denied:", denied)
"""


class Program:
    """A process whose output can be waited for."""

    def __init__(self, *command: object) -> None:
        environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
        # With a key of its own the server would print none.
        environment.pop("DASHCLAW_API_KEY", None)
        self.process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            env=environment,
        )
        self.seen: list[str] = []
        self._lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def expect(self, pattern: str) -> re.Match[str]:
        """The next line that matches."""
        end = time.monotonic() + LIMIT
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                line = None
            assert line is not None, f"no `{pattern}` in {self.seen}"
            self.seen.append(line)
            if found := re.search(pattern, line):
                return found

    def type(self, line: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def end(self) -> int:
        if self.process.stdin:
            self.process.stdin.close()
        try:
            return self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise


class Server(NamedTuple):
    """Where it is, and the keys to it."""

    operator_key: str
    agent_key: str
    url: str


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    policies = ROOT / "examples" / "policies.yaml"
    up = Program(COMMAND, "up", "--port", 0, "--data", tmp_path / "store", "--policies", policies)
    try:
        key = "oc_live_[0-9a-f]+"
        yield Server(*(up.expect(shown).group(0) for shown in [key, key, r"http://[0-9.:]+"]))
    finally:
        up.process.terminate()
        up.process.wait(15)


@pytest.fixture
def approver(server: Server) -> Iterator[Program]:
    classpath = f"{BUILT}/classes:{BUILT}/lib/*"
    program = Program("java", "-Dstdout.encoding=UTF-8", "-Dfile.encoding=UTF-8", "-cp", classpath, "Approver", "--url", server.url, "--key", server.operator_key)
    yield program
    program.process.kill()
    program.process.wait()


@pytest.fixture
def agent(server: Server) -> Callable[[str], Program]:
    return lambda goal: Program(sys.executable, "-c", AGENT, server.url, server.agent_key, goal)


def test_an_operator_sees_approves_and_denies(approver: Program, agent: Callable[[str], Program]) -> None:
    approver.expect("Nothing waits")
    waiting = agent("Ship v2.4.0")
    approver.expect(r"\[1\] release-agent wants to deploy: Ship v2\.4\.0 \(risk \d+\)")
    approver.expect("1 waiting")
    approver.type("show 1")
    approver.expect("goal +Ship v2.4.0")
    approver.expect("systems +production, payments")
    approver.expect("policy +A human approves deploys: ")
    approver.type("approve 1 The canary looks good")
    approver.expect("✓ approved: it is running now")
    waiting.expect("ran: Ship v2.4.0")
    assert waiting.end() == 0

    refused = agent("Ship v2.5.0")
    approver.expect(r"\[2\] .*Ship v2\.5\.0")
    approver.type("approve 3 nobody is there")
    approver.expect("✗ there is no")
    approver.type("deny 2 Not on a Friday")
    approver.expect("✓ denied: it is failed now")
    refused.expect("denied: .*Not on a Friday")
    approver.type("approve 2 too late")
    approver.expect("✗ ")
    approver.type("quit")
    assert approver.end() == 0
    assert refused.end() == 0


def test_receipts_are_checked(server: Server, approver: Program, tmp_path: Path) -> None:
    from dashclaw import DashClaw

    with DashClaw(server.url, server.agent_key, "release-agent") as claw:
        decision = claw.guard({
            "action_type": "message",
            "content": "Your refund is $2,500.00.",
            "source_of_truth": {"allowedFacts": [{"value": "$1,500.00"}], "requiredFacts": []},
        })
    receipt = decision["non_fabrication"][0]["receipt"]
    good, forged = tmp_path / "good.json", tmp_path / "forged.json"
    good.write_text(json.dumps(receipt))
    forged.write_text(json.dumps({**receipt, "verdict": "pass"}))
    approver.type(f"receipt {good}")
    approver.expect("✓ the receipt is valid: non_fabrication")
    approver.type(f"receipt {forged}")
    approver.expect("✗ not valid: ")
    approver.type(f"receipt {tmp_path / 'missing.json'}")
    approver.expect("✗ ")
