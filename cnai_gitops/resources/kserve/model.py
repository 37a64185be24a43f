"""Fields of ClusterServingRuntime, InferenceService, ServingRuntime as kserve v0.20.0 has them.

Must not: be edited. Written by tools/models.py from the CRDs.
"""

from __future__ import annotations

from typing import Annotated, Literal, Required, TypedDict

from annotated_types import Ge, Le, MaxLen, MinLen

from cnai_gitops.resources.autoscaling import Behavior
from cnai_gitops.resources.core.container import Container, ContainerFields, EnvVar
from cnai_gitops.resources.core.meta import IntOrString, LocalObjectReference, Matches, ObjectMeta, Quantity
from cnai_gitops.resources.core.pod import Affinity, PodFields, Toleration
from cnai_gitops.resources.core.volume import Volume


class ClusterServingRuntime(TypedDict, total=False):
    """A whole ClusterServingRuntime."""

    apiVersion: Required[Literal["serving.kserve.io/v1alpha1"]]
    kind: Required[Literal["ClusterServingRuntime"]]
    metadata: Required[ObjectMeta]
    spec: Required[ClusterServingRuntimeSpec]


class InferenceService(TypedDict, total=False):
    """A whole InferenceService."""

    apiVersion: Required[Literal["serving.kserve.io/v1beta1"]]
    kind: Required[Literal["InferenceService"]]
    metadata: Required[ObjectMeta]
    spec: Required[InferenceServiceSpec]


class ServingRuntime(TypedDict, total=False):
    """A whole ServingRuntime."""

    apiVersion: Required[Literal["serving.kserve.io/v1alpha1"]]
    kind: Required[Literal["ServingRuntime"]]
    metadata: Required[ObjectMeta]
    spec: Required[ClusterServingRuntimeSpec]


class ClusterServingRuntimeSpec(TypedDict, total=False):
    """`spec`."""

    affinity: Affinity
    annotations: dict[str, str]
    builtInAdapter: BuiltInAdapter
    containers: Required[list[Container]]
    disabled: bool
    grpcDataEndpoint: str
    grpcEndpoint: str
    hostIPC: bool
    httpDataEndpoint: str
    imagePullSecrets: list[LocalObjectReference]
    labels: dict[str, str]
    multiModel: bool
    nodeSelector: dict[str, str]
    protocolVersions: list[str]
    replicas: int
    schedulerName: str
    storageHelper: StorageHelper
    supportedModelFormats: list[SupportedModelFormat]
    tolerations: list[Toleration]
    volumes: list[Volume]
    workerSpec: WorkerSpec


class BuiltInAdapter(TypedDict, total=False):
    """`spec.builtInAdapter`."""

    env: list[EnvVar]
    memBufferBytes: int
    modelLoadingTimeoutMillis: int
    runtimeManagementPort: int
    serverType: str


class StorageHelper(TypedDict, total=False):
    """`spec.storageHelper`."""

    disabled: bool


class SupportedModelFormat(TypedDict, total=False):
    """`spec.supportedModelFormats[]`."""

    autoSelect: bool
    name: Required[str]
    priority: Annotated[int, Ge(1)]
    version: str


class WorkerSpec(TypedDict, total=False):
    """`spec.workerSpec`."""

    affinity: Affinity
    annotations: dict[str, str]
    containers: Required[list[Container]]
    hostIPC: bool
    imagePullSecrets: list[LocalObjectReference]
    labels: dict[str, str]
    nodeSelector: dict[str, str]
    pipelineParallelSize: int
    schedulerName: str
    tensorParallelSize: int
    tolerations: list[Toleration]
    volumes: list[Volume]


class InferenceServiceSpec(TypedDict, total=False):
    """`spec`."""

    canary: list[Canary]
    explainer: Explainer
    predictor: Required[SpecPredictor]
    transformer: Transformer


class Canary(TypedDict, total=False):
    """`spec.canary[]`."""

    predictor: Required[Predictor]
    trafficPercent: Required[Annotated[int, Ge(0), Le(100)]]


class Predictor(PodFields, total=False):
    """`spec.canary[].predictor`."""

    annotations: dict[str, str]
    autoScaling: AutoScaling
    batcher: Batcher
    canaryTrafficPercent: int
    containerConcurrency: int
    containers: list[Container]
    deploymentStrategy: DeploymentStrategy
    labels: dict[str, str]
    logger: Logger
    maxReplicas: int
    minReplicas: int
    model: Model
    name: Required[Annotated[str, Matches("[a-z]([-a-z0-9]*[a-z0-9])?")]]
    scaleMetric: Literal["cpu", "memory", "concurrency", "rps"]
    scaleMetricType: Literal["Utilization", "Value", "AverageValue"]
    scaleTarget: int
    storageContainerName: str
    storageUris: Annotated[list[StorageUri], MinLen(1)]
    timeout: int
    workerSpec: PredictorWorkerSpec


class AutoScaling(TypedDict, total=False):
    """`spec.canary[].predictor.autoScaling`."""

    behavior: Behavior
    metrics: list[Metric]


class Metric(TypedDict, total=False):
    """`spec.canary[].predictor.autoScaling.metrics[]`."""

    external: External
    podmetric: Podmetric
    resource: Resource
    type: Required[Literal["Resource", "External", "PodMetric"]]


class External(TypedDict, total=False):
    """`spec.canary[].predictor.autoScaling.metrics[].external`."""

    authenticationRef: AuthenticationRef
    metric: Required[ExternalMetric]
    target: Required[Target]


class AuthenticationRef(TypedDict, total=False):
    """`spec.canary[].predictor.autoScaling.metrics[].external.authenticationRef`."""

    authModes: str
    authenticationRef: Required[AuthenticationRefAuthenticationRef]


class AuthenticationRefAuthenticationRef(TypedDict, total=False):
    """`spec.canary[].predictor.autoScaling.metrics[].external.authenticationRef.authenticationRef`."""

    name: Required[str]


class ExternalMetric(TypedDict, total=False):
    """`spec.canary[].predictor.autoScaling.metrics[].external.metric`."""

    backend: Literal["prometheus", "graphite"]
    namespace: str
    query: str
    serverAddress: str


class Target(TypedDict, total=False):
    """`spec.canary[].predictor.autoScaling.metrics[].external.target`."""

    averageUtilization: int
    averageValue: Quantity
    type: Literal["Utilization", "Value", "AverageValue"]
    value: Quantity


class Podmetric(TypedDict, total=False):
    """`spec.canary[].predictor.autoScaling.metrics[].podmetric`."""

    metric: Required[PodmetricMetric]
    target: Required[Target]


class PodmetricMetric(TypedDict, total=False):
    """`spec.canary[].predictor.autoScaling.metrics[].podmetric.metric`."""

    backend: Literal["opentelemetry"]
    metricNames: list[str]
    operationOverTime: str
    query: str
    serverAddress: str


class Resource(TypedDict, total=False):
    """`spec.canary[].predictor.autoScaling.metrics[].resource`."""

    name: Required[Literal["cpu", "memory"]]
    target: Required[Target]


class Batcher(TypedDict, total=False):
    """`spec.canary[].predictor.batcher`."""

    maxBatchSize: int
    maxLatency: int
    timeout: int


class DeploymentStrategy(TypedDict, total=False):
    """`spec.canary[].predictor.deploymentStrategy`."""

    rollingUpdate: RollingUpdate
    type: Literal["Recreate", "RollingUpdate"]


class RollingUpdate(TypedDict, total=False):
    """`spec.canary[].predictor.deploymentStrategy.rollingUpdate`."""

    maxSurge: IntOrString
    maxUnavailable: IntOrString


class Logger(TypedDict, total=False):
    """`spec.canary[].predictor.logger`."""

    batchInterval: str
    batchSize: int
    marshallerUrl: str
    metadataAnnotations: list[str]
    metadataHeaders: list[str]
    mode: Literal["all", "request", "response"]
    storage: Storage
    url: str


class Storage(TypedDict, total=False):
    """`spec.canary[].predictor.logger.storage`."""

    key: str
    parameters: dict[str, str]
    path: str
    serviceAccountName: str


class Model(ContainerFields, total=False):
    """`spec.canary[].predictor.model`."""

    confidential: Confidential
    modelFormat: Required[ModelFormat]
    name: Required[str]
    protocolVersion: str
    runtime: str
    runtimeVersion: str
    storage: ModelStorage
    storageUri: str


class Confidential(TypedDict, total=False):
    """`spec.canary[].predictor.model.confidential`."""

    enabled: Required[bool]
    resourceId: str


class ModelFormat(TypedDict, total=False):
    """`spec.canary[].predictor.model.modelFormat`."""

    name: Required[str]
    version: str


class ModelStorage(TypedDict, total=False):
    """`spec.canary[].predictor.model.storage`."""

    key: str
    parameters: dict[str, str]
    path: str
    schemaPath: str


class StorageUri(TypedDict, total=False):
    """`spec.canary[].predictor.storageUris[]`."""

    mountPath: Annotated[str, MaxLen(255)]
    uri: Required[Annotated[str, MinLen(1)]]


class PredictorWorkerSpec(PodFields, total=False):
    """`spec.canary[].predictor.workerSpec`."""

    containers: list[Container]
    pipelineParallelSize: int
    tensorParallelSize: int


class Explainer(PodFields, total=False):
    """`spec.explainer`."""

    annotations: dict[str, str]
    art: Art
    autoScaling: AutoScaling
    batcher: Batcher
    canaryTrafficPercent: int
    containerConcurrency: int
    containers: list[Container]
    deploymentStrategy: DeploymentStrategy
    labels: dict[str, str]
    logger: Logger
    maxReplicas: int
    minReplicas: int
    scaleMetric: Literal["cpu", "memory", "concurrency", "rps"]
    scaleMetricType: Literal["Utilization", "Value", "AverageValue"]
    scaleTarget: int
    storageUris: Annotated[list[StorageUri], MinLen(1)]
    timeout: int


class Art(ContainerFields, total=False):
    """`spec.explainer.art`."""

    config: dict[str, str]
    name: str
    runtimeVersion: str
    storage: ModelStorage
    storageUri: str
    type: str


class SpecPredictor(PodFields, total=False):
    """`spec.predictor`."""

    annotations: dict[str, str]
    autoScaling: AutoScaling
    batcher: Batcher
    canaryTrafficPercent: int
    containerConcurrency: int
    containers: list[Container]
    deploymentStrategy: DeploymentStrategy
    labels: dict[str, str]
    logger: Logger
    maxReplicas: int
    minReplicas: int
    model: PredictorModel
    name: Annotated[str, Matches("[a-z]([-a-z0-9]*[a-z0-9])?")]
    scaleMetric: Literal["cpu", "memory", "concurrency", "rps"]
    scaleMetricType: Literal["Utilization", "Value", "AverageValue"]
    scaleTarget: int
    storageContainerName: str
    storageUris: Annotated[list[StorageUri], MinLen(1)]
    timeout: int
    workerSpec: PredictorWorkerSpec


class PredictorModel(ContainerFields, total=False):
    """`spec.predictor.model`."""

    confidential: Confidential
    modelFormat: ModelFormat
    name: str
    protocolVersion: str
    runtime: str
    runtimeVersion: str
    storage: ModelStorage
    storageUri: str


class Transformer(PodFields, total=False):
    """`spec.transformer`."""

    annotations: dict[str, str]
    autoScaling: AutoScaling
    batcher: Batcher
    canaryTrafficPercent: int
    containerConcurrency: int
    containers: list[Container]
    deploymentStrategy: DeploymentStrategy
    labels: dict[str, str]
    logger: Logger
    maxReplicas: int
    minReplicas: int
    scaleMetric: Literal["cpu", "memory", "concurrency", "rps"]
    scaleMetricType: Literal["Utilization", "Value", "AverageValue"]
    scaleTarget: int
    storageUris: Annotated[list[StorageUri], MinLen(1)]
    timeout: int
