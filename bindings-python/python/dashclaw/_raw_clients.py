"""``with_raw_response``: what a client asks in one answer, each with its status and headers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

from ._async_raw_operations import AsyncRawOperations
from ._raw import raw, raw_async
from ._raw_operations import RawOperations

if TYPE_CHECKING:
    from ._async_client import AsyncDashClaw
    from ._client import DashClaw


class DashClawWithRawResponse(RawOperations):
    """What ``DashClaw.with_raw_response`` is."""

    def __init__(self, client: DashClaw) -> None:
        super().__init__(client)
        self._client_type = type(client)
        self.call = raw(client.call)
        self.wait_for_approval = raw(client.wait_for_approval)

    # A type checker need not hear of them: there they do not exist.
    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            return _without_raw_response(self, name)


class AsyncDashClawWithRawResponse(AsyncRawOperations):
    """What ``AsyncDashClaw.with_raw_response`` is."""

    def __init__(self, client: AsyncDashClaw) -> None:
        super().__init__(client)
        self._client_type = type(client)
        self.call = raw_async(client.call)
        self.wait_for_approval = raw_async(client.wait_for_approval)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            return _without_raw_response(self, name)


def _without_raw_response(owner: Any, name: str) -> Callable[..., NoReturn]:
    """A method of the client that has no one answer of the server behind it: calling it says so."""
    if name.startswith("_") or not callable(getattr(owner._client_type, name, None)):
        raise AttributeError(f"{type(owner).__name__!r} object has no attribute {name!r}")

    def refuse(*_: object, **__: object) -> NoReturn:
        raise TypeError(f"{name} has no raw response, because it is not one request: call it on the client itself")

    return refuse
