"""What both clients are made of."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeVar

from ._errors import ConfigurationError
from ._functions import derive_idempotency_key, private_key_text
from ._native import NativeClient
from ._wire import decode, decode_bytes, encode, encode_call

if TYPE_CHECKING:
    from os import PathLike

    from ._instance import Instance, Role
    from ._reports import Reports
    from ._watch import Provider

Mode = Literal["off", "warn", "enforce"]
HitlMode = Literal["off", "wait"]
Banner = Literal["stdout", "stderr", "off"]
Callback = Callable[[dict[str, Any]], object]

Self = TypeVar("Self", bound="BaseClient")
C = TypeVar("C")

_REPORT_TIMEOUT = 10
"""How many seconds a report in the background may take."""


class BaseClient:
    """One agent's connection to one DashClaw server. Threads share it freely; nothing is sent before the first call."""

    # The generated class of operations beside this one has it.
    _bytes: ClassVar[Mapping[str, tuple[str, ...]]]

    def __init__(
        self,
        base_url: str | None = None,
        api_key: str | None = None,
        agent_id: str | None = None,
        agent_name: str | None = None,
        swarm_id: str | None = None,
        guard_mode: Mode = "off",
        guard_callback: Callback | None = None,
        auto_recommend: Mode = "off",
        recommendation_confidence_min: float = 70,
        recommendation_callback: Callback | None = None,
        hitl_mode: HitlMode = "off",
        private_key: Any = None,
        auth_token: str | None = None,
        timeout: float = 30,
        max_retries: int = 2,
        proxy: str | None = None,
        ca_bundle: str | None = None,
        user_agent: str | None = None,
        approval_banner: Banner | None = None,
        max_response_bytes: int | None = None,
        *,
        instance: Instance | None = None,
        role: Role = "member",
    ) -> None:
        """Makes a client.

        Args:
            base_url: Where the server is; otherwise the variable ``DASHCLAW_BASE_URL``.
            api_key: Otherwise ``DASHCLAW_API_KEY``.
            agent_id: Which agent acts; otherwise ``DASHCLAW_AGENT_ID``.
            agent_name: Its name for people.
            swarm_id: The swarm it belongs to.
            guard_mode: Asks guard before an action is created: ``warn`` tells, ``enforce`` raises ``GuardBlockedError``.
            guard_callback: Is given every decision that ``guard_mode`` asks for.
            auto_recommend: Reads what was learned before an action is created: ``warn`` tells, ``enforce`` adapts the action.
            recommendation_confidence_min: The least confidence, 0 to 100, of a recommendation that is applied.
            recommendation_callback: Is given every recommendation that ``auto_recommend`` reads.
            hitl_mode: ``wait`` lets ``create_action`` wait for the approval of an action that needs one.
            private_key: Signs actions: an RSA key as PEM, as a JWK dict, or of the package ``cryptography``.
            auth_token: A JWT of your identity provider that proves which agent acts.
            timeout: How many seconds one call may take in all.
            max_retries: How often a request that is safe to repeat is repeated.
            proxy: The URL of an HTTP proxy; otherwise the usual variables.
            ca_bundle: More certificate authorities: PEM text, or the path of a PEM file.
            user_agent: Your product, put before the SDK's own name.
            approval_banner: Where a pending approval is announced: ``stdout`` (default), ``stderr`` or ``off``;
                otherwise ``DASHCLAW_APPROVAL_BANNER``.
            max_response_bytes: How many bytes of an answer are read; 16 MiB unless given.
            instance: An embedded instance to reach instead of a server.
            role: What the client may do there: ``admin``, ``member`` or ``readonly``.

        Raises:
            ConfigurationError: An option is missing or unusable. It is a ``ValueError``, too.
        """
        self.swarm_id = swarm_id
        self.guard_mode = guard_mode
        self.auto_recommend = auto_recommend
        self.hitl_mode = hitl_mode
        self._defaults: dict[str, Any] = {}
        self._owned: Instance | None = None
        self._reports: Reports | None = None
        options = _encode_options(
            {
                "base_url": base_url,
                "api_key": api_key,
                "agent_id": agent_id,
                "agent_name": agent_name,
                "guard_mode": guard_mode,
                "auto_recommend": auto_recommend,
                "recommendation_confidence_min": recommendation_confidence_min,
                "hitl_mode": hitl_mode,
                "signing_key": None if private_key is None else private_key_text(private_key),
                "auth_token": auth_token,
                "timeout": timeout,
                "max_retries": max_retries,
                "proxy": proxy,
                "ca_bundle": ca_bundle,
                "user_agent": user_agent,
                "approval_banner": approval_banner,
                "max_response_bytes": max_response_bytes,
            }
        )
        callbacks = _reading_json(guard_callback), _reading_json(recommendation_callback)
        reached = None if instance is None else (instance.native, role)
        try:
            self._native = NativeClient(options, _print, *callbacks, reached)
        except ConfigurationError as error:
            raise _in_python_words(error) from None
        _warn_if_insecure(self._native.base_url)

    @classmethod
    def embedded(
        cls: type[Self],
        path: str | PathLike[str] | None = None,
        policies: str | PathLike[str] | None = None,
        agent_id: str | None = None,
        **options: Any,
    ) -> Self:
        """A client with a governance server of its own inside this process; closing the client closes it.

        It is an agent's: it asks, acts and reports, and does not approve. Where a human approves, open an ``Instance``
        and take two clients of it: ``instance.client("release-agent")`` for the agent and
        ``instance.client("operator", role="admin")`` for the human.

        Args:
            path: The database file, or a folder in which it is ``dashclaw.db``. Without one everything is kept in
                memory and gone at the end.
            policies: A YAML file of policies.
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
    def base_url(self) -> str:
        """Where the server is."""
        return self._native.base_url

    @property
    def agent_id(self) -> str:
        """Which agent acts."""
        return self._native.agent_id

    @property
    def agent_name(self) -> str | None:
        """The agent's name for people."""
        return self._native.agent_name

    @property
    def closed(self) -> bool:
        """Whether the client was closed."""
        return self._native.closed

    def with_options(self: Self, *, timeout: float | None = None, max_retries: int | None = None) -> Self:
        """The same client, with the same connections, whose calls differ in these options."""
        from copy import copy  # noqa: PLC0415

        other = copy(self)
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
        self._native.start_heartbeat(encode_call(fields, None), interval)

    def stop_heartbeat(self) -> None:
        """Stops what ``start_heartbeat`` started; does nothing when nothing runs."""
        self._native.stop_heartbeat()

    def get_attachment_url(self, attachment_id: str) -> str:
        """Where ``get_attachment`` downloads from. Nothing is sent; whoever opens it needs the API key."""
        return self._native.attachment_url(attachment_id)

    def _decoded(self, operation: str, body: bytes) -> Any:
        answer = decode(body)
        for member in self._bytes.get(operation, ()):
            answer[member] = decode_bytes(answer[member])
        return answer

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


def _encode_options(options: Mapping[str, Any]) -> str:
    """The options of a client as JSON text. What is wrong with one must not show it."""
    for name, value in options.items():
        if value is not None and not isinstance(value, (str, int, float)):
            raise ConfigurationError(f"`{name}` must not be of type {type(value).__name__}")
    return encode(options)


def _in_python_words(error: ConfigurationError) -> ConfigurationError:
    """An error about an option that has another name here."""
    if error.argument == "signing_key":
        error.argument = "private_key"
        error.message = error.message.replace("`signing_key`", "`private_key`")
        error.args = (error.message,)
    return error


def _warn_if_insecure(base_url: str) -> None:
    # The native module has checked that this is an http or https URL without user name.
    scheme, _, rest = base_url.partition("://")
    host = rest.partition("/")[0]
    name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    if scheme == "https" or _is_loopback(name):
        return
    message = f"{scheme}://{host} is not encrypted: the API key travels in clear text; use https"
    warnings.warn(message, UserWarning, stacklevel=3)


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost") or host == "::1":
        return True
    numbers = host.split(".")
    return len(numbers) == 4 and numbers[0] == "127" and all(number.isdecimal() for number in numbers)


def _print(where: str, text: str) -> None:
    print(text, file=sys.stderr if where == "stderr" else sys.stdout, flush=True)


def _reading_json(callback: Callback | None) -> Callable[[str], object] | None:
    return None if callback is None else lambda text: callback(decode(text))
