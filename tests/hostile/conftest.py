"""A clean repository that each test spoils in one way, and what must be true of every refusal."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cnai_gitops import pipeline
from cnai_gitops.system.tools import Settings

sys.path.insert(0, str(Path(__file__).resolve().parent))

HERE = Path(__file__).resolve().parent
PINNED = re.compile(r"sha256:([0-9a-f]{64})")
Refused = Callable[..., list[str]]


def _scan(digest: str) -> str:
    target = {"userInput": "image", "manifestDigest": f"sha256:{digest}", "repoDigests": []}
    database = {"status": {"built": "2026-11-19T06:18:10Z", "valid": True}}
    descriptor = {"name": "grype", "version": "0.104.0", "timestamp": "2026-11-20T03:12:44Z", "db": database}
    report = {"matches": [], "source": {"target": target}, "distro": {"name": "debian"}, "descriptor": descriptor}
    return json.dumps(report)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository with evidence and everything built; no test may write there."""
    root = Path(shutil.copytree(HERE / "repository", tmp_path_factory.mktemp("hostile") / "repository"))
    evidence = root / "policies" / "evidence"
    evidence.mkdir(parents=True)
    for digest in {digest for file in root.glob("environments/*/*.yaml") for digest in PINNED.findall(file.read_text())}:
        (evidence / f"{digest}.json").write_text(_scan(digest))
    assert pipeline.build(root, Settings.of(os.environ)).findings == []
    return root


@pytest.fixture
def root(built: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may spoil."""
    return Path(shutil.copytree(built, tmp_path / "repository", symlinks=True))


def entries(folder: Path) -> dict[str, object]:
    """Everything below a folder: bytes of files, targets of links, the kind of the rest; nothing is followed or waited for."""
    found: dict[str, object] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        found[name] = str(path.readlink()) if path.is_symlink() else path.read_bytes() if path.is_file() else path.stat().st_mode
    return found


def statements(text: str) -> list[str]:
    """The first line of each error in the output, without the object in brackets at its end."""
    return [line.partition(" (dev/dev1")[0] for line in text.splitlines() if re.match(r"\S.*: error\[|error: ", line)]


@pytest.fixture
def refused(root: Path, cnai: Callable[..., Any]) -> Refused:
    """Runs a command that must fail with `code`; returns its errors. Nothing of the output may have changed, nothing be left over."""

    def run(*arguments: str, code: int = 1) -> list[str]:
        before = entries(root / "deploy")
        done = cnai(*(arguments or ("build",)), "--root", root)
        text = done.out + done.err
        assert done.code == code, text
        assert "Traceback" not in text
        assert "internal error" not in text
        assert entries(root / "deploy") == before
        assert [path for path in root.rglob("*") if "cnai-tmp" in path.name] == []
        assert all(line.isprintable() for line in text.splitlines())
        return statements(text)

    return run
