"""The native half of `dashclaw`. Every answer is JSON text; `event_loop` makes a call an asyncio future of that loop."""

from asyncio import AbstractEventLoop, Future
from collections.abc import Callable
from os import PathLike
from typing import final, overload

__all__ = [
    "NativeClient",
    "NativeEvents",
    "NativeInstance",
    "canonical_json",
    "derive_idempotency_key",
    "error_kinds",
    "respell",
    "sign_action",
    "verify_receipt",
    "version",
]

@final
class NativeClient:
    def __new__(
        cls,
        options: str,
        printer: Callable[[str, str], object],
        on_guard: Callable[[str], object] | None = None,
        on_recommendation: Callable[[str], object] | None = None,
        instance: tuple[NativeInstance, str] | None = None,
    ) -> NativeClient: ...
    @overload
    def call(self, operation: str, arguments: str, options: str | None = None, event_loop: None = None) -> bytes: ...
    @overload
    def call(
        self, operation: str, arguments: str, options: str | None, event_loop: AbstractEventLoop
    ) -> Future[bytes]: ...
    @overload
    def wait_for_approval(
        self, action_id: str, timeout: float, interval: float, event_loop: None = None
    ) -> bytes: ...
    @overload
    def wait_for_approval(
        self, action_id: str, timeout: float, interval: float, event_loop: AbstractEventLoop
    ) -> Future[bytes]: ...
    @overload
    def begin_governed(
        self,
        action: str,
        timeout: float,
        interval: float,
        rerun: bool,
        options: str | None = None,
        event_loop: None = None,
    ) -> bytes: ...
    @overload
    def begin_governed(
        self,
        action: str,
        timeout: float,
        interval: float,
        rerun: bool,
        options: str | None,
        event_loop: AbstractEventLoop,
    ) -> Future[bytes]: ...
    @overload
    def finish_governed(self, action_id: str, failure: str | None, took: float, event_loop: None = None) -> None: ...
    @overload
    def finish_governed(
        self, action_id: str, failure: str | None, took: float, event_loop: AbstractEventLoop
    ) -> Future[None]: ...
    @overload
    def verify_receipt(self, document: bytes, required: bool, event_loop: None = None) -> bytes: ...
    @overload
    def verify_receipt(self, document: bytes, required: bool, event_loop: AbstractEventLoop) -> Future[bytes]: ...
    def start_heartbeat(self, arguments: str, interval: float) -> None: ...
    def stop_heartbeat(self) -> None: ...
    def events(self, last_event_id: str | None = None) -> NativeEvents: ...
    def close(self) -> None: ...
    @property
    def closed(self) -> bool: ...
    @property
    def agent_id(self) -> str: ...
    @property
    def agent_name(self) -> str | None: ...
    @property
    def base_url(self) -> str: ...

@final
class NativeEvents:
    @overload
    def next(self, event_loop: None = None) -> bytes | None: ...
    @overload
    def next(self, event_loop: AbstractEventLoop) -> Future[bytes | None]: ...
    def close(self) -> None: ...
    @property
    def last_event_id(self) -> str: ...

@final
class NativeInstance:
    def __new__(
        cls, path: str | PathLike[str] | None = None, policies: str | PathLike[str] | None = None
    ) -> NativeInstance: ...
    def close(self) -> None: ...

def canonical_json(value: str, layer: str) -> str: ...
def derive_idempotency_key(parts: str) -> str: ...
def error_kinds() -> list[str]: ...
def respell(value: str) -> str: ...
def sign_action(payload: str, key: str) -> str: ...
def verify_receipt(document: bytes, jwks: bytes) -> str: ...
def version() -> str: ...
