"""Options of one call, as keywords of every method; and what a client takes beside."""

from __future__ import annotations

import asyncio
import inspect
import json
from typing import Any

import pytest
from conftest import created
from server import Reply, Server

import dashclaw
from dashclaw import AsyncDashClaw, DashClaw, InvalidArgumentError, printable
from dashclaw._async_operations import AsyncOperations
from dashclaw._operations import Operations

OPTIONS: dict[str, Any] = {"timeout": 5, "max_retries": 0, "idempotency_key": "key-1", "idempotency": "call"}


def test_they_are_keywords_of_every_method() -> None:
    methods = [
        (name, method)
        for kind in (Operations, AsyncOperations)
        for name, method in vars(kind).items()
        if not name.startswith("_")
    ]
    assert len(methods) > 400
    for name, method in methods:
        kinds = {parameter.kind for parameter in inspect.signature(method).parameters.values()}
        assert inspect.Parameter.VAR_KEYWORD in kinds, name


@pytest.mark.parametrize("option", OPTIONS)
def test_they_are_no_part_of_a_request(claw: DashClaw, server: Server, option: str) -> None:
    server.on("POST", "/api/actions", created())
    server.on("GET", "/api/actions", {"actions": []})
    server.on("PATCH", "/api/actions/act_1", {"action": {"action_id": "act_1"}})
    server.on("PATCH", "/api/sessions/ses_1", {"session": {"id": "ses_1"}})
    given = {option: OPTIONS[option]}
    claw.guard({"action_type": "deploy"}, **given)
    claw.guard(action_type="deploy", **given)
    claw.create_action("deploy", "Ship", **given)
    claw.get_actions(**given)
    list(claw.iter_actions(**given))
    claw.update_outcome("act_1", "completed", **given)
    claw.update_session("ses_1", summary=None, **given)
    with claw.track("deploy", "Ship", **given):
        pass
    for request in server.requests:
        names = {*(request.body or {}), *request.path.partition("?")[2].split("&")}
        assert not names & {"timeout", "max_retries", "idempotency"}, request
        if request.path == "/api/actions" and request.method == "POST" and option == "idempotency_key":
            assert request.body["idempotency_key"] == "key-1"
        elif "idempotency_key" in names:
            assert request.path.startswith(("/api/actions", "/api/guard")), request


def test_they_hold_for_the_call(claw: DashClaw, server: Server) -> None:
    server.on("GET", "/api/actions/act_1", Reply({"error": "down"}, status=503))
    with pytest.raises(dashclaw.ServerError):
        claw.get_action("act_1", max_retries=0)
    assert len(server.requests) == 1
    server.on("GET", "/api/actions/act_2", Reply({"action": {}}, delay=3))
    with pytest.raises(dashclaw.RequestTimeoutError, match="get_action act_2"):
        claw.get_action("act_2", timeout=0.2)
    with pytest.raises(InvalidArgumentError, match="`timeout`"):
        claw.guard(action_type="deploy", timeout=-1)
    with pytest.raises(InvalidArgumentError, match="did you mean `limit`"):
        claw.get_guard_decisions(limt=1)  # type: ignore[call-arg]
    with pytest.raises(InvalidArgumentError, match="did you mean `risk_score`"):
        claw.guard(action_type="deploy", risk_scor=99)


def test_they_hold_for_asyncio(server: Server) -> None:
    server.on("GET", "/api/actions/act_1", Reply({"error": "down"}, status=503))

    async def main() -> None:
        async with AsyncDashClaw(server.url, "key", "agent-1") as claw:
            with pytest.raises(dashclaw.ServerError):
                await claw.get_action("act_1", max_retries=0)

    asyncio.run(main())
    assert len(server.requests) == 1


def test_an_argument_of_that_name_keeps_its_meaning(claw: DashClaw, server: Server) -> None:
    server.on("GET", "/api/pairings/pair_1", {"pairing": {"id": "pair_1", "status": "pending"}})
    with pytest.raises(dashclaw.ApprovalTimeoutError):
        claw.wait_for_pairing("pair_1", timeout=0.2, interval=0.1)
    with pytest.raises(dashclaw.ApprovalTimeoutError):
        claw.call("wait_for_pairing", {"pairing_id": "pair_1", "timeout": 0.2})


def test_an_answer_may_be_too_long(server: Server) -> None:
    server.on("GET", "/api/actions/act_1", {"action": {"action_id": "act_1", "padding": "x" * 1000}})
    with DashClaw(server.url, "key", "agent-1", max_response_bytes=500) as claw:
        with pytest.raises(dashclaw.MalformedResponseError, match="500 bytes"):
            claw.get_action("act_1")


def test_what_waits_is_told_as_it_changes(claw: DashClaw, server: Server) -> None:
    lists = iter([["act_1"], ["act_1"], ["act_1", "act_2"], []])
    server.on("GET", "/api/stream", Reply({"error": "no stream"}, status=404))
    server.on("GET", "/api/actions", lambda _: Reply({"actions": [{"action_id": id} for id in next(lists)]}))
    with claw.pending_approvals(interval=0.1) as waiting:
        seen = [[action["action_id"] for action in next(waiting)["actions"]] for _ in range(3)]
    assert seen == [["act_1"], ["act_1", "act_2"], []]
    assert list(waiting) == []
    with pytest.raises(InvalidArgumentError, match="`interval`"):
        claw.pending_approvals(interval=-1)


def test_what_waits_is_told_to_asyncio(server: Server) -> None:
    server.on("GET", "/api/stream", Reply({"error": "no stream"}, status=404))
    server.on("GET", "/api/actions", {"actions": [{"action_id": "act_1"}]})

    async def main() -> Any:
        async with AsyncDashClaw(server.url, "key", "agent-1") as claw, claw.pending_approvals() as waiting:
            async for found in waiting:
                return found

    assert asyncio.run(main()) == {"actions": [{"action_id": "act_1"}]}


def cycle() -> dict[str, Any]:
    itself: dict[str, Any] = {}
    itself["a"] = itself
    return itself


def deep(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = {"a": value}
    return value


ODD = [
    {"a": float("inf")},
    {"a": [float("nan")]},
    {"a": b"bytes"},
    {"a": {1, 2}},
    {(1, 2): 3},
    {"a": object()},
    {"a": 10**5000},
    cycle(),
    deep(500),
    deep(100_000),
    None,
    7,
    {1, 2},
    b"\xff",
    bytearray(b"{}"),
    "\ud800",
    [[]],
]


@pytest.mark.parametrize("document", ODD, ids=range(len(ODD)))
def test_an_odd_receipt_is_an_answer(claw: DashClaw, server: Server, document: Any) -> None:
    keys: dict[str, Any] = {"keys": []}
    answer = dashclaw.verify_receipt(document, keys)
    assert not answer and answer.reason
    server.on("GET", "/api/integrity/jwks", keys)
    assert claw.verify_receipt(document).reason == answer.reason
    with pytest.raises(dashclaw.ReceiptInvalidError):
        claw.require_valid_receipt(document)


def test_text_is_made_fit_for_a_terminal() -> None:
    assert printable("a\x1b[2Jb\n\u202ec") == r"a\u{1b}[2Jb\n\u{202e}c"
    assert printable(json.dumps("\ud800")) == r'"\ud800"'
    assert printable("\ud800x") == "?x"
    assert printable(ValueError("gone\r")) == r"gone\r"
