"""``wrap_client``: reports what the calls of an LLM client use, and changes nothing else about them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from operator import attrgetter
from typing import Any, TypeVar

from ._error_classes import InvalidArgumentError
from ._watch import Report, Usage, awaited, inside, watched, within

C = TypeVar("C")

_CALLS: dict[str, dict[str, tuple[str, ...]]] = {
    "anthropic": {"messages": ("create", "parse", "stream")},
    "openai": {"chat.completions": ("create", "parse", "stream"), "responses": ("create", "parse", "stream")},
}
"""What is wrapped of a provider's client: by resource, those of these methods that it has."""

_DECISIVE = {"anthropic": "messages", "openai": "chat.completions"}
"""The resource whose ``create`` shows which provider a client is of."""


def wrap(client: C, provider: str | None, report: Report) -> C:
    """Makes ``client`` tell ``report`` what each call used."""
    found = provider if provider is not None else _provider(client)
    if found not in _CALLS:
        raise _invalid("provider", "must be `anthropic` or `openai`")
    if not _has(client, _DECISIVE[found], "create"):
        raise _invalid("llm_client", f"is no client of {found}: it has no {_DECISIVE[found]}.create")
    if getattr(client, "_dashclaw_wrapped", False):
        return client
    for path, names in _CALLS[found].items():
        for name in names:
            if _has(client, path, name):
                resource = attrgetter(path)(client)
                setattr(resource, name, _wrapped(getattr(resource, name), report))
    setattr(client, "_dashclaw_wrapped", True)  # noqa: B010
    return client


def _provider(client: object) -> str:
    for provider, path in _DECISIVE.items():
        if _has(client, path, "create"):
            return provider
    raise _invalid("llm_client", "is neither an Anthropic nor an OpenAI client; say which with `provider`")


def _has(client: object, path: str, name: str) -> bool:
    try:
        return callable(attrgetter(f"{path}.{name}")(client))
    except AttributeError:
        return False


def _invalid(argument: str, problem: str) -> InvalidArgumentError:
    error = InvalidArgumentError(f"`{argument}` {problem}")
    error.argument = argument
    return error


def _wrapped(method: Callable[..., Any], report: Report) -> Callable[..., Any]:
    @wraps(method)
    def call(*args: Any, **kwargs: Any) -> Any:
        if inside.get():
            return method(*args, **kwargs)
        usage = Usage(report, kwargs.get("model"))
        with within():
            answer = method(*args, **kwargs)
        return awaited(answer, usage) if inspect.isawaitable(answer) else watched(answer, usage)

    return call
