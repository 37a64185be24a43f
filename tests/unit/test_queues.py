"""Queues and the workloads that can never leave them."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from cnai_gitops.check.objects.inventory import Inventory
from cnai_gitops.check.objects.queues import never_admitted, single_workload, unqueued
from cnai_gitops.facts import accelerators
from cnai_gitops.resources.base import INFINITE, Body
from cnai_gitops.resources.kueue.quotas import ceilings

GPU = "nvidia.com/gpu"
PAIR = ("h100", GPU)
KUEUE = "kueue.x-k8s.io/v1beta2"
H100 = {"nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3"}


def member(kind: str, name: str, nominal: Any, parent: str = "", **limits: int) -> Body:
    quota = {"name": GPU, "nominalQuota": nominal, **limits}
    spec: dict[str, Any] = {"resourceGroups": [{"coveredResources": [GPU], "flavors": [{"name": "h100", "resources": [quota]}]}]}
    if parent:
        spec["cohortName" if kind == "ClusterQueue" else "parentName"] = parent
    return {"apiVersion": KUEUE, "kind": kind, "metadata": {"name": name}, "spec": spec}


def ceiling(queue: Body, *others: Body) -> Fraction | float:
    return ceilings(queue, [queue, *others])[PAIR]


def test_g23_a_queue_and_what_its_cohort_lends() -> None:
    peer = member("ClusterQueue", "peer", 8, "org", lendingLimit=4)
    cohort = member("Cohort", "org", 2)
    assert ceiling(member("ClusterQueue", "q", 8, "org"), peer, cohort) == 14
    assert ceiling(member("ClusterQueue", "q", 8, "org", borrowingLimit=3), peer, cohort) == 11
    assert ceiling(member("ClusterQueue", "q", 8), peer, cohort) == 8
    assert ceiling(member("ClusterQueue", "q", 8, "org"), peer) == 12


def test_cohorts_nest() -> None:
    queue = member("ClusterQueue", "q", 1, "team")
    team = member("Cohort", "team", 2, "org", borrowingLimit=5)
    org = member("Cohort", "org", 4)
    sibling = member("Cohort", "other", 1, "org", lendingLimit=3)
    lender = member("ClusterQueue", "lender", 10, "other")
    assert ceiling(queue, team, org, sibling, lender) == 1 + 2 + 5
    assert ceiling(queue, member("Cohort", "team", 2, "org"), org, sibling, lender) == 1 + 2 + 4 + 3


def test_cohorts_in_a_circle_end() -> None:
    a, b = member("Cohort", "a", 1, "b"), member("Cohort", "b", 1, "a")
    assert ceiling(member("ClusterQueue", "q", 1, "a"), a, b) < INFINITE


def test_an_unreadable_quota_refuses_nothing() -> None:
    assert ceiling(member("ClusterQueue", "q", "lots")) == INFINITE


def target(*workloads: Body, nominal: int = 8) -> list[Body]:
    local = {"apiVersion": KUEUE, "kind": "LocalQueue", "metadata": {"name": "lq", "namespace": "team"}, "spec": {"clusterQueue": "q"}}
    flavor = {"apiVersion": KUEUE, "kind": "ResourceFlavor", "metadata": {"name": "h100"}, "spec": {"nodeLabels": H100}}
    return [member("ClusterQueue", "q", nominal), local, flavor, *workloads]


def job(count: int, parallelism: int, **node: str) -> Body:
    pod = {"containers": [{"name": "c", "resources": {"limits": {GPU: count}}}], "nodeSelector": node}
    meta = {"name": "j", "namespace": "team", "labels": {"kueue.x-k8s.io/queue-name": "lq"}}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": meta, "spec": {"parallelism": parallelism, "template": {"spec": pod}}}


@pytest.mark.parametrize(
    ("workload", "refused"), [(job(4, 2), False), (job(4, 3), True), (job(4, 3, **H100), True), (job(4, 2, **H100), False)]
)
def test_a_workload_above_its_queue(workload: Body, refused: bool) -> None:
    assert [f.code for f in never_admitted(Inventory(target(workload)))] == ["CNAI604"] * refused


def test_a_class_that_the_queue_does_not_have() -> None:
    wrong = job(1, 1, **{"nvidia.com/gpu.product": "NVIDIA-L4"})
    [finding] = never_admitted(Inventory(target(wrong)), "prod/eu")
    assert "l4" in finding.message
    assert finding.target == "prod/eu"


def test_a_workload_without_a_queue_is_not_looked_at() -> None:
    free = job(99, 99)
    free["metadata"].pop("labels")
    assert never_admitted(Inventory(target(free))) == []


def test_a_service_is_admitted_pod_by_pod() -> None:
    service = {**job(4, 1), "apiVersion": "apps/v1", "kind": "Deployment"}
    service["spec"]["replicas"] = 100
    assert single_workload(service, Inventory([])).peak == {GPU: 4}


def test_a_cluster_is_admitted_at_its_smallest() -> None:
    pod = {"spec": {"containers": [{"resources": {"limits": {GPU: 2}}}]}}
    group = {"minReplicas": 1, "maxReplicas": 50, "template": pod}
    cluster = {"enableInTreeAutoscaling": True, "headGroupSpec": {"template": {"spec": {}}}, "workerGroupSpecs": [group]}
    service = {"apiVersion": "ray.io/v1", "kind": "RayService", "metadata": {"name": "r"}, "spec": {"rayClusterConfig": cluster}}
    assert single_workload(service, Inventory([])).peak == {GPU: 2}


def test_a_manifest_inside_a_workflow_is_looked_at() -> None:
    template = {"name": "main", "resource": {"action": "create", "manifest": json.dumps(job(4, 3))}}
    meta = {"name": "w", "namespace": "team"}
    flow = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "WorkflowTemplate",
        "metadata": meta,
        "spec": {"entrypoint": "main", "templates": [template]},
    }
    [finding] = never_admitted(Inventory(target(flow)))
    assert finding.path == "spec.templates[0].resource.manifest"


LABELS = {"kueue.x-k8s.io/queue-name": "lq", "kueue.x-k8s.io/priority-class": "training"}


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (LABELS, []),
        (
            {"kueue.x-k8s.io/priority-class": "training"},
            ["names no queue (label kueue.x-k8s.io/queue-name), so it runs outside of every quota"],
        ),
        ({**LABELS, "kueue.x-k8s.io/queue-name": "other"}, ["names the queue other, which is not there, so it waits for ever"]),
        (
            {"kueue.x-k8s.io/queue-name": "lq"},
            ["names no priority (label kueue.x-k8s.io/priority-class), so any other work comes before it"],
        ),
    ],
)
def test_a_run_that_holds_accelerators_says_queue_and_priority(labels: dict[str, str], words: list[str]) -> None:
    run = job(4, 2, **H100)
    run["metadata"]["labels"] = labels
    template = {"name": "main", "resource": {"action": "create", "manifest": json.dumps(run)}}
    flow = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "WorkflowTemplate",
        "metadata": {"name": "w", "namespace": "team"},
        "spec": {"entrypoint": "main", "templates": [template]},
    }
    for body, path in ((run, ""), (flow, "spec.templates[0].resource.manifest")):
        found = unqueued(Inventory(target(body)), "prod/eu", accelerators())
        assert [(f.code, f.message, f.path, f.target) for f in found] == [
            ("CNAI605", f"Job holds 8 h100 and {one}", path, "prod/eu") for one in words
        ]


def test_what_holds_no_accelerator_and_services_need_no_queue() -> None:
    run, service = job(0, 1), {**job(4, 1), "apiVersion": "apps/v1", "kind": "Deployment"}
    for body in (run, service):
        body["metadata"].pop("labels")
    assert unqueued(Inventory(target(run, service))) == []


FOLDER = "environments/prod/patches/fraud-detection"


def test_a_job_that_a_patch_adds_outside_of_every_quota(repository: Path, cnai: Callable[..., Any]) -> None:
    body = job(1, 1, **H100)
    body["metadata"] = {"name": "own", "namespace": "risk-prod"}
    (repository / FOLDER).mkdir(parents=True)
    component = {"apiVersion": "kustomize.config.k8s.io/v1alpha1", "kind": "Component", "resources": ["own.yaml"]}
    (repository / FOLDER / "kustomization.yaml").write_text(json.dumps(component))
    (repository / FOLDER / "own.yaml").write_text(json.dumps(body))
    done = cnai("check", "--root", repository, "--no-stale")
    found = [line for line in (done.out + done.err).splitlines() if "CNAI605" in line and "error[" in line]
    assert done.code == 1
    start = f"{FOLDER}/kustomization.yaml:1: error[CNAI605]: Job holds 1 h100 and names no "
    assert sorted(line.removeprefix(start).partition(" ")[0] for line in found) == ["priority", "queue"]
