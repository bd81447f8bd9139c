"""A session with pyright's language server: what an editor offers at a place in a program."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any


class LanguageServer:
    """The server, for one program."""

    def __init__(self, root: Path) -> None:
        command = [str(Path(sys.executable).parent / "pyright-langserver"), "--stdio"]
        self._server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._ids = itertools.count(1)
        self._root = root.as_uri()

    def __enter__(self) -> LanguageServer:
        folder = {"uri": self._root, "name": "tests"}
        self.ask("initialize", {"processId": None, "rootUri": self._root, "capabilities": {"workspace": {"configuration": True}}, "workspaceFolders": [folder]})
        self._tell("initialized", {})
        return self

    def __exit__(self, _type: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None) -> None:
        self._server.kill()
        self._server.communicate()

    def completions(self, program: str) -> set[str]:
        """What is offered at the ``|`` of a program."""
        before, _, after = program.partition("|")
        uri = f"{self._root}/program_{next(self._ids)}.py"
        document = {"uri": uri, "languageId": "python", "version": 1, "text": before + after}
        self._tell("textDocument/didOpen", {"textDocument": document})
        place = {"line": before.count("\n"), "character": len(before) - before.rfind("\n") - 1}
        answer = self.ask("textDocument/completion", {"textDocument": {"uri": uri}, "position": place})
        return {item["label"] for item in answer["items"]}

    def ask(self, method: str, parameters: dict[str, Any]) -> Any:
        number = next(self._ids)
        self._send({"id": number, "method": method, "params": parameters})
        while True:
            message = self._receive()
            if message.get("id") == number and "method" not in message:
                return message["result"]
            if "id" in message:  # the server asks, too
                wanted = message["params"].get("items", []) if message["method"] == "workspace/configuration" else []
                self._send({"id": message["id"], "result": [{"pythonPath": sys.executable} for _ in wanted]})

    def _tell(self, method: str, parameters: dict[str, Any]) -> None:
        self._send({"method": method, "params": parameters})

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._server.stdin is not None
        self._server.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._server.stdin.flush()

    def _receive(self) -> dict[str, Any]:
        assert self._server.stdout is not None
        length = 0
        while line := self._server.stdout.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        message: dict[str, Any] = json.loads(self._server.stdout.read(length))
        return message
