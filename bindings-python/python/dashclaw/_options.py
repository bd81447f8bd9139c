"""What may differ from call to call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypedDict

if TYPE_CHECKING:
    from typing_extensions import Unpack as Unpack
else:
    try:
        from typing import Unpack
    except ImportError:  # Python 3.10

        class Unpack:
            """Stands for ``typing.Unpack`` when somebody evaluates an annotation."""

            def __class_getitem__(cls, item: object) -> object:
                return item


class CallOptions(TypedDict, total=False):
    """Keywords that every operation takes. They change how it is called, and are never sent as fields."""

    timeout: float | None
    """How many seconds the call may take in all."""
    max_retries: int | None
    """How often it is repeated where that is safe."""
    idempotency_key: str | None
    """The key that it carries, where the operation takes one."""
    idempotency: Literal["intent", "call"] | None
    """Where the key comes from unless one is given."""
    on_replay: Literal["judge", "return"] | None
    """What becomes of an action that was created before with the same key."""


Mode = Literal["off", "warn", "enforce"]
HitlMode = Literal["off", "wait"]
Banner = Literal["stdout", "stderr", "off"]
Role = Literal["admin", "member", "readonly"]
Callback = Callable[[Any], object]


class InstanceClientOptions(TypedDict, total=False):
    """The options of a client of an embedded instance; ``DashClaw`` says what they mean."""

    agent_name: str | None
    swarm_id: str | None
    guard_mode: Mode
    guard_callback: Callback | None
    auto_recommend: Mode
    recommendation_confidence_min: float
    recommendation_callback: Callback | None
    hitl_mode: HitlMode
    private_key: Any
    auth_token: str | None
    timeout: float
    max_retries: int
    user_agent: str | None
    approval_banner: Banner | None
    max_response_bytes: int | None


class EmbeddedOptions(InstanceClientOptions, total=False):
    """The options of ``DashClaw.embedded``."""

    role: Role


_NAMES = CallOptions.__annotations__.keys()


def apart(keywords: Mapping[str, Any] | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """The keywords of a call that are fields, and those that are options. What is neither is a field: the core knows its
    name, or says which one is meant."""
    fields: dict[str, Any] = {}
    options: dict[str, Any] = {}
    for name, value in (keywords or {}).items():
        if name not in _NAMES:
            fields[name] = value
        elif value is not None:
            options[name] = value
    return fields, options
