"""The types: of the package, of the native module, and as users see them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from language_server import LanguageServer
from samples import checked

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


def test_what_people_copy_passes_the_strictest_checks(tmp_path: Path) -> None:
    """The programs of the READMEs and the examples."""
    programs = checked(tmp_path)
    assert len(programs) > 5
    check(sys.executable, "-m", "mypy", "--strict", *programs)
    check(str(Path(sys.executable).parent / "pyright"), "--pythonpath", sys.executable, *programs)


def test_an_editor_offers_every_field_of_guard(tmp_path: Path) -> None:
    calls = ["claw.guard(|)", "claw.with_raw_response.guard(|)", "await AsyncDashClaw().guard(|)"]
    head = "from dashclaw import AsyncDashClaw, DashClaw\nclaw = DashClaw()\n"
    with LanguageServer(tmp_path) as server:
        for call in calls:
            offered = server.completions(f"{head}{call}\n")
            assert {"action_type=", "risk_score=", "source_of_truth=", "timeout="} <= offered, call
        assert "'declared_goal'" in server.completions(head + "claw.guard({'action_type': '', '|': 1})\n")
        assert "'action'" in server.completions(head + "claw.wait_for_approval('act_1')['|']\n")
