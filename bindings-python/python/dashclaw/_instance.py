"""The embedded instance: a governance server inside this process."""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING

from ._native import NativeInstance
from ._client_options import InstanceClientOptions, Role
from ._options import Unpack

if TYPE_CHECKING:
    from ._async_client import AsyncDashClaw
    from ._client import DashClaw


class _Open:
    """The instances that nobody has closed.

    They are closed when this module goes, at the very end of the interpreter: handlers of ``atexit`` may still report to
    them, in whatever order they were registered.
    """

    def __init__(self) -> None:
        self.natives: set[NativeInstance] = set()

    def __del__(self) -> None:
        for native in self.natives:
            native.close()


_OPEN = _Open()


class Instance:
    """A governance server without a port. Its clients call it directly.

    It belongs to the process that opened it; a forked child opens its own.
    """

    def __init__(self, path: str | PathLike[str] | None = None, policies: str | PathLike[str] | None = None) -> None:
        """Opens an instance.

        Args:
            path: The database file, or a folder in which it is ``dashclaw.db``. Without one, or with ``:memory:``,
                everything is kept in memory and gone at the end.
            policies: A YAML file of policies, or ``"starter"`` for those that come with the package. At each start it
                replaces the policies that came from a file before.

        Raises:
            InstanceError: The database is locked or corrupt, or the policy file has a mistake.
        """
        self._native = NativeInstance(path, policies)
        _OPEN.natives.add(self._native)

    def client(
        self, agent_id: str | None = None, *, role: Role = "member", **options: Unpack[InstanceClientOptions]
    ) -> DashClaw:
        """A client of this instance.

        Args:
            agent_id: Which agent acts.
            role: ``member``, for agents, may do everything but administration and approvals; ``admin``, for an operator,
                may all; ``readonly`` reads. Each client is a principal of its own, and whoever created an action
                cannot approve it.
            **options: Other options of ``DashClaw``.
        """
        from ._client import DashClaw  # noqa: PLC0415

        return DashClaw(agent_id=agent_id, instance=self, role=role, **options)

    def async_client(
        self, agent_id: str | None = None, *, role: Role = "member", **options: Unpack[InstanceClientOptions]
    ) -> AsyncDashClaw:
        """An asyncio client of this instance; see ``client``."""
        from ._async_client import AsyncDashClaw  # noqa: PLC0415

        return AsyncDashClaw(agent_id=agent_id, instance=self, role=role, **options)

    @property
    def native(self) -> NativeInstance:
        """For the clients of this package."""
        return self._native

    def close(self) -> None:
        """Ends streams, writes what waits, frees the database. Later calls of its clients fail."""
        _OPEN.natives.discard(self._native)
        self._native.close()

    def __enter__(self) -> Instance:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
