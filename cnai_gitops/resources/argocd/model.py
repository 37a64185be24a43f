"""Fields of AppProject, Application, ApplicationSet as argo-cd v3.5.1 has them.

Must not: be edited. Written by tools/models.py from the CRDs.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Required, TypedDict

from annotated_types import MaxLen, MinLen

from cnai_gitops.resources.core.container import HttpHeader
from cnai_gitops.resources.core.meta import IntOrString, LabelSelector, Matches, ObjectMeta, TemplateMeta


class AppProject(TypedDict, total=False):
    """A whole AppProject."""

    apiVersion: Required[Literal["argoproj.io/v1alpha1"]]
    kind: Required[Literal["AppProject"]]
    metadata: Required[ObjectMeta]
    spec: Required[AppProjectSpec]


class Application(TypedDict, total=False):
    """A whole Application."""

    apiVersion: Required[Literal["argoproj.io/v1alpha1"]]
    kind: Required[Literal["Application"]]
    metadata: Required[ObjectMeta]
    spec: Required[ApplicationSpec]


class ApplicationSet(TypedDict, total=False):
    """A whole ApplicationSet."""

    apiVersion: Required[Literal["argoproj.io/v1alpha1"]]
    kind: Required[Literal["ApplicationSet"]]
    metadata: Required[ObjectMeta]
    spec: Required[ApplicationSetSpec]


class AppProjectSpec(TypedDict, total=False):
    """`spec`."""

    clusterResourceBlacklist: list[ClusterResourceBlacklist]
    clusterResourceWhitelist: list[ClusterResourceBlacklist]
    description: Annotated[str, MaxLen(255)]
    destinationServiceAccounts: list[DestinationServiceAccount]
    destinations: list[Destination]
    namespaceResourceBlacklist: list[NamespaceResourceBlacklist]
    namespaceResourceWhitelist: list[NamespaceResourceBlacklist]
    orphanedResources: OrphanedResources
    permitOnlyProjectScopedClusters: bool
    roles: list[Role]
    signatureKeys: list[SignatureKey]
    sourceIntegrity: SourceIntegrity
    sourceNamespaces: list[str]
    sourceRepos: list[str]
    syncWindows: list[SyncWindow]


class ClusterResourceBlacklist(TypedDict, total=False):
    """`spec.clusterResourceBlacklist[]`."""

    group: Required[str]
    kind: Required[str]
    name: str


class DestinationServiceAccount(TypedDict, total=False):
    """`spec.destinationServiceAccounts[]`."""

    defaultServiceAccount: Required[str]
    namespace: str
    server: Required[str]


class Destination(TypedDict, total=False):
    """`spec.destinations[]`."""

    name: str
    namespace: str
    server: str


class NamespaceResourceBlacklist(TypedDict, total=False):
    """`spec.namespaceResourceBlacklist[]`."""

    group: Required[str]
    kind: Required[str]


class OrphanedResources(TypedDict, total=False):
    """`spec.orphanedResources`."""

    ignore: list[Ignore]
    warn: bool


class Ignore(TypedDict, total=False):
    """`spec.orphanedResources.ignore[]`."""

    group: str
    kind: str
    name: str


class Role(TypedDict, total=False):
    """`spec.roles[]`."""

    description: str
    groups: list[str]
    jwtTokens: list[JwtToken]
    name: Required[str]
    policies: list[str]


class JwtToken(TypedDict, total=False):
    """`spec.roles[].jwtTokens[]`."""

    exp: int
    iat: Required[int]
    id: str


class SignatureKey(TypedDict, total=False):
    """`spec.signatureKeys[]`."""

    keyID: Required[str]


class SourceIntegrity(TypedDict, total=False):
    """`spec.sourceIntegrity`."""

    git: Required[Git]


class Git(TypedDict, total=False):
    """`spec.sourceIntegrity.git`."""

    policies: Required[list[Policy]]


class Policy(TypedDict, total=False):
    """`spec.sourceIntegrity.git.policies[]`."""

    gpg: Required[Gpg]
    repos: Required[list[Repo]]


class Gpg(TypedDict, total=False):
    """`spec.sourceIntegrity.git.policies[].gpg`."""

    keys: Required[list[str]]
    mode: Required[str]


class Repo(TypedDict, total=False):
    """`spec.sourceIntegrity.git.policies[].repos[]`."""

    url: Required[str]


class SyncWindow(TypedDict, total=False):
    """`spec.syncWindows[]`."""

    andOperator: bool
    applications: list[str]
    clusters: list[str]
    description: str
    duration: str
    kind: Literal["allow", "deny"]
    manualSync: bool
    namespaces: list[str]
    schedule: str
    syncOverrun: bool
    timeZone: str


class ApplicationSpec(TypedDict, total=False):
    """`spec`."""

    destination: Required[Destination]
    ignoreDifferences: list[IgnoreDifference]
    info: list[HttpHeader]
    project: Required[str]
    revisionHistoryLimit: int
    source: Source
    sourceHydrator: SourceHydrator
    sources: list[Source]
    syncPolicy: SyncPolicy


class IgnoreDifference(TypedDict, total=False):
    """`spec.ignoreDifferences[]`."""

    group: str
    jqPathExpressions: list[str]
    jsonPointers: list[str]
    kind: Required[str]
    managedFieldsManagers: list[str]
    name: str
    namespace: str


class Source(TypedDict, total=False):
    """`spec.source`."""

    chart: str
    directory: Directory
    helm: Helm
    kustomize: Kustomize
    name: str
    path: str
    plugin: Plugin
    ref: str
    repoURL: Required[str]
    tagPrefix: str
    targetRevision: str


class Directory(TypedDict, total=False):
    """`spec.source.directory`."""

    exclude: str
    include: str
    jsonnet: Jsonnet
    recurse: bool


class Jsonnet(TypedDict, total=False):
    """`spec.source.directory.jsonnet`."""

    extVars: list[ExtVar]
    libs: list[str]
    tlas: list[ExtVar]


class ExtVar(TypedDict, total=False):
    """`spec.source.directory.jsonnet.extVars[]`."""

    code: bool
    name: Required[str]
    value: Required[str]


class Helm(TypedDict, total=False):
    """`spec.source.helm`."""

    apiVersions: list[str]
    fileParameters: list[FileParameter]
    ignoreMissingValueFiles: bool
    kubeVersion: str
    namespace: str
    parameters: list[Parameter]
    passCredentials: bool
    releaseName: str
    skipCrds: bool
    skipSchemaValidation: bool
    skipTests: bool
    valueFiles: list[str]
    values: str
    valuesObject: dict[str, Any]
    version: str


class FileParameter(TypedDict, total=False):
    """`spec.source.helm.fileParameters[]`."""

    name: str
    path: str


class Parameter(TypedDict, total=False):
    """`spec.source.helm.parameters[]`."""

    forceString: bool
    name: str
    value: str


class Kustomize(TypedDict, total=False):
    """`spec.source.kustomize`."""

    apiVersions: list[str]
    commonAnnotations: dict[str, str]
    commonAnnotationsEnvsubst: bool
    commonLabels: dict[str, str]
    components: list[str]
    forceCommonAnnotations: bool
    forceCommonLabels: bool
    ignoreMissingComponents: bool
    images: list[str]
    kubeVersion: str
    labelIncludeTemplates: bool
    labelWithoutSelector: bool
    namePrefix: str
    nameSuffix: str
    namespace: str
    patches: list[Patch]
    replicas: list[Replica]
    version: str


class Patch(TypedDict, total=False):
    """`spec.source.kustomize.patches[]`."""

    options: dict[str, bool]
    patch: str
    path: str
    target: Target


class Target(TypedDict, total=False):
    """`spec.source.kustomize.patches[].target`."""

    annotationSelector: str
    group: str
    kind: str
    labelSelector: str
    name: str
    namespace: str
    version: str


class Replica(TypedDict, total=False):
    """`spec.source.kustomize.replicas[]`."""

    count: Required[IntOrString]
    name: Required[str]


class Plugin(TypedDict, total=False):
    """`spec.source.plugin`."""

    env: list[HttpHeader]
    name: str
    parameters: list[PluginParameter]


class PluginParameter(TypedDict, total=False):
    """`spec.source.plugin.parameters[]`."""

    array: list[str]
    map: dict[str, str]
    name: str
    string: str


class SourceHydrator(TypedDict, total=False):
    """`spec.sourceHydrator`."""

    drySource: Required[DrySource]
    hydrateTo: HydrateTo
    syncSource: Required[SyncSource]


class DrySource(TypedDict, total=False):
    """`spec.sourceHydrator.drySource`."""

    directory: Directory
    helm: Helm
    kustomize: Kustomize
    path: Required[str]
    plugin: Plugin
    repoURL: Required[str]
    targetRevision: Required[str]


class HydrateTo(TypedDict, total=False):
    """`spec.sourceHydrator.hydrateTo`."""

    targetBranch: Required[str]


class SyncSource(TypedDict, total=False):
    """`spec.sourceHydrator.syncSource`."""

    path: Required[Annotated[str, MinLen(1), Matches("^.{2,}|[^./]$")]]
    repoURL: str
    targetBranch: Required[str]


class SyncPolicy(TypedDict, total=False):
    """`spec.syncPolicy`."""

    automated: Automated
    managedNamespaceMetadata: ManagedNamespaceMetadata
    retry: Retry
    syncOptions: list[str]


class Automated(TypedDict, total=False):
    """`spec.syncPolicy.automated`."""

    allowEmpty: bool
    enabled: bool
    prune: bool
    selfHeal: bool


class ManagedNamespaceMetadata(TypedDict, total=False):
    """`spec.syncPolicy.managedNamespaceMetadata`."""

    annotations: dict[str, str]
    labels: dict[str, str]


class Retry(TypedDict, total=False):
    """`spec.syncPolicy.retry`."""

    backoff: Backoff
    limit: int
    refresh: bool


class Backoff(TypedDict, total=False):
    """`spec.syncPolicy.retry.backoff`."""

    duration: str
    factor: int
    maxDuration: str


class ApplicationSetSpec(TypedDict, total=False):
    """`spec`."""

    applyNestedSelectors: bool
    generators: Required[list[Generator]]
    goTemplate: bool
    goTemplateOptions: list[str]
    ignoreApplicationDifferences: list[IgnoreApplicationDifference]
    preservedFields: PreservedFields
    strategy: Strategy
    syncPolicy: SpecSyncPolicy
    template: Required[Template]
    templatePatch: str


class Generator(TypedDict, total=False):
    """`spec.generators[]`."""

    clusterDecisionResource: ClusterDecisionResource
    clusters: Clusters
    git: GeneratorGit
    list: List
    matrix: Matrix
    merge: Merge
    plugin: GeneratorPlugin
    pullRequest: PullRequest
    scmProvider: ScmProvider
    selector: LabelSelector


class ClusterDecisionResource(TypedDict, total=False):
    """`spec.generators[].clusterDecisionResource`."""

    configMapRef: Required[str]
    labelSelector: LabelSelector
    name: str
    requeueAfterSeconds: int
    values: dict[str, str]


class Clusters(TypedDict, total=False):
    """`spec.generators[].clusters`."""

    flatList: bool
    selector: LabelSelector
    values: dict[str, str]


class GeneratorGit(TypedDict, total=False):
    """`spec.generators[].git`."""

    directories: list[GitDirectory]
    files: list[GitDirectory]
    pathParamPrefix: str
    repoURL: Required[str]
    requeueAfterSeconds: int
    revision: Required[str]
    values: dict[str, str]


class GitDirectory(TypedDict, total=False):
    """`spec.generators[].git.directories[]`."""

    exclude: bool
    path: Required[str]


class List(TypedDict, total=False):
    """`spec.generators[].list`."""

    elements: list[Any]
    elementsYaml: str


class Matrix(TypedDict, total=False):
    """`spec.generators[].matrix`."""

    generators: Required[list[MatrixGenerator]]


class MatrixGenerator(TypedDict, total=False):
    """`spec.generators[].matrix.generators[]`."""

    clusterDecisionResource: ClusterDecisionResource
    clusters: Clusters
    git: GeneratorGit
    list: List
    plugin: GeneratorPlugin
    pullRequest: PullRequest
    scmProvider: ScmProvider
    selector: LabelSelector


class GeneratorPlugin(TypedDict, total=False):
    """`spec.generators[].matrix.generators[].plugin`."""

    configMapRef: Required[ConfigMapRef]
    input: Input
    requeueAfterSeconds: int
    values: dict[str, str]


class ConfigMapRef(TypedDict, total=False):
    """`spec.generators[].matrix.generators[].plugin.configMapRef`."""

    name: Required[str]


class Input(TypedDict, total=False):
    """`spec.generators[].matrix.generators[].plugin.input`."""

    parameters: dict[str, Any]


class PullRequest(TypedDict, total=False):
    """`spec.generators[].matrix.generators[].pullRequest`."""

    azuredevops: Azuredevops
    bitbucket: Bitbucket
    bitbucketServer: BitbucketServer
    continueOnRepoNotFoundError: bool
    filters: list[Filter]
    gitea: Gitea
    github: Github
    gitlab: Gitlab
    requeueAfterSeconds: int
    values: dict[str, str]


class Azuredevops(TypedDict, total=False):
    """`spec.generators[].matrix.generators[].pullRequest.azuredevops`."""

    api: str
    labels: list[str]
    organization: Required[str]
    project: Required[str]
    repo: Required[str]
    tokenRef: TokenRef


class TokenRef(TypedDict, total=False):
    """`spec.generators[].matrix.generators[].pullRequest.azuredevops.tokenRef`."""

    key: Required[str]
    secretName: Required[str]


class Bitbucket(TypedDict, total=False):
    """`spec.generators[].matrix.generators[].pullRequest.bitbucket`."""

    api: str
    basicAuth: BasicAuth
    bearerToken: BearerToken
    owner: Required[str]
    repo: Required[str]


class BasicAuth(TypedDict, total=False):
    """`spec.generators[].matrix.generators[].pullRequest.bitbucket.basicAuth`."""

    passwordRef: Required[TokenRef]
    username: Required[str]


class BearerToken(TypedDict, total=False):
    """`spec.generators[].matrix.generators[].pullRequest.bitbucket.bearerToken`."""

    tokenRef: Required[TokenRef]


class BitbucketServer(TypedDict, total=False):
    """`spec.generators[].matrix.generators[].pullRequest.bitbucketServer`."""

    api: Required[str]
    basicAuth: BasicAuth
    bearerToken: BearerToken
    caRef: CaRef
    insecure: bool
    project: Required[str]
    repo: Required[str]


class CaRef(TypedDict, total=False):
    """`spec.generators[].matrix.generators[].pullRequest.bitbucketServer.caRef`."""

    configMapName: Required[str]
    key: Required[str]


class Filter(TypedDict, total=False):
    """`spec.generators[].matrix.generators[].pullRequest.filters[]`."""

    branchMatch: str
    targetBranchMatch: str
    titleMatch: str


class Gitea(TypedDict, total=False):
    """`spec.generators[].matrix.generators[].pullRequest.gitea`."""

    api: Required[str]
    insecure: bool
    labels: list[str]
    owner: Required[str]
    repo: Required[str]
    tokenRef: TokenRef


class Github(TypedDict, total=False):
    """`spec.generators[].matrix.generators[].pullRequest.github`."""

    api: str
    appSecretName: str
    labels: list[str]
    owner: Required[str]
    repo: Required[str]
    tokenRef: TokenRef


class Gitlab(TypedDict, total=False):
    """`spec.generators[].matrix.generators[].pullRequest.gitlab`."""

    api: str
    caRef: CaRef
    insecure: bool
    labels: list[str]
    project: Required[str]
    pullRequestState: str
    tokenRef: TokenRef


class ScmProvider(TypedDict, total=False):
    """`spec.generators[].matrix.generators[].scmProvider`."""

    awsCodeCommit: AwsCodeCommit
    azureDevOps: AzureDevOps
    bitbucket: ScmProviderBitbucket
    bitbucketServer: ScmProviderBitbucketServer
    cloneProtocol: Literal["ssh", "https"]
    filters: list[ScmProviderFilter]
    gitea: ScmProviderGitea
    github: ScmProviderGithub
    gitlab: ScmProviderGitlab
    requeueAfterSeconds: int
    values: dict[str, str]


class AwsCodeCommit(TypedDict, total=False):
    """`spec.generators[].matrix.generators[].scmProvider.awsCodeCommit`."""

    allBranches: bool
    region: str
    role: str
    tagFilters: list[TagFilter]


class TagFilter(TypedDict, total=False):
    """`spec.generators[].matrix.generators[].scmProvider.awsCodeCommit.tagFilters[]`."""

    key: Required[str]
    value: str


class AzureDevOps(TypedDict, total=False):
    """`spec.generators[].matrix.generators[].scmProvider.azureDevOps`."""

    accessTokenRef: Required[TokenRef]
    allBranches: bool
    api: str
    organization: Required[str]
    teamProject: Required[str]


class ScmProviderBitbucket(TypedDict, total=False):
    """`spec.generators[].matrix.generators[].scmProvider.bitbucket`."""

    allBranches: bool
    appPasswordRef: Required[TokenRef]
    owner: Required[str]
    user: Required[str]


class ScmProviderBitbucketServer(TypedDict, total=False):
    """`spec.generators[].matrix.generators[].scmProvider.bitbucketServer`."""

    allBranches: bool
    api: Required[str]
    basicAuth: BasicAuth
    bearerToken: BearerToken
    caRef: CaRef
    insecure: bool
    project: Required[str]


class ScmProviderFilter(TypedDict, total=False):
    """`spec.generators[].matrix.generators[].scmProvider.filters[]`."""

    branchMatch: str
    labelMatch: str
    pathsDoNotExist: list[str]
    pathsExist: list[str]
    repositoryMatch: str


class ScmProviderGitea(TypedDict, total=False):
    """`spec.generators[].matrix.generators[].scmProvider.gitea`."""

    allBranches: bool
    api: Required[str]
    excludeArchivedRepos: bool
    insecure: bool
    owner: Required[str]
    tokenRef: TokenRef


class ScmProviderGithub(TypedDict, total=False):
    """`spec.generators[].matrix.generators[].scmProvider.github`."""

    allBranches: bool
    api: str
    appSecretName: str
    excludeArchivedRepos: bool
    organization: Required[str]
    tokenRef: TokenRef


class ScmProviderGitlab(TypedDict, total=False):
    """`spec.generators[].matrix.generators[].scmProvider.gitlab`."""

    allBranches: bool
    api: str
    caRef: CaRef
    group: Required[str]
    includeArchivedRepos: bool
    includeSharedProjects: bool
    includeSubgroups: bool
    insecure: bool
    tokenRef: TokenRef
    topic: str


class Merge(TypedDict, total=False):
    """`spec.generators[].merge`."""

    generators: Required[list[MatrixGenerator]]
    mergeKeys: Required[list[str]]


class IgnoreApplicationDifference(TypedDict, total=False):
    """`spec.ignoreApplicationDifferences[]`."""

    jqPathExpressions: list[str]
    jsonPointers: list[str]
    name: str


class PreservedFields(TypedDict, total=False):
    """`spec.preservedFields`."""

    annotations: list[str]
    labels: list[str]


class Strategy(TypedDict, total=False):
    """`spec.strategy`."""

    deletionOrder: Literal["AllAtOnce", "Reverse"]
    rollingSync: RollingSync
    type: Literal["AllAtOnce", "RollingSync"]


class RollingSync(TypedDict, total=False):
    """`spec.strategy.rollingSync`."""

    steps: list[Step]


class Step(TypedDict, total=False):
    """`spec.strategy.rollingSync.steps[]`."""

    matchExpressions: list[MatchExpression]
    maxUpdate: IntOrString


class MatchExpression(TypedDict, total=False):
    """`spec.strategy.rollingSync.steps[].matchExpressions[]`."""

    key: str
    operator: Literal["In", "NotIn"]
    values: list[str]


class SpecSyncPolicy(TypedDict, total=False):
    """`spec.syncPolicy`."""

    applicationsSync: Literal["create-only", "create-update", "create-delete", "sync"]
    preserveResourcesOnDeletion: bool


class Template(TypedDict, total=False):
    """`spec.template`."""

    metadata: Required[TemplateMeta]
    spec: Required[ApplicationSpec]
