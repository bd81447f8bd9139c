"""What becomes of kept connections."""

from __future__ import annotations

import socket
import threading
import time

from dashclaw import DashClaw

ANSWER = b'{"success":true,"action":{"action_id":"act_1","status":"running"}}'
IDLE = 0.2


def test_a_connection_that_the_server_closed_while_idle_is_not_used_for_a_write() -> None:
    """The call would end as of unknown outcome although nothing is wrong: an approval is never repeated."""
    requests: list[bytes] = []

    def serve(stream: socket.socket) -> None:
        stream.settimeout(IDLE)
        with stream:
            try:
                while request := stream.recv(65536):
                    requests.append(request)
                    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(ANSWER)}\r\n\r\n"
                    stream.sendall(head.encode() + ANSWER)
            except TimeoutError:
                pass

    def accept(listener: socket.socket) -> None:
        for _ in range(3):
            stream, _ = listener.accept()
            threading.Thread(target=serve, args=(stream,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, args=(listener,), daemon=True).start()
        with DashClaw(f"http://127.0.0.1:{listener.getsockname()[1]}", "key", "agent-1", max_retries=0) as claw:
            for _ in range(3):
                assert claw.approve_action("act_1", "allow")["success"]
                time.sleep(2 * IDLE)
    assert len(requests) == 3
