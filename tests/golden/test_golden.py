"""Golden files: what each variant makes of its example, what each runtime makes, and every byte of one small repository.

`pytest tests/golden --update-golden` writes them anew; read the diff before you commit it. CI refuses that option.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from examples import REPOSITORY, documents, example_of, golden, names, project_of

from cnai_gitops import deploy, pipeline
from cnai_gitops.facts.runtimes import runtimes
from cnai_gitops.spec.engine import engines
from cnai_gitops.system.tools import Settings

HERE = Path(__file__).resolve().parent
EXPECTED = HERE / "expected"
RUNTIMES = sorted(name for name, runtime in runtimes().items() if runtime.image)  # the others come with their engine
Snapshot = Callable[[Path], dict[str, bytes]]


def compare(text: str, file: Path, request: pytest.FixtureRequest) -> None:
    """The text is what lies in the file, or is written there."""
    assert text, f"nothing was made for {file}"
    if request.config.getoption("--update-golden"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    assert file.is_file(), f"{file} is missing: `make golden` writes it"
    assert text == file.read_text(), file


@pytest.mark.parametrize(("role", "kind"), names())
def test_variant(role: str, kind: str, request: pytest.FixtureRequest) -> None:
    compare(golden(example_of(engines()[role, kind])), HERE / role / f"{kind}.yaml", request)


@pytest.mark.parametrize("name", RUNTIMES)
def test_runtime(name: str, request: pytest.FixtureRequest) -> None:
    made = documents(project_of({"serve": {"name": "scorer", "model": "bought", "runtime": name}}))
    around = set(documents(project_of({})))
    compare("".join(f"---\n{document}" for document in made if document not in around), HERE / "runtime" / f"{name}.yaml", request)


def test_no_golden_file_is_left_behind() -> None:
    """Each belongs to a variant or a runtime that there is."""
    wanted = {f"{role}/{kind}.yaml" for role, kind in names()} | {f"runtime/{name}.yaml" for name in RUNTIMES}
    others = (EXPECTED.name, REPOSITORY.name, "twin")
    found = {path.relative_to(HERE).as_posix() for path in HERE.glob("*/*.yaml") if path.parent.name not in others}
    assert found == wanted


def build(root: Path, settings: Settings) -> pipeline.Built:
    built = pipeline.build(root, settings)
    assert [f"{f.location}: {f.message}" for f in built.findings if f.fails] == []
    return built


def test_whole_repository(tmp_path: Path, settings: Settings, snapshot: Snapshot, request: pytest.FixtureRequest) -> None:
    """Kustomize tree, manifests, platform, hub and data of one small application in dev, and prod with a standby cluster."""
    root = Path(shutil.copytree(REPOSITORY, tmp_path / "repository"))
    build(root, settings)
    if request.config.getoption("--update-golden"):
        shutil.rmtree(EXPECTED, ignore_errors=True)
        shutil.copytree(root / "deploy", EXPECTED)
    want, have = snapshot(EXPECTED), snapshot(root / "deploy")
    assert want, f"no golden files in {EXPECTED}: `make golden` writes them"
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
