"""Pods of Ray clusters, alone or inside a RayJob or a RayService, at their peak and at their smallest.

Must not: read what runs inside Ray (`serveConfigV2` and `runtimeEnvYAML` are text to Kubernetes).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from cnai_gitops.resources.accelerators import count_of, count_words, pod_count, pod_demand, times
from cnai_gitops.resources.base import Body, Demand, Pods, World


def _cluster_pods(cluster: Mapping[str, Any], path: str, factor: Fraction | float = Fraction(1)) -> Iterator[Pods]:
    head = (cluster.get("headGroupSpec") or {}).get("template") or {}
    pods = replace(_pods_of(head, f"{path}.headGroupSpec.template.spec", factor), beside=True)
    yield pods
    if cluster.get("enableInTreeAutoscaling"):
        options = cluster.get("autoscalerOptions") or {}
        own = {
            name: options[name] for name in ("image", "env", "envFrom", "volumeMounts", "resources", "securityContext") if options.get(name)
        }
        own = {"image": image, **own} if (image := _first_image(pods.spec)) else own
        beside = {**pods.spec, "containers": [{"name": "autoscaler", **own}], "initContainers": []}
        place = f"{path}.autoscalerOptions"
        yield replace(pods, count=Fraction(0), spec=beside, path=place, places={"containers[0]": place})  # a container of the head's pod
    for index, group in enumerate(cluster.get("workerGroupSpecs") or ()):
        count = _workers(cluster, group)
        yield _pods_of(group.get("template") or {}, f"{path}.workerGroupSpecs[{index}].template.spec", count * factor if count else count)


def _pods_of(template: Mapping[str, Any], path: str, count: Fraction | float) -> Pods:
    return Pods(count, template.get("spec") or {}, path, (template.get("metadata") or {}).get("labels") or {})


def _first_image(pod: Mapping[str, Any]) -> str:
    first = (pod.get("containers") or [{}])[0]
    return str(first.get("image") or "") if isinstance(first, Mapping) else ""


def _workers(cluster: Mapping[str, Any], group: Mapping[str, Any]) -> Fraction | float:
    """Pods of one group: the most replicas times hosts; a suspended group counts, anybody can resume it."""
    floor = pod_count(group.get("minReplicas"), 0)
    scaled = bool(cluster.get("enableInTreeAutoscaling"))
    replicas = pod_count(group.get("maxReplicas"), None) if scaled else pod_count(group.get("replicas"), 0)
    most, hosts = max(floor, replicas), pod_count(group.get("numOfHosts"), 1)
    return most * hosts if most and hosts else Fraction(0)


def _cluster_demand(cluster: Mapping[str, Any], path: str) -> Demand:
    """Peak of one cluster; the larger of the autoscaler's maximum and the floor of each worker group."""
    result = pod_demand(((cluster.get("headGroupSpec") or {}).get("template") or {}).get("spec") or {})
    for index, group in enumerate(cluster.get("workerGroupSpecs") or ()):
        one = pod_demand((group.get("template") or {}).get("spec") or {})
        fields = ("minReplicas", "maxReplicas" if cluster.get("enableInTreeAutoscaling") else "replicas", "numOfHosts")
        words = count_words({f"{path}.workerGroupSpecs[{index}].{field}": group.get(field) for field in fields})
        result += times(one, _workers(cluster, group)) + Demand(unknown=words if one.peak else ())
    return result


def _upgrade_factor(spec: Mapping[str, Any]) -> Fraction:
    """How many clusters stand while a changed RayService replaces its own."""
    strategy = spec.get("upgradeStrategy") or {}
    if strategy.get("type") == "None":
        return Fraction(1)
    if strategy.get("type") == "NewClusterWithIncrementalUpgrade":
        percent = count_of((strategy.get("clusterUpgradeOptions") or {}).get("maxSurgePercent", 100))
        return 1 + Fraction(100 if percent is None else percent, 100)
    return Fraction(2)


def cluster_pods(body: Body, world: World) -> Iterator[Pods]:
    """Pods of a RayCluster."""
    return _cluster_pods(body.get("spec") or {}, "spec")


def cluster_demand(body: Body, world: World) -> Demand:
    """Peak of a RayCluster."""
    return _cluster_demand(body.get("spec") or {}, "spec")


def job_pods(body: Body, world: World) -> Iterator[Pods]:
    """Pods of a RayJob: its submitter, and the cluster made for it."""
    spec = body.get("spec") or {}
    if spec.get("submitterPodTemplate"):
        yield _pods_of(spec["submitterPodTemplate"], "spec.submitterPodTemplate.spec", Fraction(1))
    elif spec.get("submissionMode", "K8sJobMode") == "K8sJobMode":
        head = ((spec.get("rayClusterSpec") or {}).get("headGroupSpec") or {}).get("template") or {}
        image = _first_image(head.get("spec") or {})
        own = {
            "name": "ray-job-submitter",
            **({"image": image} if image else {}),
            "resources": {"requests": {"cpu": "500m", "memory": "200Mi"}},
        }
        yield Pods(Fraction(1), {"containers": [own], "restartPolicy": "Never"}, "spec.submitterPodTemplate", {})
    if spec.get("rayClusterSpec"):
        yield from _cluster_pods(spec["rayClusterSpec"], "spec.rayClusterSpec")


def job_demand(body: Body, world: World) -> Demand:
    """The cluster made for the job, and the submitter; a job on a selected cluster adds the submitter only."""
    spec = body.get("spec") or {}
    submitter = pod_demand((spec.get("submitterPodTemplate") or {}).get("spec") or {})
    return (
        submitter if spec.get("clusterSelector") else submitter + _cluster_demand(spec.get("rayClusterSpec") or {}, "spec.rayClusterSpec")
    )


def service_pods(body: Body, world: World) -> Iterator[Pods]:
    """Pods of a RayService, two clusters of them while it is upgraded."""
    spec = body.get("spec") or {}
    return _cluster_pods(spec.get("rayClusterConfig") or {}, "spec.rayClusterConfig", _upgrade_factor(spec))


def service_demand(body: Body, world: World) -> Demand:
    """Peak of a RayService while it is upgraded."""
    spec = body.get("spec") or {}
    return times(_cluster_demand(spec.get("rayClusterConfig") or {}, "spec.rayClusterConfig"), _upgrade_factor(spec))


def least_cluster(body: Body) -> Body:
    """The same RayCluster with as few workers as its autoscaler may leave."""
    return {**body, "spec": _fixed(body.get("spec") or {})}


def least_job(body: Body) -> Body:
    """The same RayJob on its smallest cluster."""
    spec = body.get("spec") or {}
    return {**body, "spec": {**spec, "rayClusterSpec": _fixed(spec["rayClusterSpec"])}} if spec.get("rayClusterSpec") else body


def least_service(body: Body) -> Body:
    """The same RayService on its smallest cluster, and without the second one of an upgrade."""
    spec = body.get("spec") or {}
    return {**body, "spec": {**spec, "rayClusterConfig": _fixed(spec.get("rayClusterConfig") or {}), "upgradeStrategy": {"type": "None"}}}


def _fixed(cluster: Mapping[str, Any]) -> dict[str, Any]:
    groups = [{**group, "replicas": group.get("minReplicas") or 0} for group in cluster.get("workerGroupSpecs") or ()]
    scaled = {"workerGroupSpecs": groups} if cluster.get("enableInTreeAutoscaling") else {}
    return {**cluster, "enableInTreeAutoscaling": False, **scaled}
