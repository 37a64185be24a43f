"""Golden cases: a small repository each, and every byte that a build of it writes.

`pytest tests/golden --update-golden` writes them anew; read the diff before you commit it. CI refuses that option.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cnai_gitops import deploy, pipeline
from cnai_gitops.system.tools import Settings

HERE = Path(__file__).resolve().parent
CASES = sorted(folder.parent.name for folder in HERE.glob("*/repository"))
Snapshot = Callable[[Path], dict[str, bytes]]


def build(root: Path, settings: Settings) -> pipeline.Built:
    built = pipeline.build(root, settings)
    assert [f"{f.location}: {f.message}" for f in built.findings if f.fails] == []
    return built


def test_there_are_cases() -> None:
    assert CASES == ["fleet", "fraud"]


@pytest.mark.parametrize("case", CASES)
def test_golden(case: str, tmp_path: Path, settings: Settings, snapshot: Snapshot, request: pytest.FixtureRequest) -> None:
    root = Path(shutil.copytree(HERE / case / "repository", tmp_path / "repository"))
    build(root, settings)
    expected = HERE / case / "expected"
    if request.config.getoption("--update-golden"):
        shutil.rmtree(expected, ignore_errors=True)
        shutil.copytree(root / "deploy", expected)
    want, have = snapshot(expected), snapshot(root / "deploy")
    assert want, f"no golden files in {expected}: `make golden` writes them"
    assert sorted(have) == sorted(want)
    for path, content in want.items():
        assert have[path].decode() == content.decode(), path


def test_yaml_twin_of_a_python_blueprint(whole_stories: Path, settings: Settings, snapshot: Snapshot) -> None:
    """The same model, said in YAML, gives the same bytes."""
    build(whole_stories, settings)
    python = snapshot(whole_stories / "deploy")
    (whole_stories / "blueprints" / "fraud_detection.py").unlink()
    shutil.copy(HERE / "twin" / "fraud-detection.yaml", whole_stories / "blueprints")
    built = build(whole_stories, settings)
    assert built.changes.written == []
    assert snapshot(whole_stories / "deploy") == python


def test_committed_output_is_fresh(stories: Path, settings: Settings) -> None:
    """What is committed in deploy/ is what the stories say now, and nothing else is."""
    built = pipeline.build(stories, settings, check=True)
    assert built.stale == [], "run `make generate` and commit the result"
    assert built.left_out, "two stories are an example; the others only hide what a change does"
    assert set(deploy.owners_on_disk(stories)).isdisjoint(built.left_out)


def test_a_copy_has_what_is_committed_byte_by_byte(stories: Path, built_stories: Path, snapshot: Snapshot) -> None:
    copy = snapshot(built_stories / "deploy")
    assert snapshot(stories / "deploy").items() < copy.items()
