"""The source package holds all that building the wheel takes. That it builds is for ``scripts/build-wheels sdist``."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from samples import ROOT

MEMBERS = ("core", "server", "cli", "bindings-python")
"""The crates of the workspace that the module is made of."""


def said(*command: str, cwd: Path = ROOT) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sdist")
    maturin = str(Path(sys.executable).with_name("maturin"))
    said(maturin, "sdist", "--manifest-path", "bindings-python/Cargo.toml", "--out", str(folder))
    [archive] = folder.glob("*.tar.gz")
    with tarfile.open(archive) as files:
        if hasattr(tarfile, "data_filter"):
            files.extractall(folder, filter="data")
        else:
            files.extractall(folder)  # noqa: S202 - it was made here
    return folder / archive.name.removesuffix(".tar.gz")


def test_it_holds_every_source_and_what_people_read_first(unpacked: Path) -> None:
    sources = [f"{crate}/src" for crate in MEMBERS] + ["bindings-python/build.rs"]
    python = "bindings-python/python/"
    tracked = said("git", "ls-files", *sources, python).splitlines()
    # maturin puts the package beside its pyproject.toml, as pip looks for it.
    expected = {name.removeprefix("bindings-python/") if name.startswith(python) else name for name in tracked}
    expected |= {f"{crate}/Cargo.toml" for crate in MEMBERS}
    expected |= {"Cargo.toml", "Cargo.lock", "LICENSE", "PKG-INFO", "README.md", "pyproject.toml"}
    assert len(expected) > 300
    assert not {name for name in expected if not (unpacked / name).is_file()}
    assert (unpacked / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()


def test_it_is_a_workspace_of_the_versions_that_were_tested(unpacked: Path) -> None:
    resolved = json.loads(said("cargo", "metadata", "--offline", "--format-version", "1", cwd=unpacked))
    ours = [package for package in resolved["packages"] if package["source"] is None]
    assert {package["name"] for package in ours} == {"dashclaw", "dashclaw-server", "dashclaw-cli", "dashclaw-python"}
    lock = (ROOT / "Cargo.lock").read_text()
    tested = {f'name = "{package["name"]}"\nversion = "{package["version"]}"' for package in resolved["packages"]}
    assert not {line for line in tested if line not in lock}
