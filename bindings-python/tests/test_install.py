"""What a new user does, from the built wheel: pip in an empty environment, then the README's first programs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from email.parser import Parser
from importlib.metadata import distribution
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest
from samples import ROOT, samples

import dashclaw


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the programs of an environment that holds the wheel and nothing else."""
    installed_from = json.loads(distribution("dashclaw").read_text("direct_url.json") or "{}")["url"]
    wheel = url2pathname(urlsplit(installed_from).path)
    folder = tmp_path_factory.mktemp("fresh")
    said(sys.executable, "-m", "venv", str(folder), cwd=folder)
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    # There is no index to ask: the package depends on nothing.
    said(str(programs / "python"), "-m", "pip", "install", "--no-index", wheel, cwd=folder)
    return programs


def said(*command: str, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("readme", ["README.md", "bindings-python/README.md"])
def test_the_first_program(fresh: Path, readme: str, tmp_path: Path) -> None:
    program = tmp_path / "agent.py"
    program.write_text(samples(readme)[0], encoding="utf-8")
    told = said(str(fresh / "python"), "-W", "error", program.name, cwd=tmp_path)
    assert told == "monitor allow\ndeploy require_approval\ndrop_table block\n"


def test_the_program_with_a_human(fresh: Path, tmp_path: Path) -> None:
    program = tmp_path / "agent.py"
    program.write_text(samples("README.md")[1], encoding="utf-8")
    said(str(fresh / "python"), "-W", "error", program.name, cwd=tmp_path)
    assert (tmp_path / "governance.db").stat().st_size > 0


def test_the_command_is_there(fresh: Path, tmp_path: Path) -> None:
    assert said(str(fresh / "dashclaw"), "--version", cwd=tmp_path) == f"dashclaw {dashclaw.__version__}\n"


def test_the_page_on_pypi_is_the_readme() -> None:
    page = Parser().parsestr(distribution("dashclaw").read_text("METADATA") or "").get_payload()
    assert isinstance(page, str)
    assert page.strip() == (ROOT / "bindings-python/README.md").read_text(encoding="utf-8").strip()
