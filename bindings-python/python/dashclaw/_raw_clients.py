"""``with_raw_response``: the operations of a client, each answering with its status and headers."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
        self.call = raw(client.call)


class AsyncDashClawWithRawResponse(AsyncRawOperations):
    """What ``AsyncDashClaw.with_raw_response`` is."""

    def __init__(self, client: AsyncDashClaw) -> None:
        super().__init__(client)
        self.call = raw_async(client.call)
