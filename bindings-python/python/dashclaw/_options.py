"""Telling the options of a call from its fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ._client_options import CallOptions

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
