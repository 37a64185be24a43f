"""JobSet v1alpha2: several Jobs that start, restart and end as one, and the Job template it embeds.

Must not: know who makes JobSets (the Kubeflow trainer does from its runtimes).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, Literal, Required, TypedDict

from cnai_gitops.resources.accelerators import pod_count, pod_demand, repeated, times, total
from cnai_gitops.resources.base import Body, Demand, Kind, Owned, Pods, World
from cnai_gitops.resources.core import LabelSelector, ObjectMeta, PersistentVolumeClaimSpec, PodTemplateSpec
from cnai_gitops.resources.health import by_field
from cnai_gitops.resources.meta import TemplateMeta

GROUP = "jobset.x-k8s.io"
VERSION = "v1alpha2"


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


def replicated_jobs(spec: Mapping[str, Any], path: str) -> Iterator[tuple[str, Mapping[str, Any], str]]:
    """(name, replicated job, its path) of a JobSet spec that lies at `path`."""
    for index, job in enumerate(spec.get("replicatedJobs") or ()):
        yield str(job.get("name", "")), job, f"{path}.replicatedJobs[{index}]"


def job_pods(job: Mapping[str, Any], path: str) -> Pods:
    """The pods of one replicated job at its peak."""
    spec = (job.get("template") or {}).get("spec") or {}
    template = spec.get("template") or {}
    count = pod_count(job.get("replicas"), 1)
    labels = (template.get("metadata") or {}).get("labels") or {}
    at_once = _at_once(spec)
    return Pods(count * at_once if at_once else Fraction(0), template.get("spec") or {}, f"{path}.template.spec.template.spec", labels)


def job_demand(job: Mapping[str, Any], path: str) -> Demand:
    """Peak of one replicated job: replicas x min(parallelism, completions) x pod."""
    spec = (job.get("template") or {}).get("spec") or {}
    one = pod_demand((spec.get("template") or {}).get("spec") or {})
    parallelism = repeated(one, spec.get("parallelism"), 1, f"{path}.template.spec.parallelism")
    together = Demand(times(one, _at_once(spec)).peak, parallelism.unknown)
    return repeated(together, job.get("replicas"), 1, f"{path}.replicas")


def _at_once(job: Mapping[str, Any]) -> Fraction | float:
    """Pods of one Job that run at once; a Job without completions is a work queue of `parallelism` workers."""
    parallelism = pod_count(job.get("parallelism"), 1)
    return min(parallelism, pod_count(job["completions"], None)) if job.get("completions") is not None else parallelism


def _pods(body: Body) -> Iterator[Pods]:
    for _, job, path in replicated_jobs(body.get("spec") or {}, "spec"):
        yield job_pods(job, path)


def _demand(body: Body, world: World) -> Demand:
    """The plain sum: `dependsOn` makes jobs wait, but only some of its forms free the pods before."""
    return total(job_demand(job, path) for _, job, path in replicated_jobs(body.get("spec") or {}, "spec"))


KINDS = (
    Kind(
        group=GROUP,
        version=VERSION,
        kind="JobSet",
        plural="jobsets",
        model=JobSet,
        # Pods are `<name>-<replicated job>-<job>-<pod>-<5>`, and a host name is one DNS label.
        name_limit=63 - len("-node-0-999-01234"),
        pods=_pods,
        demand=_demand,
        owned=(Owned("/spec/suspend", "kueue", "the object has a queue label"),),
        immutable=("/spec/replicatedJobs", "/spec/network", "/spec/successPolicy", "/spec/managedBy", "/spec/coordinator"),
        health=by_field("terminalState", {"Completed": "Healthy", "Failed": "Degraded"}),
    ),
)
