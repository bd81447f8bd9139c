"""The official README's examples run unchanged, and send what the official client sends."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import pytest
from conftest import created
from server import Reply, Server

from dashclaw import DashClaw

FOLDER = Path(__file__).parent / "official"


def run(name: str, given: dict[str, Any]) -> None:
    code = compile((FOLDER / f"{name}.py").read_text(encoding="utf-8"), f"{name}.py", "exec")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        exec(code, given)  # noqa: S102


def sent(server: Server) -> list[tuple[str, str, Any]]:
    """The requests without the stream of events, and without what is computed."""
    computed = ("idempotency_key", "timestamp_end")
    requests = []
    for request in server.requests:
        body = request.body
        if isinstance(body, dict):
            body = {name: value for name, value in body.items() if name not in computed and value is not None}
        requests.append((request.method, request.path, body))
    return [request for request in requests if request[1] != "/api/stream"]


@pytest.mark.parametrize("approved", [None, True, False])
def test_the_loop(server: Server, monkeypatch: pytest.MonkeyPatch, approved: bool | None) -> None:
    monkeypatch.setenv("DASHCLAW_BASE_URL", server.url)
    monkeypatch.setenv("DASHCLAW_API_KEY", "oc_live_secret")
    monkeypatch.setenv("DASHCLAW_APPROVAL_BANNER", "off")
    decided: dict[str, Any] = {"action_id": "act_1", "status": "running", "approved_by": "op"}
    if approved is False:
        decided = {"action_id": "act_1", "status": "failed", "error_message": "not today"}
    event = f"event: connected\ndata: {{}}\n\nid: 1\nevent: action.updated\ndata: {json.dumps(decided)}\n\n"
    server.on("GET", "/api/stream", Reply(events=[(0, event)]))
    server.on("GET", "/api/actions/act_1", {"action": decided})
    server.on("PATCH", "/api/actions/act_1", {"action": {"action_id": "act_1", "status": "completed"}})
    server.on("POST", "/api/actions", created("running" if approved is None else "pending_approval"))
    server.on("POST", "/api/assumptions", {"assumption": {"assumption_id": "asm_1"}})
    server.on("POST", "/api/actions/assumptions", {"assumption": {"assumption_id": "asm_1"}})
    given: dict[str, Any] = {}
    run("loop", given)
    given["claw"].close()
    intent = {"action_type": "deploy", "declared_goal": "Ship v2.4.0 to production", "risk_score": 90}
    assert [request for request in sent(server) if request[0] != "GET"] == [
        ("POST", "/api/guard", {**intent, "agent_id": "my-agent", "agent_name": "My Agent"}),
        ("POST", "/api/actions", {**intent, "agent_id": "my-agent"}),
        ("POST", "/api/assumptions", {"action_id": "act_1", "assumption": "Staging tests passed"}),
        ("PATCH", "/api/actions/act_1", {"status": "completed"}),
    ]


def test_the_action_context(server: Server, claw: DashClaw) -> None:
    server.on("PATCH", "/api/actions/act_1", {"action": {"action_id": "act_1", "status": "completed"}})
    server.on("POST", "/api/actions", created())
    server.on("POST", "/api/assumptions", {"assumption": {"assumption_id": "asm_1"}})
    server.on("POST", "/api/messages", {"message": {"id": "msg_1"}, "message_id": "msg_1"})
    run("action_context", {"claw": claw})
    message = {"body": "Starting deploy", "to_agent_id": "ops-agent", "message_type": "info", "from_agent_id": "agent-1"}
    assert sent(server) == [
        ("POST", "/api/actions", {"action_type": "deploy", "declared_goal": "Deploy v2", "agent_id": "agent-1"}),
        ("POST", "/api/messages", {**message, "action_id": "act_1"}),
        ("POST", "/api/assumptions", {"action_id": "act_1", "assumption": "Staging tests passed"}),
        ("PATCH", "/api/actions/act_1", {"status": "completed", "output_summary": "Deployed"}),
    ]
