"""JSON on its way to and from the native module."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, cast

from ._error_classes import InvalidArgumentError


_MOST_BITS = 14_280
"""How long a whole number is that Python still writes: about 4300 digits."""


class _Unset:
    def __reduce__(self) -> str:
        return "UNSET"  # there is one only: a copy of it, or one from a pickle, would be a value

    def __repr__(self) -> str:
        return "UNSET"

    def __bool__(self) -> bool:
        return False


UNSET: Any = _Unset()
"""Stands for an argument that was not given, where None is a value: in a change it empties a field."""


def given(arguments: Mapping[str, Any], extra: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The arguments that were given, None among them, and whatever the caller added."""
    known = {name: value for name, value in arguments.items() if value is not UNSET}
    return {**known, **extra} if extra else known


@cache
def _encoder() -> Callable[[object], str]:
    # Loaded with the first call, so that importing the package stays quick; so in the other modules.
    from json import JSONEncoder  # noqa: PLC0415

    return JSONEncoder(allow_nan=False, separators=(",", ":")).encode


def encode_call(arguments: Mapping[str, Any], extra: Mapping[str, Any] | None) -> str:
    """The JSON text of a call's arguments: those that are not None, and whatever the caller added."""
    given = {name: value for name, value in arguments.items() if value is not None}
    return encode({**given, **extra} if extra else given)


def encode(arguments: Mapping[str, Any]) -> str:
    """The JSON text of ``arguments``; says which of them has none."""
    try:
        return _encoder()(arguments)
    except (TypeError, ValueError, RecursionError) as problem:
        raise _unencodable(arguments, problem) from None


def encode_member(name: str, value: object) -> str:
    """The JSON text of the argument ``name``."""
    try:
        return _encoder()(value)
    except (TypeError, ValueError, RecursionError) as problem:
        raise _unencodable({name: value}, problem) from None


@cache
def _decoder() -> Callable[[str], Any]:
    from json import JSONDecoder  # noqa: PLC0415

    return JSONDecoder().decode


def decode(body: bytes | str) -> Any:
    """What the native module says, which is always JSON in UTF-8: ``json.loads`` would look for other encodings."""
    text = body if isinstance(body, str) else body.decode()
    try:
        return _decoder()(text)
    except ValueError:
        from json import loads  # noqa: PLC0415

        # Python reads no whole number of more than 4300 digits; one that nobody counts must not hide the rest.
        return loads(text, parse_int=_number)


def _number(digits: str) -> int | float:
    try:
        return int(digits)
    except ValueError:
        return float(digits)


def decode_with_bytes(body: bytes, members: Iterable[str]) -> Any:
    """An answer of which some members are bytes, which are base64 in JSON."""
    answer = decode(body)
    if members:
        from base64 import b64decode  # noqa: PLC0415

        for member in members:
            answer[member] = b64decode(answer[member])
    return answer


def _unencodable(arguments: Mapping[str, Any], problem: Exception) -> InvalidArgumentError:
    path, reason = _find("", arguments) or ("arguments", str(problem))
    error = InvalidArgumentError(f"`{path}` {reason}")
    error.argument = path
    return error


def _find(path: str, value: object, depth: int = 0) -> tuple[str, str] | None:
    """The path of the first thing below ``value`` that has no JSON form, and why."""
    if depth > 200:
        return path, "is nested too deep, or contains itself"
    children: list[tuple[str, object]] = []
    if isinstance(value, dict):
        for name, member in cast("dict[object, object]", value).items():
            if not isinstance(name, str):
                return path or "arguments", "has a name that is not a string"
            children.append((f"{path}.{name}" if path else name, member))
    elif isinstance(value, (list, tuple)):
        items = cast("Sequence[object]", value)
        children = [(f"{path}[{index}]", item) for index, item in enumerate(items)]
    elif isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return path, "must be a finite number"
    elif isinstance(value, int) and value.bit_length() > _MOST_BITS:
        return path, "has too many digits"
    elif not isinstance(value, (str, int, float, bool, type(None))):
        return path, f"cannot be sent as JSON: {type(value).__name__}"
    for child, member in children:
        found = _find(child, member, depth + 1)
        if found:
            return found
    return None
