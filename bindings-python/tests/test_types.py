"""The types: of the package, of the native module, and as users see them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def check(*command: str) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_mypy_is_satisfied() -> None:
    check(sys.executable, "-m", "mypy", "--strict")
    check(sys.executable, "-m", "mypy", "--strict", "tests/typing_sample.py")


def test_the_stub_is_the_native_module() -> None:
    check(sys.executable, "-m", "mypy.stubtest", "dashclaw._native")


def test_pyright_is_satisfied() -> None:
    pyright = str(Path(sys.executable).parent / "pyright")
    check(pyright, "--pythonpath", sys.executable)
    check(pyright, "--pythonpath", sys.executable, "tests/typing_sample.py")
