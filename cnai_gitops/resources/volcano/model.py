"""Fields of Job, PodGroup, Queue as volcano v1.15.1 has them.

Must not: be edited. Written by tools/models.py from the CRDs.
"""

from __future__ import annotations

from typing import Annotated, Literal, Required, TypedDict

from annotated_types import Ge, Le, MaxLen, MinLen

from cnai_gitops.resources.core.container import Container
from cnai_gitops.resources.core.meta import LabelSelector, Matches, ObjectMeta, Quantity, TemplateMeta
from cnai_gitops.resources.core.pod import PodFields
from cnai_gitops.resources.core.volume import PersistentVolumeClaimSpec


class Job(TypedDict, total=False):
    """A whole Job."""

    apiVersion: Required[Literal["batch.volcano.sh/v1alpha1"]]
    kind: Required[Literal["Job"]]
    metadata: Required[ObjectMeta]
    spec: Required[VolcanoJobSpec]


class PodGroup(TypedDict, total=False):
    """A whole PodGroup."""

    apiVersion: Required[Literal["scheduling.volcano.sh/v1beta1"]]
    kind: Required[Literal["PodGroup"]]
    metadata: Required[ObjectMeta]
    spec: PodGroupSpec


class Queue(TypedDict, total=False):
    """A whole Queue."""

    apiVersion: Required[Literal["scheduling.volcano.sh/v1beta1"]]
    kind: Required[Literal["Queue"]]
    metadata: Required[ObjectMeta]
    spec: QueueSpec


class VolcanoJobSpec(TypedDict, total=False):
    """`spec`."""

    maxRetry: Annotated[int, Ge(0)]
    minAvailable: Annotated[int, Ge(0)]
    minSuccess: Annotated[int, Ge(1)]
    networkTopology: NetworkTopology
    plugins: dict[str, list[str]]
    policies: list[Policy]
    priorityClassName: Annotated[str, MaxLen(253), Matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")]
    queue: Annotated[str, MaxLen(253), Matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")]
    runningEstimate: str
    schedulerName: Annotated[str, MaxLen(63)]
    tasks: Annotated[list[Task], MinLen(1)]
    ttlSecondsAfterFinished: Annotated[int, Ge(0)]
    volumes: list[SpecVolume]


class NetworkTopology(TypedDict, total=False):
    """`spec.networkTopology`."""

    highestTierAllowed: Annotated[int, Ge(0)]
    highestTierName: Annotated[str, MaxLen(253)]
    mode: Literal["hard", "soft"]


class Policy(TypedDict, total=False):
    """`spec.policies[]`."""

    action: str
    event: str
    events: list[str]
    exitCode: int
    timeout: str


class Task(TypedDict, total=False):
    """`spec.tasks[]`."""

    dependsOn: DependsOn
    maxRetry: Annotated[int, Ge(0)]
    minAvailable: Annotated[int, Ge(0)]
    name: Annotated[str, MaxLen(63), Matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?")]
    partitionPolicy: PartitionPolicy
    policies: list[Policy]
    replicas: Annotated[int, Ge(0)]
    template: Template
    topologyPolicy: Literal["none", "best-effort", "restricted", "single-numa-node"]


class DependsOn(TypedDict, total=False):
    """`spec.tasks[].dependsOn`."""

    iteration: Literal["any", "all"]
    name: list[str]


class PartitionPolicy(TypedDict, total=False):
    """`spec.tasks[].partitionPolicy`."""

    minPartitions: Annotated[int, Ge(0)]
    networkTopology: NetworkTopology
    partitionSize: Required[Annotated[int, Ge(1)]]
    totalPartitions: Required[Annotated[int, Ge(1)]]


class Template(TypedDict, total=False):
    """`spec.tasks[].template`."""

    metadata: TemplateMeta
    spec: TemplateSpec


class TemplateSpec(PodFields, total=False):
    """`spec.tasks[].template.spec`."""

    containers: Required[list[Container]]
    workloadRef: WorkloadRef


class WorkloadRef(TypedDict, total=False):
    """`spec.tasks[].template.spec.workloadRef`."""

    name: Required[str]
    podGroup: Required[str]
    podGroupReplicaKey: str


class SpecVolume(TypedDict, total=False):
    """`spec.volumes[]`."""

    mountPath: Required[Annotated[str, MinLen(1), Matches("[^:]+")]]
    volumeClaim: PersistentVolumeClaimSpec
    volumeClaimName: Annotated[str, MaxLen(253)]


class PodGroupSpec(TypedDict, total=False):
    """`spec`."""

    minMember: Annotated[int, Ge(0)]
    minResources: dict[str, Quantity]
    minTaskMember: dict[str, int]
    networkTopology: NetworkTopology
    priorityClassName: Annotated[str, MaxLen(253)]
    queue: Annotated[str, MaxLen(253), Matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")]
    subGroupPolicy: list[SubGroupPolicy]


class SubGroupPolicy(TypedDict, total=False):
    """`spec.subGroupPolicy[]`."""

    labelSelector: LabelSelector
    matchLabelKeys: list[str]
    minSubGroups: Annotated[int, Ge(0)]
    name: Annotated[str, MaxLen(253)]
    networkTopology: NetworkTopology
    subGroupSize: Annotated[int, Ge(1)]


class QueueSpec(TypedDict, total=False):
    """`spec`."""

    affinity: SpecAffinity
    capability: dict[str, Quantity]
    dequeueStrategy: Literal["fifo", "traverse"]
    deserved: dict[str, Quantity]
    extendClusters: list[ExtendCluster]
    guarantee: Guarantee
    parent: Annotated[str, MaxLen(253), Matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")]
    priority: Annotated[int, Ge(0)]
    reclaimable: bool
    type: Annotated[str, MaxLen(253)]
    weight: Annotated[int, Ge(1), Le(65535)]


class SpecAffinity(TypedDict, total=False):
    """`spec.affinity`."""

    nodeGroupAffinity: NodeGroupAffinity
    nodeGroupAntiAffinity: NodeGroupAffinity


class NodeGroupAffinity(TypedDict, total=False):
    """`spec.affinity.nodeGroupAffinity`."""

    preferredDuringSchedulingIgnoredDuringExecution: list[str]
    requiredDuringSchedulingIgnoredDuringExecution: list[str]


class ExtendCluster(TypedDict, total=False):
    """`spec.extendClusters[]`."""

    capacity: dict[str, Quantity]
    name: str
    weight: int


class Guarantee(TypedDict, total=False):
    """`spec.guarantee`."""

    resource: dict[str, Quantity]
