"""Telling the server again and again that the agent is alive."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from ._errors import ClientClosedError, DashClawError

if TYPE_CHECKING:
    from asyncio import Task
    from threading import Event, Thread


class ThreadHeartbeat:
    """A daemon thread that beats until it is stopped."""

    def __init__(self) -> None:
        self._thread: Thread | None = None
        self._stopped: Event | None = None

    def start(self, beat: Callable[[], object], interval: float) -> None:
        """Beats now and every ``interval`` seconds. Does nothing while it beats already."""
        import threading  # noqa: PLC0415

        if self._thread is not None and self._thread.is_alive():
            return
        stopped = self._stopped = threading.Event()

        def run() -> None:
            while not stopped.is_set():
                try:
                    beat()
                except ClientClosedError:
                    return
                except DashClawError:
                    pass  # the next one may succeed
                stopped.wait(interval)

        self._thread = threading.Thread(target=run, name="dashclaw-heartbeat", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stops; waits at most a second for a beat under way. Does nothing when there is nothing to stop."""
        if self._thread is not None and self._stopped is not None:
            self._stopped.set()
            self._thread.join(1)
        self._thread = self._stopped = None


class TaskHeartbeat:
    """A task that beats until it is stopped, or its event loop ends."""

    def __init__(self) -> None:
        self._task: Task[None] | None = None

    def start(self, beat: Callable[[], Awaitable[object]], interval: float) -> None:
        """Beats now and every ``interval`` seconds. Does nothing while it beats already."""
        import asyncio  # noqa: PLC0415

        async def run() -> None:
            while True:
                try:
                    await beat()
                except ClientClosedError:
                    return
                except DashClawError:
                    pass  # the next one may succeed
                await asyncio.sleep(interval)

        if self._task is None or self._task.done() or self._task.get_loop().is_closed():
            self._task = asyncio.get_running_loop().create_task(run())

    def stop(self) -> None:
        """Stops. Does nothing when there is nothing to stop."""
        if self._task is not None and not self._task.get_loop().is_closed():
            self._task.cancel()
        self._task = None
