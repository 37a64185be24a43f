"""The index of owner x target: what was read stays as it is, each unit is compiled once, identities read back."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cnai_gitops import pipeline
from cnai_gitops.compile.argocd import PLATFORM
from cnai_gitops.plan.build import Plan
from cnai_gitops.resolved import index
from cnai_gitops.resolved.identity import DocumentId
from cnai_gitops.resolved.index import Resolved
from cnai_gitops.resources.base import Key
from cnai_gitops.system.tools import Settings

DAY = date(2026, 11, 24)


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> Counter[tuple[str, str]]:
    """How often each application (and the platform) was compiled, by owner and target."""
    found: Counter[tuple[str, str]] = Counter()
    app, platform = index.compile_app, index.compile_platform

    def counted_app(plan: Plan, placed: Any) -> Any:
        found[placed.blueprint.name, placed.target.name] += 1
        return app(plan, placed)

    def counted_platform(target: Any, tenants: Any, registry: str) -> Any:
        found[PLATFORM, target.name] += 1
        return platform(target, tenants, registry)

    monkeypatch.setattr(index, "compile_app", counted_app)
    monkeypatch.setattr(index, "compile_platform", counted_platform)
    return found


def test_a_check_compiles_each_application_once_on_each_target(
    copied_stories: Path, settings: Settings, compiled: Counter[tuple[str, str]]
) -> None:
    """The comparison with the committed output included; a base is compiled for the neutral target."""
    verdict = pipeline.check(copied_stories, settings, at=DAY)
    assert {finding.code for finding in verdict.findings if finding.fails} == {"CNAI801"}  # the copy has no output yet
    plan = pipeline.plan_of(copied_stories)
    apps = {(app, target.name) for app in plan.project.apps for target in plan.targets_of(app)}
    bases = {(app, "base/base") for app, _ in apps}
    assert set(compiled) == apps | bases | {(PLATFORM, target.name) for target in plan.targets}
    assert set(compiled.values()) == {1}


def test_a_unit_is_the_same_however_often_it_is_read(stories: Path, settings: Settings) -> None:
    resolved = pipeline.resolve(pipeline.plan_of(stories), settings)
    for unit in resolved.units():
        first, again = resolved.load(unit), resolved.load(unit)
        assert [str(r.key) for r in first.resources] == list(resolved.summary(unit).keys)
        assert [(r.body, r.stage, r.trace) for r in again.resources] == [(r.body, r.stage, r.trace) for r in first.resources]
        assert again.findings == first.findings


def test_reading_a_plan_changes_nothing(repository: Path) -> None:
    release = repository / "environments/prod/fraud-detection.yaml"
    release.write_text(release.read_text().replace("max:", "most:"))
    plan = pipeline.plan_of(repository)
    before = plan.findings, repr(plan.project)
    assert any(finding.fails for finding in plan.findings)
    for app in plan.project.apps:
        for target in plan.targets_of(app):
            assert set(plan.app(app, target).findings) <= set(plan.findings)
            assert plan.app(app, target) is plan.app(app, target)
    assert (plan.findings, repr(plan.project)) == before
    with pytest.raises(AttributeError):
        plan.findings = ()  # type: ignore[misc]


@pytest.mark.parametrize(
    ("text", "key", "path"),
    [
        ("prod/eu1/apps/Deployment/risk-prod/x", Key("apps", "Deployment", "risk-prod", "x"), ""),
        ("prod/eu1//Namespace//risk-prod", Key("", "Namespace", "", "risk-prod"), ""),
        ("prod/eu1/argoproj.io/Workflow/a/b#spec.templates[0]", Key("argoproj.io", "Workflow", "a", "b"), "spec.templates[0]"),
        ("prod/eu1/rbac/Role/a/system:a/b", Key("rbac", "Role", "a", "system:a/b"), ""),
    ],
)
def test_an_identity_reads_back(text: str, key: Key, path: str) -> None:
    found = DocumentId.parse(text)
    assert (str(found), found.key, found.path, found.target) == (text, key, path, "prod/eu1")


def test_what_is_no_identity_is_refused() -> None:
    with pytest.raises(ValueError, match="unpack"):
        DocumentId.parse("prod/eu1/Deployment/x")


def test_nothing_is_compiled_before_it_is_asked_for(stories: Path, compiled: Counter[tuple[str, str]]) -> None:
    resolved = Resolved(pipeline.plan_of(stories))
    assert resolved.units()
    assert not compiled
