"""Fields of Argo CD 3.5's Application and ApplicationSet.

Must not: decide what is deployed where.
"""

from __future__ import annotations

from typing import Annotated, Literal, Required, TypedDict

from cnai_gitops.resources.argocd.generators import Generator
from cnai_gitops.resources.argocd.sources import NameValue, Renderers, Source
from cnai_gitops.resources.core.meta import IntOrString, Matches, ObjectMeta


class _DrySource(Renderers, total=False):
    repoURL: Required[str]
    targetRevision: Required[str]
    path: Required[str]


class _SyncSource(TypedDict, total=False):
    targetBranch: Required[str]
    # The root of the repository is refused.
    path: Required[Annotated[str, Matches("(.{2,}|[^./])")]]
    repoURL: str


class _HydrateTo(TypedDict, total=False):
    targetBranch: Required[str]


class _SourceHydrator(TypedDict, total=False):
    drySource: Required[_DrySource]
    syncSource: Required[_SyncSource]
    hydrateTo: _HydrateTo


class Destination(TypedDict, total=False):
    """A cluster, by URL or by name, and a namespace."""

    server: str
    name: str
    namespace: str


class IgnoredDifference(TypedDict, total=False):
    """Fields of some objects that Argo CD leaves alone."""

    group: str
    kind: Required[str]
    name: str
    namespace: str
    jsonPointers: list[str]
    jqPathExpressions: list[str]
    managedFieldsManagers: list[str]


class _Automated(TypedDict, total=False):
    enabled: bool
    prune: bool
    selfHeal: bool
    allowEmpty: bool


class _Backoff(TypedDict, total=False):
    duration: str
    factor: int
    maxDuration: str


class _Retry(TypedDict, total=False):
    limit: int
    backoff: _Backoff
    refresh: bool


class _NamespaceMetadata(TypedDict, total=False):
    labels: dict[str, str]
    annotations: dict[str, str]


class SyncPolicy(TypedDict, total=False):
    """When and how an Application syncs."""

    automated: _Automated
    syncOptions: list[str]
    retry: _Retry
    managedNamespaceMetadata: _NamespaceMetadata


class ApplicationSpec(TypedDict, total=False):
    """What one Application deploys where."""

    project: Required[str]
    destination: Required[Destination]
    source: Source
    sources: list[Source]
    sourceHydrator: _SourceHydrator
    syncPolicy: SyncPolicy
    ignoreDifferences: list[IgnoredDifference]
    revisionHistoryLimit: int
    info: list[NameValue]


class Application(TypedDict, total=False):
    """A set of manifests that is kept in sync with a cluster."""

    apiVersion: Required[Literal["argoproj.io/v1alpha1"]]
    kind: Required[Literal["Application"]]
    metadata: Required[ObjectMeta]
    spec: Required[ApplicationSpec]


class _TemplateMeta(TypedDict, total=False):
    name: str
    namespace: str
    labels: dict[str, str]
    annotations: dict[str, str]
    finalizers: list[str]


class ApplicationTemplate(TypedDict, total=False):
    """The Application that a generator's parameters are put into."""

    metadata: Required[_TemplateMeta]
    spec: Required[ApplicationSpec]


class _StepExpression(TypedDict, total=False):
    key: str
    operator: Literal["In", "NotIn"]
    values: list[str]


class _Step(TypedDict, total=False):
    matchExpressions: list[_StepExpression]
    maxUpdate: IntOrString


class _RollingSync(TypedDict, total=False):
    steps: list[_Step]


class _Strategy(TypedDict, total=False):
    type: Literal["AllAtOnce", "RollingSync"]
    rollingSync: _RollingSync
    deletionOrder: Literal["AllAtOnce", "Reverse"]


class _SetSyncPolicy(TypedDict, total=False):
    applicationsSync: Literal["create-only", "create-update", "create-delete", "sync"]
    preserveResourcesOnDeletion: bool


class _SetIgnoredDifference(TypedDict, total=False):
    name: str
    jsonPointers: list[str]
    jqPathExpressions: list[str]


class _PreservedFields(TypedDict, total=False):
    annotations: list[str]
    labels: list[str]


class _ApplicationSetSpec(TypedDict, total=False):
    generators: Required[list[Generator]]
    template: Required[ApplicationTemplate]
    templatePatch: str
    goTemplate: bool
    goTemplateOptions: list[str]
    applyNestedSelectors: bool
    syncPolicy: _SetSyncPolicy
    strategy: _Strategy
    preservedFields: _PreservedFields
    ignoreApplicationDifferences: list[_SetIgnoredDifference]


class ApplicationSet(TypedDict, total=False):
    """Applications made from a list, clusters, directories or pull requests."""

    apiVersion: Required[Literal["argoproj.io/v1alpha1"]]
    kind: Required[Literal["ApplicationSet"]]
    metadata: Required[ObjectMeta]
    spec: Required[_ApplicationSetSpec]
