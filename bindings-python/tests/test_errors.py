"""The errors."""

from __future__ import annotations

import pickle
import traceback
from pathlib import Path

import pytest
from server import Reply, Server

import dashclaw
from dashclaw import DashClaw, DashClawError, GuardBlockedError, _errors, _native

BUILT_IN = {
    "configuration": ValueError,
    "invalid_argument": ValueError,
    "connection": ConnectionError,
    "timeout": TimeoutError,
    "validation": ValueError,
    "approval_timeout": TimeoutError,
    "receipt_invalid": ValueError,
}


def test_every_kind_of_the_core_has_a_class_and_no_class_is_left_over() -> None:
    assert set(_native.error_kinds()) == set(_errors.CLASSES)
    for kind, cls in _errors.CLASSES.items():
        assert issubclass(cls, DashClawError)
        assert issubclass(cls, BUILT_IN.get(kind, DashClawError)), kind
        assert getattr(dashclaw, cls.__name__) is cls
        assert cls.__name__ in dashclaw.__all__
        assert cls.__doc__


def test_the_documentation_names_these_classes() -> None:
    page = Path(__file__).parents[2].joinpath("docs", "errors.md").read_text()
    for kind, cls in _errors.CLASSES.items():
        [row] = [line for line in page.splitlines() if f'id="{kind}"' in line]
        assert f"`{cls.__name__}`" in row


@pytest.mark.parametrize("kind", _native.error_kinds())
def test_every_kind_crosses_with_its_fields_and_survives_pickling(kind: str) -> None:
    text = (
        f'{{"kind":"{kind}","message":"m","code":"C","retryable":true,"status":418,"request_id":"r",'
        '"retry_after":1.5,"idempotency_key":"k","operation":"o","argument":"a","current_status":"s","action_id":"act_1"}'
    )
    error = _errors.error_from_json(text)
    for copy in (error, pickle.loads(pickle.dumps(error))):
        assert type(copy) is _errors.CLASSES[kind]
        assert (copy.kind, str(copy), copy.code, copy.status, copy.retryable) == (kind, "m", "C", 418, True)
        assert (copy.request_id, copy.retry_after, copy.idempotency_key) == ("r", 1.5, "k")
        assert (copy.operation, copy.argument, copy.current_status, copy.action_id) == ("o", "a", "s", "act_1")


def test_users_can_make_the_official_errors() -> None:
    blocked = GuardBlockedError({"decision": "block", "reasons": ["a", "b"], "risk_score": 90, "matched_policies": ["p"]})
    assert (blocked.decision, blocked.reasons, blocked.warnings) == ("block", ["a", "b"], [])
    assert (blocked.risk_score, blocked.matched_policies, blocked.status) == (90, ["p"], 403)
    assert str(blocked) == "Guard blocked action: block. Reasons: a; b"
    assert str(GuardBlockedError({"decision": "block"})) == "Guard blocked action: block. Reasons: no reason"
    assert str(pickle.loads(pickle.dumps(blocked))) == str(blocked)
    denied = dashclaw.ApprovalDeniedError("no", "failed")
    assert (str(denied), denied.decision, denied.status) == ("no", "failed", 403)
    plain = DashClawError("text", 500, ["detail"])
    assert (plain.message, plain.status, plain.details) == ("text", 500, ["detail"])


def test_a_block_behind_403_is_an_error_with_the_verdict(claw: DashClaw, server: Server) -> None:
    verdict = {"decision": "block", "reasons": ["too risky"], "risk_score": 99}
    server.on("POST", "/api/actions", Reply({"error": "blocked", "decision": verdict}, status=403))
    with pytest.raises(GuardBlockedError, match="too risky") as caught:
        claw.create_action("deploy", "Ship")
    assert (caught.value.decision, caught.value.reasons, caught.value.risk_score) == ("block", ["too risky"], 99)
    assert caught.value.details == verdict
    assert str(caught.value) == "Guard blocked action: block. Reasons: too risky"


def test_a_conflict_says_the_current_status(claw: DashClaw, server: Server) -> None:
    body = {"error": "already ended", "current_status": "completed", "details": {"a": 1}}
    server.on("GET", "/api/actions/act_1", Reply(body, status=409, headers={"x-request-id": "req_7"}))
    with pytest.raises(dashclaw.ConflictError, match="already ended") as caught:
        claw.get_action("act_1")
    error = caught.value
    assert (error.status, error.current_status, error.details, error.body) == (409, "completed", {"a": 1}, body)
    assert (error.request_id, error.operation, error.retryable) == ("req_7", "get_action", False)


@pytest.mark.parametrize("body", [{}, None, b"", b"<html>allow</html>", b'{"decision":"allow"', {"decision": "alow"}])
def test_what_is_no_verdict_is_never_permission(claw: DashClaw, server: Server, body: object) -> None:
    server.on("POST", "/api/guard", Reply(body))
    with pytest.raises(dashclaw.MalformedResponseError):
        claw.guard({"action_type": "deploy"})


def test_a_server_that_is_not_there(server: Server) -> None:
    server.close()
    with pytest.raises(ConnectionError), DashClaw(server.url, "key", "agent-1", max_retries=0) as claw:
        claw.guard({"action_type": "deploy"})


def test_a_write_that_may_have_happened_carries_its_key(server: Server) -> None:
    server.on("POST", "/api/actions", Reply({}, delay=5))
    with DashClaw(server.url, "key", "agent-1", max_retries=0) as claw:
        with pytest.raises(dashclaw.OutcomeUnknownError) as caught:
            claw.with_options(timeout=0.2).create_action("deploy", "Ship")
    [sent] = server.bodies("POST", "/api/actions")
    assert caught.value.idempotency_key == sent["idempotency_key"]
    assert caught.value.retryable


def test_the_traceback_leads_to_the_callers_line(claw: DashClaw) -> None:
    try:
        claw.get_action("act_gd_0123456789abcdef")  # this line
    except dashclaw.InvalidArgumentError as error:
        assert "this line" in str(traceback.extract_tb(error.__traceback__)[0].line)
        assert "guard decision" in str(error)
    else:
        pytest.fail("a guard decision is no action")
