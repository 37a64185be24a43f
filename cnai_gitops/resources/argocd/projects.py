"""Model of AppProject (`argoproj.io/v1alpha1`, Argo CD 3.5).

Must not: declare kinds.
"""

from __future__ import annotations

from typing import Annotated, Literal, Required, TypedDict

from annotated_types import MaxLen

from cnai_gitops.resources.core.meta import ObjectMeta


class _ProjectDestination(TypedDict, total=False):
    server: str
    name: str
    namespace: str


class _ClusterResource(TypedDict, total=False):
    group: Required[str]
    kind: Required[str]
    name: str


class _NamespaceResource(TypedDict, total=False):
    group: Required[str]
    kind: Required[str]


class _DestinationServiceAccount(TypedDict, total=False):
    server: Required[str]
    namespace: str
    defaultServiceAccount: Required[str]


class SyncWindow(TypedDict, total=False):
    """A time in which some applications may, or may not, sync."""

    kind: Literal["allow", "deny"]
    schedule: str
    duration: str
    timeZone: str
    applications: list[str]
    namespaces: list[str]
    clusters: list[str]
    manualSync: bool
    andOperator: bool
    syncOverrun: bool
    description: str


class _JwtToken(TypedDict, total=False):
    iat: Required[int]
    exp: int
    id: str


class _Role(TypedDict, total=False):
    name: Required[str]
    description: str
    policies: list[str]
    groups: list[str]
    jwtTokens: list[_JwtToken]


class _OrphanedResource(TypedDict, total=False):
    group: str
    kind: str
    name: str


class _OrphanedResources(TypedDict, total=False):
    warn: bool
    ignore: list[_OrphanedResource]


class _SignatureKey(TypedDict, total=False):
    keyID: Required[str]


class _IntegrityRepository(TypedDict, total=False):
    url: Required[str]


class _Gpg(TypedDict, total=False):
    mode: Required[str]
    keys: Required[list[str]]


class _IntegrityPolicy(TypedDict, total=False):
    repos: Required[list[_IntegrityRepository]]
    gpg: Required[_Gpg]


class _GitIntegrity(TypedDict, total=False):
    policies: Required[list[_IntegrityPolicy]]


class _SourceIntegrity(TypedDict, total=False):
    git: Required[_GitIntegrity]


class _AppProjectSpec(TypedDict, total=False):
    description: Annotated[str, MaxLen(255)]
    sourceRepos: list[str]
    sourceNamespaces: list[str]
    destinations: list[_ProjectDestination]
    destinationServiceAccounts: list[_DestinationServiceAccount]
    clusterResourceWhitelist: list[_ClusterResource]
    clusterResourceBlacklist: list[_ClusterResource]
    namespaceResourceWhitelist: list[_NamespaceResource]
    namespaceResourceBlacklist: list[_NamespaceResource]
    syncWindows: list[SyncWindow]
    roles: list[_Role]
    orphanedResources: _OrphanedResources
    permitOnlyProjectScopedClusters: bool
    signatureKeys: list[_SignatureKey]
    sourceIntegrity: _SourceIntegrity


class AppProject(TypedDict, total=False):
    """What a team's Applications may deploy, from where and to where."""

    apiVersion: Required[Literal["argoproj.io/v1alpha1"]]
    kind: Required[Literal["AppProject"]]
    metadata: Required[ObjectMeta]
    spec: Required[_AppProjectSpec]
