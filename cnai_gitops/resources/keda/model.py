"""Fields of a ScaledObject and a ScaledJob (KEDA 2.20).

Must not: know the metadata of a trigger type (whoever makes a trigger does).
"""

from __future__ import annotations

from typing import Literal, Required, TypedDict

from cnai_gitops.resources.autoscaling import Behavior
from cnai_gitops.resources.core.meta import Natural, NonEmpty, ObjectMeta, Positive
from cnai_gitops.resources.jobset.model import JobSpec


class _AuthenticationRef(TypedDict, total=False):
    name: Required[str]
    kind: Literal["TriggerAuthentication", "ClusterTriggerAuthentication"]


class Trigger(TypedDict, total=False):
    """One source of load. Values of `metadata` are text: quote numbers and booleans."""

    type: Required[NonEmpty]
    metadata: Required[dict[str, str]]
    name: str
    metricType: Literal["AverageValue", "Value", "Utilization"]
    useCachedMetrics: bool
    authenticationRef: _AuthenticationRef


class _ScaleTargetRef(TypedDict, total=False):
    apiVersion: str
    kind: str
    name: Required[NonEmpty]
    envSourceContainerName: str


class _Fallback(TypedDict, total=False):
    failureThreshold: Required[Natural]
    replicas: Required[Natural]
    behavior: Literal["static", "currentReplicas", "currentReplicasIfHigher", "currentReplicasIfLower", "scalingModifiers"]


class _HpaConfig(TypedDict, total=False):
    name: str
    behavior: Behavior


class _ScalingModifiers(TypedDict, total=False):
    formula: str
    target: str
    activationTarget: str
    metricType: Literal["AverageValue", "Value"]


class _Advanced(TypedDict, total=False):
    restoreToOriginalReplicaCount: bool
    horizontalPodAutoscalerConfig: _HpaConfig
    scalingModifiers: _ScalingModifiers


class _ScaledObjectSpec(TypedDict, total=False):
    scaleTargetRef: Required[_ScaleTargetRef]
    minReplicaCount: Natural
    maxReplicaCount: Positive
    idleReplicaCount: Natural
    pollingInterval: Positive
    cooldownPeriod: Natural
    initialCooldownPeriod: Natural
    fallback: _Fallback
    advanced: _Advanced
    triggers: Required[list[Trigger]]


class ScaledObject(TypedDict, total=False):
    """Scales a workload by triggers."""

    apiVersion: Required[Literal["keda.sh/v1alpha1"]]
    kind: Required[Literal["ScaledObject"]]
    metadata: Required[ObjectMeta]
    spec: Required[_ScaledObjectSpec]


class _Rollout(TypedDict, total=False):
    strategy: Literal["gradual", "immediate"]
    propagationPolicy: Literal["foreground", "background"]


class _ScalingStrategy(TypedDict, total=False):
    strategy: Literal["default", "custom", "accurate", "eager"]
    multipleScalersCalculation: Literal["min", "avg", "sum", "max"]
    pendingPodConditions: list[str]
    customScalingQueueLengthDeduction: int
    customScalingRunningJobPercentage: str


class _ScaledJobSpec(TypedDict, total=False):
    jobTargetRef: Required[JobSpec]
    minReplicaCount: Natural
    maxReplicaCount: Positive
    pollingInterval: Positive
    successfulJobsHistoryLimit: Natural
    failedJobsHistoryLimit: Natural
    envSourceContainerName: str
    rollout: _Rollout
    scalingStrategy: _ScalingStrategy
    triggers: Required[list[Trigger]]


class ScaledJob(TypedDict, total=False):
    """Starts one Job for each message or so."""

    apiVersion: Required[Literal["keda.sh/v1alpha1"]]
    kind: Required[Literal["ScaledJob"]]
    metadata: Required[ObjectMeta]
    spec: Required[_ScaledJobSpec]
