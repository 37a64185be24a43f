"""Argo CD's objects: what waits for what, what a sync may not do, and what a project allows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cnai_gitops import pipeline
from cnai_gitops.resolved.index import Resolved
from cnai_gitops.resources.base import Body


@pytest.fixture(scope="module")
def hub(stories: Path) -> list[Body]:
    """All objects of all hubs."""
    resolved = Resolved(pipeline.plan_of(stories))
    return [resource.body for unit in resolved.hubs for resource in resolved.load(unit).resources]


def applications(hub: list[Body]) -> list[Body]:
    return [body for body in hub if body["kind"] == "Application"]


def wave(body: Body) -> int:
    return int(body["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"])


def test_projects_come_first_then_the_platform_then_the_rest(hub: list[Body]) -> None:
    waves: dict[str, set[int]] = {}
    for body in hub:
        platform = body["kind"] == "Application" and body["spec"]["project"].startswith("platform-")
        waves.setdefault("platform" if platform else body["kind"], set()).add(wave(body))
    assert waves == {"AppProject": {-20}, "platform": {-10}, "Application": {0}}


def test_what_is_removed_from_git_leaves_nothing_behind(hub: list[Body]) -> None:
    """Objects of an Application go with it, and its project is there until they are gone."""
    assert {tuple(body["metadata"]["finalizers"]) for body in hub} == {("resources-finalizer.argocd.argoproj.io",)}


def test_no_sync_waits_for_health_so_that_a_rollback_is_applied(hub: list[Body]) -> None:
    for body in applications(hub):
        options = body["spec"]["syncPolicy"]["syncOptions"]
        assert not [option for option in options if option.startswith("PruneLast")], body["metadata"]["name"]


def test_git_wins_over_what_it_sets(hub: list[Body]) -> None:
    """Each was ignored once although git sets it: a change of it was announced and never applied."""
    ignored: dict[str, set[str]] = {}
    for body in applications(hub):
        for one in body["spec"].get("ignoreDifferences", ()):
            ignored.setdefault(one["kind"], set()).update(one["jsonPointers"])
    assert "/spec/predictor/model/resources" not in ignored["InferenceService"]
    assert "/spec/maxReplicaCount" not in ignored["ScaledObject"]
    assert "CronWorkflow" not in ignored  # its only field is `suspend`, which a failover sets
    assert ignored["InferenceService"] == {"/metadata/annotations/modelFormat", "/spec/predictor/model/name"}


def test_the_destination_of_every_application_is_one_of_its_project(hub: list[Body]) -> None:
    projects: dict[str, Any] = {body["metadata"]["name"]: body["spec"] for body in hub if body["kind"] == "AppProject"}
    for body in applications(hub):
        spec = body["spec"]
        assert spec["destination"] in projects[spec["project"]]["destinations"], body["metadata"]["name"]
        assert spec["source"]["repoURL"] in projects[spec["project"]]["sourceRepos"]


def test_a_team_makes_nothing_of_argo_cd(hub: list[Body]) -> None:
    for body in hub:
        if body["kind"] == "AppProject" and not body["metadata"]["name"].startswith("platform-"):
            denied = {(one["group"], one["kind"]) for one in body["spec"]["namespaceResourceBlacklist"]}
            assert {("argoproj.io", kind) for kind in ("Application", "ApplicationSet", "AppProject")} <= denied
