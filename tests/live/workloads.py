"""The workloads of the admission table as objects, and what Kueue says of an object.

Must not: talk to a server other than to read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from api_client import Manifest
from bench import Bench

from cnai_gitops.facts import accelerators

Row = Mapping[str, Any]
API = {"Job": "batch/v1", "Pod": "v1", "JobSet": "jobset.x-k8s.io/v1alpha2", "RayJob": "ray.io/v1"}
NVIDIA = "nvidia.com/gpu"
_WORKLOADS = "/apis/kueue.x-k8s.io/v1beta2/workloads"


def manifest(row: Row, environment: str = "dev") -> dict[str, Any]:
    """One row of the table as an object, in its team's namespace."""
    kind, team = row.get("kind", "Job"), row.get("team", "risk")
    queue = row.get("queue", team)
    labels = {"kueue.x-k8s.io/queue-name": queue} if queue else {}
    metadata: dict[str, Any] = {"name": row["name"], "namespace": f"{team}-{environment}", "labels": labels}
    if "least" in row:
        metadata["annotations"] = {"kueue.x-k8s.io/job-min-parallelism": str(row["least"])}
    made = {"apiVersion": API[kind], "kind": kind, "metadata": metadata}
    return {**made, "spec": _SPECS[kind](row, queue)}


def pod_spec(row: Row) -> dict[str, Any]:
    """A pod that Pod Security lets in; its cards by class, with the selector and the tolerations of that class."""
    requests = {"cpu": str(row.get("cpu", 1)), "memory": row.get("memory", "1Gi")}
    limits = {"memory": requests["memory"]}
    facts = accelerators()[row["class"]] if "class" in row else None
    if row.get("cards"):
        resource = facts.resource if facts else NVIDIA
        requests[resource] = limits[resource] = str(row["cards"])
    container = {
        "name": "work",
        "image": "registry.example.com/work@sha256:" + "0" * 64,
        "resources": {"requests": requests, "limits": limits},
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    return {
        "restartPolicy": "Never",
        **({"nodeSelector": dict(facts.selector), "tolerations": list(facts.tolerations)} if facts else {}),
        **({"priorityClassName": row["priority"]} if "priority" in row else {}),
        "securityContext": {"runAsNonRoot": True, "runAsUser": 10001, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [container],
    }


def _job(row: Row, queue: str) -> dict[str, Any]:
    pods = row.get("pods", 1)
    return {"parallelism": pods, "completions": pods, "backoffLimit": 0, "suspend": bool(queue), "template": {"spec": pod_spec(row)}}


def _job_set(row: Row, queue: str) -> dict[str, Any]:
    job = {key: value for key, value in _job(row, queue).items() if key != "suspend"}
    return {"suspend": bool(queue), "replicatedJobs": [{"name": "node", "replicas": 1, "template": {"spec": job}}]}


def _ray_job(row: Row, queue: str) -> dict[str, Any]:
    plain = {key: value for key, value in pod_spec({"memory": "1Gi"}).items() if key != "restartPolicy"}
    worker = {key: value for key, value in pod_spec(row).items() if key != "restartPolicy"}
    workers = {"groupName": "w", "replicas": row.get("pods", 1), "minReplicas": 1, "maxReplicas": row.get("pods", 1), "rayStartParams": {}}
    cluster = {
        "rayVersion": "2.56.0",
        "headGroupSpec": {"rayStartParams": {}, "template": {"spec": plain}},
        "workerGroupSpecs": [{**workers, "template": {"spec": worker}}],
    }
    return {"suspend": bool(queue), "entrypoint": "true", "shutdownAfterJobFinishes": True, "rayClusterSpec": cluster}


_SPECS = {"Job": _job, "Pod": lambda row, queue: pod_spec(row), "JobSet": _job_set, "RayJob": _ray_job}


def workload_of(bench: Bench, body: Manifest) -> dict[str, Any] | None:
    """The Workload that Kueue made of an object."""
    space, name = body["metadata"]["namespace"], body["metadata"]["name"]
    for item in bench.api.items(f"{_WORKLOADS.replace('/workloads', '')}/namespaces/{space}/workloads"):
        owners = [(owner["kind"], owner["name"]) for owner in item["metadata"].get("ownerReferences", ())]
        if (body["kind"], name) in owners:
            return item
    return None


def conditions(workload: Manifest) -> dict[str, Manifest]:
    """Conditions by type."""
    return {item["type"]: item for item in workload.get("status", {}).get("conditions", ())}


def verdict(workload: Manifest | None) -> str:
    """`admitted FLAVOR`, `pending`, `preempted`, `none`, or `asked` while Kueue has not answered."""
    if workload is None:
        return "none"
    said = conditions(workload)
    if said.get("QuotaReserved", {}).get("status") == "True":
        return f"admitted {flavor(workload)}"
    if said.get("Evicted", {}).get("status") == "True" and said["Evicted"]["reason"] == "Preempted":
        return "preempted"
    return "pending" if "QuotaReserved" in said else "asked"


def flavor(workload: Manifest) -> str:
    """The flavor of the cards, or that of cpu."""
    given: dict[str, str] = {}
    for part in workload["status"]["admission"]["podSetAssignments"]:
        given |= part.get("flavors", {})
    cards = sorted({name for resource, name in given.items() if "/" in resource})
    return "+".join(cards) or given["cpu"]


def words(workload: Manifest | None) -> str:
    """What Kueue says of one that waits."""
    said = conditions(workload) if workload else {}
    return str(said.get("QuotaReserved", {}).get("message", ""))


def pod_sets(workload: Manifest) -> list[dict[str, Any]]:
    """What Kueue counts of a workload: each set of pods with its count and the requests of one pod."""
    found = []
    for item in workload["spec"]["podSets"]:
        spec = item["template"]["spec"]
        requests = [container.get("resources", {}).get("requests", {}) for container in spec["containers"]]
        found.append({"name": item["name"], "count": item["count"], "containers": requests, "nodeSelector": spec.get("nodeSelector", {})})
    return found


def admitted_counts(workload: Manifest) -> Sequence[int]:
    """How many pods of each set were admitted; fewer than asked for where that is allowed."""
    return [part["count"] for part in workload["status"]["admission"]["podSetAssignments"]]
