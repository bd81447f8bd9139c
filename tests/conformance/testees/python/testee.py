"""The Python testee: the public face of the package ``dashclaw`` behind the protocol of PROTOCOL.md. It judges nothing.

``testee.py`` uses the blocking client, each call on a thread of its own; ``testee.py --async`` uses the asyncio client.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import inspect
import itertools
import json
import os
import queue
import signal
import sys
import threading
from typing import Any

import dashclaw

FIELDS = (
    "kind code message status details request_id retryable retry_after idempotency_key operation argument "
    "current_status action_id decision"
).split()
SETUP = ("new", "close", "open_instance", "close_instance")
VERIFICATION = ("valid", "kind", "kid", "reason")

_writing = threading.Lock()


def reply(request_id: int, member: str, value: Any) -> None:
    """Writes one answer line as a whole, so that concurrent answers do not mix."""
    line = json.dumps({"id": request_id, member: value}, default=lambda data: base64.b64encode(data).decode()) + "\n"
    with _writing:
        sys.__stdout__.write(line)
        sys.__stdout__.flush()


def failure(error: BaseException) -> dict[str, Any]:
    """An exception as the protocol writes it."""
    if isinstance(error, (KeyboardInterrupt, asyncio.CancelledError)):
        return {"kind": "cancelled", "message": "the call was stopped"}
    if isinstance(error, dashclaw.DashClawError):
        return {name: getattr(error, name, None) for name in FIELDS}
    return {"kind": "testee", "code": type(error).__name__, "message": str(error)}


def keywords(request: dict[str, Any], *names: str) -> dict[str, Any]:
    """Those of the request's options that were given."""
    options = request.get("options") or {}
    return {name: options[name] for name in names if name in options}


def verification(answer: Any) -> dict[str, Any]:
    return {name: getattr(answer, name) for name in VERIFICATION}


def pure(request: dict[str, Any]) -> Any:
    """The functions that need no client."""
    match request["do"]:
        case "canonical_json":
            return dashclaw.canonical_json(json.loads(request["json"]), request["layer"])
        case "derive_idempotency_key":
            return dashclaw.derive_idempotency_key(json.loads(request["json"]))
        case "sign_action":
            return dashclaw.sign_action(json.loads(request["body"]), request["private_key"])
        case "verify_receipt":
            return verification(dashclaw.verify_receipt(request["document"], request["jwks"]))
    raise ValueError(f"unknown: {request['do']}")


def is_pure(request: dict[str, Any]) -> bool:
    simple = request["do"] in ("canonical_json", "derive_idempotency_key", "sign_action")
    return simple or (request["do"] == "verify_receipt" and "jwks" in request)


def work(request: dict[str, Any], client: Any) -> Any:
    """The work of ``run_governed``: returns or raises what the case says; a coroutine function for an asyncio client."""
    failing = request["work"].get("fails")

    def run(action_id: str) -> Any:
        if failing is not None:
            raise WorkError(failing, action_id)
        return request["work"].get("returns")

    async def run_later(action_id: str) -> Any:
        await asyncio.sleep(0)
        return run(action_id)

    return run_later if inspect.iscoroutinefunction(client.run_governed) else run


class WorkError(Exception):
    """What the work of a case raises."""

    def __init__(self, text: str, action_id: str) -> None:
        super().__init__(text)
        self.action_id = action_id


def ran(run: Any) -> dict[str, Any]:
    if not run.ran:
        return {"action_id": run.action_id, "ran": False, "outcome": run.outcome}
    return {"action_id": run.action_id, "ran": True, "result": run.result, "reported": run.report_error is None}


async def serve(client: Any, request: dict[str, Any], finish: Any) -> Any:
    """One request to a client. ``finish`` awaits what an asyncio client returns, and nothing of a blocking one."""
    match request["do"]:
        case "call":
            method = getattr(client, request["operation"], None)
            arguments, options = request["arguments"], request.get("options") or {}
            if method is not None and "object" in request:
                return await finish(method(arguments, **options))
            if method is None or arguments.keys() & options.keys() or not named(method, {**arguments, **options}):
                return await finish(client.call(request["operation"], arguments, **options))
            return await finish(method(**arguments, **options))
        case "wait_for_approval":
            return await finish(client.wait_for_approval(request["action_id"], **keywords(request, "timeout", "interval")))
        case "verify_receipt":
            return verification(await finish(client.verify_receipt(request["document"])))
        case "require_valid_receipt":
            return verification(await finish(client.require_valid_receipt(request["document"])))
        case "run_governed":
            options = keywords(request, "timeout", "interval", "rerun", "idempotency")
            try:
                return ran(await finish(client.run_governed(request["arguments"], work(request, client), **options)))
            except WorkError as error:
                return {"action_id": error.action_id, "ran": True, "failed": str(error)}
        case "events":
            return await finish(events(client, request))
        case "start_heartbeat":
            return client.start_heartbeat(**keywords(request, "interval"), status=request["status"])
        case "stop_heartbeat":
            return client.stop_heartbeat()
        case "iterate":
            return await finish(iterate(client, request))
        case "work_orders":
            return await finish(work_orders(client, request))
    raise ValueError(f"unknown: {request['do']}")


def named(method: Any, arguments: dict[str, Any]) -> bool:
    """Whether these arguments can be given by name; if not, ``call`` shows what the SDK itself says about them."""
    try:
        inspect.signature(method).bind(**arguments)
    except TypeError:
        return False
    return True


def events(client: Any, request: dict[str, Any]) -> Any:
    stream = client.events(**keywords(request, "last_event_id"))
    take = request.get("take", 1)
    if not hasattr(stream, "__anext__"):
        seen = []
        with stream:
            while len(seen) < take and (event := next(stream, None)) is not None:
                seen.append(event)
        return seen

    async def collect() -> list[Any]:
        seen: list[Any] = []
        async with stream:
            while len(seen) < take and (event := await anext(stream, None)) is not None:
                seen.append(event)
        return seen

    return collect()


def iterate(client: Any, request: dict[str, Any]) -> Any:
    arguments = request["arguments"]
    items = getattr(client, request["iterator"])(**arguments)
    take = request.get("take")
    if not hasattr(items, "__anext__"):
        return list(itertools.islice(items, take))

    async def collect() -> list[Any]:
        seen: list[Any] = []
        while (take is None or len(seen) < take) and (item := await anext(items, None)) is not None:
            seen.append(item)
        return seen

    return collect()


def work_orders(client: Any, request: dict[str, Any]) -> Any:
    """Does with each order what the case says, and then leaves the loop."""
    orders = client.work_orders(request.get("types"), **keywords(request, "interval"))
    seen: list[str] = []

    def done(order: Any, what: dict[str, Any]) -> Any:
        seen.append(order.id)
        if "complete" in what:
            return order.complete(what["complete"], what.get("cost"))
        return order.fail(*what["fail"]) if "fail" in what else None

    if not hasattr(orders, "__anext__"):
        try:
            for what, order in zip(request["orders"], orders):
                done(order, what)
        finally:
            orders.close()
        return seen

    async def collect() -> list[str]:
        async with contextlib.aclosing(orders):
            for what in request["orders"]:
                order = await anext(orders, None)
                if order is None:
                    break
                reported = done(order, what)
                if reported is not None:
                    await reported
        return seen

    return collect()


def open_instance(instances: dict[str, Any], request: dict[str, Any]) -> None:
    instances[request["instance"]] = dashclaw.Instance(request.get("path"), request.get("policies"))


def options_of(request: dict[str, Any]) -> dict[str, Any]:
    options = dict(request["options"])
    if "signing_key" in options:
        options["private_key"] = options.pop("signing_key")
    return options


class Blocking:
    """Requests on threads; a request that may be cancelled runs on the main thread, where Ctrl-C arrives."""

    def __init__(self) -> None:
        self.clients: dict[str, dashclaw.DashClaw] = {}
        self.instances: dict[str, dashclaw.Instance] = {}
        self.main: queue.Queue[dict[str, Any] | None] = queue.Queue()

    def run(self) -> None:
        # A program that a shell runs in the background would ignore it.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        threading.Thread(target=self.read, daemon=True).start()
        while (request := self.main.get()) is not None:
            self.answer(request)

    def read(self) -> None:
        for line in sys.stdin:
            request = json.loads(line)
            match request["do"]:
                case "quit":
                    break
                case "cancel":
                    os.kill(os.getpid(), signal.SIGINT)
                    reply(request["id"], "ok", None)
                case action if action in SETUP:
                    self.answer(request)
                case _ if is_pure(request):
                    self.answer(request)
                case _ if request.get("cancellable"):
                    self.main.put(request)
                case _:
                    threading.Thread(target=self.answer, args=(request,), daemon=True).start()
        self.main.put(None)

    def answer(self, request: dict[str, Any]) -> None:
        try:
            reply(request["id"], "ok", self.serve(request))
        except BaseException as error:  # noqa: BLE001 - the judge decides
            reply(request["id"], "error", failure(error))

    def serve(self, request: dict[str, Any]) -> Any:
        if is_pure(request):
            return pure(request)
        name = request["client"]
        if request["do"] == "open_instance":
            return open_instance(self.instances, request)
        if request["do"] == "close_instance":
            return self.instances.pop(request["instance"]).close()
        if request["do"] == "new" and "instance" in request:
            instance = self.instances[request["instance"]]
            self.clients[name] = instance.client(role=request["role"], **options_of(request))
            return None
        if request["do"] == "new":
            self.clients[name] = dashclaw.DashClaw(**options_of(request))
            return None
        if request["do"] == "close":
            return self.clients[name].close()
        return run_now(serve(self.clients[name], request, returned))


async def returned(value: Any) -> Any:
    return value


def run_now(coroutine: Any) -> Any:
    """The result of a coroutine that never waits."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    raise RuntimeError("a blocking client waited")


class Asynchronous:
    """Requests as tasks of one event loop."""

    def __init__(self) -> None:
        self.clients: dict[str, Any] = {}
        self.instances: dict[str, dashclaw.Instance] = {}
        self.tasks: dict[int, asyncio.Task[None]] = {}

    async def run(self) -> None:
        lines: asyncio.Queue[str | None] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def read() -> None:
            for line in sys.stdin:
                loop.call_soon_threadsafe(lines.put_nowait, line)
            loop.call_soon_threadsafe(lines.put_nowait, None)

        threading.Thread(target=read, daemon=True).start()
        while (line := await lines.get()) is not None:
            request = json.loads(line)
            if request["do"] == "quit":
                break
            if request["do"] == "cancel":
                self.tasks[request["target"]].cancel()
                reply(request["id"], "ok", None)
            elif request["do"] in SETUP or is_pure(request):
                await self.answer(request)
            else:
                self.tasks[request["id"]] = asyncio.create_task(self.answer(request))

    async def answer(self, request: dict[str, Any]) -> None:
        try:
            reply(request["id"], "ok", await self.serve(request))
        except BaseException as error:  # noqa: BLE001 - the judge decides
            reply(request["id"], "error", failure(error))
        self.tasks.pop(request["id"], None)

    async def serve(self, request: dict[str, Any]) -> Any:
        if is_pure(request):
            return pure(request)
        name = request["client"]
        if request["do"] == "open_instance":
            return open_instance(self.instances, request)
        if request["do"] == "close_instance":
            return self.instances.pop(request["instance"]).close()
        if request["do"] == "new" and "instance" in request:
            instance = self.instances[request["instance"]]
            self.clients[name] = instance.async_client(role=request["role"], **options_of(request))
            return None
        if request["do"] == "new":
            self.clients[name] = dashclaw.AsyncDashClaw(**options_of(request))
            return None
        if request["do"] == "close":
            return await self.clients[name].close()
        return await serve(self.clients[name], request, awaited)


async def awaited(value: Any) -> Any:
    return await value


if __name__ == "__main__":
    if "--async" in sys.argv[1:]:
        asyncio.run(Asynchronous().run())
    else:
        Blocking().run()
