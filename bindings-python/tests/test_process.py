"""Threads, forks, signals and the end of the process."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import ALLOW, run_python
from server import Reply, Server

FORK = """
import asyncio, os, signal, sys, time, traceback, warnings
from dashclaw import AsyncDashClaw, DashClaw, ClientClosedError
warnings.simplefilter("ignore", DeprecationWarning)
url = sys.argv[1]
claw, unused, closed = (DashClaw(url, "key", "agent-1") for _ in range(3))
awaited = AsyncDashClaw(url, "key", "agent-1")
ask = {"action_type": "a"}
claw.guard(ask)
asyncio.run(awaited.guard(ask))
closed.close()
events = claw.events()
next(events)
time.sleep(0.05)
for _ in range(5):
    child = os.fork()
    if child == 0:
        signal.alarm(10)
        try:
            assert claw.guard(ask)["decision"] == "allow"
            assert unused.guard(ask)["decision"] == "allow"
            assert asyncio.run(awaited.guard(ask))["decision"] == "allow"
            try:
                closed.guard(ask)
            except ClientClosedError:
                pass
            else:
                os._exit(4)
            try:
                next(events)
            except ClientClosedError as error:
                assert "process" in str(error)
            else:
                os._exit(5)
            events.close()
            assert len(os.listdir("/proc/self/task")) == 2, "this thread and a worker of its own"
        except BaseException:
            traceback.print_exc()
            os._exit(3)
        sys.exit(0)  # the whole way down: atexit hooks, finalisers
    _, status = os.waitpid(child, 0)
    assert status == 0, status
assert claw.guard(ask)["decision"] == "allow"
events.close()
print("done")
"""

POOL = """
import multiprocessing, sys
from dashclaw import DashClaw
claw = None
def work(number):
    return claw.guard({"action_type": "a", "target": str(number)})["decision"]
if __name__ == "__main__":
    claw = DashClaw(sys.argv[1], "key", "agent-1")
    claw.guard({"action_type": "a"})
    with multiprocessing.get_context("fork").Pool(3) as pool:
        print(set(pool.map(work, range(30))))
"""

EXIT = """
import asyncio, sys, threading, time
from dashclaw import AsyncDashClaw, DashClaw
ask = {"action_type": "a"}
claw = DashClaw(sys.argv[1], "key", "agent-1", approval_banner="off")
awaited = AsyncDashClaw(sys.argv[1], "key", "agent-1")
for _ in range(4):
    threading.Thread(target=claw.guard, args=(ask,), daemon=True).start()
def loop():
    async def main():
        await asyncio.gather(*[awaited.guard(ask) for _ in range(50)], return_exceptions=True)
    asyncio.run(main())
threading.Thread(target=loop, daemon=True).start()
threading.Thread(target=lambda: list(claw.events()), daemon=True).start()
threading.Thread(target=lambda: claw.wait_for_approval("act_1"), daemon=True).start()
time.sleep(float(sys.argv[2]))
print("end")
"""

INTERPRETERS = """
import os, sys
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters

def another(*kind, **options):
    reading, writing = os.pipe()
    interpreters.run_string(interpreters.create(*kind, **options), f'''
import os
try:
    import dashclaw
    told = "loaded"
except ImportError as error:
    told = str(error)
os.write({writing}, told.encode())
''')
    return os.read(reading, 1000).decode()

share_the_lock = (("legacy",), {}) if sys.version_info >= (3, 13) else ((), {"isolated": False})
first = another(*share_the_lock[0], **share_the_lock[1]) if sys.argv[1] == "other first" else ""
try:
    import dashclaw
    print("loaded" if first == "" else "loaded twice")
except ImportError as error:
    print(error)
print(first or another(*share_the_lock[0], **share_the_lock[1]))
if sys.version_info >= (3, 12):
    assert "does not support loading in subinterpreters" in another()
"""

INTERRUPTED = """
import sys, time
from dashclaw import DashClaw
claw = DashClaw(sys.argv[1], "key", "agent-1", approval_banner="off")
print("ready", flush=True)
start = time.monotonic()
try:
    claw.wait_for_approval("act_1", timeout=60)
except KeyboardInterrupt:
    print("interrupted", flush=True)
print(claw.guard({"action_type": "a"})["decision"], flush=True)
"""

IMPORTED = """
import os, sys
before = set(sys.modules)
import dashclaw
new = set(sys.modules) - before
assert len(os.listdir("/proc/self/task")) == 1, "importing starts a thread"
for heavy in ("asyncio", "inspect", "dataclasses", "urllib", "http", "socket", "ssl", "threading", "logging", "typing_extensions"):
    assert heavy not in new, heavy
claw = dashclaw.DashClaw("http://127.0.0.1:1", "key", "agent-1")
assert len(os.listdir("/proc/self/task")) == 1, "making a client starts a thread"
print(len(new))
"""


@pytest.fixture(autouse=True)
def stream(server: Server) -> None:
    server.on("GET", "/api/stream", Reply(events=[(0, "event: connected\ndata: {}\n\n"), (5, "")]))


def test_a_forked_child_uses_an_idle_client(server: Server) -> None:
    done = run_python(FORK, server.url, timeout=60)
    assert (done.stdout, done.stderr, done.returncode) == ("done\n", "", 0)


def test_a_process_pool_uses_the_parents_client(server: Server, tmp_path: Path) -> None:
    program = tmp_path / "pool.py"
    program.write_text(POOL)
    done = subprocess.run(
        [sys.executable, program, server.url], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout, done.returncode) == ("{'allow'}\n", 0), done.stderr


@pytest.mark.parametrize("run", range(20))
def test_the_interpreter_exits_with_calls_in_flight(server: Server, run: int) -> None:
    # Some answers come before the end, some while it happens, some never.
    server.on("POST", "/api/guard", lambda _: Reply(ALLOW, delay=0.05 * (len(server.requests) % 5)))
    server.on("GET", "/api/actions/act_1", {"action": {"action_id": "act_1", "status": "pending_approval"}})
    start = time.monotonic()
    done = run_python(EXIT, server.url, str(0.02 * (run % 10)))
    assert (done.stdout, done.returncode) == ("end\n", 0), done.stderr
    assert "panicked" not in done.stderr
    assert "Fatal" not in done.stderr
    assert time.monotonic() - start < 10


def test_ctrl_c_ends_a_blocking_wait_at_once(server: Server) -> None:
    server.on("GET", "/api/actions/act_1", {"action": {"action_id": "act_1", "status": "pending_approval"}})
    program = subprocess.Popen([sys.executable, "-c", INTERRUPTED, server.url], stdout=subprocess.PIPE, text=True)
    assert program.stdout is not None
    assert program.stdout.readline() == "ready\n"
    time.sleep(0.5)
    start = time.monotonic()
    program.send_signal(signal.SIGINT)
    assert program.stdout.readline() == "interrupted\n"
    assert time.monotonic() - start < 2
    assert program.stdout.readline() == "allow\n"
    assert program.wait(5) == 0
    program.stdout.close()


@pytest.mark.parametrize("others", [0, 4])
def test_ctrl_c_during_a_write_says_what_may_have_happened(server: Server, others: int) -> None:
    program = """
import signal, sys, threading, os, time
from dashclaw import DashClaw, OutcomeUnknownError
claw = DashClaw(sys.argv[1], "key", "agent-1")
for _ in range(int(sys.argv[2])):
    threading.Thread(target=claw.guard, args=({"action_type": "a"},), daemon=True).start()
time.sleep(0.2)
threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
start = time.monotonic()
try:
    claw.create_action("deploy", "Ship")
except KeyboardInterrupt as interrupt:
    assert isinstance(interrupt.__cause__, OutcomeUnknownError), interrupt.__cause__
    assert time.monotonic() - start < 2
    print(interrupt.__cause__.idempotency_key)
"""
    server.on("POST", "/api/guard", Reply(ALLOW, delay=10))
    server.on("POST", "/api/actions", Reply({}, delay=10))
    done = run_python(program, server.url, str(others))
    [sent] = server.bodies("POST", "/api/actions")
    assert (done.stdout, done.stderr) == (sent["idempotency_key"] + "\n", "")


@pytest.mark.parametrize("order", ["this first", "other first"])
def test_one_interpreter_has_the_package_and_others_are_told(order: str) -> None:
    done = run_python(INTERPRETERS, order)
    assert done.returncode == 0, done.stderr
    told = sorted(done.stdout.splitlines())
    assert told[1:] == ["loaded"] and told[0].startswith("dashclaw runs in one interpreter of a process"), done.stdout


def test_importing_starts_no_thread_and_loads_little(server: Server) -> None:
    done = run_python(IMPORTED)
    assert done.stderr == ""
    assert int(done.stdout) < 60
