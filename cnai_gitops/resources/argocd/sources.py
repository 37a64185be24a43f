"""Models of an Application's sources: Git, charts, kustomizations, plugins (Argo CD 3.5).

Must not: declare kinds.
"""

from __future__ import annotations

from typing import Any, Required, TypedDict

from cnai_gitops.resources.core.meta import IntOrString


class NameValue(TypedDict, total=False):
    """A name and its value."""

    name: Required[str]
    value: Required[str]


class _HelmParameter(TypedDict, total=False):
    name: str
    value: str
    forceString: bool


class _HelmFile(TypedDict, total=False):
    name: str
    path: str


class HelmSource(TypedDict, total=False):
    """How a chart is rendered."""

    releaseName: str
    valueFiles: list[str]
    values: str
    valuesObject: dict[str, Any]
    parameters: list[_HelmParameter]
    fileParameters: list[_HelmFile]
    ignoreMissingValueFiles: bool
    passCredentials: bool
    skipCrds: bool
    skipTests: bool
    skipSchemaValidation: bool
    namespace: str
    kubeVersion: str
    apiVersions: list[str]
    version: str


class _PatchTarget(TypedDict, total=False):
    group: str
    version: str
    kind: str
    name: str
    namespace: str
    labelSelector: str
    annotationSelector: str


class _KustomizePatch(TypedDict, total=False):
    patch: str
    path: str
    target: _PatchTarget
    options: dict[str, bool]


class _KustomizeReplicas(TypedDict, total=False):
    name: Required[str]
    count: Required[IntOrString]


class KustomizeSource(TypedDict, total=False):
    """What Argo CD adds to a kustomization."""

    namePrefix: str
    nameSuffix: str
    namespace: str
    images: list[str]
    replicas: list[_KustomizeReplicas]
    components: list[str]
    ignoreMissingComponents: bool
    patches: list[_KustomizePatch]
    commonLabels: dict[str, str]
    labelWithoutSelector: bool
    labelIncludeTemplates: bool
    forceCommonLabels: bool
    commonAnnotations: dict[str, str]
    commonAnnotationsEnvsubst: bool
    forceCommonAnnotations: bool
    kubeVersion: str
    apiVersions: list[str]
    version: str


class _JsonnetVariable(TypedDict, total=False):
    name: Required[str]
    value: Required[str]
    code: bool


class _Jsonnet(TypedDict, total=False):
    extVars: list[_JsonnetVariable]
    tlas: list[_JsonnetVariable]
    libs: list[str]


class DirectorySource(TypedDict, total=False):
    """Plain manifests, and which of them."""

    recurse: bool
    include: str
    exclude: str
    jsonnet: _Jsonnet


class _PluginParameter(TypedDict, total=False):
    name: str
    string: str
    array: list[str]
    map: dict[str, str]


class PluginSource(TypedDict, total=False):
    """A config management plugin and its parameters."""

    name: str
    env: list[NameValue]
    parameters: list[_PluginParameter]


class Renderers(TypedDict, total=False):
    """How a source becomes manifests; at most one of these."""

    helm: HelmSource
    kustomize: KustomizeSource
    directory: DirectorySource
    plugin: PluginSource


class Source(Renderers, total=False):
    """A place in Git (or a chart) and how it is rendered."""

    repoURL: Required[str]
    targetRevision: str
    path: str
    chart: str
    ref: str
    name: str
    tagPrefix: str
