"""Fields of RayCluster, RayJob, RayService as kuberay v1.7.0 has them.

Must not: be edited. Written by tools/models.py from the CRDs.
"""

from __future__ import annotations

from typing import Annotated, Literal, Required, TypedDict

from annotated_types import Ge, MinLen

from cnai_gitops.resources.core.container import EnvFromSource, EnvVar, EnvVarSource, ResourceRequirements, SecurityContext
from cnai_gitops.resources.core.meta import IntOrString, ObjectMeta, Quantity, TemplateMeta
from cnai_gitops.resources.core.pod import PodTemplateSpec
from cnai_gitops.resources.core.volume import VolumeMount


class RayCluster(TypedDict, total=False):
    """A whole RayCluster."""

    apiVersion: Required[Literal["ray.io/v1"]]
    kind: Required[Literal["RayCluster"]]
    metadata: Required[ObjectMeta]
    spec: Required[RayClusterSpec]


class RayJob(TypedDict, total=False):
    """A whole RayJob."""

    apiVersion: Required[Literal["ray.io/v1"]]
    kind: Required[Literal["RayJob"]]
    metadata: Required[ObjectMeta]
    spec: Required[RayJobSpec]


class RayService(TypedDict, total=False):
    """A whole RayService."""

    apiVersion: Required[Literal["ray.io/v1"]]
    kind: Required[Literal["RayService"]]
    metadata: Required[ObjectMeta]
    spec: Required[RayServiceSpec]


class RayClusterSpec(TypedDict, total=False):
    """`spec`."""

    authOptions: AuthOptions
    autoscalerOptions: AutoscalerOptions
    enableInTreeAutoscaling: bool
    gcsFaultToleranceOptions: GcsFaultToleranceOptions
    headGroupSpec: Required[HeadGroupSpec]
    headServiceAnnotations: dict[str, str]
    managedBy: Literal["ray.io/kuberay-operator", "kueue.x-k8s.io/multikueue"]
    rayVersion: str
    suspend: bool
    upgradeStrategy: UpgradeStrategy
    workerGroupSpecs: list[WorkerGroupSpec]


class AuthOptions(TypedDict, total=False):
    """`spec.authOptions`."""

    enableK8sTokenAuth: bool
    mode: Literal["disabled", "token"]
    secretName: str


class AutoscalerOptions(TypedDict, total=False):
    """`spec.autoscalerOptions`."""

    args: list[str]
    command: list[str]
    env: list[EnvVar]
    envFrom: list[EnvFromSource]
    idleTimeoutSeconds: int
    image: str
    imagePullPolicy: str
    resources: ResourceRequirements
    securityContext: SecurityContext
    upscalingMode: Literal["Default", "Aggressive", "Conservative"]
    version: Literal["v1", "v2"]
    volumeMounts: list[VolumeMount]


class GcsFaultToleranceOptions(TypedDict, total=False):
    """`spec.gcsFaultToleranceOptions`."""

    backend: Literal["redis", "rocksdb"]
    externalStorageNamespace: str
    redisAddress: str
    redisPassword: RedisPassword
    redisUsername: RedisPassword
    storage: Storage


class RedisPassword(TypedDict, total=False):
    """`spec.gcsFaultToleranceOptions.redisPassword`."""

    value: str
    valueFrom: EnvVarSource


class Storage(TypedDict, total=False):
    """`spec.gcsFaultToleranceOptions.storage`."""

    accessModes: list[str]
    claimName: str
    deletionPolicy: Literal["DeleteWithCluster", "Retain"]
    size: Quantity
    storageClassName: str
    subPath: str


class HeadGroupSpec(TypedDict, total=False):
    """`spec.headGroupSpec`."""

    enableIngress: bool
    headService: HeadService
    ingressOptions: IngressOptions
    labels: dict[str, str]
    rayStartParams: dict[str, str]
    resources: dict[str, str]
    serviceType: Literal["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"]
    template: Required[PodTemplateSpec]


class HeadService(TypedDict, total=False):
    """`spec.headGroupSpec.headService`."""

    apiVersion: str
    kind: str
    metadata: TemplateMeta
    spec: HeadServiceSpec


class HeadServiceSpec(TypedDict, total=False):
    """`spec.headGroupSpec.headService.spec`."""

    allocateLoadBalancerNodePorts: bool
    clusterIP: str
    clusterIPs: list[str]
    externalIPs: list[str]
    externalName: str
    externalTrafficPolicy: str
    healthCheckNodePort: int
    internalTrafficPolicy: str
    ipFamilies: list[str]
    ipFamilyPolicy: str
    loadBalancerClass: str
    loadBalancerIP: str
    loadBalancerSourceRanges: list[str]
    ports: list[SpecPort]
    publishNotReadyAddresses: bool
    selector: dict[str, str]
    sessionAffinity: str
    sessionAffinityConfig: SessionAffinityConfig
    trafficDistribution: str
    type: Literal["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"]


class SpecPort(TypedDict, total=False):
    """`spec.headGroupSpec.headService.spec.ports[]`."""

    appProtocol: str
    name: str
    nodePort: int
    port: Required[int]
    protocol: Literal["TCP", "UDP", "SCTP"]
    targetPort: IntOrString


class SessionAffinityConfig(TypedDict, total=False):
    """`spec.headGroupSpec.headService.spec.sessionAffinityConfig`."""

    clientIP: ClientIP


class ClientIP(TypedDict, total=False):
    """`spec.headGroupSpec.headService.spec.sessionAffinityConfig.clientIP`."""

    timeoutSeconds: int


class IngressOptions(TypedDict, total=False):
    """`spec.headGroupSpec.ingressOptions`."""

    host: str
    path: str
    pathType: Literal["Exact", "Prefix", "ImplementationSpecific"]
    tls: list[Tl]


class Tl(TypedDict, total=False):
    """`spec.headGroupSpec.ingressOptions.tls[]`."""

    hosts: list[str]
    secretName: str


class UpgradeStrategy(TypedDict, total=False):
    """`spec.upgradeStrategy`."""

    type: Literal["Recreate", "None"]


class WorkerGroupSpec(TypedDict, total=False):
    """`spec.workerGroupSpecs[]`."""

    groupName: Required[str]
    idleTimeoutSeconds: int
    labels: dict[str, str]
    maxReplicas: int
    minReplicas: int
    numOfHosts: int
    priority: int
    rayStartParams: dict[str, str]
    replicas: int
    resources: dict[str, str]
    scaleStrategy: ScaleStrategy
    suspend: bool
    template: Required[PodTemplateSpec]


class ScaleStrategy(TypedDict, total=False):
    """`spec.workerGroupSpecs[].scaleStrategy`."""

    workersToDelete: list[str]


class RayJobSpec(TypedDict, total=False):
    """`spec`."""

    activeDeadlineSeconds: int
    backoffLimit: int
    clusterSelector: dict[str, str]
    deletionStrategy: DeletionStrategy
    entrypoint: str
    entrypointNumCpus: float
    entrypointNumGpus: float
    entrypointResources: str
    jobId: str
    managedBy: Literal["ray.io/kuberay-operator", "kueue.x-k8s.io/multikueue"]
    metadata: dict[str, str]
    preRunningDeadlineSeconds: Annotated[int, Ge(1)]
    rayClusterSpec: RayClusterSpec
    runtimeEnvYAML: str
    shutdownAfterJobFinishes: bool
    submissionMode: Literal["K8sJobMode", "HTTPMode", "InteractiveMode", "SidecarMode"]
    submitterConfig: SubmitterConfig
    submitterPodTemplate: PodTemplateSpec
    suspend: bool
    ttlSecondsAfterFinished: int


class DeletionStrategy(TypedDict, total=False):
    """`spec.deletionStrategy`."""

    deletionRules: Annotated[list[DeletionRule], MinLen(1)]
    onFailure: OnFailure
    onSuccess: OnFailure


class DeletionRule(TypedDict, total=False):
    """`spec.deletionStrategy.deletionRules[]`."""

    condition: Required[Condition]
    policy: Required[Literal["DeleteCluster", "DeleteWorkers", "DeleteSelf", "DeleteNone"]]


class Condition(TypedDict, total=False):
    """`spec.deletionStrategy.deletionRules[].condition`."""

    jobDeploymentStatus: Literal["Failed"]
    jobStatus: Literal["SUCCEEDED", "FAILED"]
    ttlSeconds: Annotated[int, Ge(0)]


class OnFailure(TypedDict, total=False):
    """`spec.deletionStrategy.onFailure`."""

    policy: Literal["DeleteCluster", "DeleteWorkers", "DeleteSelf", "DeleteNone"]


class SubmitterConfig(TypedDict, total=False):
    """`spec.submitterConfig`."""

    backoffLimit: int


class RayServiceSpec(TypedDict, total=False):
    """`spec`."""

    deploymentUnhealthySecondThreshold: int
    excludeHeadPodFromServeSvc: bool
    managedBy: Literal["ray.io/kuberay-operator", "kueue.x-k8s.io/multikueue"]
    rayClusterConfig: Required[RayClusterSpec]
    rayClusterDeletionDelaySeconds: Annotated[int, Ge(0)]
    serveConfigV2: str
    serveService: HeadService
    serviceUnhealthySecondThreshold: int
    suspend: bool
    upgradeStrategy: SpecUpgradeStrategy


class SpecUpgradeStrategy(TypedDict, total=False):
    """`spec.upgradeStrategy`."""

    clusterUpgradeOptions: ClusterUpgradeOptions
    type: Literal["NewCluster", "NewClusterWithIncrementalUpgrade", "None"]


class ClusterUpgradeOptions(TypedDict, total=False):
    """`spec.upgradeStrategy.clusterUpgradeOptions`."""

    gatewayClassName: Required[str]
    intervalSeconds: Required[int]
    maxSurgePercent: int
    stepSizePercent: Required[int]
