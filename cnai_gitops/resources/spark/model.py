"""Spark operator v1beta2 in shape: what SparkApplication and ScheduledSparkApplication may hold.

Must not: know what Spark does with it (`spark` does).
"""

from __future__ import annotations

from typing import Literal, Required, TypedDict

from cnai_gitops.resources.core.container import Container, EnvFromSource, EnvVar, Lifecycle, SecurityContext
from cnai_gitops.resources.core.meta import ObjectMeta, Quantity
from cnai_gitops.resources.core.pod import Affinity, PodSecurityContext, PodTemplateSpec, Toleration
from cnai_gitops.resources.core.volume import Volume, VolumeMount


class GpuSpec(TypedDict):
    """Accelerators of one pod."""

    name: str
    quantity: int


class NamePath(TypedDict):
    """A ConfigMap and where it is mounted."""

    name: str
    path: str


class SecretPath(TypedDict):
    """A Secret and where it is mounted."""

    name: str
    path: str
    secretType: str


class SparkPod(TypedDict, total=False):
    """What driver and executors have in common; `memory` is JVM heap (`4g`), the pod's limit is more."""

    cores: int
    coreLimit: str
    coreRequest: str
    memory: str
    memoryLimit: str
    memoryOverhead: str
    gpu: GpuSpec
    image: str
    serviceAccount: str
    labels: dict[str, str]
    annotations: dict[str, str]
    env: list[EnvVar]
    envFrom: list[EnvFromSource]
    secrets: list[SecretPath]
    configMaps: list[NamePath]
    volumeMounts: list[VolumeMount]
    sidecars: list[Container]
    initContainers: list[Container]
    securityContext: SecurityContext
    podSecurityContext: PodSecurityContext
    tolerations: list[Toleration]
    affinity: Affinity
    nodeSelector: dict[str, str]
    priorityClassName: str
    schedulerName: str
    terminationGracePeriodSeconds: int
    hostNetwork: bool
    javaOptions: str
    lifecycle: Lifecycle
    template: PodTemplateSpec


class Driver(SparkPod, total=False):
    """The driver pod."""

    podName: str
    coreRequest: str
    kubernetesMaster: str
    serviceAnnotations: dict[str, str]
    serviceLabels: dict[str, str]


class Executor(SparkPod, total=False):
    """The executor pods."""

    instances: int
    deleteOnTermination: bool


class DynamicAllocation(TypedDict, total=False):
    """Executors that come and go; without `maxExecutors` nothing bounds them."""

    enabled: bool
    initialExecutors: int
    minExecutors: int
    maxExecutors: int
    shuffleTrackingEnabled: bool
    shuffleTrackingTimeout: int


class RestartPolicy(TypedDict, total=False):
    """Retries; intervals are in seconds."""

    type: Literal["Never", "Always", "OnFailure"]
    onFailureRetries: int
    onFailureRetryInterval: int
    onSubmissionFailureRetries: int
    onSubmissionFailureRetryInterval: int


class BatchSchedulerOptions(TypedDict, total=False):
    """Queue and priority in a batch scheduler."""

    queue: str
    priorityClassName: str
    resources: dict[str, Quantity]


class Dependencies(TypedDict, total=False):
    """Files that Spark fetches when it starts."""

    jars: list[str]
    files: list[str]
    pyFiles: list[str]
    packages: list[str]
    excludePackages: list[str]
    repositories: list[str]
    archives: list[str]


class PrometheusSpec(TypedDict, total=False):
    """The JMX exporter inside the image."""

    jmxExporterJar: Required[str]
    port: int
    portName: str
    configFile: str
    configuration: str


class Monitoring(TypedDict, total=False):
    """Metrics of driver and executors."""

    exposeDriverMetrics: Required[bool]
    exposeExecutorMetrics: Required[bool]
    metricsProperties: str
    metricsPropertiesFile: str
    prometheus: PrometheusSpec


class IngressTls(TypedDict, total=False):
    """Hosts and their certificate."""

    hosts: list[str]
    secretName: str


class SparkUi(TypedDict, total=False):
    """Service and Ingress of the Spark UI."""

    servicePort: int
    servicePortName: str
    serviceType: Literal["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"]
    serviceAnnotations: dict[str, str]
    serviceLabels: dict[str, str]
    ingressAnnotations: dict[str, str]
    ingressTLS: list[IngressTls]


class SparkApplicationSpec(TypedDict, total=False):
    """One Spark application."""

    type: Required[Literal["Java", "Python", "Scala", "R"]]
    mode: Literal["cluster", "client"]
    sparkVersion: Required[str]
    mainClass: str
    mainApplicationFile: Required[str]
    arguments: list[str]
    image: str
    imagePullPolicy: str
    imagePullSecrets: list[str]
    pythonVersion: Literal["2", "3"]
    deps: Dependencies
    driver: Required[Driver]
    executor: Required[Executor]
    dynamicAllocation: DynamicAllocation
    restartPolicy: RestartPolicy
    failureRetries: int
    retryInterval: int
    batchScheduler: str
    batchSchedulerOptions: BatchSchedulerOptions
    sparkConf: dict[str, str]
    sparkConfigMap: str
    hadoopConf: dict[str, str]
    hadoopConfigMap: str
    volumes: list[Volume]
    nodeSelector: dict[str, str]
    monitoring: Monitoring
    sparkUIOptions: SparkUi
    timeToLiveSeconds: int
    suspend: bool
    memoryOverheadFactor: str
    proxyUser: str


class SparkApplication(TypedDict):
    """One Spark application."""

    apiVersion: Literal["sparkoperator.k8s.io/v1beta2"]
    kind: Literal["SparkApplication"]
    metadata: ObjectMeta
    spec: SparkApplicationSpec


class ScheduledSparkApplicationSpec(TypedDict, total=False):
    """A Spark application and when it runs."""

    schedule: Required[str]
    timeZone: str
    concurrencyPolicy: Literal["Allow", "Forbid", "Replace"]
    suspend: bool
    successfulRunHistoryLimit: int
    failedRunHistoryLimit: int
    template: Required[SparkApplicationSpec]


class ScheduledSparkApplication(TypedDict):
    """A Spark application that runs on a schedule."""

    apiVersion: Literal["sparkoperator.k8s.io/v1beta2"]
    kind: Literal["ScheduledSparkApplication"]
    metadata: ObjectMeta
    spec: ScheduledSparkApplicationSpec
