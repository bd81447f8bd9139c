"""The blocking client."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from ._base import BaseClient
from ._events import ServerEvent, read_event
from ._functions import Verification, receipt_bytes
from ._gevent import cooperative
from ._governed import ActionContext, Run, Tracking, finish_arguments, intent_text
from ._operations import Operations
from ._options import apart
from ._otel import Call, Opening
from ._wire import decode, encode_call, encode_member
from ._work_orders import ClaimedOrder, claimed_orders

if TYPE_CHECKING:
    from types import TracebackType

    from . import types
    from ._native import NativeApprovals, NativeClient, NativeEvents, NativePages
    from ._raw_clients import DashClawWithRawResponse
else:
    from ._lazy import types

T = TypeVar("T")
Self = TypeVar("Self", bound="DashClaw")


class DashClaw(Operations, BaseClient):
    """A client of one DashClaw server, for one agent.

    Every operation of the API is a method; each blocks until it is answered, and Ctrl-C stops it at once. Each takes
    ``timeout`` (seconds), ``max_retries``, ``idempotency_key`` and ``idempotency`` as keywords, for this one call.
    ``AsyncDashClaw`` is the same for asyncio.
    """

    def _adapted(self, native: NativeClient) -> NativeClient:
        return cooperative(native)

    def _call(
        self, operation: str, arguments: Mapping[str, Any], keywords: Mapping[str, Any] | None = None, **named: Any
    ) -> Any:
        fields, options = apart(keywords)
        return self._send(operation, encode_call(arguments, fields), {**named, **options})

    def _send(self, operation: str, arguments: str, options: Mapping[str, Any]) -> Any:
        with self._begin(operation) as native:
            body = native.call(operation, arguments, self._call_options(options), None, self._is_raw)
        return self._shown(operation, body)

    def call(self, operation: str, arguments: Mapping[str, Any] | None = None, **options: Any) -> Any:
        """Calls an operation by its name, for what this version has no method for.

        Args:
            operation: Its name, such as ``create_action``.
            arguments: Its arguments by name. None is as good as nothing; in a change it is sent, to empty a field.
            **options: ``timeout`` (seconds), ``max_retries``, ``idempotency_key``, ``idempotency``,
                ``on_replay``.
        """
        return self._send(operation, encode_call({}, arguments), options)

    @property
    def with_raw_response(self) -> DashClawWithRawResponse:
        """The operations and ``wait_for_approval``, each answering with its status and headers::

            response = claw.with_raw_response.guard(action_type="deploy")
            response.status_code, response.headers["x-request-id"], response.parse()["decision"]
        """
        if self._raw_responses is None:
            from ._raw_clients import DashClawWithRawResponse  # noqa: PLC0415

            self._raw_responses = DashClawWithRawResponse(self._raw_twin())
        known: DashClawWithRawResponse = self._raw_responses
        return known

    def wait_for_approval(
        self, action_id: str, timeout: float | None = 300, interval: float = 5
    ) -> types.ActionDetail:
        """Waits until a human has decided about an action, and returns it as ``get_action`` does.

        Args:
            action_id: The action, as ``create_action`` returned it.
            timeout: How many seconds to wait in all; None waits as long as it takes.
            interval: How often, in seconds, the action is read beside the event stream.

        Raises:
            ApprovalDeniedError: A human said no.
            ApprovalExpiredError: The request expired on the server.
            ApprovalTimeoutError: Nobody decided in time; the request stands. It is a ``TimeoutError``, too.
        """
        with self._begin("wait_for_approval") as native:
            body = native.wait_for_approval(action_id, timeout, interval, None, self._is_raw)
        answer: types.ActionDetail = self._shown("get_action", body)
        return answer

    def events(self, last_event_id: str | None = None) -> EventStream:
        """What happens on the server, as it happens: an iterator of ``{"id", "event", "data"}``.

        Args:
            last_event_id: Starts behind this event instead of now; the server keeps 10 minutes.
        """
        return EventStream(self._native.events(last_event_id), self._opening("events"))

    def _pages(self, operation: str, arguments: Mapping[str, Any], keywords: Mapping[str, Any] | None = None) -> Any:
        fields, options = apart(keywords)
        begun = self._begin(f"{operation}.pages")
        return _items(begun.native.pages(operation, encode_call(arguments, fields), self._call_options(options)), begun)

    def pending_approvals(self, *, interval: float = 15) -> PendingApprovals:
        """The actions that wait for a human, as they change: an iterator of what ``get_pending_approvals`` returns.

        The first list comes at once, the next ones when an action has come or gone. Close it, or use it in a ``with``.

        Args:
            interval: How often, in seconds, the list is read beside the event stream.
        """
        return PendingApprovals(self._native.pending_approvals(interval), self._opening("pending_approvals"))

    def work_orders(self, types: list[str] | None = None, *, interval: float = 5) -> Iterator[ClaimedOrder]:
        """Works: yields each order that is claimed, as soon as there is one.

        An order that is neither completed nor failed when the loop goes on or ends is reported as failed, so that none
        stays claimed. While the queue is empty it is asked again and again; errors that may pass are waited out.

        Args:
            types: Only work of these types; any unless given.
            interval: How often an empty queue is asked, in seconds, give or take a quarter.
        """
        return claimed_orders(self._native.work_orders(encode_member("types", types or []), interval))

    def track(self, action_type: str, declared_goal: str, **fields: Any) -> Track:
        """Records the block of a ``with`` as an action: completed at its end, failed when it raises.

        The block gets ``{"action_id": …}``. It does not run when the action is blocked, or still awaits approval
        (``hitl_mode="wait"`` waits for that). Each run is an action of its own unless you pass an ``idempotency_key``.
        """
        tracking = Tracking(action_type, declared_goal, fields)
        return Track(lambda: self._begin("track"), tracking, self._call_options(tracking.options))

    def action_context(self, action_id: str) -> ClientActionContext:
        """Messages, assumptions and the outcome of one action, without repeating its id."""
        return ClientActionContext(self, action_id)

    def run_governed(
        self,
        action: Mapping[str, Any],
        fn: Callable[[str], T],
        *,
        timeout: float | None = 300,
        interval: float = 5,
        rerun: bool = False,
        idempotency: Literal["intent", "call"] = "intent",
    ) -> Run[T]:
        """Records the action, which guard judges, waits for approval, runs ``fn(action_id)`` and reports its outcome.

        ``fn`` runs only when it is allowed. The same intent within an hour is not run again once it was completed:
        then the recorded outcome is returned. A run that is at work is waited for. What was refused stays refused.

        Args:
            action: The arguments of ``create_action``.
            fn: The work. What it raises is reported and raised again.
            timeout: How many seconds to wait for an approval, or for an earlier run; None waits as long as it takes.
            interval: How often, in seconds, the action is read beside the event stream.
            rerun: Runs an intent again whose earlier run failed, was lost, or is in doubt.
            idempotency: ``call`` makes every call an intent of its own.

        Raises:
            GuardBlockedError: A policy blocks the action.
            ApprovalDeniedError: A human said no, now or to an earlier run.
            ConflictError: An earlier run failed.
            OutcomeInDoubtError: An earlier run began, gives no sign of life, and has not reported.
        """
        options = self._call_options({"idempotency": idempotency})
        intent = intent_text(action)
        governed = self._begin("run_governed")
        with governed as native:
            begun = decode(native.begin_governed(intent, timeout, interval, rerun, options))
            if not begun["run"]:
                return Run(begun)
            started = time.monotonic()
            try:
                with governed.work():
                    result = fn(begun["action_id"])
            except BaseException as error:
                run: Run[T] = Run(begun)
                with run.reporting():
                    native.finish_governed(*finish_arguments(begun, started, error))
                raise
            run = Run(begun, result)
            with run.reporting():
                native.finish_governed(*finish_arguments(begun, started, None))
        return run

    def verify_receipt(self, document: Mapping[str, Any] | str | bytes) -> Verification:
        """Verifies a receipt against the server's published keys, which are kept as long as the server allows."""
        with self._begin("verify_receipt") as native:
            return Verification(decode(native.verify_receipt(receipt_bytes(document), False)))

    def require_valid_receipt(self, document: Mapping[str, Any] | str | bytes) -> Verification:
        """Verifies a receipt as ``verify_receipt`` does, and raises when it is not valid.

        Raises:
            ReceiptInvalidError: ``details`` holds the code of the check that failed.
        """
        with self._begin("require_valid_receipt") as native:
            return Verification(decode(native.verify_receipt(receipt_bytes(document), True)))

    def close(self) -> None:
        """Stops calls under way and refuses later ones. After this no request leaves."""
        self._flush()
        self._close()

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _items(pages: NativePages, begun: Call) -> Iterator[Any]:
    with begun:
        while (page := pages.next()) is not None:
            yield from decode(page)


class EventStream(Iterator[ServerEvent]):
    """A subscription to the server's events. It reconnects by itself; close it, or use it in a ``with``."""

    def __init__(self, native: NativeEvents, opening: Opening) -> None:
        self._native = native
        self._opening = opening

    @property
    def last_event_id(self) -> str:
        """The cursor behind the last event; give it to a later stream to go on where this one ended."""
        return self._native.last_event_id

    def __next__(self) -> ServerEvent:
        with self._opening.once():
            text = self._native.next()
        if text is None:
            raise StopIteration
        return read_event(text)

    def close(self) -> None:
        """Ends the stream."""
        self._native.close()

    def __enter__(self) -> EventStream:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class PendingApprovals(Iterator["types.ActionList"]):
    """The actions that wait for a human, as they change."""

    def __init__(self, native: NativeApprovals, opening: Opening) -> None:
        self._native = native
        self._opening = opening

    def __next__(self) -> types.ActionList:
        with self._opening.once():
            text = self._native.next()
        if text is None:
            raise StopIteration
        actions: types.ActionList = decode(text)
        return actions

    def close(self) -> None:
        """Ends it."""
        self._native.close()

    def __enter__(self) -> PendingApprovals:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Track:
    """The context manager of ``DashClaw.track``."""

    def __init__(self, begin: Callable[[], Call], tracking: Tracking, options: str | None) -> None:
        self._begin = begin
        self._tracking = tracking
        self._options = options

    def __enter__(self) -> dict[str, str]:
        self._call = self._begin()
        with self._call.until_failure():
            begun = self._call.native.begin_track(self._tracking.start(), self._options)
        self._work = self._call.work()
        self._work.__enter__()
        return self._tracking.begun(begun)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._work.__exit__(None, None, None)
        with self._call.until_failure(), self._tracking.closing(error):
            self._call.native.finish_track(*self._tracking.end(error))
        self._call.__exit__(kind, error, traceback)


class ClientActionContext(ActionContext):
    """The context manager of ``DashClaw.action_context``."""

    def __init__(self, client: DashClaw, action_id: str) -> None:
        super().__init__(action_id)
        self._client = client

    def send_message(
        self, body: str, to: str | None = None, message_type: str = "info", attachments: Any = None, **fields: Any
    ) -> types.SentMessage:
        """Sends a message about the action."""
        sent: types.SentMessage = self._client.call("send_message", self.message(body, to, message_type, attachments, fields))
        return sent

    def record_assumption(self, assumption: Mapping[str, Any]) -> types.CreatedAssumption:
        """Records what the action rests on."""
        created: types.CreatedAssumption = self._client.call("record_assumption", self.tagged(assumption))
        return created

    def update_outcome(self, status: str | None = None, **fields: Any) -> types.UpdatedAction:
        """Changes the action's status and results."""
        updated: types.UpdatedAction = self._client.call("update_outcome", self.outcome(status, fields))
        return updated

    def __enter__(self) -> ClientActionContext:
        return self

    def __exit__(self, *_: object) -> None:
        """Changes nothing: the action may go on after the block."""
