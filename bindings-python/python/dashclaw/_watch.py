"""What an answer of a model tells about tokens: a whole one at once, a stream while it is read."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import wraps
from typing import Any, Literal, cast

Provider = Literal["anthropic", "openai"]
Report = Callable[[Mapping[str, Any]], None]

_PARTS = ("message", "response", "chunk")
"""Where events of a stream hold the message that has the usage."""
_COUNTS = {
    "tokens_in": ("input_tokens", "prompt_tokens"),
    "tokens_out": ("output_tokens", "completion_tokens"),
}
"""What is reported, and what the providers call it."""

inside: ContextVar[bool] = ContextVar("dashclaw_inside_model_call", default=False)
"""Whether a wrapped method is calling others of its client, which then report nothing of their own."""


@contextmanager
def within() -> Generator[None, None, None]:
    """While a wrapped method runs."""
    token = inside.set(True)
    try:
        yield
    finally:
        inside.reset(token)


class Usage:
    """What one call of a model used, as far as its answer has told. It is reported once, at the end."""

    def __init__(self, report: Report, model: object) -> None:
        self._report: Report | None = report
        self._model = model if isinstance(model, str) else None
        self._tokens: dict[str, int] = {}

    def see(self, answer: object) -> None:
        """Reads a whole answer, or one event or chunk of a stream: later numbers replace earlier ones."""
        with suppress(Exception):
            for part in (answer, *(_member(answer, name) for name in _PARTS)):
                model, usage = _member(part, "model"), _member(part, "usage")
                if isinstance(model, str):
                    self._model = model
                for ours, theirs in _COUNTS.items():
                    for name in theirs:
                        count = _member(usage, name)
                        if isinstance(count, int):
                            self._tokens[ours] = count

    def end(self) -> None:
        """Reports what is known by now, unless nothing is."""
        report, self._report = self._report, None
        if report is not None and self._tokens:
            with suppress(Exception):
                report({"tokens_in": 0, "tokens_out": 0, **self._tokens, "model": self._model})


def _member(value: object, name: str) -> object:
    if isinstance(value, Mapping):
        return cast("Mapping[str, object]", value).get(name)
    return getattr(value, name, None)


def watched(answer: Any, usage: Usage) -> Any:
    """The very answer of a call, which from now on tells ``usage`` what it holds."""
    from . import _streams  # noqa: PLC0415

    kind = cast("Any", type(answer))
    if hasattr(kind, "__next__"):
        return _streams.watch(answer, _streams.stream, usage)
    if hasattr(kind, "__anext__"):
        return _streams.watch(answer, _streams.async_stream, usage)
    if hasattr(answer, "parse") and hasattr(answer, "http_response"):
        return _unparsed(answer, usage)
    if hasattr(kind, "__enter__") or hasattr(kind, "__aenter__"):
        return _streams.watch(answer, _streams.manager, usage)
    usage.see(answer)
    usage.end()
    return answer


async def awaited(answer: Awaitable[Any], usage: Usage) -> Any:
    """The same for an answer that is still to come."""
    with within():
        result = await answer
    return watched(result, usage)


def _unparsed(answer: Any, usage: Usage) -> Any:
    """An answer that was asked for with its headers, and is parsed later."""
    parse = answer.parse

    @wraps(parse)
    def parsed(*args: Any, **kwargs: Any) -> Any:
        result = parse(*args, **kwargs)
        return awaited(result, usage) if inspect.isawaitable(result) else watched(result, usage)

    answer.parse = parsed
    return answer
