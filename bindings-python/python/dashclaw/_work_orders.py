"""Work orders that an agent has claimed."""

from __future__ import annotations

from asyncio import get_running_loop
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ._wire import decode, encode_member

if TYPE_CHECKING:
    from ._native import NativeWorkOrders


class _Claimed:
    """What both kinds of claimed orders have."""

    def __init__(self, native: NativeWorkOrders, order: dict[str, Any]) -> None:
        self._native = native
        #: The order as the server wrote it.
        self.order = order

    @property
    def id(self) -> str:
        """Which order."""
        return str(self.order["id"])

    @property
    def type(self) -> str:
        """Work of which type."""
        return str(self.order.get("type", ""))

    @property
    def input(self) -> Any:
        """What the work is about."""
        return self.order.get("input")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id!r} {self.type!r}>"


class ClaimedOrder(_Claimed):
    """An order that was claimed. One that is neither completed nor failed is reported as failed when the loop goes on."""

    def complete(self, output: Mapping[str, Any], cost: Mapping[str, Any] | None = None) -> Any:
        """Reports that the work is done.

        Args:
            output: What came out, as the type's contract wants it.
            cost: What it cost: ``input_tokens``, ``output_tokens``, ``total_usd``.

        Raises:
            ValidationError: The output breaks the contract; the order is still to be completed or failed.
        """
        return decode(self._native.complete(self.id, encode_member("output", output), _cost(cost)))

    def fail(self, code: str, message: str) -> Any:
        """Reports that the work could not be done: a word for programs, a text for people."""
        return decode(self._native.fail(self.id, code, message))


class AsyncClaimedOrder(_Claimed):
    """``ClaimedOrder`` for asyncio."""

    async def complete(self, output: Mapping[str, Any], cost: Mapping[str, Any] | None = None) -> Any:
        """Reports that the work is done; see ``ClaimedOrder.complete``."""
        text = encode_member("output", output)
        return decode(await self._native.complete(self.id, text, _cost(cost), get_running_loop()))

    async def fail(self, code: str, message: str) -> Any:
        """Reports that the work could not be done: a word for programs, a text for people."""
        return decode(await self._native.fail(self.id, code, message, get_running_loop()))


def _cost(cost: Mapping[str, Any] | None) -> str | None:
    return None if cost is None else encode_member("cost", cost)


def claimed_orders(native: NativeWorkOrders) -> Iterator[ClaimedOrder]:
    """Yields each order; whatever ends the loop, the last order is accounted for."""
    try:
        while (order := native.next()) is not None:
            yield ClaimedOrder(native, decode(order))
    finally:
        native.close()


async def claimed_orders_async(native: NativeWorkOrders) -> AsyncIterator[AsyncClaimedOrder]:
    """The same for asyncio. A loop that is left early ends with its generator: at once under ``aclosing``."""
    try:
        while (order := await native.next(get_running_loop())) is not None:
            yield AsyncClaimedOrder(native, decode(order))
    finally:
        await native.close(get_running_loop())
