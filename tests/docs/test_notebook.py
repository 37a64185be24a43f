"""The notebook runs, and its committed output is what it prints."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from blocks import ROOT

from cnai_gitops.system.tools import Settings

NOTEBOOK = ROOT / "docs" / "notebook.ipynb"


def test_notebook(settings: Settings) -> None:
    command = [sys.executable, "-W", "error", "tools/notebook.py", "--check"]
    environment = {**os.environ, **({"CNAI_TOOLS": settings.override} if settings.override else {})}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]


def test_a_mistake_is_four_lines() -> None:
    [mistake] = [
        output
        for cell in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
        for output in cell.get("outputs", ())
        if output["output_type"] == "error"
    ]
    assert len(mistake["traceback"]) <= 4
    assert "environments/prod/fraud-detection.yaml:14:5" in "\n".join(mistake["traceback"])


def test_nothing_of_a_machine_is_committed() -> None:
    text = NOTEBOOK.read_text(encoding="utf-8")
    assert [word for word in ("/root", "/home", "/Users", "site-packages", "language_info") if word in text] == []
