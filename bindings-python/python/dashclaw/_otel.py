"""Spans of the program's OpenTelemetry, where it has loaded that. Names and attributes are the native module's.

Nothing of OpenTelemetry is loaded here that the program has not loaded itself: without it nobody hears of a span.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ._native import NativeTrace, version
from ._wire import decode

if TYPE_CHECKING:
    from ._native import NativeClient

_tracer: tuple[Any, Any] = (None, None)
"""The provider that was asked last, and its tracer."""


class Call:
    """One call. Within its block calls go over what the block is given; nothing else of it is of interest without spans."""

    def __init__(self, native: NativeClient) -> None:
        self.native = native

    def __enter__(self) -> NativeClient:
        return self.native

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: object) -> None:
        """Ends it."""

    @contextmanager
    def until_failure(self) -> Generator[None, None, None]:
        """Around a part of it, whose failure ends it."""
        try:
            yield
        except BaseException as error:
            self.__exit__(type(error), error, error.__traceback__)
            raise

    def work(self) -> AbstractContextManager[Any]:
        """Around work of the program's own, whose spans stand below this one."""
        return nullcontext()


class Opening:
    """The opening of a stream, up to the first thing that comes; what comes later is no part of it."""

    def __init__(self, begin: Callable[[], Call]) -> None:
        self._begin: Callable[[], Call] | None = begin

    def once(self) -> AbstractContextManager[object]:
        """Around each waiting for what comes next: a call around the first one, and nothing around the others."""
        begin, self._begin = self._begin, None
        return nullcontext() if begin is None else begin()


def call(native: NativeClient, operation: str) -> Call:
    """A call of ``operation``, which is a span where the program has OpenTelemetry."""
    api: Any = sys.modules.get("opentelemetry.trace")
    return Call(native) if api is None else _traced(native, operation, api)


def _traced(native: NativeClient, operation: str, api: Any) -> Call:
    start: dict[str, Any] = decode(native.span_start(operation))
    kind = api.SpanKind.CLIENT if start["kind"] == "client" else api.SpanKind.INTERNAL
    span = _current_tracer(api).start_span(start["name"], kind=kind, attributes=start["attributes"])
    headers: dict[str, str] = {}
    context = api.set_span_in_context(span)
    import_module("opentelemetry.propagate").inject(headers, context)
    if not headers and not span.is_recording():
        return Call(native)
    trace = NativeTrace(operation, [(str(name), str(value)) for name, value in headers.items()])
    return _Traced(native.traced(trace), trace, span, context)


def _current_tracer(api: Any) -> Any:
    global _tracer  # noqa: PLW0603
    provider = api.get_tracer_provider()
    if _tracer[0] is not provider:
        _tracer = provider, api.get_tracer("dashclaw", version(), tracer_provider=provider)
    return _tracer[1]


class _Traced(Call):
    def __init__(self, native: NativeClient, trace: NativeTrace, span: Any, context: Any) -> None:
        super().__init__(native)
        self._trace = trace
        self._span = span
        self._context = context

    def work(self) -> AbstractContextManager[Any]:
        api: Any = sys.modules["opentelemetry.trace"]
        manager: AbstractContextManager[Any] = api.use_span(
            self._span, end_on_exit=False, record_exception=False, set_status_on_exception=False
        )
        return manager

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: object) -> None:
        if self._span.is_recording():
            own, *below = decode(self._trace.to_json())
            if error is not None and not isinstance(error, GeneratorExit):
                own["error"] = own["error"] or getattr(error, "kind", None) or type(error).__qualname__
            api: Any = sys.modules["opentelemetry.trace"]
            tracer = _current_tracer(api)
            spans = [self._span]
            _fill(self._span, own)
            for told in below:
                context = api.set_span_in_context(spans[told["parent"]], self._context)
                span = tracer.start_span(
                    told["name"], context, api.SpanKind.CLIENT, start_time=_nanoseconds(told["start"])
                )
                _fill(span, told)
                spans.append(span)
            for span, told in zip(spans[:0:-1], below[::-1]):
                span.end(_nanoseconds(told["end"]))
        self._span.end()


def _fill(span: Any, told: dict[str, Any]) -> None:
    span.set_attributes(told["attributes"])
    for event in told["events"]:
        span.add_event(event["name"], event["attributes"], _nanoseconds(event["time"]))
    if told["error"] is not None:
        span.set_attribute("error.type", told["error"])
        api: Any = sys.modules["opentelemetry.trace"]
        # The words of an error may quote what a server wrote.
        span.set_status(api.Status(api.StatusCode.ERROR, told["error"]))


def _nanoseconds(time: list[int]) -> int:
    return time[0] * 1_000_000_000 + time[1]
