"""A batch/v1 Job, as the CRDs that embed it spell it.

Must not: declare kinds, count pods.
"""

from __future__ import annotations

from typing import Literal, Required, TypedDict

from cnai_gitops.resources.core.meta import LabelSelector, TemplateMeta
from cnai_gitops.resources.core.pod import PodTemplateSpec


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
