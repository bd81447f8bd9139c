"""The Python that people read first: what stands in the READMEs, ours and the official one, in docs/logging.md, and the examples."""

from __future__ import annotations

import builtins
import re
import symtable
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "bindings-python/README.md", "docs/logging.md")

LEFT_TO_THE_READER = {
    "claw": "from dashclaw import DashClaw\nclaw = DashClaw()",
    "openai_client": "from openai import OpenAI\nopenai_client = OpenAI()",
    "research": "def research(brief: object) -> dict[str, object]:\n    return {'about': brief}",
    "ship": "def ship(version: str) -> None: ...",
}
"""What samples use and leave to their reader, and how the reader might declare it."""


def samples(page: str) -> list[str]:
    """The Python programs of a page of ours, from the root of the repository."""
    return re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)


def completed(sample: str) -> str:
    """A sample with what it leaves to its reader. A name that the table lacks stays unknown."""
    declared = ""
    for name in sorted(missing(symtable.symtable(sample, "sample", "exec"))):
        declaration = LEFT_TO_THE_READER.get(name, "")
        declared += ("async " if f"await {name}(" in sample else "") + declaration + "\n"
    return declared + sample


def missing(table: symtable.SymbolTable) -> Iterator[str]:
    """The global names that are used and defined nowhere."""
    bound = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    tables = [table]
    while tables:
        inner = tables.pop()
        tables += inner.get_children()
        for symbol in inner.get_symbols():
            is_global = inner is table or symbol.is_global()
            if is_global and symbol.get_name() not in bound and not hasattr(builtins, symbol.get_name()):
                yield symbol.get_name()


def checked(folder: Path) -> list[str]:
    """Writes every sample into ``folder``; the paths of all that type checkers must accept."""
    for page in PAGES:
        for number, sample in enumerate(samples(page), 1):
            name = page.removesuffix(".md").replace("/", "_").replace("-", "_").lower()
            (folder / f"{name}_{number}.py").write_text(completed(sample), encoding="utf-8")
    for official in sorted(ROOT.glob("bindings-python/tests/official/*.py")):
        (folder / f"official_{official.name}").write_text(completed(official.read_text()), encoding="utf-8")
    programs = [*sorted(folder.glob("*.py")), *sorted(ROOT.glob("examples/python/**/*.py"))]
    return [str(program) for program in programs]
