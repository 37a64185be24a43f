"""Fields of Kueue's queues, flavors and priorities (kueue.x-k8s.io/v1beta2).

Must not: choose quotas.
"""

from __future__ import annotations

from typing import Literal, Required, TypedDict

from cnai_gitops.resources.core.meta import LabelSelector, ObjectMeta
from cnai_gitops.resources.core.pod import Toleration

StopPolicy = Literal["None", "Hold", "HoldAndDrain"]


class ResourceQuota(TypedDict, total=False):
    """Quota of one resource in one flavor; the limits apply inside a cohort only."""

    name: Required[str]
    nominalQuota: Required[int | str]
    borrowingLimit: int | str
    lendingLimit: int | str


class FlavorQuotas(TypedDict):
    """Quotas of one flavor, in the order of the group's coveredResources."""

    name: str
    resources: list[ResourceQuota]


class ResourceGroup(TypedDict):
    """Resources that are given out together, and the flavors they come in, first choice first."""

    coveredResources: list[str]
    flavors: list[FlavorQuotas]


class FairSharing(TypedDict, total=False):
    """Weight of a queue or cohort against its siblings."""

    weight: int | str


class BorrowWithinCohort(TypedDict, total=False):
    """Whether a workload that borrows may preempt others of the cohort."""

    policy: Literal["Never", "LowerPriority"]
    maxPriorityThreshold: int


class Preemption(TypedDict, total=False):
    """Who may be evicted for a workload of this queue."""

    reclaimWithinCohort: Literal["Never", "LowerPriority", "Any"]
    borrowWithinCohort: BorrowWithinCohort
    withinClusterQueue: Literal["Never", "LowerPriority", "LowerOrNewerEqualPriority"]


class FlavorFungibility(TypedDict, total=False):
    """Whether to stop at the first flavor that fits only by borrowing or preemption."""

    whenCanBorrow: Literal["MayStopSearch", "TryNextFlavor"]
    whenCanPreempt: Literal["MayStopSearch", "TryNextFlavor"]
    preference: Literal["BorrowingOverPreemption", "PreemptionOverBorrowing"]


class AdmissionCheckRule(TypedDict, total=False):
    """One admission check and the flavors it is for."""

    name: Required[str]
    onFlavors: list[str]


class AdmissionChecksStrategy(TypedDict):
    """Admission checks of a queue."""

    admissionChecks: list[AdmissionCheckRule]


class AdmissionScope(TypedDict):
    """Whether usage counts in admission order."""

    admissionMode: Literal["UsageBasedAdmissionFairSharing", "NoAdmissionFairSharing"]


class ClusterQueueSpec(TypedDict, total=False):
    """A pool of quota."""

    cohortName: str
    resourceGroups: list[ResourceGroup]
    namespaceSelector: LabelSelector
    queueingStrategy: Literal["StrictFIFO", "BestEffortFIFO"]
    preemption: Preemption
    flavorFungibility: FlavorFungibility
    fairSharing: FairSharing
    admissionChecksStrategy: AdmissionChecksStrategy
    admissionScope: AdmissionScope
    stopPolicy: StopPolicy


class ClusterQueue(TypedDict):
    """A pool of quota that LocalQueues of several namespaces may point to."""

    apiVersion: Literal["kueue.x-k8s.io/v1beta2"]
    kind: Literal["ClusterQueue"]
    metadata: ObjectMeta
    spec: ClusterQueueSpec


class LocalQueueSpec(TypedDict, total=False):
    """Where the workloads of a namespace queue."""

    clusterQueue: str
    stopPolicy: StopPolicy
    fairSharing: FairSharing


class LocalQueue(TypedDict):
    """The queue that workloads of one namespace name in a label."""

    apiVersion: Literal["kueue.x-k8s.io/v1beta2"]
    kind: Literal["LocalQueue"]
    metadata: ObjectMeta
    spec: LocalQueueSpec


class CohortSpec(TypedDict, total=False):
    """Queues and cohorts that lend to each other; its own quota is extra."""

    parentName: str
    resourceGroups: list[ResourceGroup]
    fairSharing: FairSharing


class Cohort(TypedDict, total=False):
    """A group of queues that lend to each other."""

    apiVersion: Required[Literal["kueue.x-k8s.io/v1beta2"]]
    kind: Required[Literal["Cohort"]]
    metadata: Required[ObjectMeta]
    spec: CohortSpec


class Taint(TypedDict, total=False):
    """A taint of the nodes of a flavor."""

    key: Required[str]
    value: str
    effect: Required[Literal["NoSchedule", "PreferNoSchedule", "NoExecute"]]
    timeAdded: str


class ResourceFlavorSpec(TypedDict, total=False):
    """Nodes that a flavor stands for."""

    nodeLabels: dict[str, str]
    nodeTaints: list[Taint]
    tolerations: list[Toleration]
    topologyName: str


class ResourceFlavor(TypedDict, total=False):
    """A kind of nodes, as queues name it."""

    apiVersion: Required[Literal["kueue.x-k8s.io/v1beta2"]]
    kind: Required[Literal["ResourceFlavor"]]
    metadata: Required[ObjectMeta]
    spec: ResourceFlavorSpec


class TopologyLevel(TypedDict):
    """One level, named by the node label that tells its domains apart."""

    nodeLabel: str


class TopologySpec(TypedDict):
    """Levels from the widest to the narrowest."""

    levels: list[TopologyLevel]


class Topology(TypedDict):
    """How near nodes are to each other."""

    apiVersion: Literal["kueue.x-k8s.io/v1beta2"]
    kind: Literal["Topology"]
    metadata: ObjectMeta
    spec: TopologySpec


class WorkloadPriorityClass(TypedDict, total=False):
    """Priority inside queues; its fields are at the top, there is no spec."""

    apiVersion: Required[Literal["kueue.x-k8s.io/v1beta2"]]
    kind: Required[Literal["WorkloadPriorityClass"]]
    metadata: Required[ObjectMeta]
    value: Required[int]
    description: str
