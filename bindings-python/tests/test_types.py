"""The types: of the package, of the native module, and as users see them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def check(*command: str) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_mypy_is_satisfied() -> None:
    pytest.importorskip("mypy")
    check(sys.executable, "-m", "mypy", "--strict")
    check(sys.executable, "-m", "mypy", "--strict", "tests/typing_sample.py")


def test_the_stub_is_the_native_module() -> None:
    pytest.importorskip("mypy")
    check(sys.executable, "-m", "mypy.stubtest", "dashclaw._native")


def test_pyright_is_satisfied() -> None:
    if shutil.which("pyright") is None:
        pytest.skip("pyright is not installed")
    check("pyright")
    check("pyright", "tests/typing_sample.py")
