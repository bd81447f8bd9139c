"""Reports that leave in the background."""

from __future__ import annotations

import atexit
import os
import weakref
from collections import deque
from collections.abc import Callable, Mapping
from threading import Condition, Thread
from typing import Any

_MOST_WAITING = 1000
"""How many reports wait at most; further ones are dropped."""
_LAST_WAIT = 2.0
"""How many seconds the end of a client or of the program waits for them."""


class Reports:
    """Sends reports from a thread: whoever adds one neither waits nor fails.

    The thread lives while there is something to send. A forked child starts with no reports.
    """

    def __init__(self, send: Callable[[Mapping[str, Any]], object]) -> None:
        self._send = send
        self._start()
        atexit.register(_flush, weakref.ref(self))

    def _start(self) -> None:
        self._pid = os.getpid()
        self._changed = Condition()
        self._sending = False
        self._waiting: deque[Mapping[str, Any]] = deque()

    def add(self, report: Mapping[str, Any]) -> None:
        """Leaves a report to be sent soon."""
        if self._pid != os.getpid():
            self._start()
        with self._changed:
            if len(self._waiting) >= _MOST_WAITING:
                return
            self._waiting.append(report)
            if not self._sending:
                Thread(target=self._run, name="dashclaw-reports", daemon=True).start()
                self._sending = True

    def flush(self) -> None:
        """Waits a little until everything is sent, and drops what is not."""
        if self._pid == os.getpid():
            with self._changed:
                self._changed.wait_for(lambda: not self._sending, _LAST_WAIT)
                self._waiting.clear()

    def _run(self) -> None:
        while True:
            with self._changed:
                if not self._waiting:
                    self._sending = False
                    self._changed.notify_all()
                    return
                report = self._waiting.popleft()
            try:
                self._send(report)
            except Exception:  # noqa: BLE001, S110
                pass  # nobody waits for it


def _flush(reports: weakref.ref[Reports]) -> None:
    found = reports()
    if found is not None:
        found.flush()
