"""What PyPI and installers are told about the package."""

from __future__ import annotations

from importlib.metadata import distribution

from samples import ROOT

PROJECT = "https://github.com/dashclaw/dashclaw-sdk"


def test_licence_author_links_and_command() -> None:
    package = distribution("dashclaw")
    told = package.metadata
    assert (told["License-Expression"], told["License-File"]) == ("MIT", "LICENSE")
    assert told["Author"] == "The DashClaw SDK authors"
    links = dict(link.split(", ") for link in told.get_all("Project-URL", []))
    assert links.keys() == {"Changelog", "Documentation", "Homepage", "Issues", "Repository"}
    assert all(link.startswith(PROJECT) for link in links.values())
    assert [(entry.name, entry.value) for entry in package.entry_points] == [("dashclaw", "dashclaw.__main__:main")]
    [licence] = [file for file in package.files or [] if file.name == "LICENSE"]
    assert licence.read_text() == (ROOT / "LICENSE").read_text()
    # One binary's worth of code: the command is in the module.
    assert len([file for file in package.files or [] if file.suffix in {".so", ".pyd", ".dylib"}]) == 1
