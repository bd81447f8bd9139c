"""Arguments that come as one dict."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar, cast

from ._error_classes import InvalidArgumentError

Method = TypeVar("Method", bound=Callable[..., Any])


def the_dict(operation: str, name: str, value: object, field: str) -> Mapping[str, Any]:
    """The dict that an operation takes its fields in, ``field`` among them; empty when they are all given by name."""
    if value is None:
        return {}
    if hasattr(value, "items"):
        return cast("Mapping[str, Any]", value)
    raise no_dict(name, value, f'{operation}({{"{field}": …}}) or {operation}({field}=…)')


def no_dict(name: str, value: object, instead: str) -> InvalidArgumentError:
    """The error about an argument that must be a dict, with what to write instead."""
    error = InvalidArgumentError(f"`{name}` must be a dict, not {type(value).__name__}: write {instead}")
    error.argument = name
    return error


def dict_or_field(operation: str, name: str, value: object, field: str) -> Mapping[str, Any]:
    """The same where one of the fields has the name of the dict: a text is that field."""
    return {name: value} if isinstance(value, str) else the_dict(operation, name, value, field)


def or_a_dict(method: Method) -> Method:
    """Lets a dict stand in place of an operation's arguments, as ``run_governed`` takes them."""
    operation = method.__name__

    @wraps(method)
    def call(self: Any, *args: Any, **fields: Any) -> Any:
        given = _fields_of(args, fields)
        return method(self, *args, **fields) if given is None else self._call(operation, {}, given)

    return cast("Method", call)


def or_a_dict_async(method: Method) -> Method:
    """The same for a coroutine, which stays one."""
    operation = method.__name__

    @wraps(method)
    async def call(self: Any, *args: Any, **fields: Any) -> Any:
        given = _fields_of(args, fields)
        return await (method(self, *args, **fields) if given is None else self._call(operation, {}, given))

    return cast("Method", call)


def _fields_of(args: tuple[Any, ...], fields: Mapping[str, Any]) -> dict[str, Any] | None:
    """The fields of a call with nothing but a dict by position; None of any other call."""
    if len(args) != 1 or isinstance(args[0], str) or not isinstance(args[0], Mapping):
        return None
    given = {**cast("Mapping[str, Any]", args[0]), **fields}
    return {name: value for name, value in given.items() if value is not None}
