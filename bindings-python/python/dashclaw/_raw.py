"""Answers with their status and headers, for whoever looks at more than what was asked for."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from typing import Any, Generic, ParamSpec, TypeVar, cast

from ._wire import decode, decode_with_bytes

P = ParamSpec("P")
T = TypeVar("T")


class Headers(Mapping[str, str]):
    """The headers of an answer. Names are read in any case; values of one name are joined by commas."""

    def __init__(self, items: Sequence[Sequence[str]]) -> None:
        self._items = [(name.lower(), value) for name, value in items]

    def __getitem__(self, name: str) -> str:
        values = self.get_list(name)
        if not values:
            raise KeyError(name)
        return ", ".join(values)

    def __iter__(self) -> Iterator[str]:
        return iter(dict(self._items))

    def __len__(self) -> int:
        return len(dict(self._items))

    def get_list(self, name: str) -> list[str]:
        """Every value of one name, in their order."""
        return [value for known, value in self._items if known == name.lower()]

    def __repr__(self) -> str:
        return f"Headers({self._items!r})"


class RawResponse(Generic[T]):
    """The answer of one operation, with its status and headers."""

    status_code: int
    """The HTTP status: 200 to 299. Others are errors, which have a ``status`` and a ``request_id`` of their own."""
    headers: Headers
    """The headers; where an operation is more than one request, those of one of them, or none."""
    request_id: str | None
    """The server's id for the request: its header ``x-request-id``."""
    idempotency_key: str | None
    """The key that the request carried."""
    content: bytes
    """The body as it came."""

    def __init__(self, whole: bytes, members: tuple[str, ...]) -> None:
        head, _, self.content = whole.partition(b"\n")
        told = decode(head)
        self.status_code = told["status"]
        self.headers = Headers(told["headers"])
        self.request_id = told["request_id"]
        self.idempotency_key = told["idempotency_key"]
        self._members = members

    @property
    def text(self) -> str:
        """The body as text."""
        return self.content.decode()

    def json(self) -> Any:
        """The body as JSON."""
        return decode(self.content)

    def parse(self) -> T:
        """What the method returns without ``with_raw_response``."""
        return cast("T", decode_with_bytes(self.content, self._members))

    def __repr__(self) -> str:
        return f"<RawResponse {self.status_code} request_id={self.request_id!r}>"


def raw(method: Callable[P, T]) -> Callable[P, RawResponse[T]]:
    """A method of a client whose answers are raw."""
    return cast("Callable[P, RawResponse[T]]", method)


def raw_async(method: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, RawResponse[T]]]:
    """The same of an asyncio client."""
    return cast("Callable[P, Coroutine[Any, Any, RawResponse[T]]]", method)
