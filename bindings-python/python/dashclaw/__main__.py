"""The ``dashclaw`` command: ``python -m dashclaw`` and the script that installers make."""

from __future__ import annotations

import signal
import sys

from ._native import run_command


def main() -> int:
    """Runs the command that the program's arguments name; returns its exit code."""
    # The command ends by itself on Ctrl-C. Python's handler would raise a KeyboardInterrupt after it.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    return run_command(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
