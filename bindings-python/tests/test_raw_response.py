"""Answers with their status and headers."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import pytest
from conftest import ALLOW, created
from server import Reply, Server

import dashclaw
from dashclaw import AsyncDashClaw, DashClaw, RawResponse

HEADERS = {"x-request-id": "req_7", "X-RateLimit-Remaining": "41", "x-odd": "ä\""}


def test_status_headers_and_result(claw: DashClaw, server: Server) -> None:
    server.on("POST", "/api/guard", Reply(ALLOW, headers=HEADERS))
    response = claw.with_raw_response.guard(action_type="deploy", timeout=5)
    assert isinstance(response, RawResponse)
    assert (response.status_code, response.request_id) == (200, "req_7")
    assert response.parse() == response.json() == ALLOW
    headers = response.headers
    assert headers["X-Request-ID"] == headers.get("x-request-id") == "req_7"
    assert (headers["x-ratelimit-remaining"], headers["x-odd"]) == ("41", "ä\"")
    assert "nothing" not in headers and headers.get("nothing") is None
    assert dict(headers)["x-request-id"] == "req_7" and len(headers) == len(list(headers))
    assert repr(response) == "<RawResponse 200 request_id='req_7'>"
    assert claw.guard(action_type="deploy") == ALLOW


def test_the_key_of_a_write_and_the_body_as_it_came(claw: DashClaw, server: Server) -> None:
    server.on("POST", "/api/actions", created())
    response = claw.with_raw_response.create_action("deploy", "Ship")
    assert response.status_code == 201
    assert response.idempotency_key == server.bodies("POST", "/api/actions")[0]["idempotency_key"]
    body = b'{"decision" : "allow",\n "risk_score": 1e1 }'
    server.on("POST", "/api/guard", Reply(body))
    raw = claw.with_raw_response.call("guard", {"action_type": "deploy"})
    assert (raw.content, raw.text) == (body, body.decode())


def test_several_headers_of_one_name(claw: DashClaw) -> None:
    headers = dashclaw._raw.Headers([["Via", "a"], ["x", "1"], ["via", "b"]])  # type: ignore[attr-defined]
    assert (headers["via"], headers.get_list("VIA"), len(headers)) == ("a, b", ["a", "b"], 2)


def test_bytes_are_read_by_parse(claw: DashClaw, server: Server) -> None:
    server.on("GET", "/api/messages/attachments", Reply(b"\x00\xff", headers={"content-type": "image/png"}))
    response = claw.with_raw_response.get_attachment("att_1")
    assert response.parse()["data"] == b"\x00\xff"
    assert response.json()["data"] == base64.b64encode(b"\x00\xff").decode()


def test_a_refusal_is_an_error_all_the_same(claw: DashClaw, server: Server) -> None:
    server.on("POST", "/api/guard", Reply({"error": "slow down"}, status=429, headers={"x-request-id": "req_8"}))
    with pytest.raises(dashclaw.RateLimitedError) as caught:
        claw.with_options(max_retries=0).with_raw_response.guard(action_type="deploy")
    assert (caught.value.status, caught.value.request_id) == (429, "req_8")


def test_asyncio(server: Server) -> None:
    server.on("POST", "/api/guard", Reply(ALLOW, headers=HEADERS))

    async def main() -> None:
        async with AsyncDashClaw(server.url, "key", "agent-1") as claw:
            response = await claw.with_raw_response.guard({"action_type": "deploy"})
            assert (response.status_code, response.headers["x-request-id"]) == (200, "req_7")
            assert response.parse() == ALLOW

    asyncio.run(main())


APPROVED = {"action": {"action_id": "act_1", "status": "running", "approved_by": "op_1"}}


def test_a_wait_has_the_answer_that_ended_it(claw: DashClaw, server: Server) -> None:
    server.on("GET", "/api/actions/act_1", Reply(APPROVED, headers=HEADERS))
    response = claw.with_raw_response.wait_for_approval("act_1", timeout=5)
    assert (response.status_code, response.request_id) == (200, "req_7")
    assert response.parse() == APPROVED == claw.wait_for_approval("act_1", timeout=5)

    async def main() -> None:
        async with AsyncDashClaw(server.url, "key", "agent-1") as awaited:
            whole = await awaited.with_raw_response.wait_for_approval("act_1", timeout=5)
            assert (whole.headers["x-request-id"], whole.parse()) == ("req_7", APPROVED)

    asyncio.run(main())


def test_what_is_not_one_request_says_so(claw: DashClaw) -> None:
    raw: Any = claw.with_raw_response
    others = ["run_governed", "track", "events", "pending_approvals", "work_orders", "iter_actions", "verify_receipt"]
    for name in others:
        assert hasattr(raw, name)
        with pytest.raises(TypeError, match=f"{name} has no raw response"):
            getattr(raw, name)()
    assert not hasattr(raw, "run_govern") and not hasattr(raw, "_native")


def test_every_operation_has_it(claw: DashClaw) -> None:
    raw: Any = claw.with_raw_response
    operations = [name for name in dir(dashclaw._operations.Operations) if not name.startswith(("_", "iter_"))]  # type: ignore[attr-defined]
    assert len(operations) > 200
    assert all(callable(getattr(raw, name)) for name in operations)
    assert not hasattr(raw, "get_nothing")
