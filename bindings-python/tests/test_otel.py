"""Each operation is a span of the program's OpenTelemetry, in the caller's own trace."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

import pytest
from conftest import ALLOW, created, run_python
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from server import Reply, Request, Server

from dashclaw import AsyncDashClaw, DashClaw, GuardBlockedError, PermissionDeniedError, ServerError

_exporter = InMemorySpanExporter()
_provider = TracerProvider()
_provider.add_span_processor(SimpleSpanProcessor(_exporter))
program = _provider.get_tracer("program")


@pytest.fixture(autouse=True)
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    # The SDK takes a provider once; other tests shall have none.
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: _provider)
    _exporter.clear()
    yield _exporter


async def anext_of(iterator: AsyncIterator[Any]) -> Any:
    return await iterator.__anext__()


def named(spans: Sequence[ReadableSpan], name: str) -> list[ReadableSpan]:
    return [span for span in spans if span.name == name]


def test_a_call_is_a_span_below_the_caller_s(server: Server, claw: DashClaw, spans: InMemorySpanExporter) -> None:
    replies = iter([Reply({"error": "canary"}, status=503)])
    server.on("POST", "/api/guard", lambda request: next(replies, Reply(ALLOW, headers={"x-request-id": "req-1"})))
    with program.start_as_current_span("agent") as agent:
        claw.guard(action_type="deploy", content="canary", tool={"name": "bash"})
    span = spans.get_finished_spans()[0]
    assert (span.name, span.kind, span.status.status_code) == ("dashclaw.guard", SpanKind.CLIENT, StatusCode.UNSET)
    assert span.parent is not None and span.parent.span_id == agent.get_span_context().span_id
    attributes = dict(span.attributes or {})
    assert attributes.pop("server.port") == int(server.url.rpartition(":")[2])
    assert attributes == {
        "dashclaw.operation": "guard",
        "dashclaw.action.type": "deploy",
        "dashclaw.decision": "allow",
        "dashclaw.request.id": "req-1",
        "http.request.method": "POST",
        "http.request.resend_count": 1,
        "http.response.status_code": 200,
        "server.address": "127.0.0.1",
    }
    (retry,) = span.events
    assert retry.name == "dashclaw.retry"
    assert span.start_time is not None and span.end_time is not None
    assert span.start_time <= retry.timestamp <= span.end_time
    assert "canary" not in span.to_json()
    context = span.get_span_context()
    assert context is not None
    expected = f"00-{context.trace_id:032x}-{context.span_id:016x}"
    assert [request.headers["traceparent"][:-3] for request in server.requests] == [expected] * 2


def test_what_is_experimental_is_asked_for(claw: DashClaw, spans: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_SEMCONV_STABILITY_OPT_IN", "http, gen_ai_latest_experimental")
    claw.guard(action_type="deploy", tool={"name": "bash"})
    (span,) = spans.get_finished_spans()
    attributes = span.attributes or {}
    assert (attributes["gen_ai.agent.id"], attributes["gen_ai.tool.name"]) == ("agent-1", "bash")


def test_an_error_is_told_by_its_kind(server: Server, claw: DashClaw, spans: InMemorySpanExporter) -> None:
    server.on("POST", "/api/guard", Reply({"error": "canary"}, status=500))
    with pytest.raises(ServerError):
        claw.with_options(max_retries=0).guard(action_type="deploy")
    (span,) = spans.get_finished_spans()
    assert (span.status.status_code, span.status.description) == (StatusCode.ERROR, "server")
    assert (span.attributes or {})["error.type"] == "server"
    assert "canary" not in span.to_json()


def test_tasks_and_threads_each_have_their_own_parent(server: Server, claw: DashClaw, spans: InMemorySpanExporter) -> None:
    async def one(client: AsyncDashClaw, name: str) -> None:
        with program.start_as_current_span(name):
            await client.guard(action_type=name)

    async def all_of_them() -> None:
        async with AsyncDashClaw(server.url, "key", "agent-1") as client:
            await asyncio.gather(*(one(client, f"task-{number}") for number in range(10)))

    def in_thread(name: str) -> None:
        with program.start_as_current_span(name):
            claw.guard(action_type=name)

    asyncio.run(all_of_them())
    threads = [threading.Thread(target=in_thread, args=(f"thread-{number}",)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    finished = spans.get_finished_spans()
    calls = named(finished, "dashclaw.guard")
    assert len(calls) == 20
    for span in calls:
        (parent,) = named(finished, str((span.attributes or {})["dashclaw.action.type"]))
        assert span.parent is not None and parent.context is not None
        assert span.parent.span_id == parent.context.span_id
    sent = {(request.body["action_type"], request.headers["traceparent"].split("-")[2]) for request in server.requests}
    assert sent == {((span.attributes or {})["dashclaw.action.type"], f"{span.context.span_id:016x}") for span in calls if span.context}


def approved_later(server: Server) -> None:
    """Approves an action when it has been read twice."""
    reads: list[str] = []

    def read(_: Request) -> Reply:
        reads.append("")
        decided = len(reads) > 2
        action = {"action_id": "act_1", "status": "running" if decided else "pending_approval"}
        return Reply({"action": {**action, "approved_by": "operator" if decided else None}})

    server.on("GET", "/api/actions/act_1", read)
    server.on("GET", "/api/stream", Reply(events=[(0, "event: connected\ndata: {}\n\n"), (3, ": x\n\n")]))


def test_a_wait_is_a_span_with_events(server: Server, claw: DashClaw, spans: InMemorySpanExporter) -> None:
    approved_later(server)
    claw.wait_for_approval("act_1", interval=0.1)
    (span,) = spans.get_finished_spans()
    assert span.name == "dashclaw.wait_for_approval"
    assert [event.name for event in span.events] == [
        "dashclaw.approval.subscribed", "dashclaw.approval.pending", "dashclaw.approval.decided",
    ]
    assert (span.attributes or {})["dashclaw.approval.outcome"] == "approved"


def governed(server: Server) -> None:
    approved_later(server)
    server.on("POST", "/api/actions", created("pending_approval"))
    server.on("POST", "/api/actions/act_1/outcome", {"ok": True})
    server.on("PATCH", "/api/actions/act_1", {"action": {"action_id": "act_1"}})


def test_governed_work_stands_below_its_own_span(server: Server, claw: DashClaw, spans: InMemorySpanExporter) -> None:
    governed(server)

    def work(_: str) -> int:
        with program.start_as_current_span("work"):
            return 1

    run = claw.run_governed({"action_type": "deploy", "declared_goal": "ship"}, work, interval=0.1)
    assert run.result == 1
    finished = spans.get_finished_spans()
    (root,) = named(finished, "dashclaw.run_governed")
    assert root.context is not None
    below = {span.name for span in finished if span.parent and span.parent.span_id == root.context.span_id}
    assert below >= {"work", "dashclaw.guard", "dashclaw.create_action", "dashclaw.wait_for_approval", "dashclaw.report_action_outcome"}
    (wait,) = named(finished, "dashclaw.wait_for_approval")
    assert [event.name for event in wait.events][-1] == "dashclaw.approval.decided"
    assert (root.attributes or {})["dashclaw.action.id"] == "act_1"
    assert {request.headers["traceparent"].split("-")[1] for request in server.requests if "traceparent" in request.headers} == {
        f"{root.context.trace_id:032x}"
    }


def test_a_block_is_told(server: Server, claw: DashClaw, spans: InMemorySpanExporter) -> None:
    blocked = {"error": "blocked", "decision": {**ALLOW, "decision": "block", "reasons": ["no"]}}
    server.on("POST", "/api/actions", Reply(blocked, status=403))
    with pytest.raises(GuardBlockedError):
        claw.run_governed({"action_type": "deploy", "declared_goal": "ship"}, lambda _: None)
    (root,) = named(spans.get_finished_spans(), "dashclaw.run_governed")
    assert (root.attributes or {})["error.type"] == "guard_blocked"


def test_track_is_a_span_around_its_block(server: Server, claw: DashClaw, spans: InMemorySpanExporter) -> None:
    server.on("POST", "/api/actions", created())
    server.on("PATCH", "/api/actions/act_1", {"action": {"action_id": "act_1"}})
    with pytest.raises(ZeroDivisionError), claw.track("deploy", "ship"), program.start_as_current_span("work"):
        1 / 0
    finished = spans.get_finished_spans()
    (root,) = named(finished, "dashclaw.track")
    (work,) = named(finished, "work")
    assert root.context and work.parent and work.parent.span_id == root.context.span_id
    assert (root.attributes or {})["error.type"] == "ZeroDivisionError"
    assert not trace.get_current_span().get_span_context().is_valid


def test_opening_a_stream_is_a_span(server: Server, claw: DashClaw, spans: InMemorySpanExporter) -> None:
    server.on("GET", "/api/stream", Reply(events=[(0, "event: connected\ndata: {}\n\n"), (0, "id: 1\nevent: a\ndata: {}\n\n")]))
    server.on("GET", "/api/actions", {"actions": [], "total": 0})

    async def asynchronous() -> None:
        async with AsyncDashClaw(server.url, "key", "agent-1") as client, client.events() as events:
            with program.start_as_current_span("agent"):
                await anext_of(events)
            async with client.pending_approvals() as approvals:
                await anext_of(approvals)

    with claw.events() as stream, claw.pending_approvals() as lists:
        assert spans.get_finished_spans() == ()
        with program.start_as_current_span("agent"):
            next(stream)
        # What comes later is no part of it.
        next(stream)
        next(lists)
    asyncio.run(asynchronous())
    finished = spans.get_finished_spans()
    opened, agents = named(finished, "dashclaw.events"), named(finished, "agent")
    assert len(opened) == len(agents) == 2
    for span, agent in zip(opened, agents):
        assert agent.context is not None and span.parent is not None
        assert (span.kind, span.parent.span_id) == (SpanKind.CLIENT, agent.context.span_id)
        assert (span.attributes or {})["dashclaw.operation"] == "events"
    assert len(named(finished, "dashclaw.pending_approvals")) == 2


def test_a_stream_that_is_refused_is_an_error_of_its_span(server: Server, claw: DashClaw, spans: InMemorySpanExporter) -> None:
    server.on("GET", "/api/stream", Reply({"error": "canary"}, status=403))
    with claw.events() as stream, pytest.raises(PermissionDeniedError):
        next(stream)
    (span,) = named(spans.get_finished_spans(), "dashclaw.events")
    assert (span.status.status_code, span.status.description) == (StatusCode.ERROR, "permission")
    assert "canary" not in span.to_json()


def test_pages_are_spans_below_one(server: Server, claw: DashClaw, spans: InMemorySpanExporter) -> None:
    pages = iter([{"decisions": [{"decision": "allow"}] * 2, "total": 3}, {"decisions": [{"decision": "allow"}], "total": 3}])
    server.on("GET", "/api/guard", lambda request: Reply(next(pages)))
    assert len(list(claw.iter_guard_decisions(limit=2))) == 3
    finished = spans.get_finished_spans()
    (root,) = named(finished, "dashclaw.get_guard_decisions.pages")
    assert len(named(finished, "dashclaw.get_guard_decisions")) == 2
    assert root.kind is SpanKind.INTERNAL


WITHOUT = """
import sys
from dashclaw import DashClaw
with DashClaw(sys.argv[1], "key", "agent-1") as claw:
    claw.guard(action_type="deploy")
assert not [name for name in sys.modules if name.startswith("opentelemetry")]
"""

UNCONFIGURED = """
import sys
from opentelemetry import trace
from dashclaw import DashClaw
with DashClaw(sys.argv[1], "key", "agent-1") as claw:
    claw.guard(action_type="deploy")
    span = trace.NonRecordingSpan(trace.SpanContext(1, 2, is_remote=True, trace_flags=trace.TraceFlags(1)))
    with trace.use_span(span):
        claw.guard(action_type="deploy")
"""


def test_a_program_without_it_loads_none_of_it(server: Server) -> None:
    assert run_python(WITHOUT, server.url).returncode == 0
    ran = run_python(UNCONFIGURED, server.url)
    assert ran.returncode == 0, ran.stderr
    contexts = [request.headers.get("traceparent") for request in server.requests]
    # Of a program that only hands a context on, the context is handed on.
    assert contexts == [None, None, f"00-{1:032x}-{2:016x}-01"]
