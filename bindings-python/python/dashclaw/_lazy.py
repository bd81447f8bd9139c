"""``dashclaw.types``, loaded when somebody evaluates an annotation, and not before."""

from __future__ import annotations


class _Types:
    def __getattr__(self, name: str) -> object:
        from dashclaw import types  # noqa: PLC0415

        return getattr(types, name)


types = _Types()
