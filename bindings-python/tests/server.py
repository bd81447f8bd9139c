"""A scripted DashClaw server on loopback, for tests."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Request:
    """A request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any
    peer: int
    """The port at the client's end of the connection."""


@dataclass
class Reply:
    """What the server answers: a JSON value, raw bytes, or a list of events that is sent piece by piece."""

    body: Any = None
    status: int = 200
    delay: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)
    events: list[tuple[float, str]] | None = None


Script = Callable[[Request], Reply] | Reply


class Server:
    """Answers by script: the first entry whose method and path prefix fit."""

    def __init__(self, secure: ssl.SSLContext | None = None) -> None:
        self.requests: list[Request] = []
        self.abandoned = threading.Event()
        """Set when a client hung up before it was answered."""
        self._scripts: list[tuple[str, str, Script]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def handle_any(self) -> None:
                outer._answer(self)

            do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = handle_any

            def log_message(self, format: str, *args: Any) -> None:
                pass

        class Listener(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 1024

            def handle_error(self, request: Any, client_address: Any) -> None:
                outer.abandoned.set()

        self._listener = Listener(("127.0.0.1", 0), Handler)
        port = self._listener.server_address[1]
        self.url = f"https://localhost:{port}" if secure else f"http://127.0.0.1:{port}"
        if secure:
            # The handshake is left to the thread of the connection.
            self._listener.socket = secure.wrap_socket(self._listener.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def on(self, method: str, path: str, script: Script | dict[str, Any]) -> None:
        """Later entries win."""
        self._scripts.insert(0, (method, path, Reply(script) if isinstance(script, dict) else script))

    def paths(self) -> list[str]:
        return [f"{request.method} {request.path.partition('?')[0]}" for request in self.requests]

    def bodies(self, method: str, path: str) -> list[Any]:
        return [request.body for request in self.requests if request.method == method and request.path == path]

    def close(self) -> None:
        self._listener.shutdown()
        self._listener.server_close()

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        text = handler.rfile.read(int(handler.headers.get("content-length") or 0))
        body = json.loads(text) if text else None
        headers = {name.lower(): value for name, value in handler.headers.items()}
        request = Request(handler.command, handler.path, headers, body, handler.client_address[1])
        self.requests.append(request)
        reply = self._find(request)
        if reply.delay:
            self._linger(handler, reply.delay)
        if reply.events is not None:
            self._stream(handler, reply.events)
            return
        payload = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        handler.send_response(reply.status)
        for name, value in {"content-type": "application/json", **reply.headers}.items():
            handler.send_header(name, value)
        handler.send_header("content-length", str(len(payload)))
        handler.end_headers()
        handler.wfile.write(payload)

    def _find(self, request: Request) -> Reply:
        for method, path, script in self._scripts:
            if request.method == method and request.path.startswith(path):
                return script if isinstance(script, Reply) else script(request)
        return Reply({"error": "not scripted"}, status=404)

    def _linger(self, handler: BaseHTTPRequestHandler, seconds: float) -> None:
        """Waits, and notices when the client hangs up meanwhile."""
        end = time.monotonic() + seconds
        handler.connection.settimeout(0.01)
        try:
            while time.monotonic() < end:
                try:
                    if handler.connection.recv(1) == b"":
                        self.abandoned.set()
                        raise ConnectionAbortedError
                except TimeoutError:
                    continue
        finally:
            handler.connection.settimeout(None)

    @staticmethod
    def _stream(handler: BaseHTTPRequestHandler, events: list[tuple[float, str]]) -> None:
        handler.send_response(200)
        handler.send_header("content-type", "text/event-stream")
        handler.send_header("connection", "close")
        handler.end_headers()
        for delay, text in events:
            time.sleep(delay)
            handler.wfile.write(text.encode())
            handler.wfile.flush()
        handler.close_connection = True
