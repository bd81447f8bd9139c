"""The embedded instance."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import run_python

import dashclaw
from dashclaw import AsyncDashClaw, DashClaw, Instance

POLICIES = """
policies:
  - name: Never drop tables
    type: block_action_type
    rules: {action_types: [drop_table]}
  - name: A human approves deploys
    type: require_approval
    rules: {action_types: [deploy]}
  - name: State only known facts
    type: non_fabrication
    rules: {action_types: [message], on_violation: block}
"""

DEPLOY = {"action_type": "deploy", "declared_goal": "Ship v2.4.0"}


@pytest.fixture
def policies(tmp_path: Path) -> Path:
    file = tmp_path / "policies.yaml"
    file.write_text(POLICIES)
    return file


def decide(operator: DashClaw, decision: str, reason: str) -> threading.Thread:
    """The operator, in a thread: decides about the first action that is pending."""

    def run() -> None:
        end = time.monotonic() + 10
        while time.monotonic() < end:
            for action in operator.get_pending_approvals()["actions"]:
                operator.approve_action(action["action_id"], decision, reason)
                return
            time.sleep(0.01)

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_a_governed_loop_without_a_server(policies: Path) -> None:
    with DashClaw.embedded(policies=policies, agent_id="agent-1") as claw:
        assert claw.guard({"action_type": "monitor"})["decision"] == "allow"
        with claw.track("monitor", "Read the error rate") as tracked:
            pass
        read: Any = claw.get_action(tracked["action_id"])
        assert read["action"]["status"] == "completed"
        with pytest.raises(dashclaw.GuardBlockedError):
            claw.run_governed({"action_type": "drop_table", "declared_goal": "Clean"}, lambda _: pytest.fail("it ran"))
    with pytest.raises(dashclaw.ClientClosedError):
        claw.guard({"action_type": "monitor"})


def test_a_human_approves_and_denies(policies: Path) -> None:
    with Instance(policies=policies) as instance:
        agent = instance.client("agent-1", approval_banner="off")
        operator = instance.client("operator", role="admin")
        hand = decide(operator, "allow", "looks good")
        run = agent.run_governed(DEPLOY, lambda action_id: f"shipped under {action_id}", timeout=10)
        hand.join()
        assert run.result == f"shipped under {run.action_id}"
        again = agent.run_governed(DEPLOY, lambda _: pytest.fail("it ran twice"), timeout=10)
        assert (again.ran, again.action_id, again.outcome["status"]) == (False, run.action_id, "completed")
        hand = decide(operator, "deny", "not on a Friday")
        with pytest.raises(dashclaw.ApprovalDeniedError, match="not on a Friday"):
            agent.run_governed({**DEPLOY, "declared_goal": "Ship v2.5.0"}, lambda _: pytest.fail("it ran"), timeout=10)
        hand.join()
        with pytest.raises(dashclaw.PermissionDeniedError):
            agent.approve_action(run.action_id, "allow")


def test_an_embedded_client_is_an_agents(policies: Path) -> None:
    with DashClaw.embedded(policies=policies, agent_id="agent-1", approval_banner="off") as claw:
        action_id = claw.create_action("deploy", "Ship")["action"]["action_id"]
        with pytest.raises(dashclaw.PermissionDeniedError):
            claw.approve_action(action_id, "allow")
    with DashClaw.embedded(policies=policies, agent_id="operator", role="admin", approval_banner="off") as claw:
        action_id = claw.create_action("deploy", "Ship")["action"]["action_id"]
        with pytest.raises(dashclaw.PermissionDeniedError) as refused:
            claw.approve_action(action_id, "allow")
        assert refused.value.code == "SELF_APPROVAL"


def test_hitl_mode_waits_inside_create_action(policies: Path) -> None:
    with Instance(policies=policies) as instance:
        agent = instance.client("agent-1", hitl_mode="wait", approval_banner="off")
        hand = decide(instance.client("operator", role="admin"), "allow", "yes")
        created: Any = agent.create_action("deploy", "Ship")
        hand.join()
        assert created["action"]["approved_by"]


def test_receipts_of_the_instance_are_valid(policies: Path) -> None:
    with DashClaw.embedded(policies=policies, agent_id="agent-1") as claw:
        decision: Any = claw.guard({
            "action_type": "message",
            "content": "Your refund of $2,500.00 is on its way.",
            "source_of_truth": {"allowedFacts": [{"label": "refund", "value": "$1,500.00"}], "requiredFacts": []},
        })
        assert decision["decision"] == "block"
        receipt = decision["non_fabrication"][0]["receipt"]
        assert claw.require_valid_receipt(receipt).kind == "non_fabrication"
        assert dashclaw.verify_receipt(receipt, claw.get_jwks())
        receipt["issuedAt"] = "2026-01-01T00:00:00.000Z"
        assert claw.verify_receipt(receipt).reason == "bad_signature"
        with pytest.raises(dashclaw.ReceiptInvalidError):
            claw.require_valid_receipt(receipt)


def test_asyncio_and_events(policies: Path) -> None:
    async def main() -> None:
        async with AsyncDashClaw.embedded(policies=policies, agent_id="agent-1") as claw:
            async with claw.events() as events:
                next_event = asyncio.ensure_future(anext(events))
                await asyncio.sleep(0.1)
                decisions = await asyncio.gather(*[claw.guard({"action_type": "monitor"}) for _ in range(200)])
                assert {decision["decision"] for decision in decisions} == {"allow"}
                assert (await asyncio.wait_for(next_event, 5))["event"]

    asyncio.run(asyncio.wait_for(main(), 30))


def test_a_file_database_keeps_everything(tmp_path: Path) -> None:
    with DashClaw.embedded(tmp_path, agent_id="agent-1") as claw:
        action_id = claw.create_action("monitor", "Read")["action"]["action_id"]
        with pytest.raises(dashclaw.InstanceError):
            Instance(tmp_path)
    with DashClaw.embedded(tmp_path / "dashclaw.db", agent_id="agent-2") as claw:
        assert claw.get_action(action_id)["action"]["action_id"] == action_id


def test_mistakes_are_said_in_one_sentence(tmp_path: Path) -> None:
    broken = tmp_path / "policies.yaml"
    broken.write_text("policies: [{name: X, type: nonsense, rules: {}}]")
    with pytest.raises(dashclaw.InstanceError, match="nonsense"):
        DashClaw.embedded(policies=broken, agent_id="agent-1")
    with pytest.raises(dashclaw.ConfigurationError, match="role"), Instance() as instance:
        instance.client("agent-1", role="king")  # type: ignore[arg-type]
    with pytest.raises(dashclaw.ConfigurationError, match="agent_id"):
        DashClaw.embedded(agent_id="")


def test_a_forked_child_is_told_that_the_instance_is_not_its_own(tmp_path: Path) -> None:
    program = """
import os, sys
from dashclaw import ClientClosedError, DashClaw, Instance
claw = DashClaw.embedded(sys.argv[1], agent_id="agent-1")
claw.guard({"action_type": "monitor"})
child = os.fork()
if child == 0:
    try:
        claw.guard({"action_type": "monitor"})
    except ClientClosedError as error:
        assert "process" in str(error)
        with DashClaw.embedded(agent_id="agent-2") as own:
            sys.exit(own.guard({"action_type": "monitor"})["decision"] != "allow")
    sys.exit(4)
assert os.waitpid(child, 0)[1] == 0
print(claw.guard({"action_type": "monitor"})["decision"])
"""
    done = run_python(program.replace("import os, sys", "import os, sys, warnings; warnings.simplefilter('ignore')"), str(tmp_path))
    assert (done.stdout, done.stderr, done.returncode) == ("allow\n", "", 0)
    assert not list(tmp_path.glob("*-wal")), "an instance that nobody closed is closed at exit"
