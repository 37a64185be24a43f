"""Fields of Volcano's Queue and PodGroup (scheduling.volcano.sh/v1beta1) and Job (batch.volcano.sh/v1alpha1).

Must not: count pods.
"""

from __future__ import annotations

from typing import Literal, Required, TypedDict

from cnai_gitops.resources.core.meta import ObjectMeta, Quantity
from cnai_gitops.resources.core.pod import PodTemplateSpec
from cnai_gitops.resources.core.volume import PersistentVolumeClaimSpec


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
