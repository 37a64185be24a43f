"""The `keda.sh/v1alpha1` API group (KEDA 2.20): ScaledObject, ScaledJob, and how triggers log in.

Must not: know the metadata of a trigger type (the engines that emit triggers do).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, Required, TypedDict

from cnai_gitops.resources.accelerators import pod_count
from cnai_gitops.resources.autoscaling import Behavior, target_key
from cnai_gitops.resources.base import Body, Key, Kind, Owned, Pods
from cnai_gitops.resources.batch import job_pods
from cnai_gitops.resources.jobset import JobSpec
from cnai_gitops.resources.keda_auth import ClusterTriggerAuthentication, TriggerAuthentication
from cnai_gitops.resources.meta import Natural, NonEmpty, ObjectMeta, Positive

DEFAULT_MAX = 100
"""Replicas or jobs when maxReplicaCount is absent (KEDA's own default)."""
PAUSED_REPLICAS = "autoscaling.keda.sh/paused-replicas"


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


def _scales(body: Body) -> tuple[Key, float] | None:
    """What a ScaledObject scales and the most replicas it can ask for, a fallback and a pause among them."""
    key = target_key(body, "apps/v1", "Deployment")
    spec = body.get("spec") or {}
    paused = ((body.get("metadata") or {}).get("annotations") or {}).get(PAUSED_REPLICAS)
    counts = (
        pod_count(spec.get("maxReplicaCount"), DEFAULT_MAX),
        pod_count((spec.get("fallback") or {}).get("replicas"), 0),
        pod_count(paused, 0),
    )
    return (key, float(max(counts))) if key else None


def _job_pods(body: Body) -> Iterator[Pods]:
    """KEDA counts the running jobs of a ScaledJob whatever their generation, so a gradual rollout adds none."""
    spec = body.get("spec") or {}
    job = spec.get("jobTargetRef") or {}
    pods = job.get("template") or {}
    at_once = job_pods(job)
    count = pod_count(spec.get("maxReplicaCount"), DEFAULT_MAX) * at_once if at_once else at_once
    yield Pods(count, pods.get("spec") or {}, "spec.jobTargetRef.template.spec", (pods.get("metadata") or {}).get("labels") or {})


_GROUP, _VERSION = "keda.sh", "v1alpha1"
_PAUSE = (
    Owned("/metadata/annotations/autoscaling.keda.sh~1paused", "kubectl", "paused during an incident"),
    Owned("/metadata/annotations/autoscaling.keda.sh~1paused-replicas", "kubectl", "paused during an incident"),
)

KINDS: tuple[Kind, ...] = (
    Kind(
        group=_GROUP,
        version=_VERSION,
        kind="ClusterTriggerAuthentication",
        plural="clustertriggerauthentications",
        model=ClusterTriggerAuthentication,
        namespaced=False,
        name_limit=253,
        rank=30,
        wave=-2,
    ),
    Kind(
        group=_GROUP,
        version=_VERSION,
        kind="TriggerAuthentication",
        plural="triggerauthentications",
        model=TriggerAuthentication,
        name_limit=253,
        rank=30,
        wave=-2,
    ),
    Kind(
        group=_GROUP,
        version=_VERSION,
        kind="ScaledJob",
        plural="scaledjobs",
        model=ScaledJob,
        # Jobs are `<name>-<5>` and their pods `<job>-<5>`; the label job-name is the whole name of the Job.
        name_limit=63 - len("-01234-01234"),
        pods=_job_pods,
        owned=_PAUSE[:1],
    ),
    Kind(
        group=_GROUP,
        version=_VERSION,
        kind="ScaledObject",
        plural="scaledobjects",
        model=ScaledObject,
        # The autoscaler is `keda-hpa-<name>`, and its label app.kubernetes.io/name repeats that.
        name_limit=63 - len("keda-hpa-"),
        rank=60,
        wave=1,
        scales=_scales,
        owned=(Owned("/spec/maxReplicaCount", "carbon-aware-keda-operator", "that operator is installed"), *_PAUSE),
    ),
)
