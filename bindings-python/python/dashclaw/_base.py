"""What both clients are made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from ._client_options import Callback, ClientInit, EmbeddedOptions, Role
from ._functions import derive_idempotency_key, private_key_text
from ._options import Unpack
from ._otel import Call, Opening, call
from ._settings import Settings
from ._wire import decode_with_bytes, encode, encode_call

if TYPE_CHECKING:
    from os import PathLike

    from ._instance import Instance
    from ._reports import Reports
    from ._watch import Provider

Self = TypeVar("Self", bound="BaseClient")
C = TypeVar("C")

_REPORT_TIMEOUT = 10
"""How many seconds a report in the background may take."""


class BaseClient(ClientInit, Settings):
    """One agent's connection to one DashClaw server. Threads share it freely; nothing is sent before the first call."""

    # The generated class of operations beside this one has it.
    _bytes: ClassVar[Mapping[str, tuple[str, ...]]]

    def _init(
        self,
        options: dict[str, Any],
        callbacks: tuple[Callback | None, Callback | None],
        swarm_id: str | None,
        instance: Instance | None,
        role: Role,
    ) -> None:
        self.swarm_id = swarm_id
        self._defaults: dict[str, Any] = {}
        self._owned: Instance | None = None
        self._reports: Reports | None = None
        self._is_raw = False
        if options["signing_key"] is not None:
            options["signing_key"] = private_key_text(options["signing_key"])
        if instance is not None:
            options.update(base_url=None, api_key=None)  # the instance's own
        door = None if instance is None else (instance.native, role)
        self._start(options, callbacks, door)
        self._warn_if_insecure(depth=4)

    @classmethod
    def embedded(
        cls: type[Self],
        path: str | PathLike[str] | None = None,
        policies: str | PathLike[str] | None = None,
        agent_id: str | None = None,
        **options: Unpack[EmbeddedOptions],
    ) -> Self:
        """A client with a governance server of its own inside this process; closing the client closes it.

        It is an agent's: it asks, acts and reports, and does not approve. Where a human approves, open an ``Instance``
        and take two clients of it: ``instance.client("release-agent")`` for the agent and
        ``instance.client("operator", role="admin")`` for the human.

        Args:
            path: The database file, or a folder in which it is ``dashclaw.db``. Without one, or with ``:memory:``,
                everything is kept in memory and gone at the end.
            policies: A YAML file of policies, or ``"starter"`` for those that come with the package.
            agent_id: Which agent acts.
            **options: Other options of the client. ``role`` is ``member`` unless given.

        Raises:
            InstanceError: The database is locked or corrupt, or the policy file has a mistake.
        """
        from ._instance import Instance  # noqa: PLC0415

        instance = Instance(path, policies)
        try:
            client = cls(agent_id=agent_id, instance=instance, **options)
        except BaseException:
            instance.close()
            raise
        client._owned = instance
        return client

    derive_idempotency_key = staticmethod(derive_idempotency_key)

    @property
    def closed(self) -> bool:
        """Whether the client was closed."""
        return self._native.closed

    def with_options(self: Self, *, timeout: float | None = None, max_retries: int | None = None) -> Self:
        """The same client, with the same connections, whose calls differ in these options."""
        other = self.__copy__()
        given = {"timeout": timeout, "max_retries": max_retries}
        other._defaults = {**self._defaults, **{name: value for name, value in given.items() if value is not None}}
        return other

    def wrap_client(self, llm_client: C, provider: Provider | None = None) -> C:
        """Makes an OpenAI or Anthropic client report the tokens that its calls use.

        What it reports are ``create``, ``parse`` and ``stream`` of an Anthropic client's ``messages`` and of an OpenAI
        client's ``chat.completions`` and ``responses``, blocking and asyncio; a stream when it has ended. OpenAI sends
        the usage of a chat stream only with ``stream_options={"include_usage": True}``. Tokens of a prompt cache are
        not counted.

        Reports are sent in the background. They never delay a call of the model, nor make it fail; one that cannot be
        sent is lost. ``close`` and the end of the program wait for the last ones, at most 2 seconds.

        Args:
            llm_client: The client; wrapping it twice is wrapping it once.
            provider: Whose it is, when that cannot be seen from its methods.

        Returns:
            The same client.

        Raises:
            InvalidArgumentError: It is neither, or the provider is unknown. It is a ``ValueError``, too.
        """
        from ._wrap import wrap  # noqa: PLC0415

        if self._reports is None:
            from ._reports import Reports  # noqa: PLC0415

            self._reports = Reports(self._send_report)
        return wrap(llm_client, provider, self._reports.add)

    def _send_report(self, usage: Mapping[str, Any]) -> None:
        options = encode({"timeout": _REPORT_TIMEOUT, "max_retries": 0})
        self._native.call("report_token_usage", encode_call(usage, None), options)

    def _flush(self) -> None:
        """Waits a little for what is sent in the background."""
        if self._reports is not None:
            self._reports.flush()

    def start_heartbeat(self, interval: float = 60, **fields: Any) -> None:
        """Sends a heartbeat now and every ``interval`` seconds, until ``stop_heartbeat`` or ``close``.

        It needs no thread of Python's and no event loop. A heartbeat that fails is skipped. While one is running, another
        start does nothing.

        Args:
            interval: Seconds between two heartbeats.
            **fields: The arguments of ``heartbeat``.
        """
        beat = encode_call(fields, None), interval
        self._native.start_heartbeat(*beat)
        self._beat = beat

    def stop_heartbeat(self) -> None:
        """Stops what ``start_heartbeat`` started; does nothing when nothing runs."""
        self._beat = None
        self._native.stop_heartbeat()

    def get_attachment_url(self, attachment_id: str) -> str:
        """Where ``get_attachment`` downloads from. Nothing is sent; whoever opens it needs the API key."""
        return self._native.attachment_url(attachment_id)

    def _raw_twin(self: Self) -> Self:
        """A copy whose operations answer with a ``RawResponse``."""
        twin = self.__copy__()
        twin._is_raw = True
        return twin

    def _shown(self, operation: str, body: bytes) -> Any:
        members = self._bytes.get(operation, ())
        if not self._is_raw:
            return decode_with_bytes(body, members)
        from ._raw import RawResponse  # noqa: PLC0415

        return RawResponse[Any](body, members)

    def _begin(self, operation: str) -> Call:
        """A call, which is a span where the program has OpenTelemetry."""
        return call(self._native, operation)

    def _opening(self, operation: str) -> Opening:
        """The opening of a stream, which is a span as a call is."""
        return Opening(lambda: self._begin(operation))

    def _close(self) -> None:
        self._native.close()
        if self._owned is not None:
            self._owned.close()

    def __repr__(self) -> str:
        state = ", closed" if self.closed else ""
        return f"<{type(self).__name__} {self.base_url!r} agent_id={self.agent_id!r}{state}>"

    def _call_options(self, options: Mapping[str, Any]) -> str | None:
        """The options of one call as JSON text; nothing when they are the usual ones."""
        merged = {**self._defaults, **options}
        if merged.get("idempotency") == "intent":
            del merged["idempotency"]
        if merged.get("on_replay") == "judge":
            del merged["on_replay"]
        return encode(merged) if merged else None
