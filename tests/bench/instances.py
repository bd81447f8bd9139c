"""`dashclaw up` with data of its own, which end with it."""

import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request

from databases import Sqlite
from processes import COMMAND, clean_environment

QUESTION = b'{"action_type":"deploy","agent_id":"bench-agent","declared_goal":"Deploy build 1842 to production"}'


class Instance:
    """A server. `database` makes its database, given the instance's folder; `command` is another build of the program."""

    def __init__(self, policies=None, database=Sqlite, command=COMMAND):
        self.folder = tempfile.mkdtemp(prefix="dashclaw-bench-")
        self.key = "oc_live_" + os.urandom(16).hex()
        self.policies, self.command = policies, command
        self.database = database(self.folder)
        self.start()

    def spawn(self, port, out):
        command = [self.command, "up", "--port", port, *self.database.options()]
        if self.policies:
            command += ["--policies", self.policies]
        # One key asks and approves here: what is measured is the time between.
        environment = clean_environment() | {"DASHCLAW_API_KEY": self.key, "DASHCLAW_ALLOW_SELF_APPROVAL": "true"}
        self.process = subprocess.Popen([str(part) for part in command], env=environment, stdout=out, stderr=out)

    def start(self):
        log = pathlib.Path(self.folder, "up.log")
        with log.open("w") as out:
            self.spawn(0, out)
        for _ in range(200):
            if found := re.search(r"http://[0-9.:]+", log.read_text()):
                self.url = found.group(0)
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise SystemExit(f"dashclaw up did not start: {log.read_text()}")

    def first_answer(self):
        """Starts it and answers after how many milliseconds it had answered guard."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        begin = time.perf_counter()
        self.spawn(port, subprocess.DEVNULL)
        self.url = f"http://127.0.0.1:{port}"
        while time.perf_counter() - begin < 60:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
                connection.request("POST", "/api/guard", QUESTION, {"x-api-key": self.key})
                if connection.getresponse().status == 200:
                    return (time.perf_counter() - begin) * 1e3
            except ConnectionError:
                time.sleep(0.001)
        raise SystemExit("dashclaw up did not answer")

    def ask(self, method, path, body=None):
        """The JSON of an answer."""
        request = urllib.request.Request(f"{self.url}{path}", method=method, headers={"x-api-key": self.key})
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, data, timeout=30) as response:
            return json.load(response)

    def stored(self):
        """How many guard decisions it has."""
        return self.ask("GET", "/api/guard?limit=1")["total"]

    def cpu_seconds(self):
        """User and system time of its process; Linux only."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_megabytes(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1000

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self):
        """Ends it as a power cut would end a process: it cannot write any more."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        self.database.close()
        shutil.rmtree(self.folder, ignore_errors=True)
