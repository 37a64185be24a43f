"""Law 5: names are legal, leave room for what controllers append, and never meet; git never holds a run."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

import pytest
from applications import DATASETS, names, plans, project_of
from hypothesis import HealthCheck, assume, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from cnai_gitops import Blueprint, Container, Prepare, Serve, Step, render
from cnai_gitops.compile.argocd import HUB
from cnai_gitops.plan.build import Plan, make_plan
from cnai_gitops.plan.names import fit
from cnai_gitops.resolved.index import Resolved
from cnai_gitops.resolved.units import Unit
from cnai_gitops.resources.base import Key, Resource, kinds
from cnai_gitops.spec.release import Release

LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
RUNS = {"Workflow", "TrainJob", "RayJob", "RayCluster", "SparkApplication", "Job", "JobSet", "PyTorchJob", "Experiment", "Pod"}
TIMESTAMP, TRIAL, POD = len("-1795500000"), len("-199"), len("-12345")
FEW = examples(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
DIGEST = "sha256:" + "a" * 64


def made(plan: Plan) -> list[Resource]:
    """Every object of every owner on every target."""
    return [resource for objects in Resolved(plan).objects() if objects.unit.owner != HUB for resource in objects.resources]


def assert_names(plan: Plan) -> None:
    for resource in made(plan):
        kind = kinds()[resource.body["apiVersion"], resource.body["kind"]]
        assert LABEL.fullmatch(resource.key.name), resource.key
        assert len(resource.key.name) <= kind.name_limit, resource.key
        assert resource.key.kind not in RUNS
        labels = resource.body["metadata"]["labels"]
        assert all(LABEL.fullmatch(value) for value in labels.values() if value), labels
        if kind.kind in ("WorkflowTemplate", "CronWorkflow"):
            # the run's pods: name, timestamp, trial and suffix make one label
            assert len(resource.key.name) + TIMESTAMP + TRIAL + POD <= 63


def test_stories(story_plan: Plan) -> None:
    assert_names(story_plan)


@FEW
@given(plans())
def test_generated_applications(plan: Plan) -> None:
    assert_names(plan)


def clashes(plan: Plan) -> Counter[tuple[str, Key]]:
    found: Counter[tuple[str, Key]] = Counter()
    for target in plan.targets:
        for app in plan.project.apps:
            if plan.runs_on(app, target):
                found.update((target.name, resource.key) for resource in Resolved(plan).load(Unit(app, target)).resources)
    return Counter({key: count for key, count in found.items() if count > 1})


def said(plan: Plan) -> bool:
    """True when the build refuses the names."""
    resolved = Resolved(plan)
    return bool(resolved.collisions()) or any(
        f.code in ("CNAI301", "CNAI302") for app in plan.project.apps for f in render.render_app(resolved, app).findings
    )


@FEW
@given(plans(most=3))
def test_no_two_objects_have_one_name_unless_it_is_said(plan: Plan) -> None:
    assert not clashes(plan) or said(plan)


def two_apps(first: tuple[str, str], second: tuple[str, str]) -> Plan:
    """Two applications with one service each, in production."""
    blueprints = [
        Blueprint(name=n, team="risk", purpose="fraud-detection", serve=Serve(name=s, model="bought")) for n, s in (first, second)
    ]
    pins = {f"serve.{s}": {"model": DIGEST} for _, s in (first, second)}
    releases = [Release(app=b.name, stages={k: v for k, v in pins.items() if k in dict(b.stages())}) for b in blueprints]
    return make_plan(project_of(*((b, {"prod": r}) for b, r in zip(blueprints, releases, strict=True))))


def test_one_name_for_objects_of_two_applications_is_said() -> None:
    plan = two_apps(("a", "b-c"), ("a-b", "c"))
    found = Resolved(plan).collisions()
    assert clashes(plan)
    assert {f.code for f in found} == {"CNAI301"}
    assert "a and a-b both make InferenceService/a-b-c" in {f.message for f in found}
    assert Resolved(plan).collisions(["a"]) == found
    assert Resolved(two_apps(("a", "b"), ("a-b", "c"))).collisions() == []


def test_two_steps_may_share_an_account() -> None:
    """Two steps of one engine bring one account, not two of one name."""
    from cnai_gitops import Spark

    steps = [Step(name=name, engine=Spark(image="i", main="a.py")) for name in ("one", "two")]
    app = Blueprint(name="a", team="risk", purpose="fraud-detection", prepare=Prepare(name="p", steps=steps, reads=[DATASETS[0]]))
    plan = make_plan(project_of((app, {"prod": Release(app="a", images={"i": DIGEST})})))
    assert render.render_app(Resolved(plan), "a").findings == []
    assert clashes(plan) == Counter()


@pytest.mark.parametrize("name", ["main", "start", "finish"])
def test_a_step_cannot_replace_a_step_of_ours(name: str) -> None:
    with pytest.raises(ValueError, match=f"no step can be called '{name}'"):
        Prepare(name="p", steps=[Step(name=name, engine=Container(image="i"))])


@given(st.lists(names(80), min_size=2, max_size=30, unique=True), st.integers(20, 63))
def test_fitted_names_are_labels_and_stay_different(many: list[str], limit: int) -> None:
    fitted = [fit(name, limit) for name in many]
    assert all(LABEL.fullmatch(name) and len(name) <= limit for name in fitted)
    assume(not any(len(name) <= limit and re.search(r"-[0-9a-f]{6}$", name) for name in many))
    assert all(a != b for a, b in pairwise(sorted(fitted)))


def suspended(plan: Plan) -> dict[str, set[bool]]:
    """Whether schedules are suspended, by the role of the cluster."""
    found: dict[str, set[bool]] = {}
    for app in plan.project.apps:
        for target in plan.targets_of(app):
            for resource in Resolved(plan).load(Unit(app, target)).resources:
                if resource.key.kind == "CronWorkflow":
                    found.setdefault(target.place.role, set()).add(resource.body["spec"]["suspend"])
    return found


def test_schedules_of_a_standby_cluster_are_suspended(story_plan: Plan) -> None:
    found = suspended(story_plan)
    assert found["standby"] == {True}
    assert False in found["primary"]


@FEW
@given(plans())
def test_generated_schedules_of_a_standby_cluster_are_suspended(plan: Plan) -> None:
    assert suspended(plan).get("standby", {True}) == {True}


def test_nothing_that_drift_starts_waits_on_a_standby_cluster(story_plan: Plan) -> None:
    where = {
        target.place.role
        for app in story_plan.project.apps
        for target in story_plan.targets_of(app)
        for resource in Resolved(story_plan).load(Unit(app, target)).resources
        if resource.key.kind in ("Sensor", "EventSource")
    }
    assert where == {"primary"}
