"""Volcano: Queue and PodGroup (scheduling.volcano.sh/v1beta1) and Job (batch.volcano.sh/v1alpha1).

Must not: be mixed with Kueue on the same pods; two systems would count one quota.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, Required, TypedDict

from cnai_gitops.resources.accelerators import pod_count, pod_demand, repeated, total
from cnai_gitops.resources.base import Body, Demand, Kind, Pods, World
from cnai_gitops.resources.core import ObjectMeta, PersistentVolumeClaimSpec, PodTemplateSpec, Quantity
from cnai_gitops.resources.health import by_field


class Guarantee(TypedDict, total=False):
    """Reserved for this queue; nobody else can use it."""

    resource: dict[str, Quantity]


class QueueSpec(TypedDict, total=False):
    """Share of a queue: `capability` is the hard cap, above `deserved`, above `guarantee`."""

    weight: int
    capability: dict[str, Quantity]
    deserved: dict[str, Quantity]
    guarantee: Guarantee
    reclaimable: bool
    parent: str
    priority: int
    dequeueStrategy: Literal["fifo", "traverse"]
    type: str


class Queue(TypedDict, total=False):
    """A queue of the cluster."""

    apiVersion: Required[Literal["scheduling.volcano.sh/v1beta1"]]
    kind: Required[Literal["Queue"]]
    metadata: Required[ObjectMeta]
    spec: QueueSpec


class NetworkTopology(TypedDict, total=False):
    """How far apart pods may be."""

    mode: Literal["hard", "soft"]
    highestTierAllowed: int
    highestTierName: str


class PodGroupSpec(TypedDict, total=False):
    """Pods that start together or not at all."""

    minMember: int
    minTaskMember: dict[str, int]
    minResources: dict[str, Quantity]
    queue: str
    priorityClassName: str
    networkTopology: NetworkTopology


class PodGroup(TypedDict, total=False):
    """Pods that start together or not at all."""

    apiVersion: Required[Literal["scheduling.volcano.sh/v1beta1"]]
    kind: Required[Literal["PodGroup"]]
    metadata: Required[ObjectMeta]
    spec: PodGroupSpec


class LifecyclePolicy(TypedDict, total=False):
    """What an event of a pod does to the job."""

    event: str
    events: list[str]
    action: str
    exitCode: int
    timeout: str


class TaskDependsOn(TypedDict, total=False):
    """Tasks that must be there first."""

    name: list[str]
    iteration: Literal["any", "all"]


class Task(TypedDict, total=False):
    """Equal pods of a job."""

    name: str
    replicas: int
    minAvailable: int
    template: PodTemplateSpec
    policies: list[LifecyclePolicy]
    dependsOn: TaskDependsOn
    maxRetry: int
    topologyPolicy: Literal["none", "best-effort", "restricted", "single-numa-node"]


class JobVolume(TypedDict, total=False):
    """A claim mounted into every pod."""

    mountPath: Required[str]
    volumeClaimName: str
    volumeClaim: PersistentVolumeClaimSpec


class JobSpec(TypedDict, total=False):
    """Tasks and their common fate."""

    schedulerName: str
    queue: str
    minAvailable: int
    minSuccess: int
    priorityClassName: str
    maxRetry: int
    policies: list[LifecyclePolicy]
    plugins: dict[str, list[str]]
    tasks: list[Task]
    ttlSecondsAfterFinished: int
    volumes: list[JobVolume]
    networkTopology: NetworkTopology


class Job(TypedDict):
    """A batch job of several tasks."""

    apiVersion: Literal["batch.volcano.sh/v1alpha1"]
    kind: Literal["Job"]
    metadata: ObjectMeta
    spec: JobSpec


def _tasks(body: Body) -> Iterator[tuple[str, dict[str, Any]]]:
    for index, task in enumerate((body.get("spec") or {}).get("tasks") or ()):
        yield f"spec.tasks[{index}]", task


def _pods(body: Body) -> Iterator[Pods]:
    for path, task in _tasks(body):
        template = task.get("template") or {}
        labels = (template.get("metadata") or {}).get("labels") or {}
        yield Pods(pod_count(task.get("replicas"), 1), template.get("spec") or {}, f"{path}.template.spec", labels)


def _demand(body: Body, world: World) -> Demand:
    """The sum over tasks; `dependsOn` only orders their start."""
    return total(
        repeated(pod_demand((task.get("template") or {}).get("spec") or {}), task.get("replicas"), 1, f"{path}.replicas")
        for path, task in _tasks(body)
    )


KINDS = (
    Kind(
        group="scheduling.volcano.sh",
        version="v1beta1",
        kind="Queue",
        plural="queues",
        model=Queue,
        namespaced=False,
        rank=13,
        wave=-5,
        health=by_field("state", {"Open": "Healthy", "Closed": "Suspended", "Closing": "Suspended", "Unknown": "Degraded"}),
    ),
    Kind(
        group="scheduling.volcano.sh",
        version="v1beta1",
        kind="PodGroup",
        plural="podgroups",
        model=PodGroup,
        health=by_field("phase", {"Running": "Healthy", "Completed": "Healthy", "Unknown": "Degraded"}),
    ),
    Kind(
        group="batch.volcano.sh",
        version="v1alpha1",
        kind="Job",
        plural="jobs",
        model=Job,
        # Pods are `<name>-<task>-<index>`.
        name_limit=63 - len("-worker-999") - len("-01234"),
        pods=_pods,
        demand=_demand,
        health=by_field(
            "state.phase",
            {"Running": "Healthy", "Completed": "Healthy", "Failed": "Degraded", "Aborted": "Suspended", "Terminated": "Degraded"},
        ),
    ),
)
