"""Attachments, iterators and workers: what of them is Python's own."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from contextlib import aclosing
from typing import Any

import pytest
from server import Reply, Request, Server

from dashclaw import AsyncDashClaw, DashClaw, InvalidArgumentError

END = "/api/work-orders/wo_1/complete"


def actions(request: Request) -> Reply:
    offset = int(request.path.partition("offset=")[2].partition("&")[0] or 0)
    return Reply({"actions": [{"action_id": f"act_{n}"} for n in range(offset, min(offset + 2, 5))]})


def orders() -> Any:
    found: Iterator[dict[str, Any] | None] = itertools.chain([{"id": "wo_1", "type": "t", "input": {"n": 1}}], itertools.repeat(None))
    return lambda _: Reply({"work_order": next(found)})


def test_an_attachment_is_bytes(claw: DashClaw, server: Server) -> None:
    server.on("GET", "/api/messages/attachments", Reply(b"\x00\xff", headers={"content-type": "image/png"}))
    expected = {"data": b"\x00\xff", "filename": "att_1", "mime_type": "image/png"}
    assert claw.get_attachment("att_1") == expected
    assert claw.call("get_attachment", {"attachment_id": "att_1"}) == expected
    assert claw.get_attachment_url("a/b c") == f"{server.url}/api/messages/attachments?id=a%2Fb%20c"


def test_a_page_is_asked_for_when_it_is_needed(claw: DashClaw, server: Server) -> None:
    server.on("GET", "/api/actions", actions)
    items = claw.iter_actions(limit=2)
    assert server.requests == []
    assert [item["action_id"] for item in itertools.islice(items, 3)] == ["act_0", "act_1", "act_2"]
    assert len(server.requests) == 2
    assert [item["action_id"] for item in items] == ["act_3", "act_4"]
    with pytest.raises(InvalidArgumentError, match="`limit`"):
        claw.iter_actions(limit="many")  # type: ignore[arg-type]


def test_pages_of_asyncio(server: Server) -> None:
    server.on("GET", "/api/actions", actions)

    async def main() -> list[str]:
        async with AsyncDashClaw(server.url, "key", "agent-1") as claw:
            return [item["action_id"] async for item in claw.iter_actions(limit=2)]

    assert asyncio.run(main()) == [f"act_{n}" for n in range(5)]


def test_leaving_the_loop_gives_the_order_up(claw: DashClaw, server: Server) -> None:
    server.on("POST", "/api/work-orders/claim", orders())
    server.on("POST", END, {"work_order": {}})
    for order in claw.work_orders(["t"]):
        assert (order.id, order.type, order.input) == ("wo_1", "t", {"n": 1})
        break
    assert [body["error"]["code"] for body in server.bodies("POST", END)] == ["abandoned"]


def test_what_is_completed_is_not_given_up(claw: DashClaw, server: Server) -> None:
    server.on("POST", "/api/work-orders/claim", orders())
    server.on("POST", END, {"work_order": {"status": "completed"}})
    loop = claw.work_orders(interval=0.1)
    answer = next(loop).complete({"a": 1}, {"total_usd": 0.5})
    assert answer == {"work_order": {"status": "completed"}}
    loop.close()
    assert server.bodies("POST", END) == [
        {"status": "completed", "output": {"a": 1}, "cost": {"total_usd": 0.5}, "agent_id": "agent-1"}
    ]


def test_a_cancelled_worker_gives_its_order_up(server: Server) -> None:
    server.on("POST", "/api/work-orders/claim", orders())
    server.on("POST", END, {"work_order": {}})

    async def main() -> None:
        async with AsyncDashClaw(server.url, "key", "agent-1") as claw:
            working = asyncio.Event()

            async def work() -> None:
                async with aclosing(claw.work_orders()) as loop:
                    async for order in loop:
                        working.set()
                        await asyncio.sleep(60)
                        await order.fail("never", "reached")

            task = asyncio.create_task(work())
            await working.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(main())
    assert [body["error"]["code"] for body in server.bodies("POST", END)] == ["abandoned"]
