"""What the native module says, as records of the logger ``dashclaw``.

The native module loads this once the program has loaded ``logging``: nobody hears before.
"""

from __future__ import annotations

import logging
from typing import Any

from ._wire import decode

logger = logging.getLogger("dashclaw")
logger.addHandler(logging.NullHandler())

_TRACE = 5
_NUMBERS = {"error": logging.ERROR, "warn": logging.WARNING, "info": logging.INFO, "debug": logging.DEBUG, "trace": _TRACE}
_OF_RECORDS = frozenset({*logging.makeLogRecord({}).__dict__, "message", "asctime"})
"""What every record has, and nobody may set."""


def level() -> str:
    """How much the program wants to hear now."""
    enabled = logger.isEnabledFor
    if not enabled(logging.WARNING):
        return "error" if enabled(logging.ERROR) else "off"
    if not enabled(logging.INFO):
        return "warn"
    if not enabled(logging.DEBUG):
        return "info"
    return "trace" if enabled(_TRACE) else "debug"


def emit(text: str) -> None:
    """Hands one record to the handlers, with its own time and its fields as attributes."""
    told: dict[str, Any] = decode(text)
    number = _NUMBERS[told["level"]]
    source = logging.getLogger(told["target"])
    if not source.isEnabledFor(number):
        return
    fields = {"event": told["event"], **told["fields"]}
    extra = {f"{name}_" if name in _OF_RECORDS else name: value for name, value in fields.items()}
    record = source.makeRecord(source.name, number, "", 0, told["text"], (), None, extra=extra)
    record.relativeCreated += told["unix_millis"] - record.created * 1000
    record.created = told["unix_millis"] / 1000
    record.msecs = told["unix_millis"] % 1000
    source.handle(record)
