"""Kubeflow Trainer v1alpha1 (release 2.3) in shape: what TrainJob and its runtimes may hold.

Must not: know what the controller does with it (`trainer` does).
"""

from __future__ import annotations

from typing import Literal, Required, TypedDict

from cnai_gitops.resources.core.container import EnvVar, ResourceRequirements, SecurityContext
from cnai_gitops.resources.core.meta import LocalObjectReference, ObjectMeta, TemplateMeta
from cnai_gitops.resources.core.pod import Affinity, PodSecurityContext, Toleration
from cnai_gitops.resources.core.volume import Volume, VolumeMount
from cnai_gitops.resources.jobset.model import JobSetSpec


class RuntimeRef(TypedDict, total=False):
    """The runtime a TrainJob is made from."""

    apiGroup: str
    kind: Literal["ClusterTrainingRuntime", "TrainingRuntime"]
    name: Required[str]


class Trainer(TypedDict, total=False):
    """What runs on each training node; `numProcPerNode` never multiplies accelerators."""

    image: str
    command: list[str]
    args: list[str]
    env: list[EnvVar]
    numNodes: int
    numProcPerNode: int
    resourcesPerNode: ResourceRequirements


class Initializer(TypedDict, total=False):
    """A download before training."""

    storageUri: str
    env: list[EnvVar]
    secretRef: LocalObjectReference


class Initializers(TypedDict, total=False):
    """Downloads of dataset and model."""

    dataset: Initializer
    model: Initializer


class ContainerPatch(TypedDict, total=False):
    """What a patch may change of a container: neither image nor resources."""

    name: Required[str]
    env: list[EnvVar]
    volumeMounts: list[VolumeMount]
    securityContext: SecurityContext


class SchedulingGate(TypedDict):
    """A gate that keeps a pod from being scheduled."""

    name: str


class PodSpecPatch(TypedDict, total=False):
    """What a patch may change of a pod."""

    serviceAccountName: str
    volumes: list[Volume]
    initContainers: list[ContainerPatch]
    containers: list[ContainerPatch]
    imagePullSecrets: list[LocalObjectReference]
    securityContext: PodSecurityContext
    nodeSelector: dict[str, str]
    affinity: Affinity
    tolerations: list[Toleration]
    schedulingGates: list[SchedulingGate]
    terminationGracePeriodSeconds: int


class PodTemplatePatch(TypedDict, total=False):
    """A pod template, patched."""

    metadata: TemplateMeta
    spec: PodSpecPatch


class JobSpecPatch(TypedDict, total=False):
    """A Job spec, patched."""

    template: PodTemplatePatch


class JobTemplatePatch(TypedDict, total=False):
    """A Job template, patched."""

    metadata: TemplateMeta
    spec: JobSpecPatch


class ReplicatedJobPatch(TypedDict, total=False):
    """A replicated job, patched by name."""

    name: Required[str]
    template: JobTemplatePatch


class JobSetSpecPatch(TypedDict, total=False):
    """A JobSet spec, patched."""

    replicatedJobs: list[ReplicatedJobPatch]


class JobSetTemplatePatch(TypedDict, total=False):
    """A JobSet template, patched."""

    metadata: TemplateMeta
    spec: JobSetSpecPatch


class TrainingRuntimeSpecPatch(TypedDict, total=False):
    """A runtime, patched."""

    template: JobSetTemplatePatch


class RuntimePatch(TypedDict, total=False):
    """One manager's changes to the runtime, for this TrainJob only."""

    manager: Required[str]
    time: str
    trainingRuntimeSpec: TrainingRuntimeSpecPatch


class TrainJobSpec(TypedDict, total=False):
    """One training run."""

    runtimeRef: Required[RuntimeRef]
    trainer: Trainer
    initializer: Initializers
    runtimePatches: list[RuntimePatch]
    suspend: bool
    managedBy: Literal["trainer.kubeflow.org/trainjob-controller", "kueue.x-k8s.io/multikueue"]
    activeDeadlineSeconds: int


class TrainJob(TypedDict):
    """One training run, made from a runtime."""

    apiVersion: Literal["trainer.kubeflow.org/v1alpha1"]
    kind: Literal["TrainJob"]
    metadata: ObjectMeta
    spec: TrainJobSpec


class TorchPolicy(TypedDict, total=False):
    """PyTorch; the PET_* variables of torchrun are set without being asked for."""


class MpiPolicy(TypedDict, total=False):
    """MPI; with `runLauncherAsNode` the launcher is one of the nodes."""

    mpiImplementation: Literal["OpenMPI"]
    numProcPerNode: int
    runLauncherAsNode: bool
    sshAuthMountPath: str


class FluxPolicy(TypedDict, total=False):
    """Flux."""

    numProcPerNode: int


class EmptyPolicy(TypedDict, total=False):
    """A framework without settings."""


class MlPolicy(TypedDict, total=False):
    """Number of nodes, and at most one framework."""

    numNodes: int
    torch: TorchPolicy
    mpi: MpiPolicy
    jax: EmptyPolicy
    xgboost: EmptyPolicy
    flux: FluxPolicy


class Coscheduling(TypedDict, total=False):
    """Gang scheduling by the coscheduling plugin."""

    scheduleTimeoutSeconds: int


class NetworkTopology(TypedDict, total=False):
    """How far apart Volcano may place the pods."""

    mode: Literal["hard", "soft"]
    highestTierAllowed: int


class VolcanoPolicy(TypedDict, total=False):
    """Gang scheduling by Volcano."""

    networkTopology: NetworkTopology


class PodGroupPolicy(TypedDict, total=False):
    """Gang scheduling, one of these."""

    coscheduling: Coscheduling
    volcano: VolcanoPolicy


class JobSetTemplate(TypedDict, total=False):
    """The JobSet that a TrainJob becomes."""

    metadata: TemplateMeta
    spec: JobSetSpec


class TrainingRuntimeSpec(TypedDict, total=False):
    """How TrainJobs of this runtime run."""

    mlPolicy: MlPolicy
    podGroupPolicy: PodGroupPolicy
    template: JobSetTemplate


class TrainingRuntime(TypedDict):
    """A runtime for the TrainJobs of one namespace."""

    apiVersion: Literal["trainer.kubeflow.org/v1alpha1"]
    kind: Literal["TrainingRuntime"]
    metadata: ObjectMeta
    spec: TrainingRuntimeSpec


class ClusterTrainingRuntime(TypedDict):
    """A runtime for the TrainJobs of every namespace."""

    apiVersion: Literal["trainer.kubeflow.org/v1alpha1"]
    kind: Literal["ClusterTrainingRuntime"]
    metadata: ObjectMeta
    spec: TrainingRuntimeSpec
