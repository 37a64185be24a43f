"""Fields of ClusterTrainingRuntime, TrainJob, TrainingRuntime as kubeflow-trainer v2.3.0 has them.

Must not: be edited. Written by tools/models.py from the CRDs.
"""

from __future__ import annotations

from typing import Annotated, Literal, Required, TypedDict

from annotated_types import Ge, MaxLen, MinLen

from cnai_gitops.resources.core.container import EnvVar, ResourceRequirements, SecurityContext
from cnai_gitops.resources.core.job import JobTemplate
from cnai_gitops.resources.core.meta import LocalObjectReference, ObjectMeta, Quantity, TemplateMeta
from cnai_gitops.resources.core.pod import Affinity, PodSecurityContext, Toleration
from cnai_gitops.resources.core.volume import PersistentVolumeClaimSpec, Volume, VolumeMount


class ClusterTrainingRuntime(TypedDict, total=False):
    """A whole ClusterTrainingRuntime."""

    apiVersion: Required[Literal["trainer.kubeflow.org/v1alpha1"]]
    kind: Required[Literal["ClusterTrainingRuntime"]]
    metadata: Required[ObjectMeta]
    spec: Required[ClusterTrainingRuntimeSpec]


class TrainJob(TypedDict, total=False):
    """A whole TrainJob."""

    apiVersion: Required[Literal["trainer.kubeflow.org/v1alpha1"]]
    kind: Required[Literal["TrainJob"]]
    metadata: Required[ObjectMeta]
    spec: Required[TrainJobSpec]


class TrainingRuntime(TypedDict, total=False):
    """A whole TrainingRuntime."""

    apiVersion: Required[Literal["trainer.kubeflow.org/v1alpha1"]]
    kind: Required[Literal["TrainingRuntime"]]
    metadata: Required[ObjectMeta]
    spec: Required[ClusterTrainingRuntimeSpec]


class ClusterTrainingRuntimeSpec(TypedDict, total=False):
    """`spec`."""

    mlPolicy: MlPolicy
    podGroupPolicy: PodGroupPolicy
    template: Template


class MlPolicy(TypedDict, total=False):
    """`spec.mlPolicy`."""

    flux: Flux
    jax: Jax
    mpi: Mpi
    numNodes: int
    torch: Torch
    xgboost: Jax


class Flux(TypedDict, total=False):
    """`spec.mlPolicy.flux`."""

    numProcPerNode: int


class Jax(TypedDict, total=False):
    """`spec.mlPolicy.jax`."""


class Mpi(TypedDict, total=False):
    """`spec.mlPolicy.mpi`."""

    mpiImplementation: Literal["OpenMPI", ""]
    numProcPerNode: int
    runLauncherAsNode: bool
    sshAuthMountPath: Annotated[str, MaxLen(4096)]


class Torch(TypedDict, total=False):
    """`spec.mlPolicy.torch`."""

    envInjection: EnvInjection


class EnvInjection(TypedDict, total=False):
    """`spec.mlPolicy.torch.envInjection`."""

    targets: Annotated[list[Target], MaxLen(16)]


class Target(TypedDict, total=False):
    """`spec.mlPolicy.torch.envInjection.targets[]`."""

    containerNames: Required[Annotated[list[Annotated[str, MaxLen(63)]], MinLen(1), MaxLen(8)]]
    jobName: Required[Annotated[str, MinLen(1), MaxLen(253)]]


class PodGroupPolicy(TypedDict, total=False):
    """`spec.podGroupPolicy`."""

    coscheduling: Coscheduling
    volcano: Volcano


class Coscheduling(TypedDict, total=False):
    """`spec.podGroupPolicy.coscheduling`."""

    scheduleTimeoutSeconds: int


class Volcano(TypedDict, total=False):
    """`spec.podGroupPolicy.volcano`."""

    networkTopology: NetworkTopology


class NetworkTopology(TypedDict, total=False):
    """`spec.podGroupPolicy.volcano.networkTopology`."""

    highestTierAllowed: int
    mode: Literal["hard", "soft"]


class Template(TypedDict, total=False):
    """`spec.template`."""

    metadata: TemplateMeta
    spec: TemplateSpec


class TemplateSpec(TypedDict, total=False):
    """`spec.template.spec`."""

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
    """`spec.template.spec.coordinator`."""

    jobIndex: int
    podIndex: int
    replicatedJob: Required[str]


class FailurePolicy(TypedDict, total=False):
    """`spec.template.spec.failurePolicy`."""

    maxRestarts: int
    restartStrategy: Literal["Recreate", "BlockingRecreate", "InPlaceRestart"]
    rules: list[Rule]


class Rule(TypedDict, total=False):
    """`spec.template.spec.failurePolicy.rules[]`."""

    action: Required[
        Literal["FailJobSet", "RestartJobSet", "RestartJobSetAndIgnoreMaxRestarts", "RestartJob", "RestartJobAndIgnoreMaxRestarts"]
    ]
    name: Required[str]
    onJobFailureMessagePatterns: list[str]
    onJobFailureReasons: list[str]
    targetReplicatedJobs: list[str]


class Network(TypedDict, total=False):
    """`spec.template.spec.network`."""

    enableDNSHostnames: bool
    publishNotReadyAddresses: bool
    subdomain: str


class ReplicatedJob(TypedDict, total=False):
    """`spec.template.spec.replicatedJobs[]`."""

    dependsOn: Annotated[list[DependsOn], MaxLen(5)]
    groupName: str
    name: Required[str]
    replicas: int
    template: Required[JobTemplate]


class DependsOn(TypedDict, total=False):
    """`spec.template.spec.replicatedJobs[].dependsOn[]`."""

    name: Required[str]
    status: Required[Literal["Ready", "Complete"]]


class StartupPolicy(TypedDict, total=False):
    """`spec.template.spec.startupPolicy`."""

    startupPolicyOrder: Required[Literal["AnyOrder", "InOrder"]]


class SuccessPolicy(TypedDict, total=False):
    """`spec.template.spec.successPolicy`."""

    operator: Required[Literal["All", "Any"]]
    targetReplicatedJobs: list[str]


class VolumeClaimPolicy(TypedDict, total=False):
    """`spec.template.spec.volumeClaimPolicies[]`."""

    retentionPolicy: RetentionPolicy
    templates: Annotated[list[VolumeClaimPolicyTemplate], MaxLen(50)]


class RetentionPolicy(TypedDict, total=False):
    """`spec.template.spec.volumeClaimPolicies[].retentionPolicy`."""

    whenDeleted: Literal["Delete", "Retain"]


class VolumeClaimPolicyTemplate(TypedDict, total=False):
    """`spec.template.spec.volumeClaimPolicies[].templates[]`."""

    apiVersion: str
    kind: str
    metadata: TemplateMeta
    spec: PersistentVolumeClaimSpec
    status: Status


class Status(TypedDict, total=False):
    """`spec.template.spec.volumeClaimPolicies[].templates[].status`."""

    accessModes: list[str]
    allocatedResourceStatuses: dict[str, str]
    allocatedResources: dict[str, Quantity]
    capacity: dict[str, Quantity]
    conditions: list[Condition]
    currentVolumeAttributesClassName: str
    modifyVolumeStatus: ModifyVolumeStatus
    phase: str


class Condition(TypedDict, total=False):
    """`spec.template.spec.volumeClaimPolicies[].templates[].status.conditions[]`."""

    lastProbeTime: str
    lastTransitionTime: str
    message: str
    reason: str
    status: Required[str]
    type: Required[str]


class ModifyVolumeStatus(TypedDict, total=False):
    """`spec.template.spec.volumeClaimPolicies[].templates[].status.modifyVolumeStatus`."""

    status: Required[str]
    targetVolumeAttributesClassName: str


class TrainJobSpec(TypedDict, total=False):
    """`spec`."""

    activeDeadlineSeconds: Annotated[int, Ge(1)]
    initializer: Initializer
    managedBy: Literal["trainer.kubeflow.org/trainjob-controller", "kueue.x-k8s.io/multikueue"]
    runtimePatches: Annotated[list[RuntimePatch], MaxLen(16)]
    runtimeRef: Required[RuntimeRef]
    suspend: bool
    trainer: Trainer


class Initializer(TypedDict, total=False):
    """`spec.initializer`."""

    dataset: Dataset
    model: Dataset


class Dataset(TypedDict, total=False):
    """`spec.initializer.dataset`."""

    env: Annotated[list[EnvVar], MaxLen(128)]
    secretRef: LocalObjectReference
    storageUri: Annotated[str, MaxLen(2048)]


class RuntimePatch(TypedDict, total=False):
    """`spec.runtimePatches[]`."""

    manager: Required[Annotated[str, MinLen(1), MaxLen(253)]]
    time: str
    trainingRuntimeSpec: TrainingRuntimeSpec


class TrainingRuntimeSpec(TypedDict, total=False):
    """`spec.runtimePatches[].trainingRuntimeSpec`."""

    template: TrainingRuntimeSpecTemplate


class TrainingRuntimeSpecTemplate(TypedDict, total=False):
    """`spec.runtimePatches[].trainingRuntimeSpec.template`."""

    metadata: TemplateMeta
    spec: TrainingRuntimeSpecTemplateSpec


class TrainingRuntimeSpecTemplateSpec(TypedDict, total=False):
    """`spec.runtimePatches[].trainingRuntimeSpec.template.spec`."""

    replicatedJobs: Annotated[list[SpecReplicatedJob], MaxLen(100)]


class SpecReplicatedJob(TypedDict, total=False):
    """`spec.runtimePatches[].trainingRuntimeSpec.template.spec.replicatedJobs[]`."""

    name: Required[Annotated[str, MinLen(1), MaxLen(253)]]
    template: ReplicatedJobTemplate


class ReplicatedJobTemplate(TypedDict, total=False):
    """`spec.runtimePatches[].trainingRuntimeSpec.template.spec.replicatedJobs[].template`."""

    metadata: TemplateMeta
    spec: ReplicatedJobTemplateSpec


class ReplicatedJobTemplateSpec(TypedDict, total=False):
    """`spec.runtimePatches[].trainingRuntimeSpec.template.spec.replicatedJobs[].template.spec`."""

    template: SpecTemplate


class SpecTemplate(TypedDict, total=False):
    """`spec.runtimePatches[].trainingRuntimeSpec.template.spec.replicatedJobs[].template.spec.template`."""

    metadata: TemplateMeta
    spec: SpecTemplateSpec


class SpecTemplateSpec(TypedDict, total=False):
    """`spec.runtimePatches[].trainingRuntimeSpec.template.spec.replicatedJobs[].template.spec.template.spec`."""

    affinity: Affinity
    containers: Annotated[list[SpecContainer], MaxLen(64)]
    imagePullSecrets: Annotated[list[LocalObjectReference], MaxLen(64)]
    initContainers: Annotated[list[SpecContainer], MaxLen(64)]
    nodeSelector: dict[str, str]
    schedulingGates: Annotated[list[SchedulingGate], MaxLen(16)]
    securityContext: PodSecurityContext
    serviceAccountName: Annotated[str, MaxLen(253)]
    terminationGracePeriodSeconds: Annotated[int, Ge(0)]
    tolerations: Annotated[list[Toleration], MaxLen(128)]
    volumes: Annotated[list[Volume], MaxLen(128)]


class SpecContainer(TypedDict, total=False):
    """`spec.runtimePatches[].trainingRuntimeSpec.template.spec.replicatedJobs[].template.spec.template.spec.containers[]`."""

    env: Annotated[list[EnvVar], MaxLen(128)]
    name: Required[Annotated[str, MinLen(1), MaxLen(253)]]
    securityContext: SecurityContext
    volumeMounts: Annotated[list[VolumeMount], MaxLen(128)]


class SchedulingGate(TypedDict, total=False):
    """`spec.runtimePatches[].trainingRuntimeSpec.template.spec.replicatedJobs[].template.spec.template.spec.schedulingGates[]`."""

    name: Required[str]


class RuntimeRef(TypedDict, total=False):
    """`spec.runtimeRef`."""

    apiGroup: Annotated[str, MaxLen(253)]
    kind: Literal["ClusterTrainingRuntime", "TrainingRuntime"]
    name: Required[Annotated[str, MinLen(1), MaxLen(253)]]


class Trainer(TypedDict, total=False):
    """`spec.trainer`."""

    args: Annotated[list[Annotated[str, MaxLen(1048576)]], MaxLen(128)]
    command: Annotated[list[Annotated[str, MaxLen(1048576)]], MaxLen(128)]
    env: Annotated[list[EnvVar], MaxLen(128)]
    image: Annotated[str, MaxLen(500)]
    numNodes: int
    numProcPerNode: int
    resourcesPerNode: ResourceRequirements
