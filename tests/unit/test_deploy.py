"""What a build changes on disk when only a part is selected, and when it has nothing to do at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnai_gitops import deploy, state
from cnai_gitops.deploy import Changes
from cnai_gitops.plan.selection import EVERYTHING, Selection
from cnai_gitops.render import Owner
from cnai_gitops.system.files import Writer

MANIFEST = "deploy/rendered/{}/one/app/manifest.yaml"
OVERLAY = "deploy/kustomize/app/overlays/{}/one/kustomization.yaml"
BASE = "deploy/kustomize/app/base/kustomization.yaml"
ALL = {MANIFEST.format("dev"): "a", MANIFEST.format("prod"): "b", OVERLAY.format("prod"): "c", BASE: "d", "deploy/data/map.json": "[]"}


@pytest.mark.parametrize(
    ("selection", "covered"),
    [
        (EVERYTHING, set(ALL)),
        (Selection(parts=["kustomize"]), {OVERLAY.format("prod"), BASE}),
        (Selection(parts=["rendered"]), {MANIFEST.format("dev"), MANIFEST.format("prod"), "deploy/data/map.json"}),
        (Selection(environments=["dev"]), {MANIFEST.format("dev"), BASE, "deploy/data/map.json"}),
        (Selection(environments=["prod"], parts=["kustomize"]), {OVERLAY.format("prod"), BASE}),
    ],
)
def test_a_selection_answers_for_its_own_files(selection: Selection, covered: set[str]) -> None:
    assert {path for path in ALL if selection.covers(path)} == covered


def built(root: Path, files: dict[str, str], selection: Selection = EVERYTHING) -> Changes:
    with Writer(root) as writer:
        return deploy.write(writer, [Owner("app", files)], [], selection)


def test_what_was_not_selected_stays_and_stays_listed(tmp_path: Path) -> None:
    built(tmp_path, ALL)
    digests = deploy.listed(tmp_path, "app")
    changes = built(tmp_path, {MANIFEST.format("prod"): "new"}, Selection(environments=["prod"], parts=["rendered"]))
    assert (changes.written, changes.removed) == ([MANIFEST.format("prod")], ["deploy/data/map.json"])
    after = deploy.listed(tmp_path, "app")
    assert after.keys() == ALL.keys() - {"deploy/data/map.json"}
    assert {path for path in after if after[path] != digests[path]} == {MANIFEST.format("prod")}
    assert (tmp_path / BASE).read_text() == "d"


def test_stale_looks_at_what_was_selected(tmp_path: Path) -> None:
    built(tmp_path, ALL)
    fewer = Owner("app", {MANIFEST.format("dev"): "a"})
    assert deploy.stale(tmp_path, [fewer], Selection(environments=["dev"])) == ["deploy/data/map.json", BASE]
    assert deploy.stale(tmp_path, [Owner("app", {**ALL, BASE: "x"})]) == [BASE]


@pytest.fixture
def remembered(tmp_path: Path) -> Path:
    """A repository with one input and one output that a build has just seen."""
    (tmp_path / "blueprints").mkdir()
    (tmp_path / "blueprints/app.py").write_text("app = 1\n")
    (tmp_path / "blueprints/notes.yaml").write_text("unused: true\n")
    seen = (tmp_path / "blueprints/app.py").stat()
    with Writer(tmp_path) as writer:
        writer.write(BASE, b"d")
    inputs = {"blueprints/app.py": (seen.st_mtime_ns, seen.st_size)}
    state.remember(tmp_path, EVERYTHING, inputs, list(state.present(tmp_path)), writer.seen)
    return tmp_path


def test_nothing_changed(remembered: Path) -> None:
    assert state.current(remembered, EVERYTHING)
    assert state.current(remembered, Selection(parts=["rendered"]))


def test_another_selection_is_another_build(remembered: Path) -> None:
    assert not state.current(remembered, Selection(environments=["dev"]))
    assert not state.current(remembered, Selection(apps=["app"]))


@pytest.mark.parametrize("path", ["blueprints/app.py", "blueprints/notes.yaml", "blueprints/new.py", BASE])
def test_a_file_that_changed_is_noticed(remembered: Path, path: str) -> None:
    (remembered / path).write_text("something longer than before\n")
    assert not state.current(remembered, EVERYTHING)


@pytest.mark.parametrize("path", ["blueprints/app.py", BASE, state.STATE])
def test_a_file_that_is_gone_is_noticed(remembered: Path, path: str) -> None:
    (remembered / path).unlink()
    assert not state.current(remembered, EVERYTHING)


def test_a_damaged_state_means_a_build(remembered: Path) -> None:
    (remembered / state.STATE).write_text('{"made": 1}')
    assert not state.current(remembered, EVERYTHING)
