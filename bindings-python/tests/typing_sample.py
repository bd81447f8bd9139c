"""What type checkers must accept and know. It is checked, not run."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

from typing_extensions import assert_type

import dashclaw
from dashclaw import AsyncDashClaw, DashClaw, types


def blocking() -> None:
    with DashClaw("https://claw.example.com", "key", "agent-1", guard_mode="enforce", timeout=5) as claw:
        assert_type(claw, DashClaw)
        assert_type(claw.guard({"action_type": "deploy"}), types.GuardDecision)
        created = claw.create_action("deploy", "Ship", risk_score=90, idempotency="call")
        assert_type(created, types.CreatedAction)
        assert_type(claw.with_options(timeout=1, max_retries=0), DashClaw)
        run = claw.run_governed({"action_type": "deploy", "declared_goal": "Ship"}, lambda action_id: len(action_id))
        assert_type(run.result, "int | None")
        events: Iterator[Any] = claw.events()
        next(events)
        with claw.track("deploy", "Ship") as tracked:
            assert_type(tracked, "dict[str, str]")
        assert_type(claw.verify_receipt(b"{}"), dashclaw.Verification)
        assert_type(claw.wrap_client(1j, provider="openai"), complex)


async def awaited() -> None:
    async with AsyncDashClaw(agent_id="agent-1") as claw:
        assert_type(claw, AsyncDashClaw)
        assert_type(await claw.guard({"action_type": "deploy"}), types.GuardDecision)

        async def work(action_id: str) -> bytes:
            return action_id.encode()

        run = await claw.run_governed({"action_type": "deploy", "declared_goal": "Ship"}, work)
        assert_type(run.result, "bytes | None")
        events: AsyncIterator[Any] = claw.events(last_event_id="7")
        await anext(events)


def errors() -> None:
    try:
        DashClaw().get_action("act_1")
    except dashclaw.ConflictError as error:
        assert_type(error.current_status, "str | None")
    except dashclaw.GuardBlockedError as error:
        assert_type(error.reasons, "list[str]")
    except TimeoutError:
        pass
