# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# The classes here derive from ones that are only known when they run.
"""Streams of LLM clients, and the context managers that open them, with a look at what passes.

An object gets a subclass of its own class, so that it stays what it was in every other respect.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any

from ._watch import Usage, awaited, watched, within


def watch(answer: Any, watching: Callable[..., type], usage: Usage) -> Any:
    """The same object, which from now on tells ``usage`` what passes."""
    with suppress(Exception):  # not every object can change its class; such a one stays as it is
        answer.__class__ = watching(type(answer))
        answer._dashclaw_usage = usage
        # Who just stops reading has used what was told so far.
        weakref.finalize(answer, usage.end).atexit = False
    return answer


@cache
def stream(kind: Any) -> type:
    """The class for streams of the class ``kind``."""

    class Watched(kind):  # type: ignore[misc]
        def __iter__(self) -> Any:
            return self

        def __next__(self) -> Any:
            try:
                item = super().__next__()
            except BaseException:
                self._dashclaw_usage.end()
                raise
            self._dashclaw_usage.see(item)
            return item

        def close(self) -> Any:
            self._dashclaw_usage.end()
            return super().close()

    return _named(Watched, kind)


@cache
def async_stream(kind: Any) -> type:
    """The class for asyncio streams of the class ``kind``."""

    class Watched(kind):  # type: ignore[misc]
        def __aiter__(self) -> Any:
            return self

        async def __anext__(self) -> Any:
            try:
                item = await super().__anext__()
            except BaseException:
                self._dashclaw_usage.end()
                raise
            self._dashclaw_usage.see(item)
            return item

        async def close(self) -> Any:
            self._dashclaw_usage.end()
            return await super().close()

    return _named(Watched, kind)


@cache
def manager(kind: Any) -> type:
    """The class for context managers of the class ``kind``, which give a stream."""

    class Watched(kind):  # type: ignore[misc]
        def __enter__(self) -> Any:
            with within():
                entered = super().__enter__()
            return watched(entered, self._dashclaw_usage)

        async def __aenter__(self) -> Any:
            return await awaited(super().__aenter__(), self._dashclaw_usage)

    for name in ("__enter__", "__aenter__"):
        if not hasattr(kind, name):
            delattr(Watched, name)
    return _named(Watched, kind)


def _named(watching: type, kind: type) -> type:
    watching.__module__, watching.__name__, watching.__qualname__ = kind.__module__, kind.__name__, kind.__qualname__
    return watching
