"""Work orders that an agent has claimed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ._wire import decode, encode_member

if TYPE_CHECKING:
    from . import types
    from ._native import NativeWorkOrders
else:
    from ._lazy import types


class Claimed:
    """What both kinds of claimed orders have."""

    def __init__(self, native: NativeWorkOrders, order: types.WorkOrder) -> None:
        self._native = native
        #: The order as the server wrote it.
        self.order: types.WorkOrder = order

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

    def complete(
        self, output: Mapping[str, Any], cost: types.WorkOrderCost | Mapping[str, Any] | None = None
    ) -> types.CompletedWorkOrder:
        """Reports that the work is done.

        Args:
            output: What came out, as the type's contract wants it.
            cost: What it cost: ``input_tokens``, ``output_tokens``, ``total_usd``.

        Raises:
            ValidationError: The output breaks the contract; the order is still to be completed or failed.
        """
        text = self._native.complete(self.id, encode_member("output", output), cost_text(cost))
        completed: types.CompletedWorkOrder = decode(text)
        return completed

    def fail(self, code: str, message: str) -> types.CompletedWorkOrder:
        """Reports that the work could not be done: a word for programs, a text for people."""
        failed: types.CompletedWorkOrder = decode(self._native.fail(self.id, code, message))
        return failed


def cost_text(cost: Mapping[str, Any] | None) -> str | None:
    return None if cost is None else encode_member("cost", cost)


def claimed_orders(native: NativeWorkOrders) -> Iterator[ClaimedOrder]:
    """Yields each order; whatever ends the loop, the last order is accounted for."""
    try:
        while (order := native.next()) is not None:
            yield ClaimedOrder(native, decode(order))
    finally:
        native.close()
