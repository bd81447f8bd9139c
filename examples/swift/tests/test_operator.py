"""The Swift examples: an operator approves from a program of its own while an agent in Python waits.

Run by scripts/test-swift, which builds what it needs: `dashclaw up` is the server, as it would be between an agent and a phone.
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
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
IN_SWIFT = ROOT / "scripts/in-swift"
PROGRAMS = ROOT / "target/swift/examples-swift-governance/debug"

AGENT = """
import sys
from dashclaw import ApprovalDeniedError, DashClaw
agent = DashClaw(agent_id="release-agent", approval_banner="off")
try:
    run = agent.run_governed(
        {"action_type": "deploy", "declared_goal": sys.argv[1], "systems_touched": ["production", "cdn"],
         "reasoning": "The canary was healthy for an hour"},
        lambda action_id: "deployed", timeout=30)
    print(run.result, run.action_id)
except ApprovalDeniedError as denied:
    print("denied:", denied)
"""

RECEIPT = """
import json
from dashclaw import DashClaw
decision = DashClaw(agent_id="writer").guard({
    "action_type": "message", "content": "Hi Jane, your refund of $2,500.00 is on its way.",
    "source_of_truth": {"allowedFacts": [{"value": "$1,500.00"}], "requiredFacts": [{"value": "Jane"}]}})
print(json.dumps(decision["non_fabrication"][0]["receipt"]))
"""


class Program:
    """A program under way, and the lines that it prints."""

    def __init__(self, *command: str, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            command, env={**os.environ, **environment}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True,
        )
        self.seen: list[str] = []
        self._lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._lines.put(line.rstrip())
        self._lines.put(None)

    def wait_for(self, pattern: str, seconds: float = 30) -> re.Match[str]:
        """The first match of a line from now on."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                line = self._lines.get(timeout=left)
            except queue.Empty:
                break
            if line is None:
                break
            self.seen.append(line)
            if match := re.search(pattern, line):
                return match
        raise AssertionError(f"{pattern!r} was not printed: {self.seen}")

    def write(self, line: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def end(self) -> int:
        """Ends the input, and waits."""
        assert self.process.stdin
        self.process.stdin.close()
        return self.process.wait(timeout=15)


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Where the server of a test is, and the keys to it: the operator's, and the agent's as ``AGENT_KEY``."""
    up = Program(
        str(ROOT / "target/debug/dashclaw"), "up", "--port", "0", "--data", str(tmp_path / "store"),
        "--policies", str(ROOT / "examples/policies.yaml"), environment={},
    )
    try:
        found: dict[str, str] = {}
        while len(found) < 3:
            line = up.wait_for("http://|oc_live_").string
            if url := re.search(r"http://[0-9.]+:\d+", line):
                found["DASHCLAW_BASE_URL"] = url[0]
            if key := re.search(r"oc_live_[0-9a-f]+", line):
                found["AGENT_KEY" if line.startswith("Agent") else "DASHCLAW_API_KEY"] = key[0]
        yield found
    finally:
        up.process.terminate()
        up.process.wait(timeout=15)


def operator(*arguments: str) -> tuple[str, ...]:
    return (str(IN_SWIFT), str(PROGRAMS / "operator"), *arguments)


def agent(goal: str, environment: dict[str, str]) -> Program:
    own = {**environment, "DASHCLAW_API_KEY": environment["AGENT_KEY"]}
    return Program(sys.executable, "-c", AGENT, goal, environment=own)


def run(command: tuple[str, ...], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60, check=False
    )


def test_an_operator_watches_and_decides(environment: dict[str, str]) -> None:
    desk = Program(*operator("desk"), environment=environment)
    desk.wait_for("Waiting for approvals")
    waiting = agent("Ship v2.4.0", environment)
    action_id = desk.wait_for(r"^(act_\S+)  Ship v2.4.0$")[1]
    for row in ["agent +release-agent", "type +deploy", r"risk +\d+ of 100", "systems +production, cdn",
                "reasoning +The canary was healthy", "policy +.*A human approves deploys", r"since +20\d\d-"]:
        desk.wait_for(f"^    {row}")
    desk.write("approve The canary looks good")
    # The answer and the live list are told by two tasks, in any order.
    desk.wait_for(f"{action_id}  (approved, now running|no longer waits)")
    desk.wait_for(f"{action_id}  (approved, now running|no longer waits)")
    waiting.wait_for(f"^deployed {action_id}$")

    hasty = agent("Ship v2.5.0 on a Friday", environment)
    second = desk.wait_for(r"^(act_\S+)  Ship v2.5.0")[1]
    desk.write(f"deny {second} Not on a Friday")
    hasty.wait_for("^denied: .*Not on a Friday")
    desk.write("approve")
    desk.wait_for("0 actions wait: say which one")
    desk.write("fnord")
    desk.wait_for("usage: operator")
    assert desk.end() == 0
    assert [waiting.process.wait(timeout=15), hasty.process.wait(timeout=15)] == [0, 0]


def test_an_operator_decides_by_single_commands(environment: dict[str, str]) -> None:
    waiting = agent("Ship v3", environment)
    for _ in range(100):
        listed = run(operator("list"), environment).stdout
        if "Ship v3" in listed:
            break
    action_id = listed.split()[0]
    shown = run(operator("show", action_id), environment).stdout
    assert "A human approves deploys" in shown
    assert "approved, now running" in run(operator("approve", action_id, "Go", "on"), environment).stdout
    waiting.wait_for("^deployed")
    again = run(operator("deny", action_id, "Too late"), environment)
    assert again.returncode == 1
    assert again.stderr


def test_an_operator_checks_a_receipt_offline(environment: dict[str, str], tmp_path: Path) -> None:
    receipt, keys = tmp_path / "receipt.json", tmp_path / "keys.json"
    keys.write_text(run(operator("keys"), environment).stdout)
    receipt.write_text(run((sys.executable, "-c", RECEIPT), environment).stdout)
    nowhere = {"DASHCLAW_BASE_URL": "", "DASHCLAW_API_KEY": ""}
    checked = run(operator("check", str(receipt), str(keys)), nowhere)
    assert checked.returncode == 0, checked.stderr
    assert checked.stdout.startswith("valid: non_fabrication, signed with key ")
    forged = json.loads(receipt.read_text())
    forged["verdict"] = "pass"
    receipt.write_text(json.dumps(forged))
    refused = run(operator("check", str(receipt), str(keys)), nowhere)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "not valid: " in refused.stderr


def test_the_governed_deploy_tells_its_story(environment: dict[str, str]) -> None:
    told = [
        "allow (risk",
        "outcome on record: completed",
        'block: Never drop tables: Action type "drop_table" is blocked',
        "block: fabricated_fact $2,500.00",
        "valid=true",
        "valid=false (bad_signature)",
        "v2.4.0 is live",
        "does not deploy: Not on a Friday",
        "is a replay of",
        "refuses a second report: outcome already set",
    ]
    program = (str(IN_SWIFT), str(PROGRAMS / "governed-deploy"))
    keys = ("--key", environment["AGENT_KEY"], "--operator-key", environment["DASHCLAW_API_KEY"])
    served = ("--url", environment["DASHCLAW_BASE_URL"], *keys)
    embedded = ("--policies", str(ROOT / "examples/policies.yaml"))
    for arguments in (embedded, served):
        done = run((*program, *arguments), {})
        assert done.returncode == 0, done.stdout + done.stderr
        places = [done.stdout.find(line) for line in told]
        assert -1 not in places and places == sorted(places), done.stdout
        assert "deploys v2.5.0" not in done.stdout
