"""Forked processes and the connections of their parent."""

from __future__ import annotations

import os
import ssl
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ALLOW, run_python
from server import Server

CERTIFICATES = Path(__file__).parents[2] / "bindings-node/test/tls"

# Parent and children call in turn, so that a connection of both would carry calls of both. Nothing is repeated: a first
# call over a connection of the parent would have to fail.
TURNS = """
import asyncio, os, sys, threading, traceback, warnings
from multiprocessing import get_context
from dashclaw import AsyncDashClaw, DashClaw
warnings.simplefilter("ignore", DeprecationWarning)
url, certificate = sys.argv[1:]
options = {"ca_bundle": certificate or None, "max_retries": 0, "timeout": 10}
claw = DashClaw(url, "key", "agent-1", **options)
awaited = AsyncDashClaw(url, "key", "agent-1", **options)

def blocking():
    assert claw.guard({"action_type": "a", "target": str(os.getpid())})["decision"] == "allow"

async def at_once():
    ask = {"action_type": "b", "target": str(os.getpid())}
    for decision in await asyncio.gather(*[awaited.guard(ask) for _ in range(3)]):
        assert decision["decision"] == "allow"

def calls():
    blocking()
    asyncio.run(at_once())
    threads = [threading.Thread(target=blocking) for _ in range(3)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()

def child(turn, done):
    try:
        for _ in range(10):
            turn.acquire()
            calls()
            done.release()
        claw.close()
    except BaseException:
        traceback.print_exc()
        os._exit(3)

calls()
context = get_context("fork")
turns = [(context.Semaphore(0), context.Semaphore(0)) for _ in range(4)]
forked = []
for turn, done in turns[:2]:
    forked.append(os.fork())
    if forked[-1] == 0:
        child(turn, done)
        sys.exit(0)  # the whole way down: atexit hooks, finalisers
started = [context.Process(target=child, args=pair) for pair in turns[2:]]
for process in started:
    process.start()
for _ in range(10):
    for turn, _ in turns: turn.release()
    calls()
    for _, done in turns: assert done.acquire(timeout=30)
    calls()
for process in started:
    process.join()
    assert process.exitcode == 0, process.exitcode
for pid in forked:
    assert os.waitpid(pid, 0)[1] == 0
calls()
print("done")
"""


@pytest.fixture(params=["http", "https"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    context = None
    if request.param == "https":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATES / "certificate.pem", CERTIFICATES / "key.pem")
    server = Server(context)
    server.on("POST", "/api/guard", ALLOW)
    yield server
    server.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_no_connection_serves_two_processes(server: Server) -> None:
    secure = server.url.startswith("https")
    done = run_python(TURNS, server.url, str(CERTIFICATES / "certificate.pem") if secure else "", timeout=60)
    assert (done.stdout, done.stderr, done.returncode) == ("done\n", "", 0)
    processes = defaultdict(set)
    for request in server.requests:
        processes[request.peer].add(request.body["target"])
    assert all(len(served) == 1 for served in processes.values()), processes
    assert len(set.union(*processes.values())) == 5, "the parent and its four children"
