"""What pickle, copy and dataclasses make of clients, results and errors: multiprocessing and task queues live on it."""

from __future__ import annotations

import copy
import json
import pickle
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from typing import Any

import pytest
from conftest import ALLOW, created
from server import Reply, Server

import dashclaw
from dashclaw import UNSET, AsyncDashClaw, DashClaw, DashClawError, Instance

ASK = {"action_type": "deploy"}
COPIES = [
    pytest.param(copy.copy, id="copy"),
    pytest.param(copy.deepcopy, id="deepcopy"),
    pytest.param(lambda value: asdict(Kept(value))["value"], id="asdict"),
    *(pytest.param(lambda value, n=n: pickle.loads(pickle.dumps(value, n)), id=f"pickle-{n}") for n in range(2, 6)),
]


@dataclass
class Kept:
    """A record of a program, which keeps anything."""

    value: Any


class Agent(DashClaw):
    """A client with something of its own."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.seen: list[str] = []


def told(decision: dict[str, Any]) -> None:
    """A callback that pickle finds by its name."""


@pytest.mark.parametrize("duplicate", COPIES)
@pytest.mark.parametrize("kind", [DashClaw, AsyncDashClaw, Agent])
def test_clients(server: Server, monkeypatch: pytest.MonkeyPatch, duplicate: Any, kind: Any) -> None:
    monkeypatch.setenv("DASHCLAW_API_KEY", "oc_live_secret")
    options = {"agent_name": "One", "guard_mode": "warn", "guard_callback": told, "max_retries": 0}
    client = kind(server.url, "oc_live_secret", "agent-1", **options)
    client.swarm_id = "swarm-1"
    other = duplicate(client)
    assert type(other) is kind and other is not client
    for name in ("base_url", "agent_id", "agent_name", "guard_mode", "hitl_mode", "swarm_id", "api_key", "closed"):
        assert getattr(other, name) == getattr(client, name), name
    if kind is DashClaw:
        assert other.guard(ASK) == ALLOW
        assert server.requests[-1].headers["x-api-key"] == "oc_live_secret"
        other.with_options(timeout=0.2)
    if kind is Agent:
        other.seen.append("x")
        assert client.seen == (["x"] if duplicate is copy.copy else [])
    other.agent_id = "agent-2"
    assert client.agent_id == "agent-1"


def test_options_of_calls_go_along(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHCLAW_API_KEY", "key")
    server.on("POST", "/api/guard", Reply(ALLOW, delay=2))
    quick = pickle.loads(pickle.dumps(DashClaw(server.url, "key", "agent-1").with_options(timeout=0.1, max_retries=0)))
    with pytest.raises(TimeoutError):
        quick.guard(ASK)


def test_a_pickle_holds_no_secret(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    client = DashClaw(server.url, "oc_live_secret", "agent-1")
    text = pickle.dumps(client)
    assert b"secret" not in text
    monkeypatch.delenv("DASHCLAW_API_KEY", raising=False)
    with pytest.raises(dashclaw.ConfigurationError, match="holds no API key: set DASHCLAW_API_KEY"):
        pickle.loads(text)
    monkeypatch.setenv("DASHCLAW_API_KEY", "oc_live_other")
    assert pickle.loads(text).api_key == "oc_live_other"
    client.close()
    assert pickle.loads(pickle.dumps(client)).closed


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"auth_token": "token-secret"}, "`auth_token` is a secret"),
        ({"proxy": "http://user:secret@127.0.0.1:1"}, "`proxy` is a secret"),
    ],
)
def test_what_cannot_be_pickled_says_why(server: Server, options: dict[str, Any], reason: str) -> None:
    with DashClaw(server.url, "key", "agent-1", **options) as client:
        with pytest.raises(TypeError, match=reason) as caught:
            pickle.dumps(client)
        assert "token-secret" not in str(caught.value) + str(vars(client)) and "user:" not in str(vars(client))
        assert copy.deepcopy(client).base_url == client.base_url


def test_an_embedded_client_is_copied_and_not_pickled() -> None:
    with Instance() as instance:
        agent = instance.client("agent-1")
        action_id = agent.create_action("monitor", "Read")["action_id"]
        other = copy.deepcopy(agent)
        assert other.get_action(action_id)["action"]["action_id"] == action_id
        with pytest.raises(TypeError, match="instance belongs to this process"):
            pickle.dumps(agent)


def test_a_process_that_is_spawned_gets_client_result_and_error(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHCLAW_API_KEY", "key")
    server.on("GET", "/api/actions/act_9", Reply({"error": "gone", "current_status": "failed"}, status=409))
    client = DashClaw(server.url, "key", "agent-1", max_retries=0)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        assert pool.submit(client.guard, ASK).result(30) == ALLOW
        with pytest.raises(dashclaw.ConflictError) as caught:
            pool.submit(client.get_action, "act_9").result(30)
    assert (caught.value.current_status, caught.value.status, caught.value.operation) == ("failed", 409, "get_action")


@pytest.mark.parametrize("duplicate", COPIES)
def test_errors(duplicate: Any) -> None:
    conflict = dashclaw.ConflictError("ended", 409, ["detail"])
    conflict.current_status, conflict.idempotency_key = "completed", "k"
    conflict.note = {"of": "the program"}  # type: ignore[attr-defined]
    blocked = dashclaw.GuardBlockedError({"decision": "block", "reasons": ["a"], "risk_score": 90})
    denied = dashclaw.ApprovalDeniedError("no", "failed")
    late = dashclaw.ApprovalTimeoutError("late")
    for error in (conflict, blocked, denied, late):
        other: DashClawError = duplicate(error)
        assert type(other) is type(error)
        assert (str(other), other.args, vars(other)) == (str(error), error.args, vars(error))


def test_an_error_is_made_again_from_its_args() -> None:
    """As a task queue does that keeps errors as JSON."""
    for error in (dashclaw.GuardBlockedError({"decision": "block", "reasons": ["a"]}), dashclaw.ConflictError("ended")):
        again = type(error)(*error.args)
        assert str(again) == str(error)


@pytest.mark.parametrize("duplicate", COPIES)
def test_results(claw: DashClaw, server: Server, duplicate: Any) -> None:
    server.on("POST", "/api/actions", created())
    for result in (claw.guard(ASK), claw.create_action("deploy", "Ship")):
        assert type(result) is dict
        assert duplicate(result) == result == json.loads(json.dumps(result))
    response = duplicate(claw.with_raw_response.guard(ASK))
    assert (response.status_code, response.parse()) == (200, ALLOW)
    answer = dashclaw.verify_receipt({}, {"keys": []})
    assert duplicate(answer) == answer and not duplicate(answer)
    assert duplicate(UNSET) is UNSET
    run = dashclaw.DashClaw.embedded(agent_id="a").run_governed({"action_type": "a", "declared_goal": "b"}, str.upper)
    other = duplicate(run)
    assert (other.action_id, other.ran, other.result, other.outcome) == (run.action_id, True, run.action_id.upper(), None)
