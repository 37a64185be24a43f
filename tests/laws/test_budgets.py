"""Every disruption budget can be met: at the smallest scale of what it selects, a drain may take a pod."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from applications import plans
from hypothesis import HealthCheck, given
from hypothesis import settings as examples

from cnai_gitops.check.objects.selectors import Selectors
from cnai_gitops.compile.argocd import HUB
from cnai_gitops.parts.ray import NODE
from cnai_gitops.parts.service import budget
from cnai_gitops.plan.build import Plan
from cnai_gitops.resolved.index import Resolved
from cnai_gitops.resources.base import ALONE, Body, kind_of

Selected = tuple[int, bool]
"""How many pods there are at least, and whether Kubernetes can ask their owner how many there should be."""


def impossible(budgets: Sequence[Body], bodies: Sequence[Body]) -> list[str]:
    """Budgets that select nothing, or that never let a pod go."""
    found = []
    pods = [one for body in bodies for one in sets_of(body, bodies)]
    for one in budgets:
        spec, namespace = one["spec"], one["metadata"]["namespace"]
        chosen = [size for there, labels, size in pods if there == namespace and Selectors([(spec["selector"], True)]).of(labels)]
        if not chosen:
            found.append(f"{one['metadata']['name']} selects nothing")
        elif not lets_go(spec, sum(count for count, _ in chosen), asked=all(scaled for _, scaled in chosen)):
            found.append(f"{one['metadata']['name']} lets no pod go of {chosen}: {spec}")
    return found


def lets_go(spec: Body, pods: int, *, asked: bool) -> bool:
    """As the disruption controller has it: only a number that stays needs nobody to be asked. Without a pod nothing is held up."""
    if "maxUnavailable" in spec:
        return asked and isinstance(spec["maxUnavailable"], int) and spec["maxUnavailable"] >= 1
    assert isinstance(spec["minAvailable"], int), spec
    return pods == 0 or spec["minAvailable"] < pods


def sets_of(body: Body, bodies: Sequence[Body]) -> Iterator[tuple[str, dict[str, str], Selected]]:
    """(namespace, labels, size) of the pods that an object has as long as it is there; those of runs come and go."""
    kind = kind_of(body)
    if kind is None or kind.effective is None or (kind.stands_for != "service" and kind.kind != "EventBus"):
        return
    for pods in kind.effective(body, ALONE):
        labels = dict(pods.labels)
        yield body["metadata"]["namespace"], labels, (least(body, labels, bodies), kind.kind != "RayService")


def least(body: Body, labels: dict[str, str], bodies: Sequence[Body]) -> int:
    """Replicas at the smallest scale."""
    if body["kind"] == "RayService":
        groups = body["spec"]["rayClusterConfig"]["workerGroupSpecs"]
        return 1 if labels[NODE] == "ray-head" else sum(group["minReplicas"] for group in groups)
    if body["kind"] == "EventBus":
        return int(body["spec"]["jetstream"]["replicas"])
    assert body["kind"] == "InferenceService", body["kind"]
    name = f"{body['metadata']['name']}-predictor"
    [scaled] = [b["spec"] for b in bodies if b["kind"] == "ScaledObject" and b["spec"]["scaleTargetRef"]["name"] == name]
    return int(scaled["minReplicaCount"])


def assert_budgets(plan: Plan) -> int:
    found = 0
    for objects in Resolved(plan).objects():
        if objects.unit.owner != HUB:
            bodies = [resource.body for resource in objects.resources]
            budgets = [body for body in bodies if body["kind"] == "PodDisruptionBudget"]
            assert impossible(budgets, bodies) == []
            found += len(budgets)
    return found


def test_stories(story_plan: Plan) -> None:
    assert assert_budgets(story_plan)


@examples(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plans())
def test_generated_applications(plan: Plan) -> None:
    assert_budgets(plan)


@pytest.mark.parametrize(
    ("said", "of", "why"),
    [
        ({"available": 1}, 1, "lets no pod go of [(1, False)]"),
        ({"available": 2}, 2, "lets no pod go of [(2, False)]"),
        ({"unavailable": 1}, 2, "lets no pod go of [(2, False)]"),
        ({"available": 1}, 2, ""),
    ],
)
def test_a_budget_that_cannot_be_met_is_told(said: dict[str, Any], of: int, why: str) -> None:
    """Pods of a RayCluster, which nobody can ask for its scale."""
    pod = {"metadata": {"labels": {NODE: "ray-worker"}}, "spec": {"containers": []}}
    head = {"template": {"metadata": {"labels": {NODE: "ray-head"}}, "spec": {"containers": []}}}
    cluster = {"headGroupSpec": head, "workerGroupSpecs": [{"groupName": "w", "minReplicas": of, "maxReplicas": of, "template": pod}]}
    service: Body = {
        "apiVersion": "ray.io/v1",
        "kind": "RayService",
        "metadata": {"name": "s", "namespace": "n"},
        "spec": {"rayClusterConfig": cluster},
    }
    one: Any = budget({"name": "b", "namespace": "n"}, {NODE: "ray-worker"}, **said)
    found = impossible([one], [service])
    assert [text.partition(":")[0] for text in found] == ([f"b {why}"] if why else [])
    assert impossible([{**one, "metadata": {"name": "b", "namespace": "other"}}], [service]) == ["b selects nothing"]
