"""What each file of the package owns: the first lines of the docstrings, for README.md and as a page.

Must not: describe a file itself.
"""

from __future__ import annotations

import ast
from pathlib import Path

from pages.tables import code, table

PACKAGE = Path(__file__).resolve().parents[2] / "cnai_gitops"
HEAD = "# Files\n\nEvery file of the package and the first line of its docstring; the second says what it must not do."


def pages() -> dict[str, str]:
    """Every file, room by room."""
    texts = [HEAD]
    for folder in [PACKAGE, *sorted(path.parent for path in PACKAGE.rglob("__init__.py") if path.parent != PACKAGE)]:
        rows = [[code(file.name), _first_line(file)] for file in sorted(folder.glob("*.py")) if file.name != "__init__.py"]
        if rows:
            texts += [f"## {folder.relative_to(PACKAGE.parent)}", _first_line(folder / "__init__.py"), table(["file", "owns"], rows)]
    return {"files.md": "\n\n".join(texts)}


def parts() -> dict[str, str]:
    """The rooms, and the files that stand alone."""
    rooms = [file for file in PACKAGE.glob("*/__init__.py") if not file.parent.name.startswith("_")]
    alone = [file for file in PACKAGE.glob("*.py") if not file.name.startswith("_")]
    names = {f"{room.parent.name}/": room for room in rooms} | {file.name: file for file in alone}
    return {"rooms": table(["", "owns"], ([code(name), _first_line(names[name])] for name in sorted(names)))}


def _first_line(file: Path) -> str:
    words = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return " ".join(words.split("\n\n")[0].split("Must not")[0].split())
