"""Work orders that an agent has claimed, for asyncio."""

from __future__ import annotations

from asyncio import get_running_loop
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any

from ._wire import decode, encode_member
from ._work_orders import Claimed, cost_text

if TYPE_CHECKING:
    from . import types
    from ._native import NativeWorkOrders
else:
    from ._lazy import types


class AsyncClaimedOrder(Claimed):
    """``ClaimedOrder`` for asyncio."""

    async def complete(
        self, output: Mapping[str, Any], cost: types.WorkOrderCost | Mapping[str, Any] | None = None
    ) -> types.CompletedWorkOrder:
        """Reports that the work is done; see ``ClaimedOrder.complete``."""
        text = encode_member("output", output)
        answer = await self._native.complete(self.id, text, cost_text(cost), get_running_loop())
        completed: types.CompletedWorkOrder = decode(answer)
        return completed

    async def fail(self, code: str, message: str) -> types.CompletedWorkOrder:
        """Reports that the work could not be done: a word for programs, a text for people."""
        answer = await self._native.fail(self.id, code, message, get_running_loop())
        failed: types.CompletedWorkOrder = decode(answer)
        return failed


async def claimed_orders_async(native: NativeWorkOrders) -> AsyncIterator[AsyncClaimedOrder]:
    """Yields each order; whatever ends the loop, the last order is accounted for.

    A loop that is left early ends with its generator: at once under ``aclosing``.
    """
    try:
        while (order := await native.next(get_running_loop())) is not None:
            yield AsyncClaimedOrder(native, decode(order))
    finally:
        await native.close(get_running_loop())
