"""Work under governance: waiting, tracking, running, and what the client does by itself."""

from __future__ import annotations

import asyncio
import sys
import time
from typing import Any

import pytest
from conftest import ALLOW, created
from cryptography.hazmat.primitives.asymmetric import rsa
from server import Reply, Request, Server

import dashclaw
from dashclaw import AsyncDashClaw, DashClaw

INTENT = {"action_type": "deploy", "declared_goal": "Ship"}
PENDING = {"action": {"action_id": "act_1", "status": "pending_approval"}}
APPROVED = {"action": {"action_id": "act_1", "status": "running", "approved_by": "op_1"}}


@pytest.fixture(autouse=True)
def platform(server: Server) -> None:
    server.on("POST", "/api/actions", created())
    server.on("PATCH", "/api/actions/act_1", {"action": {"action_id": "act_1", "status": "completed"}})
    server.on("GET", "/api/stream", Reply(events=[(0, "event: connected\ndata: {}\n\n"), (1, "")]))
    server.on("POST", "/api/actions/act_1/outcome", {"action_id": "act_1", "outcome": {"status": "completed"}})


def test_a_wait_ends_with_the_approval_and_announces_itself(
    claw: DashClaw, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    reads = iter([PENDING, APPROVED])
    server.on("GET", "/api/actions/act_1", lambda _: Reply(next(reads)))
    event = 'id: 1\nevent: action.updated\ndata: {"action_id":"act_1"}\n\n'
    server.on("GET", "/api/stream", Reply(events=[(0, "event: connected\ndata: {}\n\n"), (0.2, event), (1, "")]))
    start = time.monotonic()
    assert claw.wait_for_approval("act_1", timeout=10)["action"]["approved_by"] == "op_1"
    assert time.monotonic() - start < 1, "the event ends the wait, not the next poll"
    printed = capsys.readouterr().out
    assert f"{server.url}/replay/act_1" in printed
    assert "[DashClaw] Action act_1 approved by operator: op_1" in printed


def test_the_banner_moves_to_stderr(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    server.on("GET", "/api/actions/act_1", PENDING)
    with DashClaw(server.url, "key", "agent-1", approval_banner="stderr") as claw, pytest.raises(TimeoutError):
        claw.wait_for_approval("act_1", timeout=0.3)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "act_1" in printed.err


@pytest.mark.parametrize(
    ("action", "error", "text"),
    [
        ({"status": "failed", "error_message": "not today"}, dashclaw.ApprovalDeniedError, "not today"),
        ({"status": "cancelled"}, dashclaw.ApprovalDeniedError, "Operator denied the action."),
        ({"status": "expired"}, dashclaw.ApprovalExpiredError, "expired"),
        ({"status": "pending_approval"}, dashclaw.ApprovalTimeoutError, "Timed out waiting for approval of action act_1"),
    ],
)
def test_how_a_wait_can_fail(claw: DashClaw, server: Server, action: Any, error: type[Exception], text: str) -> None:
    server.on("GET", "/api/actions/act_1", {"action": {"action_id": "act_1", **action}})
    with pytest.raises(error, match=text) as caught:
        claw.wait_for_approval("act_1", timeout=0.3)
    assert isinstance(caught.value, dashclaw.DashClawError)
    assert caught.value.action_id == "act_1"
    if isinstance(caught.value, dashclaw.ApprovalDeniedError):
        assert caught.value.decision == action["status"]
    assert isinstance(caught.value, TimeoutError) == (error is dashclaw.ApprovalTimeoutError)


def test_waits_with_unusable_arguments_send_nothing(claw: DashClaw, server: Server) -> None:
    for arguments in [("act_gd_0123456789abcdef",), ("act_1", -1), ("act_1", 1, float("nan"))]:
        with pytest.raises(dashclaw.InvalidArgumentError):
            claw.wait_for_approval(*arguments)
    assert server.requests == []


def test_track_records_the_block(claw: DashClaw, server: Server) -> None:
    with claw.track("deploy", "Ship", risk_score=10) as tracked:
        assert tracked == {"action_id": "act_1"}
        time.sleep(0.03)
    [sent] = server.bodies("POST", "/api/actions")
    assert (sent["action_type"], sent["declared_goal"], sent["risk_score"]) == ("deploy", "Ship", 10)
    [end] = server.bodies("PATCH", "/api/actions/act_1")
    assert end["status"] == "completed"
    assert 30 <= end["duration_ms"] < 5000
    assert end["timestamp_end"].endswith("Z")


def test_two_equal_tracks_are_two_actions(claw: DashClaw, server: Server) -> None:
    for _ in range(2):
        with claw.track("deploy", "Ship"):
            pass
    first, second = server.bodies("POST", "/api/actions")
    assert first["idempotency_key"] != second["idempotency_key"]
    with claw.track("deploy", "Ship", idempotency_key="mine"):
        pass
    assert server.bodies("POST", "/api/actions")[-1]["idempotency_key"] == "mine"


@pytest.mark.parametrize("failure", [ValueError("no disk"), KeyboardInterrupt(), SystemExit(3)])
def test_whatever_ends_the_block_closes_the_action(claw: DashClaw, server: Server, failure: BaseException) -> None:
    with pytest.raises(type(failure)) as caught, claw.track("deploy", "Ship"):
        raise failure
    assert caught.value is failure
    [end] = server.bodies("PATCH", "/api/actions/act_1")
    assert end["status"] == "failed"
    assert end["error_message"] == (str(failure) or type(failure).__name__)


def test_a_failing_completion_is_not_turned_into_a_failure(claw: DashClaw, server: Server) -> None:
    server.on("PATCH", "/api/actions/act_1", Reply({"error": "locked"}, status=423))
    with pytest.raises(dashclaw.DashClawError, match="locked"), claw.track("deploy", "Ship"):
        pass
    assert [end["status"] for end in server.bodies("PATCH", "/api/actions/act_1")] == ["completed"]


def test_the_blocks_own_failure_is_what_the_caller_sees(claw: DashClaw, server: Server) -> None:
    server.on("PATCH", "/api/actions/act_1", Reply({"error": "locked"}, status=423))
    with pytest.warns(RuntimeWarning, match="Failed to close action act_1: locked"), pytest.raises(ZeroDivisionError):
        with claw.track("deploy", "Ship"):
            _ = 1 / 0


@pytest.mark.parametrize(
    ("status", "more", "error"),
    [
        ("pending_approval", {}, dashclaw.ApprovalTimeoutError),
        ("blocked", {}, dashclaw.GuardBlockedError),
        ("running", {"idempotent_replay": True}, dashclaw.OutcomeInDoubtError),
        ("failed", {}, dashclaw.ConflictError),
        ("strange", {}, dashclaw.ConflictError),
        ("completed", {"idempotent_replay": True}, dashclaw.ConflictError),
    ],
)
def test_a_block_that_is_not_permitted_does_not_run(
    claw: DashClaw, server: Server, status: str, more: Any, error: type[Exception]
) -> None:
    server.on("POST", "/api/actions", created(status, **more))
    with pytest.raises(error) as caught, claw.track("deploy", "Ship"):
        pytest.fail("the block ran")
    assert isinstance(caught.value, dashclaw.DashClawError)
    assert caught.value.action_id == "act_1"
    assert "PATCH /api/actions/act_1" not in server.paths()


def test_hitl_mode_waits_before_the_block(server: Server) -> None:
    server.on("POST", "/api/actions", created("pending_approval"))
    server.on("GET", "/api/actions/act_1", APPROVED)
    with DashClaw(server.url, "key", "agent-1", hitl_mode="wait", approval_banner="off") as claw:
        with claw.track("deploy", "Ship") as tracked:
            assert tracked["action_id"] == "act_1"


def test_the_action_context_adds_the_id(claw: DashClaw, server: Server) -> None:
    server.on("POST", "/api/assumptions", {"assumption": {"assumption_id": "asm_1"}})
    with claw.action_context("act_1") as ctx:
        ctx.record_assumption({"assumption": "Staging tests passed", "action_id": "act_other"})
        ctx.update_outcome(status="completed", output_summary="Deployed")
    assert server.bodies("POST", "/api/assumptions")[0]["action_id"] == "act_1"
    [end] = server.bodies("PATCH", "/api/actions/act_1")
    assert (end["status"], end["output_summary"]) == ("completed", "Deployed")


def test_governed_work_runs_and_is_reported(claw: DashClaw, server: Server) -> None:
    run = claw.run_governed(INTENT, lambda action_id: {"deployed_under": action_id})
    assert (run.ran, run.action_id, run.result) == (True, "act_1", {"deployed_under": "act_1"})
    assert run.report_error is None
    assert server.bodies("POST", "/api/actions/act_1/outcome")[0]["status"] == "completed"
    assert server.paths()[0] == "POST /api/actions"


def test_governed_work_does_not_run_when_blocked(claw: DashClaw, server: Server) -> None:
    blocked = {"error": "blocked", "decision": {**ALLOW, "decision": "block", "reasons": ["no"]}}
    server.on("POST", "/api/actions", Reply(blocked, status=403))
    with pytest.raises(dashclaw.GuardBlockedError):
        claw.run_governed(INTENT, lambda _: pytest.fail("it ran"))
    assert server.paths() == ["POST /api/actions"]


def test_the_failure_of_governed_work_is_reported_and_raised(claw: DashClaw, server: Server) -> None:
    def work(_: str) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        claw.run_governed(INTENT, work)
    [report] = server.bodies("POST", "/api/actions/act_1/outcome")
    assert (report["status"], report["error_message"]) == ("failed", "disk full")


def test_a_lost_report_does_not_lose_the_result(claw: DashClaw, server: Server) -> None:
    server.on("POST", "/api/actions/act_1/outcome", Reply({"error": "no"}, status=400))
    with pytest.warns(RuntimeWarning, match="Failed to report the outcome of action act_1"):
        run = claw.run_governed(INTENT, lambda _: 7)
    assert run.result == 7
    assert isinstance(run.report_error, dashclaw.ValidationError)


def test_completed_governed_work_is_not_run_again(claw: DashClaw, server: Server) -> None:
    server.on("POST", "/api/actions", created("completed", idempotent_replay=True))
    server.on("GET", "/api/actions/act_1/outcome", {"action_id": "act_1", "status": "completed", "summary": "done"})
    run = claw.run_governed(INTENT, lambda _: pytest.fail("it ran"))
    assert (run.ran, run.result, run.outcome["summary"]) == (False, None, "done")


def test_the_modes_call_back(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    told: list[Any] = []
    server.on("POST", "/api/guard", {**ALLOW, "decision": "block", "reason": "too risky"})
    with DashClaw(server.url, "key", "agent-1", guard_mode="enforce", guard_callback=told.append) as claw:
        with pytest.raises(dashclaw.GuardBlockedError, match="too risky"):
            claw.create_action("deploy", "Ship")
    assert [decision["decision"] for decision in told] == ["block"]
    assert "POST /api/actions" not in server.paths()
    with DashClaw(server.url, "key", "agent-1", guard_mode="warn") as claw:
        claw.create_action("deploy", "Ship")
    assert "too risky" in capsys.readouterr().out


def test_recommendations_are_told_and_applied(server: Server) -> None:
    advice = {"id": "rec_1", "confidence": 90, "hints": {"preferred_risk_cap": 20}}
    server.on("GET", "/api/learning/recommendations", {"recommendations": [advice]})
    server.on("POST", "/api/learning/recommendations/events", {"recorded": 1})
    told: list[Any] = []
    with DashClaw(
        server.url, "key", "agent-1", auto_recommend="enforce", recommendation_callback=told.append
    ) as claw:
        claw.create_action("deploy", "Ship", risk_score=80)
    assert told[0]["recommendation"]["id"] == "rec_1"
    [sent] = server.bodies("POST", "/api/actions")
    assert (sent["risk_score"], sent["recommendation_applied"]) == (20, True)


def test_a_callback_may_use_a_client(server: Server) -> None:
    seen: list[Any] = []
    other = DashClaw(server.url, "key", "agent-2")

    def callback(_: Any) -> None:
        seen.append(other.guard({"action_type": "nested"})["decision"])

    with DashClaw(server.url, "key", "agent-1", guard_mode="warn", guard_callback=callback) as claw:
        claw.create_action("deploy", "Ship")

    async def main() -> None:
        async with AsyncDashClaw(server.url, "key", "agent-1", guard_mode="warn", guard_callback=callback) as claw:
            await asyncio.gather(*[claw.create_action("deploy", "Ship") for _ in range(10)])

    asyncio.run(asyncio.wait_for(main(), 20))
    assert seen == ["allow"] * 11


def test_what_a_callback_raises_decides_nothing(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda hint: shown.append(hint.exc_value))

    def callback(_: Any) -> None:
        raise RuntimeError("in the callback")

    with DashClaw(server.url, "key", "agent-1", guard_mode="warn", guard_callback=callback) as claw:
        claw.create_action("deploy", "Ship")
    assert [str(error) for error in shown] == ["in the callback"]
    assert "POST /api/actions" in server.paths()


def test_actions_are_signed_with_the_private_key(server: Server) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    with DashClaw(server.url, "key", "agent-1", private_key=key) as claw:
        claw.create_action("deploy", "Größe")
    [sent] = server.bodies("POST", "/api/actions")
    signature = sent.pop("_signature")
    assert signature == dashclaw.sign_action(sent, key)


def test_events_come_in_order(claw: DashClaw, server: Server) -> None:
    texts = [f'id: {n}\nevent: guard.decision.created\ndata: {{"n":{n}}}\n\n' for n in range(1, 4)]
    server.on("GET", "/api/stream", Reply(events=[(0, text) for text in texts] + [(3, "")]))
    with claw.events() as events:
        assert [next(events)["data"]["n"] for _ in range(3)] == [1, 2, 3]
        assert events.last_event_id == "3"
    with pytest.raises(StopIteration):
        next(events)


def test_a_receipt_is_verified_with_the_servers_keys(claw: DashClaw, server: Server) -> None:
    def keys(_: Request) -> Reply:
        return Reply({"keys": []}, headers={"cache-control": "max-age=300"})

    server.on("GET", "/.well-known/jwks.json", keys)
    server.on("GET", "/api/integrity/jwks", keys)
    answer = claw.verify_receipt({"kind": "unknown"})
    assert not answer
    assert answer.reason


def test_an_error_text_that_is_no_unicode_is_reported_all_the_same(claw: DashClaw, server: Server) -> None:
    error = OSError("no such file: caf\udce9")
    with pytest.raises(OSError, match="no such file") as caught, claw.track("deploy", "Ship"):
        raise error
    assert caught.value is error
    assert server.bodies("PATCH", "/api/actions/act_1")[0]["error_message"] == "no such file: caf?"
