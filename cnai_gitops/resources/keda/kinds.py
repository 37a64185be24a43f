"""KEDA: what is known of its kinds, what they scale and how far.

Must not: describe fields.
"""

from __future__ import annotations

from collections.abc import Iterator

from cnai_gitops.resources.accelerators import pod_count
from cnai_gitops.resources.autoscaling import target_key
from cnai_gitops.resources.base import Body, Key, Kind, Owned, Pods, Unsaid, World
from cnai_gitops.resources.batch import job_pods

DEFAULT_MAX = 100
"""Replicas or jobs when maxReplicaCount is absent (KEDA's own default)."""
PAUSED_REPLICAS = "autoscaling.keda.sh/paused-replicas"


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


def _job_pods(body: Body, world: World) -> Iterator[Pods]:
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

_UNSAID = Unsaid("spec.maxReplicaCount", "KEDA", DEFAULT_MAX)

KINDS = (
    Kind(
        group=_GROUP,
        version=_VERSION,
        kind="ClusterTriggerAuthentication",
        plural="clustertriggerauthentications",
        operator="keda",
        model=f"{__package__}.authentication",
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
        operator="keda",
        model=f"{__package__}.authentication",
        name_limit=253,
        rank=30,
        wave=-2,
    ),
    Kind(
        group=_GROUP,
        version=_VERSION,
        kind="ScaledJob",
        plural="scaledjobs",
        operator="keda",
        model=f"{__package__}.model",
        # Jobs are `<name>-<5>` and their pods `<job>-<5>`; the label job-name is the whole name of the Job.
        name_limit=63 - len("-01234-01234"),
        effective=_job_pods,
        unsaid=_UNSAID,
        owned=_PAUSE[:1],
    ),
    Kind(
        group=_GROUP,
        version=_VERSION,
        kind="ScaledObject",
        plural="scaledobjects",
        operator="keda",
        model=f"{__package__}.model",
        # The autoscaler is `keda-hpa-<name>`, and its label app.kubernetes.io/name repeats that.
        name_limit=63 - len("keda-hpa-"),
        rank=60,
        wave=1,
        scales=_scales,
        unsaid=_UNSAID,
        owned=(Owned("/spec/maxReplicaCount", "carbon-aware-keda-operator", "that operator is installed"), *_PAUSE),
    ),
)
