"""The blocking client."""

from __future__ import annotations

import math
import os
import pickle
import threading
import time
import warnings
from collections.abc import Callable
from typing import Any

import pytest
from conftest import ALLOW, created
from server import Reply, Server

import dashclaw
from dashclaw import ApprovalDeniedError, DashClaw, GuardBlockedError

INTENT = {"action_type": "deploy", "declared_goal": "Ship v2.4.0 to production", "risk_score": 90}


def test_the_official_quick_start_runs_unchanged(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHCLAW_BASE_URL", server.url)
    monkeypatch.setenv("DASHCLAW_API_KEY", "oc_live_secret")
    server.on("POST", "/api/actions", created("pending_approval"))
    pending = {"action": {"action_id": "act_1", "status": "pending_approval"}}
    approved = {"action": {"action_id": "act_1", "status": "running", "approved_by": "op_1"}}
    reads = iter([pending, approved])
    server.on("GET", "/api/actions/act_1", lambda _: Reply(next(reads)))
    event = 'event: action.updated\ndata: {"action_id":"act_1"}\n\n'
    server.on("GET", "/api/stream", Reply(events=[(0, "event: connected\ndata: {}\n\n"), (0.1, event)]))

    claw = DashClaw(
        base_url=os.environ["DASHCLAW_BASE_URL"],
        api_key=os.environ["DASHCLAW_API_KEY"],
        agent_id="my-agent",
        agent_name="My Agent",
    )
    decision = claw.guard({
        "action_type": "deploy",
        "declared_goal": "Ship v2.4.0 to production",
        "risk_score": 90,
    })
    if decision["decision"] == "block":
        raise GuardBlockedError(decision)
    action = claw.create_action(
        action_type="deploy",
        declared_goal="Ship v2.4.0 to production",
        risk_score=90,
    )
    action_id = action["action_id"]
    if action.get("action", {}).get("status") == "pending_approval":
        try:
            claw.wait_for_approval(action_id)
        except ApprovalDeniedError:
            pytest.fail("it was approved")

    [asked] = server.bodies("POST", "/api/guard")
    assert asked == {**INTENT, "agent_id": "my-agent", "agent_name": "My Agent"}
    assert "POST /api/actions" in server.paths()


def test_arguments_cross_exactly(claw: DashClaw, server: Server) -> None:
    big = 2**63 + 1
    claw.guard({**INTENT, "intel": {"big": big, "text": "\u00e9\u2028\U0001f600", "none": None, "float": 0.1}})
    [body] = server.bodies("POST", "/api/guard")
    assert body["intel"] == {"big": big, "text": "\u00e9\u2028\U0001f600", "none": None, "float": 0.1}


def test_answers_keep_what_this_version_does_not_know(claw: DashClaw, server: Server) -> None:
    server.on("POST", "/api/guard", {**ALLOW, "new_in_6": [2**70, {"deep": None}]})
    assert claw.guard(INTENT)["new_in_6"] == [2**70, {"deep": None}]


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"risk_score": math.nan}, "risk_score"),
        ({"intel": {"ratio": [1.0, math.inf]}}, "intel.ratio[1]"),
        ({"intel": {"when": object()}}, "intel.when"),
        ({"intel": {1: "one"}}, None),
    ],
)
def test_what_has_no_json_form_is_named(claw: DashClaw, server: Server, value: Any, path: str | None) -> None:
    if path is None:
        claw.guard({**INTENT, **value})  # JSON gives such a name as text
        return
    with pytest.raises(dashclaw.InvalidArgumentError, match=f"^`{path}`".replace("[", r"\[").replace("]", r"\]")) as caught:
        claw.guard({**INTENT, **value})
    assert caught.value.argument == path
    assert isinstance(caught.value, ValueError)
    assert server.requests == []


def test_a_value_that_contains_itself_is_named(claw: DashClaw) -> None:
    loop: dict[str, Any] = {}
    loop["self"] = loop
    with pytest.raises(dashclaw.InvalidArgumentError, match="contains itself"):
        claw.guard({**INTENT, "intel": loop})


def test_a_misspelt_operation_is_named_with_the_nearest_one(claw: DashClaw) -> None:
    with pytest.raises(dashclaw.InvalidArgumentError, match="did you mean `guard`"):
        claw.call("gaurd", INTENT)


def test_the_untyped_call_takes_options(claw: DashClaw, server: Server) -> None:
    server.on("GET", "/api/guard", Reply({"decisions": []}, delay=5))
    start = time.monotonic()
    with pytest.raises(TimeoutError) as caught:
        claw.call("get_guard_decisions", {}, timeout=0.1)
    assert isinstance(caught.value, dashclaw.RequestTimeoutError)
    assert time.monotonic() - start < 2
    with pytest.raises(dashclaw.InvalidArgumentError, match="did you mean `timeout`"):
        claw.call("get_guard_decisions", {}, time_out=1)


def test_with_options_shares_the_client(claw: DashClaw, server: Server) -> None:
    server.on("GET", "/api/guard", Reply({"error": "no"}, status=503))
    once = claw.with_options(max_retries=0, timeout=2)
    with pytest.raises(dashclaw.ServerError):
        once.get_guard_decisions()
    assert len(server.requests) == 1
    assert once.guard(INTENT)["decision"] == "allow"
    once.close()
    assert claw.closed


def test_after_close_no_request_leaves(server: Server) -> None:
    with DashClaw(server.url, "key", "agent-1") as claw:
        claw.guard(INTENT)
    with pytest.raises(dashclaw.ClientClosedError):
        claw.guard(INTENT)
    assert len(server.requests) == 1


def test_close_stops_a_call_under_way(claw: DashClaw, server: Server) -> None:
    server.on("POST", "/api/guard", Reply(ALLOW, delay=10))
    threading.Timer(0.2, claw.close).start()
    start = time.monotonic()
    with pytest.raises(dashclaw.DashClawError):
        claw.guard(INTENT)
    assert time.monotonic() - start < 2


def test_threads_share_a_client(claw: DashClaw, server: Server) -> None:
    server.on("POST", "/api/guard", Reply(ALLOW, delay=0.2))
    answers: list[Any] = []
    threads = [threading.Thread(target=lambda: answers.append(claw.guard(INTENT))) for _ in range(20)]
    start = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 20
    assert time.monotonic() - start < 2, "calls must not wait for each other"


def test_a_waiting_call_lets_other_threads_run(claw: DashClaw, server: Server) -> None:
    server.on("POST", "/api/guard", Reply(ALLOW, delay=0.5))
    thread = threading.Thread(target=claw.guard, args=(INTENT,))
    thread.start()
    turns = 0
    while thread.is_alive():
        turns += 1
        time.sleep(0.001)
    assert turns > 50


@pytest.mark.parametrize(
    ("url", "warns"),
    [
        ("http://localhost:3000", False),
        ("http://127.0.0.1:3000", False),
        ("http://127.8.9.10", False),
        ("http://[::1]:3000", False),
        ("https://claw.example.com", False),
        ("http://claw.example.com", True),
        ("http://localhost.example.com", True),
        ("http://127.0.0.1.example.com", True),
        ("http://example.com/localhost", True),
    ],
)
def test_clear_text_to_another_machine_warns(url: str, warns: bool) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        DashClaw(url, "key", "agent-1")
    assert [warning.category for warning in caught] == ([UserWarning] if warns else [])
    assert all(warning.filename == __file__ for warning in caught)


@pytest.mark.parametrize(
    ("options", "argument"),
    [
        ({"base_url": "ftp://example.com"}, "base_url"),
        ({"guard_mode": "loud"}, "guard_mode"),
        ({"auto_recommend": "loud"}, "auto_recommend"),
        ({"hitl_mode": "loud"}, "hitl_mode"),
        ({"timeout": -1}, "timeout"),
        ({"max_retries": 1.5}, "max_retries"),
        ({"api_key": "line\nbreak"}, "api_key"),
        ({"proxy": object()}, "proxy"),
        ({"private_key": "not a key"}, "private_key"),
    ],
)
def test_unusable_options_are_named(options: dict[str, Any], argument: str) -> None:
    usable = {"base_url": "http://127.0.0.1:1", "api_key": "oc_live_secret", "agent_id": "agent-1"}
    with pytest.raises(dashclaw.ConfigurationError, match=argument) as caught:
        DashClaw(**{**usable, **options})
    assert isinstance(caught.value, ValueError)
    assert "secret" not in str(caught.value)


def test_secrets_are_not_shown(server: Server) -> None:
    secret = "oc_live_canary_secret"
    claw = DashClaw(server.url, secret, "agent-1", auth_token="jwt_canary_secret", max_retries=0)
    server.on("POST", "/api/guard", Reply({"error": f"key {secret} and jwt_canary_secret are bad"}, status=401))
    with pytest.raises(dashclaw.AuthenticationError) as caught:
        claw.guard(INTENT)
    assert server.requests[0].headers["x-api-key"] == secret
    shown = [repr(claw), str(claw.__dict__), str(caught.value), repr(caught.value), str(caught.value.__dict__)]
    assert "canary" not in "".join(shown)
    with pytest.raises(TypeError):
        pickle.dumps(claw)


def test_names_of_the_official_client(server: Server) -> None:
    assert dashclaw.OpenClawAgent is DashClaw
    claw = DashClaw(server.url, "key", "agent-1", "Agent One", "swarm-1", "enforce")
    assert (claw.agent_id, claw.agent_name, claw.swarm_id, claw.guard_mode) == ("agent-1", "Agent One", "swarm-1", "enforce")
    assert claw.base_url == server.url
    key = DashClaw.derive_idempotency_key({"agent_id": "a", "scope": "s"})
    assert key == dashclaw.derive_idempotency_key({"scope": "s", "agent_id": "a"})


def test_heartbeats_go_on_until_they_are_stopped(claw: DashClaw, server: Server) -> None:
    beats = iter([Reply({"error": "not now"}, status=400)])
    server.on("POST", "/api/agents/heartbeat", lambda _: next(beats, Reply({"ok": True})))
    claw.stop_heartbeat()
    claw.start_heartbeat(interval=0.02, status="busy")
    claw.start_heartbeat(interval=0.02, status="ignored")
    wait_for(lambda: len(server.requests) >= 3)
    claw.stop_heartbeat()
    claw.stop_heartbeat()
    count = len(server.requests)
    time.sleep(0.1)
    assert len(server.requests) == count
    assert {request.body["status"] for request in server.requests} == {"busy"}
    claw.start_heartbeat(interval=10)
    wait_for(lambda: len(server.requests) > count)
    start = time.monotonic()
    claw.close()
    assert time.monotonic() - start < 0.9, "closing waits for nothing"


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)


def test_none_empties_a_field_in_a_change_and_what_is_not_given_stays(claw: DashClaw, server: Server) -> None:
    path = "/api/sessions/sess_1"
    server.on("PATCH", path, {"session": {}})
    server.on("PATCH", "/api/messages", {"updated": 1})
    server.on("PATCH", "/api/actions/act_1", {"action": {"action_id": "act_1", "status": "completed"}})
    server.on("POST", "/api/sessions", {"session": {}})
    claw.update_session("sess_1", status="running", blocked_reason=None, colour=None)
    claw.update_session("sess_1", summary="done")
    claw.call("update_session", {"session_id": "sess_1", "summary": None})
    claw.action_context("act_1").update_outcome("completed", error_message=None)
    claw.mark_read(["msg_1"], agent_id=None)
    claw.create_session(workspace=None, branch="main")
    assert server.bodies("PATCH", path) == [
        {"status": "running", "blocked_reason": None, "colour": None}, {"summary": "done"}, {"summary": None},
    ]
    [outcome] = server.bodies("PATCH", "/api/actions/act_1")
    assert outcome["error_message"] is None
    # The client's own agent is filled in; nobody can be emptied there.
    assert server.bodies("PATCH", "/api/messages")[0]["agent_id"] == claw.agent_id
    assert "workspace" not in server.bodies("POST", "/api/sessions")[0]
    assert not dashclaw.UNSET
