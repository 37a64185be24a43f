"""The laws, with the tests that hold them, for README.md and as a page.

Must not: name a test that is not there.
"""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path
from typing import Any

from pages.tables import cell, code, table

ROOT = Path(__file__).resolve().parents[2]
HEAD = "# Laws\n\nWhat always holds, and the tests that say so: on generated input, on golden cases and on the stories."


def pages() -> dict[str, str]:
    """One page for all laws."""
    texts = [HEAD]
    for number, law in enumerate(_laws(), 1):
        rows = [[code(test), cell(_first_line(ROOT / test))] for test in sorted({*law["tests"], *_of_law(number)})]
        texts += [f"## {number}. {law['name']}", law["text"].strip(), table(["test", "what it tries"], rows)]
    return {"laws.md": "\n\n".join(texts)}


def parts() -> dict[str, str]:
    """One line for each law."""
    return {"laws": "\n".join(f"{number}. **{law['name']}.** {law['line']}" for number, law in enumerate(_laws(), 1))}


def _laws() -> list[dict[str, Any]]:
    laws: list[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "laws.toml").read_text(encoding="utf-8"))["law"]
    return laws


def _of_law(number: int) -> list[str]:
    """Tests in `tests/laws` whose first line begins with `Law <number>`."""
    files = sorted((ROOT / "tests" / "laws").glob("test_*.py"))
    return [file.relative_to(ROOT).as_posix() for file in files if re.match(rf"Law {number}\b", _first_line(file))]


def _first_line(file: Path) -> str:
    """What the docstring of a test file says first, else its first test. SystemExit when there is no such file."""
    if not file.is_file():
        raise SystemExit(f"pages/laws.toml names {file.name}, which does not exist")
    tree = ast.parse(file.read_text(encoding="utf-8"))
    tests = [node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
    return (ast.get_docstring(tree) or f"begins with: {tests[0].removeprefix('test_').replace('_', ' ')}").split("\n\n")[0]
