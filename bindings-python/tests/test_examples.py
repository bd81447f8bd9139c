"""The examples and the README's first program run as they stand."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from samples import ROOT, samples

from dashclaw import DashClaw, Instance


def run(*arguments: str, cwd: Path = ROOT) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=cwd, capture_output=True, text=True, timeout=120, check=False
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


@pytest.mark.parametrize("readme", ["README.md", "bindings-python/README.md"])
def test_the_first_program_of_the_readme_needs_nothing_but_the_package(readme: str, tmp_path: Path) -> None:
    program = samples(readme)[0]
    assert run("-c", program, cwd=tmp_path) == "monitor allow\ndeploy require_approval\ndrop_table block\n"


def test_the_readme_with_a_human_who_approves(tmp_path: Path) -> None:
    [program] = [text for text in samples("README.md") if "as_a_human" in text]
    database = tmp_path / "governance.db"
    run("-c", program.replace('"governance.db"', repr(str(database))))
    with DashClaw.embedded(database, agent_id="auditor") as claw:
        [action] = claw.get_actions()["actions"]
    assert (action["status"], action["agent_id"]) == ("running", "release-agent") and action["approved_by"]


@pytest.mark.parametrize(("decision", "ships"), [("deny", []), ("allow", ["v2.4.0"])])
def test_the_readme_step_by_step_twice(
    decision: str, ships: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second run of the same intent is the same record: denied it ships nothing, done it does not ship again."""
    [program] = [text for text in samples("README.md") if "AsyncDashClaw(" in text]
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
