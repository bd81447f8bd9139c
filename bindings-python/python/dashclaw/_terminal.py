"""What the person at the terminal is shown."""

from __future__ import annotations

import sys
from contextlib import suppress


def show(where: str, text: str) -> None:
    """Prints ``text``, as well as the terminal can. Where nothing can be shown, nothing is."""
    stream = sys.stderr if where == "stderr" else sys.stdout
    if stream is None:  # pyright: ignore[reportUnnecessaryComparison]  # without a console; `print` would take stdout
        return
    with suppress(Exception):
        try:
            print(text, file=stream, flush=True)
        except UnicodeEncodeError:
            encoding = stream.encoding or "ascii"
            print(text.encode(encoding, "backslashreplace").decode(encoding), file=stream, flush=True)
