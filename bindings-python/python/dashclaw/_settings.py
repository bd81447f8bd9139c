"""The options of a client while it is in use: read, changed, copied and pickled."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import TYPE_CHECKING, Any, TypeVar, cast

from ._client_options import RENAMED, SECRETS, Callback, HitlMode, Mode, Role
from ._error_classes import ConfigurationError
from ._native import NativeClient
from ._terminal import show
from ._wire import decode, encode

if TYPE_CHECKING:
    from ._native import NativeInstance

    Door = tuple[NativeInstance, Role]

Self = TypeVar("Self", bound="Settings")

_SHARED = ("_native", "_owned", "_reports", "_callbacks")
"""What a copy has in common with its original, be the copy shallow or deep."""


class Settings:
    """What a client is made with. A change counts from the next call on; what is under way, such as a stream, goes on as it
    was, and so do copies of the client.
    """

    _native: NativeClient
    _options: dict[str, Any]
    _callbacks: tuple[Callback | None, Callback | None]
    _beat: tuple[str, float] | None
    _is_embedded: bool
    _withheld: str | None
    _raw_responses: Any = None
    """What ``with_raw_response`` is, once it was asked for; of this very client, not of its copies."""

    def _start(
        self, options: Mapping[str, Any], callbacks: tuple[Callback | None, Callback | None], door: Door | None
    ) -> None:
        """Makes the native client, and keeps of the options what may be shown."""
        self._callbacks = callbacks
        self._connect(options, door)
        self._is_embedded = door is not None
        self._beat = None
        given = {name: value for name, value in options.items() if value is not None}
        secrets = {"private_key": "signing_key" in given, "auth_token": "auth_token" in given}
        secrets["proxy"] = "@" in given.get("proxy", "")
        self._withheld = next((name for name, is_secret in secrets.items() if is_secret), None)
        hidden = (*SECRETS, "proxy") if secrets["proxy"] else SECRETS
        self._options = {name: value for name, value in given.items() if name not in hidden}

    @property
    def base_url(self) -> str:
        """Where the server is."""
        return self._native.base_url

    @base_url.setter
    def base_url(self, url: str) -> None:
        self._change("base_url", url)
        self._warn_if_insecure()

    @property
    def api_key(self) -> str:
        """The API key. It is part of no text about the client, and of no pickle."""
        return self._native.api_key

    @api_key.setter
    def api_key(self, key: str) -> None:
        self._change("api_key", key)

    @property
    def agent_id(self) -> str:
        """Which agent acts."""
        return self._native.agent_id

    @agent_id.setter
    def agent_id(self, agent_id: str) -> None:
        self._change("agent_id", agent_id)

    @property
    def agent_name(self) -> str | None:
        """The agent's name for people."""
        return self._native.agent_name

    @agent_name.setter
    def agent_name(self, name: str | None) -> None:
        self._change("agent_name", name)

    @property
    def guard_mode(self) -> Mode:
        """Whether guard is asked before an action is created."""
        return cast("Mode", self._options.get("guard_mode", "off"))

    @guard_mode.setter
    def guard_mode(self, mode: Mode) -> None:
        self._change("guard_mode", mode)

    @property
    def auto_recommend(self) -> Mode:
        """Whether what was learned is read before an action is created."""
        return cast("Mode", self._options.get("auto_recommend", "off"))

    @auto_recommend.setter
    def auto_recommend(self, mode: Mode) -> None:
        self._change("auto_recommend", mode)

    @property
    def hitl_mode(self) -> HitlMode:
        """Whether ``create_action`` waits for an approval."""
        return cast("HitlMode", self._options.get("hitl_mode", "off"))

    @hitl_mode.setter
    def hitl_mode(self, mode: HitlMode) -> None:
        self._change("hitl_mode", mode)

    def _change(self, name: str, value: Any) -> None:
        """Goes on with a native client that differs in one option."""
        if self._is_embedded and name in ("base_url", "api_key"):
            raise ConfigurationError(f"`{name}` of an embedded instance's client is the instance's own")
        try:
            changed = self._native.changed(_encoded({name: value}))
        except ConfigurationError as error:
            raise _in_python_words(error) from None
        if name not in SECRETS:
            self._options = {**self._options, name: value}
        self._raw_responses = None
        previous, self._native = self._native, changed
        if self._beat is not None:
            previous.stop_heartbeat()
            changed.start_heartbeat(*self._beat)

    def __copy__(self: Self) -> Self:
        copy = object.__new__(type(self))
        copy.__dict__.update(self.__dict__)
        copy._raw_responses = copy._beat = None
        return copy

    def __deepcopy__(self: Self, memo: dict[int, Any]) -> Self:
        copy = self.__copy__()
        memo[id(self)] = copy
        for name, value in copy.__dict__.items():
            if name not in _SHARED:
                copy.__dict__[name] = deepcopy(value, memo)
        return copy

    def __getstate__(self) -> dict[str, Any]:
        """What goes into a pickle: everything but secrets and what belongs to this process."""
        why = None
        if self._withheld is not None:
            why = f"its `{self._withheld}` is a secret, and a pickle holds none"
        elif self._is_embedded:
            why = "its instance belongs to this process"
        if why is not None:
            raise TypeError(f"cannot pickle this {type(self).__name__}: {why}; make the client where it is used")
        known = {"base_url": self.base_url, "agent_id": self.agent_id, "agent_name": self.agent_name}
        state = {
            **self.__dict__,
            "_options": {**self._options, **known},
            "_reports": None,
            "_raw_responses": None,
            "_closed": self._native.closed,
        }
        del state["_native"]
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        closed = state.pop("_closed")
        self.__dict__.update(state)
        self._beat = None
        try:
            self._connect(self._options, None)
        except ConfigurationError as error:
            if error.argument == "api_key":
                error.message = "a pickled client holds no API key: set DASHCLAW_API_KEY where it is loaded"
                error.args = (error.message,)
            raise
        if closed:
            self._native.close()

    def _connect(self, options: Mapping[str, Any], door: Door | None) -> None:
        """Makes the native client of these options."""
        on_guard, on_recommendation = self._callbacks
        functions = _reading_json(on_guard), _reading_json(on_recommendation)
        try:
            self._native = self._adapted(NativeClient(_encoded(options), show, *functions, door))
        except ConfigurationError as error:
            raise _in_python_words(error) from None

    def _adapted(self, native: NativeClient) -> NativeClient:
        """The native client as calls of this class are made."""
        return native

    def _warn_if_insecure(self, depth: int = 3) -> None:
        warning = self._native.clear_text_warning
        if warning is not None:
            warnings.warn(warning, UserWarning, stacklevel=depth)


def _encoded(options: Mapping[str, Any]) -> str:
    """The options of a client as JSON text. What is wrong with one must not show it."""
    for name, value in options.items():
        if value is not None and not isinstance(value, (str, int, float)):
            error = ConfigurationError(f"`{name}` must not be of type {type(value).__name__}")
            error.argument = name
            raise error
    return encode(options)


def _in_python_words(error: ConfigurationError) -> ConfigurationError:
    """An error about an option that has another name here."""
    ours = RENAMED.get(error.argument or "")
    if ours is not None:
        error.message = error.message.replace(f"`{error.argument}`", f"`{ours}`")
        error.argument = ours
        error.args = (error.message,)
    return error


def _reading_json(callback: Callback | None) -> Callable[[str], object] | None:
    return None if callback is None else lambda text: callback(decode(text))
