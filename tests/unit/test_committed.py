"""`committed` in cnai.toml: whose output is kept, and that everybody else is rendered, judged, verified and compared all the same."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cnai_gitops import deploy, pipeline, state
from cnai_gitops.plan.selection import EVERYTHING
from cnai_gitops.system.tools import Settings

Cnai = Callable[..., Any]
Snapshot = Callable[[Path], dict[str, bytes]]
PROD = "environments/prod/fraud-detection.yaml"
BLUEPRINT = "blueprints/fraud_detection.py"


def commit_only(root: Path, *owners: str) -> None:
    """Say in cnai.toml whose output is kept."""
    file = root / "cnai.toml"
    rest = [line for line in file.read_text().splitlines(keepends=True) if not line.startswith("committed")]
    file.write_text(f"committed = {json.dumps(owners)}\n" + "".join(rest))


def git(folder: Path, *arguments: str) -> None:
    author = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *author, *arguments], cwd=folder, check=True, capture_output=True)


def commit(root: Path) -> None:
    """Build, and make a commit of everything on branch main."""
    assert not pipeline.build(root, Settings.of({})).failed
    git(root, "init", "--quiet", "--initial-branch", "main")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "--message", "before")


def test_the_files_of_others_are_removed_and_come_back(repository: Path, settings: Settings, snapshot: Snapshot, cnai: Cnai) -> None:
    pipeline.build(repository, settings)
    whole = snapshot(repository / "deploy")
    commit_only(repository, "_platform")
    done = cnai("build", "--root", repository)
    assert "gone   fraud-detection: it is not committed any more, its files were removed\n" in done.err
    assert "rendered, not committed (cnai.toml): fraud-detection, _argocd\n" in done.err
    assert deploy.owners_on_disk(repository) == ["_platform"]
    kept = snapshot(repository / "deploy")
    assert kept.items() < whole.items()
    assert not any("fraud-detection" in path for path in kept)
    assert state.current(repository, EVERYTHING)
    assert cnai("build", "--check", "--root", repository).code == 0
    commit_only(repository)
    pipeline.build(repository, settings)
    assert snapshot(repository / "deploy") == whole


def test_files_that_are_not_committed_any_more_are_stale(repository: Path, settings: Settings, cnai: Cnai) -> None:
    pipeline.build(repository, settings)
    commit_only(repository, "_platform")
    done = cnai("build", "--check", "--root", repository)
    assert done.code == 1
    assert "stale  deploy/kustomize/fraud-detection/" in done.err
    assert "CNAI801" in cnai("check", "--root", repository).out + cnai("check", "--root", repository).err


@pytest.mark.parametrize("command", [["build"], ["build", "--check"], ["build", "--verify"], ["check"]], ids=" ".join)
def test_who_is_not_committed_still_breaks_the_build(command: list[str], repository: Path, cnai: Cnai) -> None:
    commit_only(repository, "_platform")
    assert cnai("build", "--root", repository).code == 0
    release = repository / PROD
    release.write_text(
        release.read_text() + "overrides:\n  - {kind: Deployment, name: none, set: {/spec/replicas: 1}, reason: there is no such object}\n"
    )
    done = cnai(*command, "--root", repository)
    assert done.code == 1
    assert "CNAI310" in done.out + done.err


def test_a_change_of_who_is_not_committed_writes_nothing(repository: Path, settings: Settings, snapshot: Snapshot) -> None:
    commit_only(repository, "_platform", "_argocd")
    pipeline.build(repository, settings)
    before = snapshot(repository / "deploy")
    release = repository / PROD
    assert "max: 16" in release.read_text()
    release.write_text(release.read_text().replace("max: 16", "max: 15"))
    built = pipeline.build(repository, settings)
    assert (built.changes.written, built.left_out) == ([], ["fraud-detection"])
    assert snapshot(repository / "deploy") == before


def test_overlays_that_are_not_on_disk_are_verified_in_a_copy(
    repository: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, cnai: Cnai
) -> None:
    """Patches are in the copy, and the proof can fail there."""
    folder = repository / "environments/prod/patches/fraud-detection"
    folder.mkdir(parents=True)
    (folder / "more.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: more, namespace: risk-prod}\ndata: {a: b}\n")
    (folder / "kustomization.yaml").write_text("apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [more.yaml]\n")
    commit_only(repository, "_platform")
    pipeline.build(repository, settings)
    assert not (repository / "deploy/kustomize").exists()
    assert pipeline.verify(repository, settings) == []
    render = pipeline.render.render_app

    def spoiled(*arguments: Any) -> Any:
        owner = render(*arguments)
        [path] = [path for path in owner.files if path.endswith("envs/prod/patch.yaml")]
        owner.files[path] = owner.files[path].replace("maxReplicas: 16", "maxReplicas: 17")
        return owner

    monkeypatch.setattr(pipeline.render, "render_app", spoiled)
    found = pipeline.verify(repository, settings)
    assert {finding.code for finding in found} == {"CNAI303"}
    assert found[0].location is not None
    assert found[0].location.file == BLUEPRINT


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ('committed = ["fraud-detectoin"]', "CNAI233", "did you mean 'fraud-detection'? known: _argocd, _platform, fraud-detection"),
        ('committed = ["_argo"]', "CNAI233", "did you mean '_argocd'?"),
        ('committed = ["fraud-detection"]\nrendered = "branches"', "CNAI215", "remove one of the two"),
    ],
)
def test_what_cannot_be_meant_is_an_error_at_its_line(line: str, code: str, words: str, repository: Path, cnai: Cnai) -> None:
    file = repository / "cnai.toml"
    file.write_text(f"{line}\n{file.read_text()}")
    done = cnai("build", "--root", repository)
    assert done.code == 1
    assert f"cnai.toml:1:1: error[{code}]" in done.out + done.err
    assert words in done.out + done.err
    assert not (repository / "deploy").exists()


# -- a copy ---------------------------------------------------------------------------------------------------


def test_a_copy_has_everything_and_leaves_the_repository_alone(
    repository: Path, settings: Settings, tmp_path: Path, snapshot: Snapshot, cnai: Cnai
) -> None:
    pipeline.build(repository, settings)
    whole = snapshot(repository / "deploy")
    commit_only(repository, "_platform")
    pipeline.build(repository, settings)
    before = snapshot(repository)
    copy = tmp_path / "copy"
    done = cnai("build", "--into", copy, "--root", repository)
    assert done.err.splitlines()[-1].startswith(f"{copy}/deploy/  ")
    assert snapshot(copy / "deploy") == whole
    assert snapshot(repository) == before
    assert cnai("build", "--verify", "--into", copy, "--root", repository).code == 0
    patch = copy / "deploy/kustomize/fraud-detection/envs/prod/patch.yaml"
    patch.write_text(patch.read_text().replace("maxReplicas: 16", "maxReplicas: 17"))
    assert {finding.code for finding in pipeline.verify(repository, settings, into=copy)} == {"CNAI303"}
    pipeline.build(repository, settings, into=copy)
    stray = copy / "deploy/rendered/prod/eu1/fraud-detection/.manifest.yaml.99999999.cnai-tmp"
    stray.write_text("half")
    (copy / "deploy/rendered/prod/eu1/fraud-detection/manifest.yaml").write_text("half")
    assert cnai("build", "--into", copy, "--root", repository).err.splitlines()[-1].split("  ")[1].startswith("1 written")
    assert snapshot(copy / "deploy") == whole


@pytest.mark.parametrize("where", [".", "deploy", "copy", ".."])
def test_a_copy_never_lies_in_the_repository(where: str, repository: Path, snapshot: Snapshot, cnai: Cnai) -> None:
    before = snapshot(repository)
    done = cnai("build", "--into", repository / where, "--root", repository)
    assert (done.code, "lies in the repository or holds it" in done.err) == (2, True)
    assert snapshot(repository) == before


def test_a_copy_goes_into_no_folder_of_others(repository: Path, tmp_path: Path, snapshot: Snapshot, cnai: Cnai) -> None:
    other = tmp_path / "other"
    (other / "deploy").mkdir(parents=True)
    (other / "deploy/mine.yaml").write_text("a: 1\n")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").mkdir()
    done = cnai("build", "--into", other, "--root", repository)
    assert (done.code, "is not empty, and no build made it" in done.err) == (2, True)
    assert snapshot(other) == {"deploy/mine.yaml": b"a: 1\n"}
    assert cnai("build", "--into", tmp_path / "link", "--root", repository).code == 3
    assert snapshot(tmp_path / "elsewhere") == {}
    assert cnai("build", "--into", tmp_path / "new", "--check", "--root", repository).code == 2
    assert not (tmp_path / "new").exists()


# -- a review -------------------------------------------------------------------------------------------------


def test_a_review_compares_with_the_sources_of_what_is_not_in_git(repository: Path, settings: Settings, cnai: Cnai) -> None:
    pipeline.build(repository, settings)
    release = repository / PROD
    text = release.read_text()
    commit(repository)
    release.write_text(text.replace("max: 16", "max: 15"))
    want = json.loads(cnai("diff", "-o", "json", "--root", repository).out)
    release.write_text(text)
    commit_only(repository, "_platform")
    pipeline.build(repository, settings)
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message", "less")
    same = cnai("diff", "--root", repository)
    assert same.code == 0
    assert "!  fraud-detection, _argocd: not committed in " in same.out
    assert "no change in " in same.out
    release.write_text(text.replace("max: 16", "max: 15"))
    have = json.loads(cnai("diff", "-o", "json", "--root", repository).out)
    assert have["targets"] == want["targets"]
    assert (have["summary"], have["quota"]) == (want["summary"], want["quota"])


def test_what_cannot_be_compared_is_neither_new_nor_silent(repository: Path, settings: Settings, cnai: Cnai) -> None:
    commit_only(repository, "_platform")
    release = repository / PROD
    text = release.read_text()
    commit(repository)
    release.write_text(text + "nonsense: 1\n")
    git(repository, "commit", "--quiet", "--all", "--message", "broken")
    release.write_text(text)
    done = cnai("diff", "--root", repository)
    assert done.code == 1
    assert "NOT compared: environments/prod/fraud-detection.yaml:" in done.out
    assert done.out.splitlines()[-1].endswith("; 2 owner(s) not compared")
    review = json.loads(cnai("diff", "-o", "json", "--root", repository).out)
    assert review["uncompared"] == ["fraud-detection", "_argocd"]
    assert {target["owner"] for target in review["targets"]} == {"_platform"}
    assert not any(target["changes"] for target in review["targets"])
    assert all(row["before"] == row["after"] for row in review["quota"])
