"""What the README shows to a newcomer, with the package as it is installed and nothing else: a server, an agent that waits, a human
who approves once in the page and once in the terminal, what it cost, and a receipt."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, Instance, expect, picture

COMMAND = [sys.executable, "-m", "dashclaw"]


class Installed(Instance):
    """`dashclaw up` of the installed package."""

    command = COMMAND
    policies = ROOT / "examples/policies.yaml"


@pytest.fixture
def instance(tmp_path: Path):
    running = Installed(tmp_path)
    yield running
    running.stop()


def test_a_newcomer_sees_approves_and_proves(people, instance, tmp_path):
    def environment(key: str) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("DASHCLAW_")}
        place = {"DASHCLAW_BASE_URL": instance.url, "DASHCLAW_API_KEY": key, "HOME": str(tmp_path)}
        return {**own, **place, "DASHCLAW_APPROVAL_BANNER": "off"}

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [*COMMAND, *arguments], cwd=tmp_path, env=environment(instance.key), capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    shutil.copy(ROOT / "examples/python/release_agent.py", tmp_path / "release_agent.py")
    agent = subprocess.Popen(
        [sys.executable, "release_agent.py"], cwd=tmp_path, env=environment(instance.agent_key), stdout=subprocess.PIPE, text=True
    )
    try:
        anna = people()
        # The link that was printed signs in.
        anna.page.goto(instance.link)
        anna.page.get_by_label("Your name").fill("Anna")
        anna.page.get_by_role("button", name="Sign in").click()
        first = anna.page.locator("claw-row", has_text="v2.4.0")
        expect(first).to_contain_text("Ship v2.4.0 to production")
        picture(anna.page, "first-steps-inbox")
        first.get_by_label("Reason").fill("The canary looks good")
        # A deploy to production is of high risk, so it takes two presses, and the second counts a moment after the first.
        first.get_by_role("button", name="Approve").click()
        again = first.get_by_role("button", name="High risk: press again to approve")
        while again.is_visible():
            again.click()
            anna.page.wait_for_timeout(50)
        expect(first).to_contain_text("Approved by you.")
        second = anna.page.locator("claw-row", has_text="v2.5.0")
        expect(second).to_be_visible()
        [waiting] = json.loads(run("approvals", "--json"))["actions"]
        assert "Approved" in run("approve", waiting["action_id"], "--reason", "Same as before")
        expect(second).to_contain_text("Approved by key_")
        said, _ = agent.communicate(timeout=60)
    finally:
        agent.kill()
    assert said.splitlines()[-1] == "v2.5.0: v2.5.0 is live" and agent.returncode == 0, said
    assert "$0.96" in run("cost", "--lens", "fleet")
    assert "valid" in run("verify", "receipt.json", "--content", "message.txt").lower()
    anna.page.goto(f"{instance.url}/actions/{waiting['action_id']}")
    expect(anna.page.get_by_role("heading", name="Ship v2.5.0 to production")).to_be_visible()
    # What a human said is no word of the agent's.
    expect(anna.page.get_by_text("Same as before")).to_have_count(1)
    picture(anna.page, "first-steps-action", full=True)
    anna.page.goto(f"{instance.url}/overview")
    expect(anna.page.get_by_role("heading", name="Overview")).to_be_visible()
    picture(anna.page, "first-steps-overview", full=True)
