"""Templates of Argo Workflows in shape: what a node of a workflow may be (valid in 3.7 and 4.x).

Must not: know what the controller does with it (`walk` and `demand` do).
"""

from __future__ import annotations

from typing import Any, Literal, Required, TypedDict

from cnai_gitops.resources.argo_workflows.artifacts import Artifact, ArtifactLocation
from cnai_gitops.resources.argo_workflows.blocks import ExecutorConfig, Memoize, Metadata, Metrics, RetryStrategy, Synchronization
from cnai_gitops.resources.core.container import Container, ContainerFields
from cnai_gitops.resources.core.meta import IntOrString, KeySelector
from cnai_gitops.resources.core.pod import Affinity, PodSecurityContext, Toleration
from cnai_gitops.resources.core.volume import Volume, VolumeMount


class ValueFrom(TypedDict, total=False):
    """Where a parameter's value comes from; behind a `when` it needs a default."""

    configMapKeyRef: KeySelector
    default: str
    event: str
    expression: str
    jqFilter: str
    jsonPath: str
    parameter: str
    path: str
    supplied: dict[str, Any]


class Parameter(TypedDict, total=False):
    """A named text; numbers are written quoted."""

    name: Required[str]
    value: str
    default: str
    description: str
    enum: list[str]
    globalName: str
    valueFrom: ValueFrom


class Arguments(TypedDict, total=False):
    """What goes in or out of a template."""

    parameters: list[Parameter]
    artifacts: list[Artifact]


class Outputs(Arguments, total=False):
    """What comes out of a template."""

    exitCode: str
    result: str


class TemplateRef(TypedDict, total=False):
    """A template of another object."""

    name: str
    template: str
    clusterScope: bool


class Hook(TypedDict, total=False):
    """A template that runs when the expression holds; the hook `exit` runs at the end."""

    template: str
    templateRef: TemplateRef
    arguments: Arguments
    expression: str


class Sequence(TypedDict, total=False):
    """Numbers to loop over."""

    count: IntOrString
    start: IntOrString
    end: IntOrString
    format: str


class ContinueOn(TypedDict, total=False):
    """Outcomes that do not stop the workflow."""

    error: bool
    failed: bool


class Call(TypedDict, total=False):
    """One call of a template; a loop calls it once an item."""

    template: str
    templateRef: TemplateRef
    inline: dict[str, Any]
    arguments: Arguments
    when: str
    withItems: list[Any]
    withParam: str
    withSequence: Sequence
    continueOn: ContinueOn
    hooks: dict[str, Hook]
    onExit: str


class Step(Call, total=False):
    """One step of a group; give it a name, others refer to its outputs by it."""

    name: str


class Task(Call, total=False):
    """One node of a DAG: `depends` or `dependencies`, not both."""

    name: Required[str]
    depends: str
    dependencies: list[str]


class Dag(TypedDict, total=False):
    """Tasks in the order of their dependencies."""

    tasks: Required[list[Task]]
    target: str
    failFast: bool


class MainContainer(ContainerFields, total=False):
    """The container of a template; Argo calls it `main`."""

    name: str


class Script(MainContainer, total=False):
    """A container that runs `source`."""

    source: str


class SetContainer(Container, total=False):
    """One container of a set, after those it depends on."""

    dependencies: list[str]


class ContainerRetry(TypedDict, total=False):
    """Retries of single containers (`retries`, not `limit`)."""

    retries: Required[IntOrString]
    duration: str


class ContainerSet(TypedDict, total=False):
    """Several containers of one pod."""

    containers: Required[list[SetContainer]]
    retryStrategy: ContainerRetry
    volumeMounts: list[VolumeMount]


class ManifestFrom(TypedDict):
    """A manifest that an earlier step wrote."""

    artifact: Artifact


class ResourceTemplate(TypedDict, total=False):
    """An object that the pod creates or waits for; conditions have the grammar of label selectors."""

    action: Required[Literal["get", "create", "apply", "delete", "replace", "patch"]]
    manifest: str
    manifestFrom: ManifestFrom
    mergeStrategy: Literal["strategic", "merge", "json"]
    setOwnerReference: bool
    flags: list[str]
    successCondition: str
    failureCondition: str


class RequestHeader(TypedDict, total=False):
    """A header of a request; a secret one has no place in Git."""

    name: Required[str]
    value: str


class HttpRequest(TypedDict, total=False):
    """A request of the controller's agent."""

    url: Required[str]
    method: str
    headers: list[RequestHeader]
    body: str
    timeoutSeconds: int
    successCondition: str


class Suspend(TypedDict, total=False):
    """A pause, until somebody resumes or the duration has passed."""

    duration: str


class UserContainer(Container, total=False):
    """A sidecar or init container."""

    mirrorVolumeMounts: bool


class Template(TypedDict, total=False):
    """One node type: exactly one of container, containerSet, script, steps, dag, resource, suspend, http, plugin."""

    name: str
    inputs: Arguments
    outputs: Outputs
    container: MainContainer
    containerSet: ContainerSet
    script: Script
    steps: list[list[Step]]
    dag: Dag
    resource: ResourceTemplate
    suspend: Suspend
    http: HttpRequest
    plugin: dict[str, Any]
    activeDeadlineSeconds: IntOrString
    affinity: Affinity
    archiveLocation: ArtifactLocation
    automountServiceAccountToken: bool
    daemon: bool
    executor: ExecutorConfig
    failFast: bool
    initContainers: list[UserContainer]
    memoize: Memoize
    metadata: Metadata
    metrics: Metrics
    nodeSelector: dict[str, str]
    parallelism: int
    podSpecPatch: str
    priorityClassName: str
    retryStrategy: RetryStrategy
    schedulerName: str
    securityContext: PodSecurityContext
    serviceAccountName: str
    sidecars: list[UserContainer]
    synchronization: Synchronization
    timeout: str
    tolerations: list[Toleration]
    volumes: list[Volume]
