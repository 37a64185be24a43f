"""Fields of ClusterQueue, Cohort, LocalQueue, ResourceFlavor, Topology, WorkloadPriorityClass as kueue v0.19.2 has them.

Must not: be edited. Written by tools/models.py from the CRDs.
"""

from __future__ import annotations

from typing import Annotated, Literal, Required, TypedDict

from annotated_types import MaxLen, MinLen

from cnai_gitops.resources.core.meta import LabelSelector, Matches, ObjectMeta, Quantity
from cnai_gitops.resources.core.pod import Toleration


class ClusterQueue(TypedDict, total=False):
    """A whole ClusterQueue."""

    apiVersion: Required[Literal["kueue.x-k8s.io/v1beta2"]]
    kind: Required[Literal["ClusterQueue"]]
    metadata: Required[ObjectMeta]
    spec: Required[ClusterQueueSpec]


class Cohort(TypedDict, total=False):
    """A whole Cohort."""

    apiVersion: Required[Literal["kueue.x-k8s.io/v1beta2"]]
    kind: Required[Literal["Cohort"]]
    metadata: Required[ObjectMeta]
    spec: CohortSpec


class LocalQueue(TypedDict, total=False):
    """A whole LocalQueue."""

    apiVersion: Required[Literal["kueue.x-k8s.io/v1beta2"]]
    kind: Required[Literal["LocalQueue"]]
    metadata: Required[ObjectMeta]
    spec: Required[LocalQueueSpec]


class ResourceFlavor(TypedDict, total=False):
    """A whole ResourceFlavor."""

    apiVersion: Required[Literal["kueue.x-k8s.io/v1beta2"]]
    kind: Required[Literal["ResourceFlavor"]]
    metadata: Required[ObjectMeta]
    spec: ResourceFlavorSpec


class Topology(TypedDict, total=False):
    """A whole Topology."""

    apiVersion: Required[Literal["kueue.x-k8s.io/v1beta2"]]
    kind: Required[Literal["Topology"]]
    metadata: Required[ObjectMeta]
    spec: Required[TopologySpec]


class WorkloadPriorityClass(TypedDict, total=False):
    """A whole WorkloadPriorityClass."""

    apiVersion: Required[Literal["kueue.x-k8s.io/v1beta2"]]
    kind: Required[Literal["WorkloadPriorityClass"]]
    metadata: Required[ObjectMeta]
    description: Annotated[str, MaxLen(2048)]
    value: Required[int]


class ClusterQueueSpec(TypedDict, total=False):
    """`spec`."""

    admissionChecksStrategy: AdmissionChecksStrategy
    admissionScope: AdmissionScope
    cohortName: Annotated[str, MaxLen(253), Matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")]
    concurrentAdmissionPolicy: ConcurrentAdmissionPolicy
    fairSharing: FairSharing
    flavorFungibility: FlavorFungibility
    namespaceSelector: LabelSelector
    preemption: Preemption
    queueingStrategy: Literal["StrictFIFO", "BestEffortFIFO"]
    resourceGroups: Annotated[list[ResourceGroup], MaxLen(16)]
    stopPolicy: Literal["None", "Hold", "HoldAndDrain"]


class AdmissionChecksStrategy(TypedDict, total=False):
    """`spec.admissionChecksStrategy`."""

    admissionChecks: Required[Annotated[list[AdmissionCheck], MinLen(1), MaxLen(64)]]


class AdmissionCheck(TypedDict, total=False):
    """`spec.admissionChecksStrategy.admissionChecks[]`."""

    name: Required[Annotated[str, MinLen(1), MaxLen(316)]]
    onFlavors: Annotated[
        list[Annotated[str, MaxLen(253), Matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")]], MaxLen(64)
    ]


class AdmissionScope(TypedDict, total=False):
    """`spec.admissionScope`."""

    admissionMode: Required[Literal["UsageBasedAdmissionFairSharing", "NoAdmissionFairSharing"]]


class ConcurrentAdmissionPolicy(TypedDict, total=False):
    """`spec.concurrentAdmissionPolicy`."""

    migration: Required[Migration]


class Migration(TypedDict, total=False):
    """`spec.concurrentAdmissionPolicy.migration`."""

    constraints: Constraints
    mode: Required[Literal["TryPreferredFlavors", "RetainFirstAdmission"]]


class Constraints(TypedDict, total=False):
    """`spec.concurrentAdmissionPolicy.migration.constraints`."""

    lastAcceptableFlavorName: Annotated[str, MaxLen(253), Matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")]


class FairSharing(TypedDict, total=False):
    """`spec.fairSharing`."""

    weight: Quantity


class FlavorFungibility(TypedDict, total=False):
    """`spec.flavorFungibility`."""

    preference: Literal["BorrowingOverPreemption", "PreemptionOverBorrowing"]
    whenCanBorrow: Literal["MayStopSearch", "TryNextFlavor"]
    whenCanPreempt: Literal["MayStopSearch", "TryNextFlavor"]


class Preemption(TypedDict, total=False):
    """`spec.preemption`."""

    borrowWithinCohort: BorrowWithinCohort
    reclaimWithinCohort: Literal["Never", "LowerPriority", "Any"]
    withinClusterQueue: Literal["Never", "LowerPriority", "LowerOrNewerEqualPriority"]


class BorrowWithinCohort(TypedDict, total=False):
    """`spec.preemption.borrowWithinCohort`."""

    maxPriorityThreshold: int
    policy: Literal["Never", "LowerPriority"]


class ResourceGroup(TypedDict, total=False):
    """`spec.resourceGroups[]`."""

    coveredResources: Required[Annotated[list[str], MinLen(1), MaxLen(64)]]
    flavors: Required[Annotated[list[Flavor], MinLen(1), MaxLen(64)]]


class Flavor(TypedDict, total=False):
    """`spec.resourceGroups[].flavors[]`."""

    name: Required[Annotated[str, MaxLen(253), Matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")]]
    resources: Required[Annotated[list[Resource], MinLen(1), MaxLen(64)]]


class Resource(TypedDict, total=False):
    """`spec.resourceGroups[].flavors[].resources[]`."""

    borrowingLimit: Quantity
    lendingLimit: Quantity
    name: Required[str]
    nominalQuota: Required[Quantity]


class CohortSpec(TypedDict, total=False):
    """`spec`."""

    fairSharing: FairSharing
    parentName: Annotated[str, MaxLen(253), Matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")]
    resourceGroups: Annotated[list[ResourceGroup], MaxLen(16)]


class LocalQueueSpec(TypedDict, total=False):
    """`spec`."""

    clusterQueue: Annotated[str, MaxLen(253), Matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")]
    fairSharing: FairSharing
    stopPolicy: Literal["None", "Hold", "HoldAndDrain"]


class ResourceFlavorSpec(TypedDict, total=False):
    """`spec`."""

    nodeLabels: dict[str, str]
    nodeTaints: Annotated[list[NodeTaint], MaxLen(8)]
    tolerations: Annotated[list[Toleration], MaxLen(8)]
    topologyName: Annotated[str, MaxLen(253), Matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")]


class NodeTaint(TypedDict, total=False):
    """`spec.nodeTaints[]`."""

    effect: Required[Literal["NoSchedule", "PreferNoSchedule", "NoExecute"]]
    key: Required[str]
    timeAdded: str
    value: str


class TopologySpec(TypedDict, total=False):
    """`spec`."""

    levels: Required[Annotated[list[Level], MinLen(1), MaxLen(16)]]


class Level(TypedDict, total=False):
    """`spec.levels[]`."""

    nodeLabel: Required[
        Annotated[
            str,
            MinLen(1),
            MaxLen(316),
            Matches("([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])"),
        ]
    ]
