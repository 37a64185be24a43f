from __future__ import annotations

from typing import Any

import pytest
from control_plane import ControlPlane
from nodes import gpu_node

pytestmark = pytest.mark.e2e

H100 = {"nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3"}


def deployment(name: str, gpus: int, replicas: int, namespace: str = "risk-prod") -> dict[str, Any]:
    container = {
        "name": "scorer",
        "image": "registry.example.com/scorer@sha256:" + "0" * 64,
        "resources": {"limits": {"nvidia.com/gpu": str(gpus)}, "requests": {"cpu": "2", "memory": "4Gi"}},
    }
    labels = {"app.kubernetes.io/name": name}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        },
    }


def scaled_object(**spec: Any) -> dict[str, Any]:
    trigger = {"type": "prometheus", "metadata": {"serverAddress": "http://prometheus:9090", "query": "up", "threshold": "10"}}
    return {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": {"name": "scorer", "namespace": "risk-prod"},
        "spec": {"scaleTargetRef": {"name": "scorer"}, "triggers": [trigger], **spec},
    }


def test_an_object_comes_back_with_its_defaults(cluster: ControlPlane) -> None:
    [answer] = cluster.dry_run([deployment("scorer", 1, 2)])
    assert answer.ok, answer.message
    assert answer.object["spec"]["replicas"] == 2
    assert answer.object["spec"]["strategy"]["type"] == "RollingUpdate"


def test_nothing_is_stored_by_a_dry_run(cluster: ControlPlane) -> None:
    cluster.dry_run([deployment("phantom", 1, 1)])
    assert [d for d in cluster.api.items("/apis/apps/v1/deployments") if d["metadata"]["name"] == "phantom"] == []


def test_a_typo_is_refused(cluster: ControlPlane) -> None:
    wrong = deployment("scorer", 1, 2)
    wrong["spec"]["replics"] = wrong["spec"].pop("replicas")
    [answer] = cluster.dry_run([wrong])
    assert not answer.ok
    assert "replics" in answer.message


def test_an_unknown_kind_is_refused(cluster: ControlPlane) -> None:
    [answer] = cluster.dry_run([{"apiVersion": "apps/v1", "kind": "Deploymint", "metadata": {"name": "x", "namespace": "risk-prod"}}])
    assert answer.status == 404
    assert "Deploymint" in answer.message


def test_upstream_definitions_are_established(crds: set[str]) -> None:
    assert "inferenceservices.serving.kserve.io" in crds
    assert "scaledobjects.keda.sh" in crds
    assert len(crds) > 100


@pytest.mark.usefixtures("crds")
def test_a_custom_object_is_accepted(cluster: ControlPlane) -> None:
    [answer] = cluster.dry_run([scaled_object(maxReplicaCount=4)])
    assert answer.ok, answer.message


@pytest.mark.usefixtures("crds")
@pytest.mark.parametrize(("spec", "words"), [({"maxReplicaCout": 4}, "maxReplicaCout"), ({"maxReplicaCount": "four"}, "expected numeric")])
def test_a_wrong_custom_object_is_refused(cluster: ControlPlane, spec: dict[str, Any], words: str) -> None:
    [answer] = cluster.dry_run([scaled_object(**spec)])
    assert not answer.ok
    assert words in answer.message


@pytest.mark.usefixtures("crds")
def test_a_rule_of_the_definition_is_enforced(cluster: ControlPlane) -> None:
    queue = {
        "apiVersion": "kueue.x-k8s.io/v1beta2",
        "kind": "ClusterQueue",
        "metadata": {"name": "risk"},
        "spec": {"preemption": {"reclaimWithinCohort": "Never", "borrowWithinCohort": {"policy": "LowerPriority"}}},
    }
    [answer] = cluster.dry_run([queue])
    assert not answer.ok
    assert "reclaimWithinCohort=Never and borrowWithinCohort.Policy!=Never" in answer.message


def test_pods_take_whole_accelerators(cluster: ControlPlane) -> None:
    nodes = [gpu_node(f"gpu-{i}", "nvidia.com/gpu", 8, H100) for i in range(2)]
    manifests = [deployment("fits", 4, 3, "capacity"), deployment("too-large", 16, 1, "capacity")]
    pods = cluster.schedule(manifests, nodes, placed=3, waiting=1)
    placed = [pod for pod in pods if pod.node]
    assert len(placed) == 3
    assert all(pod.name.startswith("fits-") and pod.phase == "Running" for pod in placed)
    [waiting] = [pod for pod in pods if not pod.node]
    assert waiting.name.startswith("too-large-")
    assert "Insufficient nvidia.com/gpu" in waiting.reason
