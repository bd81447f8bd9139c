"""What the client does reaches ``logging``, and standard error when ``DASHCLAW_LOG`` asks for it."""

from __future__ import annotations

import asyncio
import contextvars
import logging
import os
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import ALLOW, run_python
from server import Reply, Request, Server

from dashclaw import AsyncDashClaw, DashClaw, ServerError

request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="none")


class Ear(logging.Handler):
    """Keeps the records, with what the context held where each was handled."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[Any] = []
        self.contexts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)
        self.contexts.append(request_id.get())

    def events(self) -> list[str]:
        return [record.event for record in self.records]


@pytest.fixture
def ear() -> Iterator[Ear]:
    logger, ear = logging.getLogger("dashclaw"), Ear()
    logger.addHandler(ear)
    before = logger.level
    yield ear
    logger.setLevel(before)
    logger.removeHandler(ear)


def failing_once(server: Server) -> None:
    replies = iter([Reply({"error": "canary"}, status=503)])
    server.on("POST", "/api/guard", lambda request: next(replies, Reply(ALLOW, headers={"x-request-id": "req-1"})))


def test_a_call_s_records_are_there_when_it_returns(server: Server, claw: DashClaw, ear: Ear) -> None:
    logging.getLogger("dashclaw").setLevel(logging.DEBUG)
    failing_once(server)
    claw.guard(action_type="deploy", content="canary")
    assert ear.events() == [f"dashclaw.{name}" for name in ("request", "failure", "retry", "request", "response")]
    first, failure, retry, _, last = ear.records
    assert (first.name, first.levelname, first.operation, first.method, first.path) == (
        "dashclaw", "DEBUG", "guard", "POST", "/api/guard",
    )
    assert (failure.status, failure.error, retry.levelname, retry.attempt) == (503, "server", "INFO", 2)
    assert (last.status, last.request_id) == (200, "req-1")
    assert last.getMessage().startswith("response ")
    assert "status=200" in last.getMessage()
    assert first.created <= last.created
    told = " ".join(str(record.__dict__) for record in ear.records)
    assert "canary" not in told
    assert "oc_live_secret" not in told


def test_the_level_counts_from_the_next_call_on(claw: DashClaw, ear: Ear) -> None:
    logger = logging.getLogger("dashclaw")
    claw.guard(action_type="deploy")
    assert ear.records == []
    logger.setLevel(logging.DEBUG)
    claw.guard(action_type="deploy")
    assert len(ear.records) == 2
    logger.setLevel(logging.INFO)
    claw.guard(action_type="deploy")
    assert len(ear.records) == 2


def test_records_are_handled_in_the_context_of_their_call(server: Server, claw: DashClaw, ear: Ear) -> None:
    logging.getLogger("dashclaw").setLevel(logging.DEBUG)

    def ask(name: str) -> None:
        request_id.set(name)
        claw.guard(action_type=name)

    threads = [threading.Thread(target=ask, args=(f"thread-{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(set(ear.contexts)) == [f"thread-{number}" for number in range(8)]
    assert len(ear.records) == 16

    async def ask_async() -> None:
        async def one(client: AsyncDashClaw, name: str) -> None:
            request_id.set(name)
            await client.guard(action_type=name)

        async with AsyncDashClaw(server.url, "key", "agent-1") as client:
            await asyncio.gather(*(one(client, f"task-{number}") for number in range(8)))

    ear.contexts.clear()
    asyncio.run(ask_async())
    assert sorted(ear.contexts) == sorted([f"task-{number}" for number in range(8)] * 2)


def test_what_comes_up_in_the_background_is_told_while_nobody_calls(server: Server, claw: DashClaw, ear: Ear) -> None:
    server.on("POST", "/api/agents/heartbeat", Reply({"error": "down"}, status=400))
    told = threading.Event()
    ear.emit = lambda record: told.set()  # type: ignore[method-assign]
    claw.start_heartbeat(interval=60)
    assert told.wait(10)
    claw.stop_heartbeat()


def test_a_handler_may_raise_and_may_call_the_client(claw: DashClaw, ear: Ear, monkeypatch: pytest.MonkeyPatch) -> None:
    logging.getLogger("dashclaw").setLevel(logging.DEBUG)
    calls: list[str] = []
    raised: list[type[BaseException]] = []
    monkeypatch.setattr("sys.unraisablehook", lambda problem: raised.append(problem.exc_type))

    def emit(record: logging.LogRecord) -> None:
        calls.append(record.getMessage())
        claw.guard(action_type="from a handler")
        raise ValueError("a handler's own mistake")

    ear.emit = emit  # type: ignore[method-assign]
    assert claw.guard(action_type="deploy")["decision"] == "allow"
    assert len(calls) == 2
    assert raised == [ValueError, ValueError]


ON_STDERR = """
import sys
from dashclaw import DashClaw
with DashClaw(sys.argv[1], "oc_live_secret", "agent-1") as claw:
    claw.guard(action_type="deploy", content="canary")
assert "logging" not in sys.modules
"""


def on_stderr(server: Server, level: str) -> str:
    os.environ["DASHCLAW_LOG"] = level
    try:
        ran = run_python(ON_STDERR, server.url)
    finally:
        del os.environ["DASHCLAW_LOG"]
    assert ran.returncode == 0, ran.stderr
    return ran.stderr


def test_a_variable_asks_for_lines_on_standard_error(server: Server) -> None:
    first, last = on_stderr(server, "debug").splitlines()
    assert " DEBUG dashclaw: request " in first
    assert "operation=guard" in first
    assert " DEBUG dashclaw: response " in last
    assert "canary" not in first + last
    assert "oc_live_secret" not in first + last
    assert on_stderr(server, "off") == on_stderr(server, "info") == ""
    assert "DASHCLAW_LOG is none of off, error, warn" in on_stderr(server, "loud")


FORKED = """
import logging, os, sys
from dashclaw import DashClaw
logging.basicConfig(level=logging.DEBUG, format="%(process)d %(message)s", stream=sys.stdout)
claw = DashClaw(sys.argv[1], "key", "agent-1")
claw.guard(action_type="parent")
sys.stdout.flush()
child = os.fork()
if child == 0:
    claw.guard(action_type="child")
    claw.start_heartbeat(interval=60)
    import time
    time.sleep(1)
    sys.stdout.flush()
    os._exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
claw.guard(action_type="parent")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_forked_process_logs_too(server: Server) -> None:
    ran = run_python(FORKED, server.url)
    assert ran.returncode == 0, ran.stderr
    lines = [line.split()[:2] for line in ran.stdout.splitlines()]
    parent = lines[0][0]
    assert [line for line in lines if line[0] == parent] == [[parent, "request"], [parent, "response"]] * 2
    child = [line[1] for line in lines if line[0] != parent]
    assert child[:2] == ["request", "response"]
    assert "a" in child, ran.stdout  # "a task in the background failed"


AT_EXIT = """
import atexit, logging, sys, threading
from dashclaw import DashClaw
logging.basicConfig(level=logging.DEBUG, format="%(message)s", stream=sys.stdout)
claw = DashClaw(sys.argv[1], "key", "agent-1")
claw.start_heartbeat(interval=60)
claw.guard(action_type="deploy")
"""


def test_nothing_hangs_at_the_end_of_the_interpreter(server: Server) -> None:
    ran = run_python(AT_EXIT, server.url, timeout=20)
    assert ran.returncode == 0, ran.stderr
    assert "operation=guard" in ran.stdout


def test_an_error_is_raised_and_not_only_logged(server: Server, claw: DashClaw, ear: Ear) -> None:
    logging.getLogger("dashclaw").setLevel(logging.DEBUG)
    server.on("POST", "/api/guard", lambda request: _failing(request))
    with pytest.raises(ServerError):
        claw.with_options(max_retries=0).guard(action_type="deploy")
    assert ear.events() == ["dashclaw.request", "dashclaw.failure"]


def _failing(_: Request) -> Reply:
    return Reply({"error": "down"}, status=500)
