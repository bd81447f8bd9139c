"""The asyncio client."""

from __future__ import annotations

import time
from asyncio import get_running_loop
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from ._async_operations import AsyncOperations
from ._async_work_orders import AsyncClaimedOrder, claimed_orders_async
from ._base import BaseClient
from ._events import ServerEvent, read_event
from ._functions import Verification, receipt_bytes
from ._governed import ActionContext, Run, Tracking, finish_arguments, intent_text
from ._options import apart
from ._otel import Call, Opening
from ._wire import decode, encode_call, encode_member

if TYPE_CHECKING:
    from types import TracebackType

    from . import types
    from ._native import NativeApprovals, NativeEvents, NativePages
    from ._raw_clients import AsyncDashClawWithRawResponse
else:
    from ._lazy import types

T = TypeVar("T")
Self = TypeVar("Self", bound="AsyncDashClaw")


class AsyncDashClaw(AsyncOperations, BaseClient):
    """``DashClaw`` for asyncio: every operation is a coroutine. Cancelling the task that awaits it stops the request."""

    async def _call(
        self, operation: str, arguments: Mapping[str, Any], keywords: Mapping[str, Any] | None = None, **named: Any
    ) -> Any:
        fields, options = apart(keywords)
        return await self._send(operation, encode_call(arguments, fields), {**named, **options})

    async def _send(self, operation: str, arguments: str, options: Mapping[str, Any]) -> Any:
        with self._begin(operation) as native:
            options_text = self._call_options(options)
            body = await native.call(operation, arguments, options_text, get_running_loop(), self._is_raw)
        return self._shown(operation, body)

    async def call(self, operation: str, arguments: Mapping[str, Any] | None = None, **options: Any) -> Any:
        """Calls an operation by its name; see ``DashClaw.call``."""
        return await self._send(operation, encode_call({}, arguments), options)

    @property
    def with_raw_response(self) -> AsyncDashClawWithRawResponse:
        """The operations, each answering with its status and headers; see ``DashClaw.with_raw_response``."""
        if self._raw_responses is None:
            from ._raw_clients import AsyncDashClawWithRawResponse  # noqa: PLC0415

            self._raw_responses = AsyncDashClawWithRawResponse(self._raw_twin())
        known: AsyncDashClawWithRawResponse = self._raw_responses
        return known

    async def wait_for_approval(
        self, action_id: str, timeout: float | None = 300, interval: float = 5
    ) -> types.ActionDetail:
        """Waits until a human has decided about an action; see ``DashClaw.wait_for_approval``."""
        with self._begin("wait_for_approval") as native:
            body = await native.wait_for_approval(
                action_id, timeout, interval, get_running_loop(), self._is_raw
            )
        answer: types.ActionDetail = self._shown("get_action", body)
        return answer

    def events(self, last_event_id: str | None = None) -> AsyncEventStream:
        """What happens on the server, as it happens: an async iterator of ``{"id", "event", "data"}``.

        Args:
            last_event_id: Starts behind this event instead of now; the server keeps 10 minutes.
        """
        return AsyncEventStream(self._native.events(last_event_id), self._opening("events"))

    def _pages(self, operation: str, arguments: Mapping[str, Any], keywords: Mapping[str, Any] | None = None) -> Any:
        fields, options = apart(keywords)
        begun = self._begin(f"{operation}.pages")
        return _items(begun.native.pages(operation, encode_call(arguments, fields), self._call_options(options)), begun)

    def pending_approvals(self, *, interval: float = 15) -> AsyncPendingApprovals:
        """The actions that wait for a human, as they change; see ``DashClaw.pending_approvals``."""
        return AsyncPendingApprovals(self._native.pending_approvals(interval), self._opening("pending_approvals"))

    def work_orders(self, types: list[str] | None = None, *, interval: float = 5) -> AsyncIterator[AsyncClaimedOrder]:
        """Works: yields each order that is claimed, as soon as there is one; see ``DashClaw.work_orders``."""
        return claimed_orders_async(self._native.work_orders(encode_member("types", types or []), interval))

    def track(self, action_type: str, declared_goal: str, **fields: Any) -> AsyncTrack:
        """Records the block of an ``async with`` as an action; see ``DashClaw.track``."""
        tracking = Tracking(action_type, declared_goal, fields)
        return AsyncTrack(lambda: self._begin("track"), tracking, self._call_options(tracking.options))

    def action_context(self, action_id: str) -> AsyncActionContext:
        """Messages, assumptions and the outcome of one action, without repeating its id."""
        return AsyncActionContext(self, action_id)

    async def run_governed(
        self,
        action: Mapping[str, Any],
        fn: Callable[[str], Awaitable[T]],
        *,
        timeout: float | None = 300,
        interval: float = 5,
        rerun: bool = False,
        idempotency: Literal["intent", "call"] = "intent",
    ) -> Run[T]:
        """``DashClaw.run_governed`` for asyncio: ``fn(action_id)`` is awaited."""
        options = self._call_options({"idempotency": idempotency})
        intent = intent_text(action)
        governed = self._begin("run_governed")
        with governed as native:
            begun = decode(await native.begin_governed(intent, timeout, interval, rerun, options, get_running_loop()))
            if not begun["run"]:
                return Run(begun)
            started = time.monotonic()
            try:
                with governed.work():
                    result = await fn(begun["action_id"])
            except BaseException as error:
                run: Run[T] = Run(begun)
                if not isinstance(error, GeneratorExit):  # nothing can be awaited any more
                    with run.reporting():
                        await native.finish_governed(*finish_arguments(begun, started, error), get_running_loop())
                raise
            run = Run(begun, result)
            with run.reporting():
                await native.finish_governed(*finish_arguments(begun, started, None), get_running_loop())
        return run

    async def verify_receipt(self, document: Mapping[str, Any] | str | bytes) -> Verification:
        """Verifies a receipt against the server's published keys, which are kept as long as the server allows."""
        with self._begin("verify_receipt") as native:
            answer = await native.verify_receipt(receipt_bytes(document), False, get_running_loop())
        return Verification(decode(answer))

    async def require_valid_receipt(self, document: Mapping[str, Any] | str | bytes) -> Verification:
        """Verifies a receipt, and raises ``ReceiptInvalidError`` when it is not valid."""
        with self._begin("require_valid_receipt") as native:
            answer = await native.verify_receipt(receipt_bytes(document), True, get_running_loop())
        return Verification(decode(answer))

    async def close(self) -> None:
        """Stops calls under way and refuses later ones. After this no request leaves."""
        if self._reports is not None:
            await get_running_loop().run_in_executor(None, self._flush)
        self._close()

    async def __aenter__(self: Self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


async def _items(pages: NativePages, begun: Call) -> AsyncIterator[Any]:
    with begun:
        while (page := await pages.next(get_running_loop())) is not None:
            for item in decode(page):
                yield item


class AsyncEventStream(AsyncIterator[ServerEvent]):
    """A subscription to the server's events. It reconnects by itself; close it, or use it in an ``async with``."""

    def __init__(self, native: NativeEvents, opening: Opening) -> None:
        self._native = native
        self._opening = opening

    @property
    def last_event_id(self) -> str:
        """The cursor behind the last event; give it to a later stream to go on where this one ended."""
        return self._native.last_event_id

    async def __anext__(self) -> ServerEvent:
        with self._opening.once():
            text = await self._native.next(get_running_loop())
        if text is None:
            raise StopAsyncIteration
        return read_event(text)

    def close(self) -> None:
        """Ends the stream."""
        self._native.close()

    async def __aenter__(self) -> AsyncEventStream:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()


class AsyncPendingApprovals(AsyncIterator["types.ActionList"]):
    """The actions that wait for a human, as they change."""

    def __init__(self, native: NativeApprovals, opening: Opening) -> None:
        self._native = native
        self._opening = opening

    async def __anext__(self) -> types.ActionList:
        with self._opening.once():
            text = await self._native.next(get_running_loop())
        if text is None:
            raise StopAsyncIteration
        actions: types.ActionList = decode(text)
        return actions

    def close(self) -> None:
        """Ends it."""
        self._native.close()

    async def __aenter__(self) -> AsyncPendingApprovals:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()


class AsyncTrack:
    """The context manager of ``AsyncDashClaw.track``."""

    def __init__(self, begin: Callable[[], Call], tracking: Tracking, options: str | None) -> None:
        self._begin = begin
        self._tracking = tracking
        self._options = options

    async def __aenter__(self) -> dict[str, str]:
        self._call = self._begin()
        with self._call.until_failure():
            begun = await self._call.native.begin_track(self._tracking.start(), self._options, get_running_loop())
        self._work = self._call.work()
        self._work.__enter__()
        return self._tracking.begun(begun)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._work.__exit__(None, None, None)
        if not isinstance(error, GeneratorExit):  # nothing can be awaited any more
            with self._call.until_failure(), self._tracking.closing(error):
                await self._call.native.finish_track(*self._tracking.end(error), get_running_loop())
        self._call.__exit__(kind, error, traceback)


class AsyncActionContext(ActionContext):
    """The context manager of ``AsyncDashClaw.action_context``."""

    def __init__(self, client: AsyncDashClaw, action_id: str) -> None:
        super().__init__(action_id)
        self._client = client

    async def send_message(
        self, body: str, to: str | None = None, message_type: str = "info", attachments: Any = None, **fields: Any
    ) -> types.SentMessage:
        """Sends a message about the action."""
        sent: types.SentMessage = await self._client.call("send_message", self.message(body, to, message_type, attachments, fields))
        return sent

    async def record_assumption(self, assumption: Mapping[str, Any]) -> types.CreatedAssumption:
        """Records what the action rests on."""
        created: types.CreatedAssumption = await self._client.call("record_assumption", self.tagged(assumption))
        return created

    async def update_outcome(self, status: str | None = None, **fields: Any) -> types.UpdatedAction:
        """Changes the action's status and results."""
        updated: types.UpdatedAction = await self._client.call("update_outcome", self.outcome(status, fields))
        return updated

    async def __aenter__(self) -> AsyncActionContext:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Changes nothing: the action may go on after the block."""
