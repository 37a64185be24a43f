"""Models of InferenceService, ServingRuntime and ClusterServingRuntime (KServe 0.20).

Must not: declare kinds, count pods. Left out: the keys of single frameworks (`sklearn: {...}`),
which the webhook rewrites to `model` for ever, and what it refuses in a canary.
"""

from __future__ import annotations

from typing import Annotated, Literal, Required, TypedDict

from annotated_types import MinLen

from cnai_gitops.resources.autoscaling import Behavior
from cnai_gitops.resources.core.container import Container, ContainerFields, EnvVar
from cnai_gitops.resources.core.meta import IntOrString, NonEmpty, ObjectMeta, Percent, Positive, Quantity
from cnai_gitops.resources.core.pod import PlacementFields, PodFields


class _Storage(TypedDict, total=False):
    key: str
    path: str
    parameters: dict[str, str]


class _ModelStorage(_Storage, total=False):
    schemaPath: str


class _LoggerStorage(_Storage, total=False):
    serviceAccountName: str


class _Logger(TypedDict, total=False):
    url: str
    mode: Literal["all", "request", "response"]
    metadataHeaders: list[str]
    metadataAnnotations: list[str]
    storage: _LoggerStorage
    marshallerUrl: str
    batchSize: int
    batchInterval: str


class _Batcher(TypedDict, total=False):
    maxBatchSize: int
    maxLatency: int
    timeout: int


class _RollingUpdate(TypedDict, total=False):
    maxSurge: IntOrString
    maxUnavailable: IntOrString


class _Strategy(TypedDict, total=False):
    type: Literal["Recreate", "RollingUpdate"]
    rollingUpdate: _RollingUpdate


class _MetricTarget(TypedDict, total=False):
    type: Literal["Utilization", "Value", "AverageValue"]
    value: Quantity
    averageValue: Quantity
    averageUtilization: int


class _ResourceMetric(TypedDict, total=False):
    name: Required[Literal["cpu", "memory"]]
    target: Required[_MetricTarget]


class _TriggerAuthenticationName(TypedDict, total=False):
    name: Required[str]


class _ExternalAuthentication(TypedDict, total=False):
    authModes: str
    authenticationRef: Required[_TriggerAuthenticationName]


class _ExternalQuery(TypedDict, total=False):
    backend: Literal["prometheus", "graphite"]
    serverAddress: str
    namespace: str
    query: str


class _ExternalMetric(TypedDict, total=False):
    metric: Required[_ExternalQuery]
    target: Required[_MetricTarget]
    authenticationRef: _ExternalAuthentication


class _PodQuery(TypedDict, total=False):
    backend: Literal["opentelemetry"]
    serverAddress: str
    metricNames: list[str]
    query: str
    operationOverTime: str


class _PodMetric(TypedDict, total=False):
    metric: Required[_PodQuery]
    target: Required[_MetricTarget]


class _Metric(TypedDict, total=False):
    type: Required[Literal["Resource", "External", "PodMetric"]]
    resource: _ResourceMetric
    external: _ExternalMetric
    podmetric: _PodMetric


class _AutoScaling(TypedDict, total=False):
    metrics: list[_Metric]
    behavior: Behavior


class _StorageUri(TypedDict, total=False):
    uri: Required[NonEmpty]
    mountPath: str


class _ServedFields(PodFields, total=False):
    """What a canary may set: everything of a component but its scaling."""

    containers: list[Container]
    minReplicas: int
    containerConcurrency: int
    timeout: int
    canaryTrafficPercent: int
    logger: _Logger
    batcher: _Batcher
    labels: dict[str, str]
    annotations: dict[str, str]
    deploymentStrategy: _Strategy
    storageUris: Annotated[list[_StorageUri], MinLen(1)]


class Component(_ServedFields, total=False):
    """A transformer, and what predictor and explainer have in common with it."""

    maxReplicas: int
    scaleTarget: int
    scaleMetric: Literal["cpu", "memory", "concurrency", "rps"]
    scaleMetricType: Literal["Utilization", "Value", "AverageValue"]
    autoScaling: _AutoScaling


class _ModelFormat(TypedDict, total=False):
    name: Required[str]
    version: str


class _Confidential(TypedDict, total=False):
    enabled: Required[bool]
    resourceId: str


class _ModelFields(ContainerFields, total=False):
    runtime: str
    runtimeVersion: str
    protocolVersion: str
    storageUri: str
    storage: _ModelStorage
    confidential: _Confidential


class Model(_ModelFields, total=False):
    """The model of a predictor and its container's fields."""

    name: str
    modelFormat: _ModelFormat


class CanaryModel(_ModelFields, total=False):
    """The model of a canary, where the API insists on two fields that it takes as given elsewhere."""

    name: Required[str]
    modelFormat: Required[_ModelFormat]


class _Worker(PodFields, total=False):
    containers: list[Container]
    pipelineParallelSize: int
    tensorParallelSize: int


class Predictor(Component, total=False):
    """The component that serves the model."""

    name: str
    model: Model
    workerSpec: _Worker
    storageContainerName: str


class CanaryPredictor(_ServedFields, total=False):
    """The predictor of a canary; what is not set comes from the stable one."""

    name: Required[str]
    model: CanaryModel
    storageContainerName: str


class _Canary(TypedDict, total=False):
    trafficPercent: Required[Percent]
    predictor: Required[CanaryPredictor]


class _Art(ContainerFields, total=False):
    name: str
    type: str
    config: dict[str, str]
    runtimeVersion: str
    storageUri: str
    storage: _Storage


class _Explainer(Component, total=False):
    art: _Art


class _InferenceServiceSpec(TypedDict, total=False):
    predictor: Required[Predictor]
    transformer: Component
    explainer: _Explainer
    canary: list[_Canary]


class InferenceService(TypedDict, total=False):
    """A served model."""

    apiVersion: Required[Literal["serving.kserve.io/v1beta1"]]
    kind: Required[Literal["InferenceService"]]
    metadata: Required[ObjectMeta]
    spec: Required[_InferenceServiceSpec]


class _SupportedFormat(TypedDict, total=False):
    name: Required[str]
    version: str
    autoSelect: bool
    priority: Positive


class _RuntimePod(PlacementFields, total=False):
    containers: Required[list[Container]]
    schedulerName: str
    labels: dict[str, str]
    annotations: dict[str, str]


class _RuntimeWorker(_RuntimePod, total=False):
    pipelineParallelSize: int
    tensorParallelSize: int


class _StorageHelper(TypedDict, total=False):
    disabled: bool


class _BuiltInAdapter(TypedDict, total=False):
    serverType: str
    env: list[EnvVar]
    memBufferBytes: int
    modelLoadingTimeoutMillis: int
    runtimeManagementPort: int


class _ServingRuntimeSpec(_RuntimePod, total=False):
    supportedModelFormats: list[_SupportedFormat]
    protocolVersions: list[str]
    multiModel: bool
    disabled: bool
    replicas: int
    workerSpec: _RuntimeWorker
    storageHelper: _StorageHelper
    builtInAdapter: _BuiltInAdapter
    grpcEndpoint: str
    grpcDataEndpoint: str
    httpDataEndpoint: str


class ServingRuntime(TypedDict, total=False):
    """A model server that InferenceServices of one namespace refer to."""

    apiVersion: Required[Literal["serving.kserve.io/v1alpha1"]]
    kind: Required[Literal["ServingRuntime"]]
    metadata: Required[ObjectMeta]
    spec: Required[_ServingRuntimeSpec]


class ClusterServingRuntime(TypedDict, total=False):
    """A model server for every namespace."""

    apiVersion: Required[Literal["serving.kserve.io/v1alpha1"]]
    kind: Required[Literal["ClusterServingRuntime"]]
    metadata: Required[ObjectMeta]
    spec: Required[_ServingRuntimeSpec]
