"""The examples and the README's first program run as they stand."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from dashclaw import Instance

ROOT = Path(__file__).parents[2]


def run(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_governed_deploy_tells_its_story() -> None:
    story = run("examples/python/governed_deploy.py")
    told = [
        "allow (risk",
        "outcome on record: completed",
        'Never drop tables: Action type "drop_table" is blocked',
        "block: fabricated_fact $2,500.00",
        "valid=True",
        "valid=False (bad_signature)",
        "v2.4.0 is live",
        "does not deploy: Not on a Friday",
        "is a replay of",
        "refuses a second report: outcome already set",
    ]
    places = [story.find(line) for line in told]
    assert -1 not in places and places == sorted(places), story
    assert "deploys v2.5.0" not in story


def test_the_first_program_of_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    program = re.search(r"```python\n(.*?)```", readme, re.DOTALL)
    assert program is not None and "DashClaw.embedded" in program[1]
    assert run("-c", program[1]) == "allow 10\n"


@pytest.mark.parametrize(("decision", "ships"), [("deny", []), ("allow", ["v2.4.0"])])
def test_the_readme_step_by_step_twice(
    decision: str, ships: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second run of the same intent is the same record: denied it ships nothing, done it does not ship again."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    programs = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    [program] = [text for text in programs if "AsyncDashClaw(" in text]
    program = re.sub(r"AsyncDashClaw\(.*?\)", "agent()", program, count=1)
    monkeypatch.setenv("DASHCLAW_APPROVAL_BANNER", "off")
    shipped: list[str] = []
    done = threading.Event()

    async def ship(version: str) -> None:
        shipped.append(version)

    def decide() -> None:
        while not done.wait(0.05):
            for action in human.get_pending_approvals()["actions"]:
                human.approve_action(action["action_id"], decision, "Not on a Friday")

    with Instance(policies=ROOT / "examples/policies.yaml") as instance:
        human = instance.client("ops", role="admin")
        deciding = threading.Thread(target=decide)
        deciding.start()
        try:
            for _ in range(2):
                exec(program, {"agent": lambda: instance.async_client("release-agent"), "ship": ship})  # noqa: S102
        finally:
            done.set()
            deciding.join()
    assert shipped == ships
    told = capsys.readouterr().out
    assert told.count("not today:") == 2 - len(ships), told
