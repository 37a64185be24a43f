"""The generated documents are current, and `tools/docs.py --check` says so when one is not."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from blocks import ROOT


def documents(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "tools/docs.py", *arguments], cwd=root, capture_output=True, text=True, check=False)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """What the documents are made from, and the documents, in a folder that a test may damage."""
    for name in ("cnai_gitops", "docs", "policies", "tests", "tools"):
        left_out = shutil.ignore_patterns("__pycache__", "golden", "evidence")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=left_out)
    (tmp_path / "tests" / "golden").mkdir()
    for name in ("README.md", "cnai.toml", "tests/golden/test_golden.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_documents_are_current() -> None:
    done = documents(ROOT, "--check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_stale_documents_are_named(copied: Path) -> None:
    assert documents(copied).returncode == 0
    assert documents(copied, "--check").returncode == 0
    (copied / "docs/reference/codes.md").write_text("other\n")
    (copied / "docs/reference/nobody.md").write_text("other\n")
    (copied / "docs/reference/laws.md").unlink()
    done = documents(copied, "--check")
    assert done.returncode == 1
    stale = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("stale")]
    assert stale == ["docs/reference/codes.md", "docs/reference/laws.md", "docs/reference/nobody.md"]
    assert not (copied / "docs/reference/laws.md").exists()


def test_a_field_that_nobody_explains_is_refused(copied: Path) -> None:
    serve = copied / "cnai_gitops/spec/serve.py"
    serve.write_text(serve.read_text().replace('    """what serves it: triton, sklearn, vllm ..."""\n', ""))
    done = documents(copied, "--check")
    assert done.returncode == 1
    assert "Serve.runtime" in done.stderr


WASM = '''
"""Wasm: a step that runs one module."""
from typing import Literal
from cnai_gitops.contract.roles import StepEngine

class Wasm(StepEngine):
    """One module."""

    kind: Literal["wasm"] = "wasm"
    fuel: int = 7
    """how much it may burn"""
'''


def test_a_new_engine_is_exported_without_a_list(copied: Path) -> None:
    (copied / "cnai_gitops/engines/step/wasm.py").write_text(WASM)
    done = documents(copied, "--check")
    assert done.returncode == 1
    assert "stale  cnai_gitops/exports.py" in done.stdout.splitlines()
    assert documents(copied).returncode == 0
    code = "import cnai_gitops; print('Wasm' in cnai_gitops.__all__, cnai_gitops.Wasm.__module__)"
    shown = subprocess.run([sys.executable, "-c", code], cwd=copied, capture_output=True, text=True, check=True)
    assert shown.stdout.split() == ["True", "cnai_gitops.engines.step.wasm"]


def test_one_name_has_one_home(copied: Path) -> None:
    (copied / "cnai_gitops/engines/step/wasm.py").write_text(WASM.replace("class Wasm", "class Spark"))
    done = documents(copied, "--check")
    assert done.returncode == 1
    assert "Spark is exported by cnai_gitops.engines.step.spark and by cnai_gitops.engines.step.wasm" in done.stderr
