"""Work orders that an agent has claimed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ._wire import decode, encode_member

if TYPE_CHECKING:
    from ._native import NativeWorkOrders


class Claimed:
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


class ClaimedOrder(Claimed):
    """An order that was claimed. One that is neither completed nor failed is reported as failed when the loop goes on."""

    def complete(self, output: Mapping[str, Any], cost: Mapping[str, Any] | None = None) -> Any:
        """Reports that the work is done.

        Args:
            output: What came out, as the type's contract wants it.
            cost: What it cost: ``input_tokens``, ``output_tokens``, ``total_usd``.

        Raises:
            ValidationError: The output breaks the contract; the order is still to be completed or failed.
        """
        return decode(self._native.complete(self.id, encode_member("output", output), cost_text(cost)))

    def fail(self, code: str, message: str) -> Any:
        """Reports that the work could not be done: a word for programs, a text for people."""
        return decode(self._native.fail(self.id, code, message))


def cost_text(cost: Mapping[str, Any] | None) -> str | None:
    return None if cost is None else encode_member("cost", cost)


def claimed_orders(native: NativeWorkOrders) -> Iterator[ClaimedOrder]:
    """Yields each order; whatever ends the loop, the last order is accounted for."""
    try:
        while (order := native.next()) is not None:
            yield ClaimedOrder(native, decode(order))
    finally:
        native.close()
