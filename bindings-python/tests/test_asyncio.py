"""The bridge to asyncio."""

from __future__ import annotations

import asyncio
import gc
import inspect
import threading
import time
from collections.abc import Coroutine
from typing import Any

import pytest
from conftest import ALLOW, created, run_python
from server import Reply, Server

import dashclaw
from dashclaw import AsyncDashClaw, DashClaw, _operations

INTENT = {"action_type": "deploy", "declared_goal": "Ship"}


def run(main: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(asyncio.wait_for(main, 20))


def test_500_calls_at_once(server: Server) -> None:
    async def main() -> None:
        async with AsyncDashClaw(server.url, "key", "agent-1") as claw:
            answers = await asyncio.gather(*[claw.guard({**INTENT, "target": str(n)}) for n in range(500)])
        assert [answer["decision"] for answer in answers] == ["allow"] * 500

    run(main())
    assert {body["target"] for body in server.bodies("POST", "/api/guard")} == {str(n) for n in range(500)}


def test_the_loop_runs_while_a_call_waits(server: Server) -> None:
    server.on("POST", "/api/guard", Reply(ALLOW, delay=0.3))

    async def main() -> None:
        claw = AsyncDashClaw(server.url, "key", "agent-1")
        call = asyncio.ensure_future(claw.guard(INTENT))
        turns = 0
        while not call.done():
            turns += 1
            await asyncio.sleep(0.005)
        assert turns > 20

    run(main())


def test_cancelling_the_task_stops_the_request(server: Server) -> None:
    server.on("POST", "/api/guard", Reply(ALLOW, delay=10))

    async def main() -> None:
        claw = AsyncDashClaw(server.url, "key", "agent-1")
        task = asyncio.ensure_future(claw.guard(INTENT))
        while not server.requests:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(server.abandoned.wait, 2), "the server must see the connection close"
        server.on("POST", "/api/guard", ALLOW)
        assert (await claw.guard(INTENT))["decision"] == "allow"

    run(main())


def test_errors_come_as_their_classes_and_lead_to_the_callers_line(server: Server) -> None:
    async def main() -> None:
        claw = AsyncDashClaw(server.url, "key", "agent-1")
        with pytest.raises(dashclaw.NotFoundError) as caught:
            await claw.get_action("act_1")  # this line
        assert any("this line" in str(entry.source) for entry in caught.traceback)

    server.on("GET", "/api/actions/act_1", Reply({"error": "no such action"}, status=404))
    run(main())


def test_a_deadline_of_asyncio_stops_the_call(server: Server) -> None:
    server.on("POST", "/api/guard", Reply(ALLOW, delay=10))

    async def main() -> None:
        claw = AsyncDashClaw(server.url, "key", "agent-1")
        start = time.monotonic()
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(claw.guard(INTENT), 0.2)
        assert time.monotonic() - start < 2

    run(main())


def test_a_client_serves_one_loop_after_another_and_several_at_once(server: Server) -> None:
    claw = AsyncDashClaw(server.url, "key", "agent-1")
    for _ in range(3):
        assert asyncio.run(claw.guard(INTENT))["decision"] == "allow"
    server.on("POST", "/api/guard", Reply(ALLOW, delay=0.01))
    failures: list[BaseException] = []

    async def many() -> None:
        await asyncio.gather(*[claw.guard(INTENT) for _ in range(30)])

    def loop_of_its_own() -> None:
        try:
            run(many())
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=loop_of_its_own) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_loop_that_closes_with_calls_in_flight_is_quiet(server: Server) -> None:
    program = """
import asyncio, sys, time
from dashclaw import AsyncDashClaw, DashClaw, _operations
claw = AsyncDashClaw(sys.argv[1], "key", "agent-1")
loop = asyncio.new_event_loop()
async def start():
    return [asyncio.ensure_future(claw._native.call("guard", '{"action_type":"a"}', None, loop)) for _ in range(50)]
calls = loop.run_until_complete(start())
loop.close()
del calls
time.sleep(0.5)  # the answers come now
print(asyncio.run(claw.guard({"action_type": "a"}))["decision"])
"""
    server.on("POST", "/api/guard", Reply(ALLOW, delay=0.2))
    done = run_python(program, server.url)
    assert (done.returncode, done.stdout, done.stderr) == (0, "allow\n", "")


def test_nothing_of_a_finished_call_stays(server: Server) -> None:
    async def main() -> None:
        claw = AsyncDashClaw(server.url, "key", "agent-1")
        await asyncio.gather(*[claw.guard(INTENT) for _ in range(50)])
        await asyncio.sleep(0.05)
        gc.collect()
        before = sum(isinstance(thing, asyncio.Future) for thing in gc.get_objects())
        await asyncio.gather(*[claw.guard(INTENT) for _ in range(200)])
        await asyncio.sleep(0.05)
        gc.collect()
        after = sum(isinstance(thing, asyncio.Future) for thing in gc.get_objects())
        assert after - before < 10

    run(main())


def test_the_async_surface_is_the_blocking_one(server: Server) -> None:
    blocking = {name for name in dir(dashclaw.DashClaw) if not name.startswith("_")}
    awaited = {name for name in dir(AsyncDashClaw) if not name.startswith("_")}
    assert blocking == awaited


def test_every_operation_of_asyncio_is_a_coroutine_function() -> None:
    """Frameworks look before they call."""
    names = [name for name in dir(_operations.Operations) if not name.startswith(("_", "iter_"))]
    others = ["call", "wait_for_approval", "run_governed", "verify_receipt", "close"]
    assert [name for name in (*names, *others) if not inspect.iscoroutinefunction(getattr(AsyncDashClaw, name))] == []
    assert [name for name in (*names, *others) if inspect.iscoroutinefunction(getattr(DashClaw, name))] == []


def test_track_and_the_action_context(server: Server) -> None:
    server.on("POST", "/api/actions", created())
    server.on("PATCH", "/api/actions/act_1", {"action": {"action_id": "act_1", "status": "completed"}})
    server.on("POST", "/api/assumptions", {"assumption": {"assumption_id": "asm_1"}})

    async def main() -> None:
        async with AsyncDashClaw(server.url, "key", "agent-1") as claw:
            async with claw.track("deploy", "Ship") as tracked:
                async with claw.action_context(tracked["action_id"]) as context:
                    await context.record_assumption({"assumption": "Staging tests passed"})
            with pytest.raises(ZeroDivisionError):
                async with claw.track("deploy", "Ship"):
                    raise ZeroDivisionError("by zero")

    run(main())
    [assumption] = server.bodies("POST", "/api/assumptions")
    assert assumption["action_id"] == "act_1"
    ends = server.bodies("PATCH", "/api/actions/act_1")
    assert [end["status"] for end in ends] == ["completed", "failed"]
    assert ends[1]["error_message"] == "by zero"


def test_a_cancelled_track_closes_its_action(server: Server) -> None:
    server.on("POST", "/api/actions", created())
    server.on("PATCH", "/api/actions/act_1", {"action": {"action_id": "act_1", "status": "failed"}})

    async def work(claw: AsyncDashClaw) -> None:
        async with claw.track("deploy", "Ship"):
            await asyncio.sleep(10)

    async def main() -> None:
        claw = AsyncDashClaw(server.url, "key", "agent-1")
        task = asyncio.ensure_future(work(claw))
        while "POST /api/actions" not in server.paths():
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(main())
    [end] = server.bodies("PATCH", "/api/actions/act_1")
    assert (end["status"], end["error_message"]) == ("failed", "CancelledError")


def test_events_arrive_one_by_one_and_the_stream_can_be_closed(server: Server) -> None:
    texts = [f'id: {n}\nevent: action.updated\ndata: {{"n":{n}}}\n\n' for n in (1, 2)]
    server.on("GET", "/api/stream", Reply(events=[(0, texts[0]), (0.1, texts[1]), (10, "")]))

    async def main() -> None:
        claw = AsyncDashClaw(server.url, "key", "agent-1")
        async with claw.events(last_event_id="0") as events:
            first = await anext(events)
            assert first == {"id": "1", "event": "action.updated", "data": {"n": 1}}
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(anext(events), 0.01)
            assert (await anext(events))["data"] == {"n": 2}
            assert events.last_event_id == "2"
            waiting = asyncio.ensure_future(anext(events))
            await asyncio.sleep(0.05)
            events.close()
            with pytest.raises(StopAsyncIteration):
                await waiting

    run(main())
    assert server.requests[0].headers["last-event-id"] == "0"


def test_run_governed_runs_coroutines(server: Server) -> None:
    server.on("POST", "/api/actions", created())
    server.on("POST", "/api/actions/act_1/outcome", {"action_id": "act_1", "outcome": {"status": "completed"}})
    server.on("PATCH", "/api/actions/act_1", {"action": {"action_id": "act_1", "status": "completed"}})

    async def work(action_id: str) -> str:
        await asyncio.sleep(0)
        return action_id.upper()

    async def main() -> None:
        async with AsyncDashClaw(server.url, "key", "agent-1") as claw:
            run = await claw.run_governed(INTENT, work)
            assert (run.ran, run.result, run.report_error) == (True, "ACT_1", None)

    run(main())
    assert server.bodies("POST", "/api/actions/act_1/outcome")[0]["status"] == "completed"


def test_heartbeats_end_with_the_client(server: Server) -> None:
    server.on("POST", "/api/agents/heartbeat", {"ok": True})

    async def main() -> None:
        claw = AsyncDashClaw(server.url, "key", "agent-1")
        claw.start_heartbeat(interval=0.02)
        claw.start_heartbeat(interval=0.02)
        while len(server.requests) < 3:
            await asyncio.sleep(0.01)
        await claw.close()
        await asyncio.sleep(0.05)

    run(main())
    count = len(server.requests)
    time.sleep(0.1)
    assert len(server.requests) == count
