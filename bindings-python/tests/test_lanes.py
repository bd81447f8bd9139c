"""Blocking calls drive their own socket, and let others run meanwhile."""

from __future__ import annotations

import sys

import pytest
from conftest import ALLOW, run_python
from server import Reply, Server

THREADS = """
import os, sys, threading
from pathlib import Path
from dashclaw import DashClaw

claw = DashClaw(sys.argv[1], "key", "agent-1")

def ours():
    names = []
    for task in Path("/proc/self/task").iterdir():
        try:
            names.append(task.joinpath("comm").read_text().strip())
        except OSError:
            pass  # one that has just ended
    return [name for name in names if name.startswith("dashclaw")]

for _ in range(20):
    claw.guard({"action_type": "a"})
threads = [threading.Thread(target=claw.guard, args=({"action_type": "a"},)) for _ in range(2)]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert ours() == [], ours()

barrier = threading.Barrier(40)
def at_once():
    barrier.wait()
    claw.guard({"action_type": "slow"})
threads = [threading.Thread(target=at_once) for _ in range(40)]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert ours() == ["dashclaw-0"], ours()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="looks at the process's threads in /proc")
def test_a_blocking_call_wakes_no_other_thread(server: Server) -> None:
    server.on("POST", "/api/guard", lambda request: Reply(ALLOW, delay=0.3 if "slow" in str(request.body) else 0))
    ran = run_python(THREADS, server.url)
    assert ran.returncode == 0, ran.stderr
    assert len(server.requests) == 62
    # One thread takes one connection, and gives it to the next.
    assert len({request.peer for request in server.requests[:20]}) == 1


GREENLETS = """
from gevent import monkey
monkey.patch_all()
import sys, gevent
from dashclaw import DashClaw, NotFoundError

claw = DashClaw(sys.argv[1], "key", "agent-1")
turns = 0

def other():
    global turns
    while True:
        gevent.sleep(0.01)
        turns += 1

gevent.spawn(other)
assert claw.guard({"action_type": "slow"})["decision"] == "allow"
assert turns > 10, turns
before = turns
event = next(claw.events())
assert event["data"] == {"n": 1} and turns > before + 10, (event, turns)
greenlets = [gevent.spawn(claw.guard, {"action_type": "slow"}) for _ in range(5)]
gevent.joinall(greenlets, raise_error=True)
before = turns
try:
    claw.get_action("act_1")
except NotFoundError:
    pass
else:
    raise AssertionError
claw.agent_id = "agent-2"
assert claw.guard({"action_type": "slow"})["decision"] == "allow" and turns > before + 10
claw.close()
"""


def test_a_call_lets_the_other_greenlets_run(server: Server) -> None:
    server.on("POST", "/api/guard", Reply(ALLOW, delay=0.5))
    server.on("GET", "/api/actions/act_1", Reply({"error": "gone"}, status=404))
    server.on("GET", "/api/stream", Reply(events=[(0.5, 'id: 1\nevent: x\ndata: {"n":1}\n\n'), (5, "")]))
    ran = run_python(GREENLETS, server.url)
    assert ran.returncode == 0, ran.stderr
