"""Answers that Python's own reader of JSON takes offence at, and times without an end."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from server import Reply, Server

import dashclaw
from dashclaw import AsyncDashClaw, DashClaw

LONG = b"1" * 5000


@pytest.mark.parametrize(("sign", "read"), [(b"", sys.float_info.max), (b"-", -sys.float_info.max)])
def test_a_number_of_5000_digits_does_not_hide_the_verdict(claw: DashClaw, server: Server, sign: bytes, read: float) -> None:
    server.on("POST", "/api/guard", Reply(b'{"decision": "allow", "count": 9007199254740993, "odd": ' + sign + LONG + b"}"))
    decision: Any = claw.guard(action_type="deploy")
    assert decision == {"decision": "allow", "count": 9007199254740993, "odd": read}
    assert claw.with_raw_response.guard(action_type="deploy").parse() == decision


def test_a_number_that_python_does_not_write_is_named(claw: DashClaw, server: Server) -> None:
    with pytest.raises(dashclaw.InvalidArgumentError, match=r"`intel.counts\[1\]` has too many digits") as caught:
        claw.guard(action_type="deploy", intel={"counts": [1, 10**5000]})
    assert caught.value.argument == "intel.counts[1]" and server.requests == []


def events(*data: str) -> Reply:
    sent = [f'id: {number}\nevent: action.updated\ndata: {text}\n\n' for number, text in enumerate(data)]
    return Reply(events=[(0, "".join(sent))])


ODD = {"deep": "[" * 50_000 + "]" * 50_000, "long": '{"n": ' + LONG.decode() + "}", "half": '"\\ud800"', "quotes": '",\\"data\\":"'}


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_event_does_not_end_the_stream(claw: DashClaw, server: Server, odd: str) -> None:
    server.on("GET", "/api/stream", events(ODD[odd], '{"action_id": "act_1"}'))
    with claw.events() as stream:
        first, second = next(stream), next(stream)
    assert (first["id"], first["event"]) == ("0", "action.updated")
    expected: dict[str, Any] = {"deep": ODD["deep"], "long": {"n": sys.float_info.max}, "half": "\ufffd", "quotes": ',"data":'}
    assert first["data"] == expected[odd]
    assert second["data"] == {"action_id": "act_1"}


def test_an_odd_event_of_asyncio(server: Server) -> None:
    server.on("GET", "/api/stream", events(ODD["deep"], "1"))

    async def main() -> list[Any]:
        async with AsyncDashClaw(server.url, "key", "agent-1") as claw, claw.events() as stream:
            return [(await anext(stream))["data"] for _ in range(2)]

    assert asyncio.run(main()) == [ODD["deep"], 1]


def test_waiting_without_an_end(claw: DashClaw, server: Server) -> None:
    approved = {"action": {"action_id": "act_1", "status": "running", "approved_by": "ada"}}
    server.on("GET", "/api/actions/act_1", approved)
    assert claw.wait_for_approval("act_1", timeout=None) == approved
    with pytest.raises(dashclaw.InvalidArgumentError, match="timeout"):
        claw.wait_for_approval("act_1", timeout=-1)

    async def main() -> Any:
        async with AsyncDashClaw(server.url, "key", "agent-1") as awaited:
            return await awaited.wait_for_approval("act_1", timeout=None)

    assert asyncio.run(main()) == approved
    with DashClaw.embedded(agent_id="agent-1") as embedded:
        run = embedded.run_governed({"action_type": "a", "declared_goal": "b"}, len, timeout=None)
        assert run.ran


def test_an_instance_in_memory_by_sqlites_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for path in (":memory:", Path(":memory:")):
        with DashClaw.embedded(path, agent_id="agent-1") as claw:
            assert claw.get_actions()["total"] == 0
            claw.create_action("monitor", "Read")
    assert list(tmp_path.iterdir()) == []


def test_a_byte_order_mark_is_not_a_part_of_a_text(claw: DashClaw, server: Server, tmp_path: Path) -> None:
    server.on("POST", "/api/guard", Reply(b'\xef\xbb\xbf{"decision": "allow"}'))
    assert claw.guard(action_type="deploy") == {"decision": "allow"}
    assert claw.with_raw_response.guard(action_type="deploy").json() == {"decision": "allow"}
    pem = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    assert dashclaw.sign_action({"a": 1}, "\ufeff" + pem.decode()) == dashclaw.sign_action({"a": 1}, pem.decode())
    answer = dashclaw.verify_receipt(b"{}", b'{"keys": []}')
    assert dashclaw.verify_receipt(b"\xef\xbb\xbf{}", b'\xef\xbb\xbf{"keys": []}') == answer
    policies = tmp_path / "policies.yaml"
    policies.write_text("\ufeffpolicies: [{name: A, type: block_action_type, rules: {action_types: [deploy]}}]", "utf-8")
    with DashClaw.embedded(policies=policies, agent_id="agent-1") as embedded:
        assert embedded.guard(action_type="deploy")["decision"] == "block"
