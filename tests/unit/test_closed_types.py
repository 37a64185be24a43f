"""Objects that engines and builders make have closed types: mypy refuses a field that the kind does not have."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TYPOS = {
    "parts/autoscaling.py": ('"pollingInterval"', '"polingInterval"'),
    "engines/train/trainer.py": ('"runtimeRef"', '"runtimeReff"'),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", TYPOS)
def test_a_misspelled_field_is_a_type_error(name: str, tmp_path: Path) -> None:
    right, wrong = TYPOS[name]
    for folder in ("cnai_gitops", "blueprints"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    file = tmp_path / "cnai_gitops" / name
    text = file.read_text()
    assert text.count(right) == 1
    file.write_text(text.replace(right, wrong))
    argv = [
        sys.executable,
        "-m",
        "mypy",
        "--follow-imports=silent",
        "--cache-dir",
        str(tmp_path / "cache"),
        str(file.relative_to(tmp_path)),
    ]
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
    assert f"cnai_gitops/{name}:" in done.stdout, done.stdout + done.stderr
    assert wrong.strip('"') in done.stdout
    assert done.returncode == 1
