"""Executes docs/notebook.ipynb in a copy of the stories and writes it back with its output. `--check` only compares, and exits 1.

Must not: leave a path, a time or a version of this machine in the notebook.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOK = ROOT / "docs" / "notebook.ipynb"
SOURCES = ("blueprints", "environments", "policies/waivers", "policies/evidence")
COPY = "repository"


def executed(folder: Path) -> Any:
    """The notebook as it is after a run in a copy of the stories below `folder`."""
    root = folder / COPY
    for name in SOURCES:
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "cnai.toml", root)
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(NOTEBOOK, as_version=4)
    place = {"metadata": {"path": str(root)}}
    client = NotebookClient(notebook, kernel_name="python3", record_timing=False, timeout=120, resources=place)
    client.execute(env={**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"})
    return stripped(notebook, folder)


def stripped(notebook: Any, folder: Path) -> Any:
    """The notebook without what is this machine's: kernel's version, paths, and the ids of outputs."""
    import nbformat

    notebook.metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    text = nbformat.writes(notebook)
    return nbformat.reads(text.replace(str(folder), "/tmp"), as_version=4)


def main() -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(description="Execute the notebook.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when its output is stale")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        notebook = executed(Path(folder))
    import nbformat

    text = nbformat.writes(notebook) + "\n"
    stale = NOTEBOOK.read_text(encoding="utf-8") != text
    if not options.check:
        NOTEBOOK.write_text(text, encoding="utf-8")
    print(f"docs/notebook.ipynb {'was stale' if stale else 'is current'}")
    return int(options.check and stale)


if __name__ == "__main__":
    sys.exit(main())
