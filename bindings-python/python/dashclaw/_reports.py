"""Reports that leave in the background."""

from __future__ import annotations

import atexit
import os
import weakref
from collections import deque
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from threading import Condition

_MOST_WAITING = 1000
"""How many reports wait at most; further ones are dropped."""
_LAST_WAIT = 2.0
"""How many seconds the end of a client or of the program waits for them."""


class Reports:
    """Sends reports from a thread: whoever adds one neither waits nor fails.

    The thread lives while there is something to send. A forked child starts with no reports.
    """

    _changed: Condition

    def __init__(self, send: Callable[[Mapping[str, Any]], object]) -> None:
        self._send = send
        self._pid = 0
        self._sending = False
        self._waiting: deque[Mapping[str, Any]] = deque()

    def add(self, report: Mapping[str, Any]) -> None:
        """Leaves a report to be sent soon."""
        import threading  # noqa: PLC0415

        if self._pid != os.getpid():
            if self._pid == 0:
                atexit.register(_flush, weakref.ref(self))
            self._pid, self._sending, self._waiting = os.getpid(), False, deque()
            self._changed = threading.Condition()
        with self._changed:
            if len(self._waiting) >= _MOST_WAITING:
                return
            self._waiting.append(report)
            if not self._sending:
                threading.Thread(target=self._run, name="dashclaw-reports", daemon=True).start()
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
