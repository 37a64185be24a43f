"""Model of Sensor (`argoproj.io/v1alpha1`, Argo Events 1.9). The CRD is open, so typing errors are only seen here.

Must not: declare kinds. Triggers: Argo Workflows, Kubernetes objects, HTTP and the log.
"""

from __future__ import annotations

from typing import Any, Literal, Required, TypedDict

from cnai_gitops.resources.argo_events.blocks import Backoff, BasicAuth, Template, Tls
from cnai_gitops.resources.core.meta import KeySelector, Natural, ObjectMeta

Logical = Literal["and", "or", ""]
Comparator = Literal[">=", ">", "=", "!=", "<", "<=", ""]


class _DataFilter(TypedDict, total=False):
    path: Required[str]
    type: Required[Literal["bool", "number", "string"]]
    value: Required[list[str]]
    comparator: Comparator
    template: str


class _PayloadField(TypedDict, total=False):
    path: Required[str]
    name: Required[str]


class _ExpressionFilter(TypedDict, total=False):
    expr: Required[str]
    fields: Required[list[_PayloadField]]


class _TimeFilter(TypedDict, total=False):
    start: Required[str]
    stop: Required[str]
    timezone: str


class _ContextFilter(TypedDict, total=False):
    id: str
    source: str
    specversion: str
    type: str
    datacontenttype: str
    subject: str
    time: str


class Filters(TypedDict, total=False):
    """Which events count."""

    data: list[_DataFilter]
    dataLogicalOperator: Logical
    exprs: list[_ExpressionFilter]
    exprLogicalOperator: Logical
    time: _TimeFilter
    context: _ContextFilter
    script: str


class _Transform(TypedDict, total=False):
    jq: str
    script: str


class Dependency(TypedDict, total=False):
    """An event that a Sensor waits for."""

    name: Required[str]
    eventSourceName: Required[str]
    eventName: Required[str]
    filters: Filters
    filtersLogicalOperator: Logical
    transform: _Transform


class _ParameterSource(TypedDict, total=False):
    dependencyName: Required[str]
    dataKey: str
    dataTemplate: str
    contextKey: str
    contextTemplate: str
    useRawData: bool
    value: str


class TriggerParameter(TypedDict, total=False):
    """A value of the event and the field that it is put into."""

    src: _ParameterSource
    dest: Required[str]
    operation: Literal["prepend", "append", "overwrite", ""]


class _Source(TypedDict, total=False):
    # Any object: a Workflow and the like, judged as an object of its own.
    resource: dict[str, Any]
    configmap: KeySelector
    inline: str


class ArgoWorkflowTrigger(TypedDict, total=False):
    """Starts or steers a Workflow."""

    operation: Literal["submit", "submit-from", "suspend", "retry", "resume", "resubmit", "terminate", "stop"]
    source: _Source
    parameters: list[TriggerParameter]
    args: list[str]


class KubernetesTrigger(TypedDict, total=False):
    """Creates or changes an object."""

    operation: Literal["create", "update", "patch", "delete"]
    source: _Source
    parameters: list[TriggerParameter]
    patchStrategy: Literal[
        "application/json-patch+json",
        "application/merge-patch+json",
        "application/strategic-merge-patch+json",
        "application/apply-patch+yaml",
    ]
    liveObject: bool


class _ValueFrom(TypedDict, total=False):
    secretKeyRef: KeySelector
    configMapKeyRef: KeySelector


class _SecureHeader(TypedDict, total=False):
    name: str
    valueFrom: _ValueFrom


class HttpTrigger(TypedDict, total=False):
    """Sends an HTTP request."""

    url: Required[str]
    payload: Required[list[TriggerParameter]]
    method: Literal["GET", "DELETE", "PATCH", "POST", "PUT", "HEAD", "CONNECT", "OPTIONS", "TRACE"]
    parameters: list[TriggerParameter]
    headers: dict[str, str]
    secureHeaders: list[_SecureHeader]
    dynamicHeaders: list[TriggerParameter]
    host: str
    basicAuth: BasicAuth
    tls: Tls
    timeout: int


class _LogTrigger(TypedDict, total=False):
    intervalSeconds: Natural


class _ResetByTime(TypedDict, total=False):
    cron: str
    timezone: str


class _ConditionsReset(TypedDict, total=False):
    byTime: _ResetByTime


class TriggerTemplate(TypedDict, total=False):
    """What a trigger does, and on which combination of dependencies."""

    name: Required[str]
    conditions: str
    conditionsReset: list[_ConditionsReset]
    argoWorkflow: ArgoWorkflowTrigger
    k8s: KubernetesTrigger
    http: HttpTrigger
    log: _LogTrigger


class RateLimit(TypedDict, total=False):
    """Most triggers in a unit of time."""

    unit: Literal["Second", "Minute", "Hour"]
    requestsPerUnit: int


class _KubernetesPolicy(TypedDict, total=False):
    backoff: Required[Backoff]
    errorOnBackoffTimeout: Required[bool]
    labels: dict[str, str]


class _StatusPolicy(TypedDict, total=False):
    allow: Required[list[int]]


class _TriggerPolicy(TypedDict, total=False):
    k8s: _KubernetesPolicy
    status: _StatusPolicy


class Trigger(TypedDict, total=False):
    """An action on events."""

    # The schema calls it optional, and a trigger without one does nothing.
    template: TriggerTemplate
    parameters: list[TriggerParameter]
    policy: _TriggerPolicy
    retryStrategy: Backoff
    rateLimit: RateLimit
    atLeastOnce: bool
    dlqTrigger: Trigger


class _SensorSpec(TypedDict, total=False):
    dependencies: Required[list[Dependency]]
    triggers: Required[list[Trigger]]
    eventBusName: str
    template: Template
    replicas: Natural
    revisionHistoryLimit: Natural
    errorOnFailedRound: bool
    loggingFields: dict[str, str]


class Sensor(TypedDict, total=False):
    """Waits for events and acts on them."""

    apiVersion: Required[Literal["argoproj.io/v1alpha1"]]
    kind: Required[Literal["Sensor"]]
    metadata: Required[ObjectMeta]
    spec: Required[_SensorSpec]
