"""Models of the generators of an ApplicationSet (Argo CD 3.5).

Must not: declare kinds. Left out: forges other than GitHub, GitLab and Gitea, a template inside a generator,
and matrix or merge below another matrix or merge (the API does not describe those).
"""

from __future__ import annotations

from typing import Any, Literal, Required, TypedDict

from cnai_gitops.resources.core.meta import LabelSelector


class _List(TypedDict, total=False):
    elements: list[Any]
    elementsYaml: str


class _Clusters(TypedDict, total=False):
    selector: LabelSelector
    values: dict[str, str]
    flatList: bool


class _GitPath(TypedDict, total=False):
    path: Required[str]
    exclude: bool


class _Git(TypedDict, total=False):
    repoURL: Required[str]
    revision: Required[str]
    directories: list[_GitPath]
    files: list[_GitPath]
    pathParamPrefix: str
    requeueAfterSeconds: int
    values: dict[str, str]


class _TokenRef(TypedDict, total=False):
    secretName: Required[str]
    key: Required[str]


class _CaRef(TypedDict, total=False):
    configMapName: Required[str]
    key: Required[str]


class _GithubPulls(TypedDict, total=False):
    owner: Required[str]
    repo: Required[str]
    api: str
    tokenRef: _TokenRef
    appSecretName: str
    labels: list[str]


class _GitlabPulls(TypedDict, total=False):
    project: Required[str]
    api: str
    tokenRef: _TokenRef
    labels: list[str]
    pullRequestState: str
    insecure: bool
    caRef: _CaRef


class _GiteaPulls(TypedDict, total=False):
    owner: Required[str]
    repo: Required[str]
    api: Required[str]
    tokenRef: _TokenRef
    labels: list[str]
    insecure: bool


class _PullFilter(TypedDict, total=False):
    branchMatch: str
    targetBranchMatch: str
    titleMatch: str


class _PullRequest(TypedDict, total=False):
    github: _GithubPulls
    gitlab: _GitlabPulls
    gitea: _GiteaPulls
    filters: list[_PullFilter]
    requeueAfterSeconds: int
    continueOnRepoNotFoundError: bool
    values: dict[str, str]


class _GithubRepositories(TypedDict, total=False):
    organization: Required[str]
    api: str
    tokenRef: _TokenRef
    appSecretName: str
    allBranches: bool
    excludeArchivedRepos: bool


class _GitlabRepositories(TypedDict, total=False):
    group: Required[str]
    api: str
    tokenRef: _TokenRef
    allBranches: bool
    includeSubgroups: bool
    includeSharedProjects: bool
    includeArchivedRepos: bool
    topic: str
    insecure: bool
    caRef: _CaRef


class _GiteaRepositories(TypedDict, total=False):
    owner: Required[str]
    api: Required[str]
    tokenRef: _TokenRef
    allBranches: bool
    excludeArchivedRepos: bool
    insecure: bool


class _RepositoryFilter(TypedDict, total=False):
    repositoryMatch: str
    branchMatch: str
    labelMatch: str
    pathsExist: list[str]
    pathsDoNotExist: list[str]


class _ScmProvider(TypedDict, total=False):
    github: _GithubRepositories
    gitlab: _GitlabRepositories
    gitea: _GiteaRepositories
    filters: list[_RepositoryFilter]
    cloneProtocol: Literal["ssh", "https"]
    requeueAfterSeconds: int
    values: dict[str, str]


class _ConfigMapRef(TypedDict, total=False):
    name: Required[str]


class _PluginInput(TypedDict, total=False):
    parameters: dict[str, Any]


class _Plugin(TypedDict, total=False):
    configMapRef: Required[_ConfigMapRef]
    input: _PluginInput
    requeueAfterSeconds: int
    values: dict[str, str]


class _ClusterDecision(TypedDict, total=False):
    configMapRef: Required[str]
    name: str
    labelSelector: LabelSelector
    requeueAfterSeconds: int
    values: dict[str, str]


class _Leaf(TypedDict, total=False):
    list: _List
    clusters: _Clusters
    git: _Git
    pullRequest: _PullRequest
    scmProvider: _ScmProvider
    plugin: _Plugin
    clusterDecisionResource: _ClusterDecision
    selector: LabelSelector


Leaves = list[_Leaf]


class _Matrix(TypedDict, total=False):
    generators: Required[Leaves]


class _Merge(TypedDict, total=False):
    generators: Required[Leaves]
    mergeKeys: Required[list[str]]


class Generator(_Leaf, total=False):
    """One source of parameters."""

    matrix: _Matrix
    merge: _Merge
