"""Ways to write a call: a dict, keywords, positions."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from conftest import created
from server import Server

import dashclaw
from dashclaw import AsyncDashClaw, DashClaw

INTENT = {"action_type": "deploy", "declared_goal": "Ship", "risk_score": 90, "amount": 10}


@pytest.fixture
def untyped(claw: DashClaw) -> Any:
    """The client as a program without type checks sees it."""
    return claw


def test_guard_takes_a_dict_keywords_or_both(untyped: Any, server: Server) -> None:
    untyped.guard({"action_type": "deploy", "risk_score": 90})
    untyped.guard(context={"action_type": "deploy", "risk_score": 90})
    untyped.guard(action_type="deploy", risk_score=90)
    untyped.guard({"action_type": "deploy", "risk_score": 1}, risk_score=90, timeout=5)
    untyped.guard(action_type="deploy", risk_score=90, target=None)
    first, *others = server.bodies("POST", "/api/guard")
    assert first == {"action_type": "deploy", "risk_score": 90, "agent_id": "agent-1"}
    assert [dict(other, target=None) for other in others] == [dict(first, target=None)] * 4


@pytest.mark.parametrize("context", ["deploy", ["deploy"], 7])
def test_what_is_no_dict_says_what_to_write(untyped: Any, server: Server, context: Any) -> None:
    with pytest.raises(dashclaw.InvalidArgumentError) as caught:
        untyped.guard(context)
    assert 'write guard({"action_type": …}) or guard(action_type=…)' in str(caught.value)
    assert caught.value.argument == "context"
    with pytest.raises(dashclaw.InvalidArgumentError, match="list_work_orders"):
        list(untyped.iter_work_orders(context))
    assert server.requests == []


def test_create_action_takes_the_intent_in_every_form(untyped: Any, server: Server) -> None:
    server.on("POST", "/api/actions", created())
    untyped.create_action("deploy", "Ship", risk_score=90, amount=10)
    untyped.create_action(**INTENT)
    untyped.create_action(INTENT)
    untyped.create_action({**INTENT, "risk_score": 1, "target": None}, risk_score=90, timeout=5)
    bodies = server.bodies("POST", "/api/actions")
    assert len(bodies) == 4 and bodies[0]["amount"] == 10
    assert bodies == [bodies[0]] * 4
    untyped.create_action({**INTENT, "idempotency": "call"})
    assert server.bodies("POST", "/api/actions")[4]["idempotency_key"] != bodies[0]["idempotency_key"]


def test_create_action_of_asyncio_takes_a_dict(server: Server) -> None:
    server.on("POST", "/api/actions", created())

    async def main() -> None:
        async with AsyncDashClaw(server.url, "key", "agent-1") as claw:
            untyped: Any = claw
            await untyped.create_action("deploy", "Ship", risk_score=90, amount=10)
            await untyped.create_action(INTENT)

    asyncio.run(main())
    one, other = server.bodies("POST", "/api/actions")
    assert one == other


def test_an_assumption_is_a_dict_or_a_text(untyped: Any, server: Server) -> None:
    server.on("POST", "/api/assumptions", {"assumption": {"assumption_id": "asm_1"}})
    untyped.record_assumption({"action_id": "act_1", "assumption": "Staging passed"})
    untyped.record_assumption(action_id="act_1", assumption="Staging passed")
    untyped.record_assumption("Staging passed", action_id="act_1")
    bodies = server.bodies("POST", "/api/assumptions")
    assert bodies == [{"action_id": "act_1", "assumption": "Staging passed"}] * 3


def test_an_intent_that_is_no_dict_is_named(untyped: Any, server: Server) -> None:
    with pytest.raises(dashclaw.InvalidArgumentError) as caught:
        untyped.run_governed("deploy", lambda action_id: action_id)
    assert 'write run_governed({"action_type": …, "declared_goal": …}, fn)' in str(caught.value)
    assert server.requests == []
