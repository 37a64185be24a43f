"""Fields of JobSet as jobset v0.12.0 has them.

Must not: be edited. Written by tools/models.py from the CRDs.
"""

from __future__ import annotations

from typing import Annotated, Literal, Required, TypedDict

from annotated_types import Ge, MaxLen

from cnai_gitops.resources.core.job import JobTemplate
from cnai_gitops.resources.core.meta import ObjectMeta, Quantity, TemplateMeta
from cnai_gitops.resources.core.volume import PersistentVolumeClaimSpec


class JobSet(TypedDict, total=False):
    """A whole JobSet."""

    apiVersion: Required[Literal["jobset.x-k8s.io/v1alpha2"]]
    kind: Required[Literal["JobSet"]]
    metadata: Required[ObjectMeta]
    spec: Required[JobSetSpec]


class JobSetSpec(TypedDict, total=False):
    """`spec`."""

    coordinator: Coordinator
    failurePolicy: FailurePolicy
    managedBy: str
    network: Network
    replicatedJobs: list[ReplicatedJob]
    startupPolicy: StartupPolicy
    successPolicy: SuccessPolicy
    suspend: bool
    ttlSecondsAfterFinished: Annotated[int, Ge(0)]
    volumeClaimPolicies: Annotated[list[VolumeClaimPolicy], MaxLen(50)]


class Coordinator(TypedDict, total=False):
    """`spec.coordinator`."""

    jobIndex: int
    podIndex: int
    replicatedJob: Required[str]


class FailurePolicy(TypedDict, total=False):
    """`spec.failurePolicy`."""

    maxRestarts: int
    restartStrategy: Literal["Recreate", "BlockingRecreate", "InPlaceRestart"]
    rules: list[Rule]


class Rule(TypedDict, total=False):
    """`spec.failurePolicy.rules[]`."""

    action: Required[
        Literal["FailJobSet", "RestartJobSet", "RestartJobSetAndIgnoreMaxRestarts", "RestartJob", "RestartJobAndIgnoreMaxRestarts"]
    ]
    name: Required[str]
    onJobFailureMessagePatterns: list[str]
    onJobFailureReasons: list[str]
    targetReplicatedJobs: list[str]


class Network(TypedDict, total=False):
    """`spec.network`."""

    enableDNSHostnames: bool
    publishNotReadyAddresses: bool
    subdomain: str


class ReplicatedJob(TypedDict, total=False):
    """`spec.replicatedJobs[]`."""

    dependsOn: Annotated[list[DependsOn], MaxLen(5)]
    groupName: str
    name: Required[str]
    replicas: int
    template: Required[JobTemplate]


class DependsOn(TypedDict, total=False):
    """`spec.replicatedJobs[].dependsOn[]`."""

    name: Required[str]
    status: Required[Literal["Ready", "Complete"]]


class StartupPolicy(TypedDict, total=False):
    """`spec.startupPolicy`."""

    startupPolicyOrder: Required[Literal["AnyOrder", "InOrder"]]


class SuccessPolicy(TypedDict, total=False):
    """`spec.successPolicy`."""

    operator: Required[Literal["All", "Any"]]
    targetReplicatedJobs: list[str]


class VolumeClaimPolicy(TypedDict, total=False):
    """`spec.volumeClaimPolicies[]`."""

    retentionPolicy: RetentionPolicy
    templates: Annotated[list[Template], MaxLen(50)]


class RetentionPolicy(TypedDict, total=False):
    """`spec.volumeClaimPolicies[].retentionPolicy`."""

    whenDeleted: Literal["Delete", "Retain"]


class Template(TypedDict, total=False):
    """`spec.volumeClaimPolicies[].templates[]`."""

    apiVersion: str
    kind: str
    metadata: TemplateMeta
    spec: PersistentVolumeClaimSpec
    status: Status


class Status(TypedDict, total=False):
    """`spec.volumeClaimPolicies[].templates[].status`."""

    accessModes: list[str]
    allocatedResourceStatuses: dict[str, str]
    allocatedResources: dict[str, Quantity]
    capacity: dict[str, Quantity]
    conditions: list[Condition]
    currentVolumeAttributesClassName: str
    modifyVolumeStatus: ModifyVolumeStatus
    phase: str


class Condition(TypedDict, total=False):
    """`spec.volumeClaimPolicies[].templates[].status.conditions[]`."""

    lastProbeTime: str
    lastTransitionTime: str
    message: str
    reason: str
    status: Required[str]
    type: Required[str]


class ModifyVolumeStatus(TypedDict, total=False):
    """`spec.volumeClaimPolicies[].templates[].status.modifyVolumeStatus`."""

    status: Required[str]
    targetVolumeAttributesClassName: str
