"""Options of a client that are read and changed while it is in use."""

from __future__ import annotations

import inspect
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import ALLOW, created
from server import Server

import dashclaw
from dashclaw import AsyncDashClaw, DashClaw, Instance
from dashclaw._client_options import EmbeddedOptions, InstanceClientOptions

ASK = {"action_type": "deploy"}


def test_they_are_read(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHCLAW_BASE_URL", server.url + "/")
    monkeypatch.setenv("DASHCLAW_API_KEY", "oc_live_secret")
    monkeypatch.setenv("DASHCLAW_AGENT_ID", "agent-1")
    for client in (DashClaw(), AsyncDashClaw()):
        assert (client.base_url, client.api_key) == (server.url, "oc_live_secret")
        assert (client.agent_id, client.agent_name) == ("agent-1", None)
        assert (client.guard_mode, client.auto_recommend, client.hitl_mode) == ("off", "off", "off")


def test_a_change_counts_from_the_next_call_on(server: Server) -> None:
    other = Server()
    other.on("POST", "/api/guard", ALLOW)
    with DashClaw(server.url, "key-1", "agent-1") as claw:
        claw.guard(ASK)
        claw.agent_id, claw.agent_name, claw.api_key = "agent-2", "Two", "key-2"
        claw.guard(ASK)
        claw.base_url = other.url + "/"
        claw.guard(ASK)
        claw.agent_name = None
        claw.guard(ASK)
        assert (claw.base_url, claw.api_key, claw.agent_id, claw.agent_name) == (other.url, "key-2", "agent-2", None)
    seen = [(one.headers["x-api-key"], one.body) for one in (*server.requests, *other.requests)]
    assert seen == [
        ("key-1", {**ASK, "agent_id": "agent-1"}),
        ("key-2", {**ASK, "agent_id": "agent-2", "agent_name": "Two"}),
        ("key-2", {**ASK, "agent_id": "agent-2", "agent_name": "Two"}),
        ("key-2", {**ASK, "agent_id": "agent-2"}),
    ]
    other.close()


def test_modes_change_too(claw: DashClaw, server: Server) -> None:
    server.on("POST", "/api/guard", {"decision": "block", "reasons": ["no"]})
    server.on("POST", "/api/actions", created())
    claw.create_action("deploy", "Ship")
    claw.guard_mode = "enforce"
    with pytest.raises(dashclaw.GuardBlockedError):
        claw.create_action("deploy", "Ship")
    assert claw.guard_mode == "enforce"
    claw.guard_mode = "off"
    claw.create_action("deploy", "Ship")
    assert server.paths() == ["POST /api/actions", "POST /api/guard", "POST /api/actions"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("base_url", "ftp://example.com"), ("base_url", None), ("api_key", "two words"), ("api_key", ""),
        ("agent_id", ""), ("agent_id", 7), ("guard_mode", "loud"),
    ],
)  # fmt: skip
def test_a_change_that_cannot_be_leaves_all_as_it_was(
    claw: DashClaw, monkeypatch: pytest.MonkeyPatch, name: str, value: Any
) -> None:
    for variable in ("DASHCLAW_BASE_URL", "DASHCLAW_API_KEY", "DASHCLAW_AGENT_ID"):
        monkeypatch.delenv(variable, raising=False)
    before = getattr(claw, name)
    with pytest.raises(dashclaw.ConfigurationError) as caught:
        setattr(claw, name, value)
    assert caught.value.argument == name and name in str(caught.value)
    assert getattr(claw, name) == before
    assert claw.guard(ASK) == ALLOW


def test_a_new_address_in_clear_text_warns(claw: DashClaw) -> None:
    with pytest.warns(UserWarning, match="http://example.com is not encrypted"):
        claw.base_url = "http://example.com"


def test_the_key_is_in_no_text(server: Server) -> None:
    with DashClaw(server.url, "oc_live_secret", "agent-1", private_key=None) as claw:
        claw.api_key = "oc_live_other_secret"
        shown = f"{claw!r} {claw} {vars(claw)} {claw._native!r} {claw.with_raw_response!r}"
    assert "secret" not in shown


def test_a_closed_client_stays_closed(server: Server) -> None:
    claw = DashClaw(server.url, "key", "agent-1")
    claw.close()
    claw.agent_id = "agent-2"
    assert claw.closed
    with pytest.raises(dashclaw.ClientClosedError):
        claw.guard(ASK)


def test_copies_with_other_options_stay_as_they_are(claw: DashClaw, server: Server) -> None:
    other = claw.with_options(timeout=5)
    raw = claw.with_raw_response
    claw.agent_id = "agent-2"
    other.guard(ASK)
    raw.guard(ASK)
    claw.with_raw_response.guard(ASK)
    agents = [body["agent_id"] for body in server.bodies("POST", "/api/guard")]
    assert agents == ["agent-1", "agent-1", "agent-2"]


def agents(server: Server) -> list[str]:
    """Whose heartbeats arrived."""
    return [one.body["agent_id"] for one in server.requests if "heartbeat" in one.path]


def test_heartbeats_go_on_under_the_new_name(claw: DashClaw, server: Server) -> None:
    server.on("POST", "/api/agents/heartbeat", {"ok": True})
    claw.start_heartbeat(interval=0.05, status="busy")
    claw.agent_id = "agent-2"
    end = time.monotonic() + 20
    # One that was under way may arrive late.
    while time.monotonic() < end and agents(server)[-3:] != ["agent-2"] * 3:
        time.sleep(0.01)
    claw.stop_heartbeat()
    claw.agent_id = "agent-3"
    time.sleep(0.2)
    assert agents(server)[-3:] == ["agent-2"] * 3 and "agent-3" not in agents(server)
    assert {beat.body["status"] for beat in server.requests} == {"busy"}


def test_a_change_of_a_copy_leaves_heartbeats_alone(claw: DashClaw, server: Server) -> None:
    server.on("POST", "/api/agents/heartbeat", {"ok": True})
    claw.start_heartbeat(interval=0.05)
    other = claw.with_options(timeout=5)
    other.agent_id = "agent-2"
    other.guard(ASK)
    seen = len(server.requests)
    end = time.monotonic() + 10
    while time.monotonic() < end and len(server.requests) < seen + 3:
        time.sleep(0.01)
    claw.stop_heartbeat()
    assert len(agents(server)) >= 3 and set(agents(server)) == {"agent-1"}


def test_an_embedded_client_keeps_its_address_and_who_it_is() -> None:
    with Instance(policies=Path(__file__).parents[2] / "examples" / "policies.yaml") as instance:
        claw = instance.client("agent-1", role="admin", approval_banner="off")
        action_id = claw.create_action("deploy", "Ship")["action_id"]
        for name in ("base_url", "api_key"):
            with pytest.raises(dashclaw.ConfigurationError, match=name):
                setattr(claw, name, "http://127.0.0.1:1")
        claw.agent_id = "agent-2"
        assert claw.guard(ASK)["agent_id"] == "agent-2"
        with pytest.raises(dashclaw.PermissionDeniedError) as refused:
            claw.approve_action(action_id, "allow")
        assert refused.value.code == "SELF_APPROVAL"


def test_the_types_of_the_options_name_every_option() -> None:
    known = inspect.signature(DashClaw).parameters.keys()
    elsewhere = {"base_url", "api_key", "agent_id", "proxy", "ca_bundle", "instance", "role"}
    assert InstanceClientOptions.__annotations__.keys() == known - elsewhere
    assert EmbeddedOptions.__annotations__.keys() <= known
