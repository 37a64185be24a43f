"""The image of the steps: what its Dockerfile installs is enough, without any other package."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cnai_gitops.plan.images import STEPS_IMAGE

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = sorted(path.stem for path in (ROOT / "cnai_gitops" / "steps").glob("*.py") if '__name__ == "__main__"' in path.read_text())
RUN = """
import runpy, sys
sys.path.append(sys.argv[1])
sys.argv = ["step", "--help"]
runpy.run_module("cnai_gitops.steps.{}", run_name="__main__")
"""


@pytest.mark.parametrize("name", COMMANDS)
def test_a_step_needs_nothing_but_the_standard_library(name: str) -> None:
    argv = [sys.executable, "-I", "-S", "-c", RUN.format(name), str(ROOT)]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "usage: " in done.stdout


def test_all_that_workflows_call_are_there() -> None:
    called = {
        word
        for room in ("compile", "engines")
        for path in (ROOT / "cnai_gitops" / room).rglob("*.py")
        for word in COMMANDS
        if f'"{word}"' in path.read_text()
    }
    assert {"gate", "package", "lineage", "drift"} <= called <= set(COMMANDS)


def test_the_file_installs_this_package_alone() -> None:
    text = (ROOT / "tools" / "steps" / "Dockerfile").read_text()
    assert STEPS_IMAGE in text
    assert "pip install --no-cache-dir --no-deps /source" in text
    assert "USER 65532:65532" in text
