"""Every recorded call of the official client sends the same request through ours.

What may differ stands in ``tests/vectors/official-differences.tsv``, each with its reason, and nowhere else.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from server import Reply, Server

from dashclaw import AsyncDashClaw, DashClaw, DashClawError

VECTORS = Path(__file__).parents[2] / "tests" / "vectors"
METHODS = json.loads((VECTORS / "official-python.json").read_text())["methods"]
DIFFERENCES = [
    line.split("\t")[1:4]
    for line in (VECTORS / "official-differences.tsv").read_text().splitlines()
    if line.startswith("python\t")
]

# What makes its requests in another order, or by a timer; tests of their own compare it.
ELSEWHERE = {"wait_for_approval", "wait_for_pairing", "start_heartbeat", "stop_heartbeat", "wrap_client", "action_context", "track"}

# Answers that no operation takes offence at.
ANSWER = {"action_id": "act_1", "action": {"action_id": "act_1", "status": "running"}}
VERDICT = {"decision": "allow", "decision_id": "act_gd_1"}

CALLS = [
    pytest.param(method["name"], call, id=f"{method['name']}-{call['variant']}")
    for method in METHODS
    if method["name"] not in ELSEWHERE
    for call in method["calls"]
    # What the official client itself fails at, before any request, is nothing to compare with.
    if "error" not in call
]


@pytest.fixture(scope="module")
def recorder() -> Iterator[Server]:
    server = Server()
    for method in ("GET", "POST", "PATCH", "PUT", "DELETE"):
        server.on(method, "/", Reply(ANSWER))
    server.on("POST", "/api/guard", Reply(VERDICT))
    yield server
    server.close()


def allowed(name: str, variant: str, member: str) -> bool:
    return any(row in DIFFERENCES for row in ([name, variant, member], [name, "*", member]))


def members(target: str, body: Any) -> dict[str, Any]:
    """The query and the body in one, by name."""
    named = dict(parse_qsl(urlsplit(target).query, keep_blank_values=True))
    return {**named, **(body or {})}


def differing(name: str, variant: str, theirs: dict[str, Any], ours: dict[str, Any]) -> list[str]:
    """Names of members that differ and may not. A null of theirs for an argument that was not given is not sent."""
    nothing = object()
    return [
        member
        for member in {*theirs, *ours}
        if theirs.get(member, nothing) != ours.get(member, nothing)
        and not (member not in ours and theirs[member] is None)
        and not allowed(name, variant, member)
    ]


def replay(server: Server, name: str, call: dict[str, Any], send: Any) -> None:
    variant = call["variant"]
    server.requests.clear()
    if allowed(name, variant, "(refused)"):
        with pytest.raises((DashClawError, ValueError, TypeError)):
            send(**call["args"])
        assert server.requests == []
        return
    send(**call["args"])
    seen = [(request.method, urlsplit(request.path).path) for request in server.requests]
    assert seen == [(theirs["verb"], urlsplit(theirs["target"]).path) for theirs in call["requests"]]
    for theirs, ours in zip(call["requests"], server.requests, strict=True):
        their_members = members(theirs["target"], theirs["body"])
        our_members = members(ours.path, ours.body)
        wrong = differing(name, variant, their_members, our_members)
        assert wrong == [], f"theirs {their_members}, ours {our_members}"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(("name", "call"), CALLS)
def test_requests_are_those_of_the_official_client(recorder: Server, name: str, call: dict[str, Any]) -> None:
    with DashClaw(recorder.url, "key_test", "agent-1", agent_name="Agent One", max_retries=0) as claw:
        replay(recorder, name, call, getattr(claw, name))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_asyncio_client_sends_the_same(recorder: Server) -> None:
    claw = AsyncDashClaw(recorder.url, "key_test", "agent-1", agent_name="Agent One", max_retries=0)

    def awaited(loop: asyncio.AbstractEventLoop, name: str) -> Any:
        async def send(**arguments: Any) -> Any:
            answer = getattr(claw, name)(**arguments)
            return await answer if inspect.isawaitable(answer) else answer

        return lambda **arguments: loop.run_until_complete(send(**arguments))

    with closing(asyncio.new_event_loop()) as loop:
        for parameters in CALLS:
            name, call = parameters.values
            replay(recorder, name, call, awaited(loop, name))
        loop.run_until_complete(claw.close())


def test_every_official_method_is_there() -> None:
    missing = [method["name"] for method in METHODS if not hasattr(DashClaw, method["name"])]
    assert missing == []


def test_every_line_of_the_table_names_a_recorded_call() -> None:
    known = {(method["name"], call["variant"]) for method in METHODS for call in method["calls"]}
    for name, variant, member in DIFFERENCES:
        assert (name, variant) in known or (variant == "*" and (name, "all") in known), name
        assert re.fullmatch(r"\(refused\)|\w+", member), member
