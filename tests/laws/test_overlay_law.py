"""Law 1: what kustomize builds from an overlay is what was resolved, for the stories and for generated applications."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from applications import plans
from hypothesis import HealthCheck, given
from hypothesis import settings as examples

from cnai_gitops import pipeline, render
from cnai_gitops.overlay import read_kustomize, same
from cnai_gitops.plan.build import Plan
from cnai_gitops.resolved.index import Resolved
from cnai_gitops.resolved.kustomize_tree import overlay_path
from cnai_gitops.resolved.units import Unit
from cnai_gitops.system import kustomize
from cnai_gitops.system.files import Writer
from cnai_gitops.system.tools import Settings, require

MANY = examples(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


def test_stories(stories: Path, settings: Settings) -> None:
    assert [finding.message for finding in pipeline.verify(stories, settings) if finding.fails] == []


@MANY
@given(plan=plans())
def test_generated_applications(plan: Plan, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("tree")
    for app in plan.project.apps:
        resolved = Resolved(plan)
        owner = render.render_app(resolved, app)
        assert owner.findings == []
        with Writer(folder) as writer:
            for path, text in owner.files.items():
                writer.write(path, text.encode())
        targets = plan.targets_of(app)
        answers = kustomize.build_many(folder, [overlay_path(target, app) for target in targets], settings, read_kustomize)
        for target, answer in zip(targets, answers, strict=True):
            resources = resolved.load(Unit(app, target, plan.project.apps[app].value.team)).resources
            assert answer.error == ""
            assert same(answer.objects, [resource.body for resource in resources]) == []


def test_all_overlays_are_built_by_one_process(repository: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline.build(repository, settings)
    started: list[str] = []
    run = kustomize.run

    def counted(argv: list[str], **options: object) -> object:
        started.append(Path(argv[0]).name)
        return run(argv, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(kustomize, "run", counted)
    assert pipeline.verify(repository, settings) == []
    assert started == ["kbuild"]


@pytest.mark.parametrize("case", ["fleet", "fraud"])
def test_our_helper_builds_what_the_command_builds(case: str, settings: Settings, repository_of: Callable[[str], Path]) -> None:
    root = repository_of(case)
    pipeline.build(root, settings)
    overlays = sorted(path.parent for path in root.glob("deploy/kustomize/*/overlays/*/*/kustomization.yaml"))
    assert overlays
    answers = kustomize.build_many(root, [str(folder.relative_to(root)) for folder in overlays], settings, read_kustomize)
    for folder, answer in zip(overlays, answers, strict=True):
        command = [*require("kustomize", settings).command, str(folder)]
        expected = subprocess.run(command, capture_output=True, check=True, text=True).stdout
        assert expected
        assert orjson.dumps(answer.objects) == orjson.dumps(read_kustomize(expected)), folder  # in order and type, to the key


def test_a_difference_is_told(repository: Path, settings: Settings, cnai: Callable[..., object]) -> None:
    """The proof is able to fail: an overlay that somebody changed by hand."""
    pipeline.build(repository, settings)
    patch = repository / "deploy/kustomize/fraud-detection/envs/prod/patch.yaml"
    patch.write_text(patch.read_text().replace("maxReplicas: 16", "maxReplicas: 17"))
    found = pipeline.verify(repository, settings)
    assert [finding.code for finding in found] == ["CNAI303", "CNAI303"]
    assert "spec.predictor.maxReplicas: 17 is not 16" in found[0].message
