"""What type checkers must accept, refuse and know. It is checked, not run."""
# pyright: reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from typing_extensions import assert_type

import dashclaw
from dashclaw import AsyncDashClaw, DashClaw, types


def blocking() -> None:
    with DashClaw("https://claw.example.com", "key", "agent-1", guard_mode="enforce", timeout=5) as claw:
        assert_type(claw, DashClaw)
        assert_type(claw.guard({"action_type": "deploy"}), types.GuardDecision)
        assert_type(claw.guard(action_type="deploy", risk_score=90, timeout=5), types.GuardDecision)
        created = claw.create_action("deploy", "Ship", risk_score=90, idempotency="call")
        assert_type(created, types.CreatedAction)
        assert_type(created["action_id"], str)
        approved = claw.wait_for_approval(created["action_id"], timeout=None)
        assert_type(approved, types.ActionDetail)
        assert_type(approved["action"]["status"], "types.ActionStatus | str")
        assert_type(claw.with_options(timeout=1, max_retries=0), DashClaw)
        run = claw.run_governed({"action_type": "deploy", "declared_goal": "Ship"}, lambda action_id: len(action_id))
        assert_type(run.result, "int | None")
        assert_type(run.outcome, "types.Outcome | None")
        events: Iterator[dashclaw.ServerEvent] = claw.events()
        assert_type(next(events)["event"], str)
        assert_type(next(claw.pending_approvals())["actions"][0]["action_id"], str)
        claw.action_context(created["action_id"]).record_assumption({"assumption": "Staging passed"})
        claw.record_assumption(action_id=created["action_id"], assumption="Staging passed")
        for order in claw.work_orders(["brief"]):
            assert_type(order.order, types.WorkOrder)
            assert_type(order.complete({}, {"total_usd": 0.1}), types.CompletedWorkOrder)
        with claw.track("deploy", "Ship") as tracked:
            assert_type(tracked, "dict[str, str]")
        assert_type(claw.verify_receipt(b"{}"), dashclaw.Verification)
        assert_type(claw.wrap_client(1j, provider="openai"), complex)


def raw() -> None:
    claw = DashClaw(agent_id="agent-1")
    assert_type(claw.with_raw_response.wait_for_approval("act_1").parse(), types.ActionDetail)
    response = claw.with_raw_response.guard(action_type="deploy")
    assert_type(response, "dashclaw.RawResponse[types.GuardDecision]")
    assert_type(response.parse()["decision"], types.Verdict)
    assert_type(response.headers["x-request-id"], str)
    assert_type(claw.with_raw_response.create_action("deploy", "Ship", risk_score=9).parse()["action_id"], str)


def refused() -> None:
    claw = DashClaw(agent_id="agent-1")
    claw.guard(action_typ="deploy")  # type: ignore[call-arg]
    claw.guard(action_type="deploy", risk_score="high")  # type: ignore[arg-type]
    claw.guard("deploy")  # type: ignore[arg-type]
    claw.create_action("deploy", "Ship", risk_score="high")  # type: ignore[arg-type]
    claw.with_raw_response.guard(action_typ="deploy")  # type: ignore[call-arg]
    DashClaw.embedded(guard_mod="warn")  # type: ignore[call-arg]
    dashclaw.Instance().client("agent-1", timeout="soon")  # type: ignore[arg-type]


async def awaited() -> None:
    async with AsyncDashClaw(agent_id="agent-1") as claw:
        assert_type(claw, AsyncDashClaw)
        assert_type(await claw.guard({"action_type": "deploy"}), types.GuardDecision)
        assert_type(await claw.guard(action_type="deploy", reversible=False), types.GuardDecision)
        assert_type(await claw.wait_for_approval("act_1"), types.ActionDetail)
        response = await claw.with_raw_response.guard(action_type="deploy")
        assert_type(response, "dashclaw.RawResponse[types.GuardDecision]")

        async def work(action_id: str) -> bytes:
            return action_id.encode()

        run = await claw.run_governed({"action_type": "deploy", "declared_goal": "Ship"}, work)
        assert_type(run.result, "bytes | None")
        events: AsyncIterator[dashclaw.ServerEvent] = claw.events(last_event_id="7")
        assert_type((await anext(events))["event"], str)


def errors() -> None:
    try:
        DashClaw().get_action("act_1")
    except dashclaw.ConflictError as error:
        assert_type(error.current_status, "str | None")
    except dashclaw.GuardBlockedError as error:
        assert_type(error.reasons, "list[str]")
    except TimeoutError:
        pass
