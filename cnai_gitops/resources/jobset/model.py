"""Fields of a JobSet (jobset.x-k8s.io/v1alpha2), and of the Jobs inside it.

Must not: count pods.
"""

from __future__ import annotations

from typing import Literal, Required, TypedDict

from cnai_gitops.resources.core.meta import LabelSelector, ObjectMeta, TemplateMeta
from cnai_gitops.resources.core.pod import PodTemplateSpec
from cnai_gitops.resources.core.volume import PersistentVolumeClaimSpec


class PodFailureExitCodes(TypedDict, total=False):
    """Exit codes of one container (of any when no name is given)."""

    containerName: str
    operator: Required[Literal["In", "NotIn"]]
    values: Required[list[int]]


class PodFailureCondition(TypedDict, total=False):
    """A pod condition such as DisruptionTarget."""

    type: Required[str]
    status: Literal["True", "False", "Unknown"]


class PodFailureRule(TypedDict, total=False):
    """What a failed pod means to its Job."""

    action: Required[Literal["FailJob", "FailIndex", "Ignore", "Count"]]
    onExitCodes: PodFailureExitCodes
    onPodConditions: list[PodFailureCondition]


class PodFailurePolicy(TypedDict):
    """Rules, the first that matches holds."""

    rules: list[PodFailureRule]


class JobSuccessRule(TypedDict, total=False):
    """Indexes, or a number of them, that make a Job a success."""

    succeededIndexes: str
    succeededCount: int


class JobSuccessPolicy(TypedDict):
    """Rules, one is enough."""

    rules: list[JobSuccessRule]


class JobSpec(TypedDict, total=False):
    """The spec of a batch/v1 Job, where another kind embeds it."""

    parallelism: int
    completions: int
    completionMode: Literal["NonIndexed", "Indexed"]
    backoffLimit: int
    backoffLimitPerIndex: int
    maxFailedIndexes: int
    activeDeadlineSeconds: int
    ttlSecondsAfterFinished: int
    podFailurePolicy: PodFailurePolicy
    podReplacementPolicy: Literal["TerminatingOrFailed", "Failed"]
    successPolicy: JobSuccessPolicy
    suspend: bool
    managedBy: str
    manualSelector: bool
    selector: LabelSelector
    template: Required[PodTemplateSpec]


class JobTemplate(TypedDict, total=False):
    """A Job to be made."""

    metadata: TemplateMeta
    spec: JobSpec


class DependsOn(TypedDict):
    """Another replicated job that must be ready or complete first."""

    name: str
    status: Literal["Ready", "Complete"]


class ReplicatedJob(TypedDict, total=False):
    """`replicas` equal Jobs."""

    name: Required[str]
    template: Required[JobTemplate]
    replicas: int
    groupName: str
    dependsOn: list[DependsOn]


class Network(TypedDict, total=False):
    """Names that the pods find each other by."""

    enableDNSHostnames: bool
    subdomain: str
    publishNotReadyAddresses: bool


class SuccessPolicy(TypedDict, total=False):
    """Which replicated jobs must succeed."""

    operator: Required[Literal["All", "Any"]]
    targetReplicatedJobs: list[str]


FailureAction = Literal["FailJobSet", "RestartJobSet", "RestartJobSetAndIgnoreMaxRestarts", "RestartJob", "RestartJobAndIgnoreMaxRestarts"]


class FailureRule(TypedDict, total=False):
    """What a failed Job means to its JobSet; `name` is only for people."""

    name: Required[str]
    action: Required[FailureAction]
    onJobFailureReasons: list[str]
    onJobFailureMessagePatterns: list[str]
    targetReplicatedJobs: list[str]


class FailurePolicy(TypedDict, total=False):
    """Restarts of the whole set."""

    maxRestarts: int
    restartStrategy: Literal["Recreate", "BlockingRecreate", "InPlaceRestart"]
    rules: list[FailureRule]


class StartupPolicy(TypedDict):
    """Whether replicated jobs start in order."""

    startupPolicyOrder: Literal["AnyOrder", "InOrder"]


class Coordinator(TypedDict, total=False):
    """The pod that coordinates the others."""

    replicatedJob: Required[str]
    jobIndex: int
    podIndex: int


class VolumeClaimRetention(TypedDict, total=False):
    """What becomes of the claims with the JobSet."""

    whenDeleted: Literal["Delete", "Retain"]


class VolumeClaimTemplate(TypedDict, total=False):
    """A claim to be made."""

    metadata: TemplateMeta
    spec: PersistentVolumeClaimSpec


class VolumeClaimPolicy(TypedDict, total=False):
    """Claims that all Jobs of the set share."""

    templates: list[VolumeClaimTemplate]
    retentionPolicy: VolumeClaimRetention


class JobSetSpec(TypedDict, total=False):
    """Replicated jobs and their common fate."""

    replicatedJobs: list[ReplicatedJob]
    network: Network
    successPolicy: SuccessPolicy
    failurePolicy: FailurePolicy
    startupPolicy: StartupPolicy
    coordinator: Coordinator
    managedBy: str
    suspend: bool
    ttlSecondsAfterFinished: int
    volumeClaimPolicies: list[VolumeClaimPolicy]


class JobSet(TypedDict):
    """Several Jobs with one fate."""

    apiVersion: Literal["jobset.x-k8s.io/v1alpha2"]
    kind: Literal["JobSet"]
    metadata: ObjectMeta
    spec: JobSetSpec
