"""The ``dashclaw`` command of the package: the script that installers make, and ``python -m dashclaw``."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import socket
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from server import Server

from dashclaw import DashClaw, __version__

COMMANDS = [[str(Path(sys.executable).with_name("dashclaw"))], [sys.executable, "-m", "dashclaw"]]


@pytest.fixture(params=COMMANDS, ids=["script", "module"])
def command(request: pytest.FixtureRequest) -> list[str]:
    command: list[str] = request.param
    return command


def finished(command: list[str], *arguments: str, env: dict[str, str] | None = None) -> tuple[int, str, str]:
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, timeout=30, check=False, env=env)
    return done.returncode, done.stdout, done.stderr


def test_it_says_its_version_and_its_usage(command: list[str]) -> None:
    assert finished(command, "--version") == (0, f"dashclaw {__version__}\n", "")
    code, out, problem = finished(command, "--help")
    assert (code, problem) == (0, "")
    assert "Usage: dashclaw [OPTIONS] <COMMAND>" in out


def test_mistakes_have_their_exit_codes(command: list[str], tmp_path: Path) -> None:
    code, out, problem = finished(command, "nonsense")
    assert (code, out) == (1, "")
    assert "unrecognized subcommand 'nonsense'" in problem
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code, out, problem = finished(command, "up", "--port", port, "--data", str(tmp_path))
    assert (code, out) == (1, "")
    assert problem.startswith(f"dashclaw: cannot listen on 127.0.0.1:{port}")
    # What is no text arrives as it is.
    code, _, problem = finished([*command, "up", "--policies", os.fsdecode(b"\xff.yaml"), "--data", str(tmp_path), "--port", "0"])
    assert (code, "\ufffd.yaml" in problem) == (1, True), problem


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_up_serves_until_a_signal(command: list[str], ending: signal.Signals, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "DASHCLAW_API_KEY"}
    process = subprocess.Popen(
        [*command, "up", "--port", "0", "--data", str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    try:
        assert process.stdout is not None
        said = "".join(iter(process.stdout.readline, "Stop with Ctrl-C.\n"))
        address, key = re.search(r"http://\S+", said), re.search(r"Agent's key .*: (\S+)", said)
        assert address is not None
        assert key is not None
        with DashClaw(address[0], key[1], "agent-1") as claw:
            assert claw.guard({"action_type": "monitor"})["decision"] == "allow"
        process.send_signal(ending)
        out, problem = process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait()
    assert (process.returncode, out, problem) == (0, "DashClaw has stopped.\n", "")


def environment(url: str, home: Path) -> dict[str, str]:
    """What the command needs to reach a server, and nothing of this machine's settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DASHCLAW_")}
    return {**kept, "DASHCLAW_BASE_URL": url, "DASHCLAW_API_KEY": "key", "HOME": str(home), "TERM": "xterm"}


@pytest.mark.skipif(sys.platform == "win32", reason="there the command waits for the program")
def test_it_asks_a_server_and_becomes_the_program(command: list[str], tmp_path: Path) -> None:
    server = Server()
    server.on("GET", "/api/secrets/env", {"env": {"TOKEN": "s3cret"}, "count": 1, "delivered": ["TOKEN"]})
    server.on("GET", "/api/actions", {"actions": [], "total": 0, "stats": {}})
    try:
        env = environment(server.url, tmp_path)
        code, out, _ = finished(command, "approvals", "--json", env=env)
        assert (code, json.loads(out)) == (0, {"actions": [], "total": 0})
        ran = finished(command, "env", "--", "sh", "-c", 'echo "$TOKEN"; kill -TERM $$', env=env)
        assert ran == (-signal.SIGTERM, "s3cret\n", "")
    finally:
        server.close()


@pytest.mark.skipif(sys.platform == "win32", reason="it needs a pseudo-terminal")
@pytest.mark.parametrize(("keys", "expected"), [(b"q", 0), (b"\x03", 130)], ids=["q", "Ctrl-C"])
def test_the_inbox_gives_the_terminal_back(command: list[str], tmp_path: Path, keys: bytes, expected: int) -> None:
    import fcntl
    import pty
    import termios

    server = Server()
    server.on("GET", "/api/actions", {"actions": [], "total": 0, "stats": {}})
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    before = termios.tcgetattr(theirs)
    process = subprocess.Popen(
        [*command, "approvals"], stdin=theirs, stdout=theirs, stderr=theirs, env=environment(server.url, tmp_path), start_new_session=True
    )
    try:
        shown = b""
        while b"Nothing" not in shown:
            assert select.select([ours], [], [], 30)[0], shown
            shown += os.read(ours, 65536)
        os.write(ours, keys)
        assert process.wait(30) == expected
        assert termios.tcgetattr(theirs) == before
    finally:
        process.kill()
        process.wait()
        os.close(ours)
        os.close(theirs)
        server.close()
