"""Argo Workflows in shape: Workflow, WorkflowTemplate, ClusterWorkflowTemplate and CronWorkflow (valid in 3.7 and 4.x).

Must not: know what the controller does with it (`walk` and `demand` do).
"""

from __future__ import annotations

from typing import Literal, Required, TypedDict

from cnai_gitops.resources.argo_workflows.artifacts import WorkflowArtifactGC
from cnai_gitops.resources.argo_workflows.blocks import ExecutorConfig, Metadata, Metrics, RetryStrategy, Synchronization
from cnai_gitops.resources.argo_workflows.template import Arguments, Hook, Template
from cnai_gitops.resources.core.meta import IntOrString, LabelSelector, LocalObjectReference, ObjectMeta, TemplateMeta
from cnai_gitops.resources.core.pod import Affinity, PodSecurityContext, Toleration
from cnai_gitops.resources.core.volume import PersistentVolumeClaimSpec, Volume


class LabelFrom(TypedDict):
    """A label value that is computed when the workflow starts."""

    expression: str


class WorkflowMetadata(TypedDict, total=False):
    """Labels and annotations of the workflows that are made."""

    labels: dict[str, str]
    annotations: dict[str, str]
    labelsFrom: dict[str, LabelFrom]


class ArtifactRepositoryRef(TypedDict, total=False):
    """The platform's bucket."""

    configMap: str
    key: str


class PodGC(TypedDict, total=False):
    """When pods of finished steps go."""

    strategy: Literal["OnPodCompletion", "OnPodSuccess", "OnWorkflowCompletion", "OnWorkflowSuccess"]
    deleteDelayDuration: str
    labelSelector: LabelSelector


class TtlStrategy(TypedDict, total=False):
    """When finished workflows go."""

    secondsAfterCompletion: int
    secondsAfterSuccess: int
    secondsAfterFailure: int


class VolumeClaimGC(TypedDict, total=False):
    """When claims of finished workflows go."""

    strategy: Literal["OnWorkflowCompletion", "OnWorkflowSuccess"]


class VolumeClaimTemplate(TypedDict, total=False):
    """A claim made for each workflow."""

    metadata: TemplateMeta
    spec: PersistentVolumeClaimSpec


class WorkflowTemplateRef(TypedDict, total=False):
    """The template that a workflow is made from."""

    name: str
    clusterScope: bool


class DisruptionBudget(TypedDict, total=False):
    """Disruptions that the pods of a workflow bear."""

    minAvailable: IntOrString
    maxUnavailable: IntOrString
    selector: LabelSelector


class WorkflowSpec(TypedDict, total=False):
    """One workflow; `parallelism` bounds its pods, that of a template only bounds direct children."""

    activeDeadlineSeconds: int
    affinity: Affinity
    archiveLogs: bool
    arguments: Arguments
    artifactGC: WorkflowArtifactGC
    artifactRepositoryRef: ArtifactRepositoryRef
    automountServiceAccountToken: bool
    entrypoint: str
    executor: ExecutorConfig
    hooks: dict[str, Hook]
    imagePullSecrets: list[LocalObjectReference]
    metrics: Metrics
    nodeSelector: dict[str, str]
    onExit: str
    parallelism: int
    podDisruptionBudget: DisruptionBudget
    podGC: PodGC
    podMetadata: Metadata
    podPriorityClassName: str
    podSpecPatch: str
    priority: int
    retryStrategy: RetryStrategy
    schedulerName: str
    securityContext: PodSecurityContext
    serviceAccountName: str
    shutdown: Literal["Stop", "Terminate"]
    suspend: bool
    synchronization: Synchronization
    templateDefaults: Template
    templates: list[Template]
    tolerations: list[Toleration]
    ttlStrategy: TtlStrategy
    volumeClaimGC: VolumeClaimGC
    volumeClaimTemplates: list[VolumeClaimTemplate]
    volumes: list[Volume]
    workflowMetadata: WorkflowMetadata
    workflowTemplateRef: WorkflowTemplateRef


class StopStrategy(TypedDict):
    """When a schedule ends."""

    expression: str


class CronWorkflowSpec(TypedDict, total=False):
    """A workflow and when it runs."""

    schedules: Required[list[str]]
    timezone: str
    concurrencyPolicy: Literal["Allow", "Forbid", "Replace"]
    startingDeadlineSeconds: int
    stopStrategy: StopStrategy
    when: str
    suspend: bool
    successfulJobsHistoryLimit: int
    failedJobsHistoryLimit: int
    workflowMetadata: Metadata
    workflowSpec: Required[WorkflowSpec]


class Workflow(TypedDict):
    """One run. Git never holds one; workflows and hooks do."""

    apiVersion: Literal["argoproj.io/v1alpha1"]
    kind: Literal["Workflow"]
    metadata: ObjectMeta
    spec: WorkflowSpec


class WorkflowTemplate(TypedDict):
    """A workflow that schedules, sensors and people start."""

    apiVersion: Literal["argoproj.io/v1alpha1"]
    kind: Literal["WorkflowTemplate"]
    metadata: ObjectMeta
    spec: WorkflowSpec


class ClusterWorkflowTemplate(TypedDict):
    """The same for every namespace."""

    apiVersion: Literal["argoproj.io/v1alpha1"]
    kind: Literal["ClusterWorkflowTemplate"]
    metadata: ObjectMeta
    spec: WorkflowSpec


class CronWorkflow(TypedDict):
    """A workflow that starts on a schedule."""

    apiVersion: Literal["argoproj.io/v1alpha1"]
    kind: Literal["CronWorkflow"]
    metadata: ObjectMeta
    spec: CronWorkflowSpec
