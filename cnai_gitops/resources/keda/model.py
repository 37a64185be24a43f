"""Fields of ScaledJob, ScaledObject as keda v2.20.2 has them.

Must not: be edited. Written by tools/models.py from the CRDs.
"""

from __future__ import annotations

from typing import Annotated, Literal, Required, TypedDict

from annotated_types import Ge, MinLen

from cnai_gitops.resources.autoscaling import Behavior
from cnai_gitops.resources.core.container import Container
from cnai_gitops.resources.core.job import JobSuccessPolicy, PodFailurePolicy
from cnai_gitops.resources.core.meta import LabelSelector, ObjectMeta, TemplateMeta
from cnai_gitops.resources.core.pod import PodFields


class ScaledJob(TypedDict, total=False):
    """A whole ScaledJob."""

    apiVersion: Required[Literal["keda.sh/v1alpha1"]]
    kind: Required[Literal["ScaledJob"]]
    metadata: Required[ObjectMeta]
    spec: Required[ScaledJobSpec]


class ScaledObject(TypedDict, total=False):
    """A whole ScaledObject."""

    apiVersion: Required[Literal["keda.sh/v1alpha1"]]
    kind: Required[Literal["ScaledObject"]]
    metadata: Required[ObjectMeta]
    spec: Required[ScaledObjectSpec]


class ScaledJobSpec(TypedDict, total=False):
    """`spec`."""

    envSourceContainerName: str
    failedJobsHistoryLimit: Annotated[int, Ge(0)]
    jobTargetRef: Required[JobTargetRef]
    maxReplicaCount: Annotated[int, Ge(1)]
    minReplicaCount: Annotated[int, Ge(0)]
    pollingInterval: Annotated[int, Ge(1)]
    rollout: Rollout
    scalingStrategy: ScalingStrategy
    successfulJobsHistoryLimit: Annotated[int, Ge(0)]
    triggers: Required[Annotated[list[Trigger], MinLen(1)]]


class JobTargetRef(TypedDict, total=False):
    """`spec.jobTargetRef`."""

    activeDeadlineSeconds: int
    backoffLimit: int
    backoffLimitPerIndex: int
    completionMode: Literal["NonIndexed", "Indexed"]
    completions: int
    managedBy: str
    manualSelector: bool
    maxFailedIndexes: int
    parallelism: int
    podFailurePolicy: PodFailurePolicy
    podReplacementPolicy: Literal["TerminatingOrFailed", "Failed"]
    selector: LabelSelector
    successPolicy: JobSuccessPolicy
    suspend: bool
    template: Required[Template]
    ttlSecondsAfterFinished: int


class Template(TypedDict, total=False):
    """`spec.jobTargetRef.template`."""

    metadata: TemplateMeta
    spec: TemplateSpec


class TemplateSpec(PodFields, total=False):
    """`spec.jobTargetRef.template.spec`."""

    containers: Required[list[Container]]
    workloadRef: WorkloadRef


class WorkloadRef(TypedDict, total=False):
    """`spec.jobTargetRef.template.spec.workloadRef`."""

    name: Required[str]
    podGroup: Required[str]
    podGroupReplicaKey: str


class Rollout(TypedDict, total=False):
    """`spec.rollout`."""

    propagationPolicy: Literal["foreground", "background"]
    strategy: Literal["gradual", "immediate"]


class ScalingStrategy(TypedDict, total=False):
    """`spec.scalingStrategy`."""

    customScalingQueueLengthDeduction: int
    customScalingRunningJobPercentage: str
    multipleScalersCalculation: Literal["min", "avg", "sum", "max"]
    pendingPodConditions: list[str]
    strategy: Literal["default", "custom", "accurate", "eager"]


class Trigger(TypedDict, total=False):
    """`spec.triggers[]`."""

    authenticationRef: AuthenticationRef
    metadata: Required[dict[str, str]]
    metricType: Literal["AverageValue", "Value", "Utilization"]
    name: str
    type: Required[Annotated[str, MinLen(1)]]
    useCachedMetrics: bool


class AuthenticationRef(TypedDict, total=False):
    """`spec.triggers[].authenticationRef`."""

    kind: Literal["TriggerAuthentication", "ClusterTriggerAuthentication"]
    name: Required[str]


class ScaledObjectSpec(TypedDict, total=False):
    """`spec`."""

    advanced: Advanced
    cooldownPeriod: Annotated[int, Ge(0)]
    fallback: Fallback
    idleReplicaCount: Annotated[int, Ge(0)]
    initialCooldownPeriod: Annotated[int, Ge(0)]
    maxReplicaCount: Annotated[int, Ge(1)]
    minReplicaCount: Annotated[int, Ge(0)]
    pollingInterval: Annotated[int, Ge(1)]
    scaleTargetRef: Required[ScaleTargetRef]
    triggers: Required[Annotated[list[Trigger], MinLen(1)]]


class Advanced(TypedDict, total=False):
    """`spec.advanced`."""

    horizontalPodAutoscalerConfig: HorizontalPodAutoscalerConfig
    restoreToOriginalReplicaCount: bool
    scalingModifiers: ScalingModifiers


class HorizontalPodAutoscalerConfig(TypedDict, total=False):
    """`spec.advanced.horizontalPodAutoscalerConfig`."""

    behavior: Behavior
    name: str


class ScalingModifiers(TypedDict, total=False):
    """`spec.advanced.scalingModifiers`."""

    activationTarget: str
    formula: str
    metricType: Literal["AverageValue", "Value"]
    target: str


class Fallback(TypedDict, total=False):
    """`spec.fallback`."""

    behavior: Literal["static", "currentReplicas", "currentReplicasIfHigher", "currentReplicasIfLower", "scalingModifiers"]
    failureThreshold: Required[Annotated[int, Ge(0)]]
    replicas: Required[Annotated[int, Ge(0)]]


class ScaleTargetRef(TypedDict, total=False):
    """`spec.scaleTargetRef`."""

    apiVersion: str
    envSourceContainerName: str
    kind: str
    name: Required[Annotated[str, MinLen(1)]]
