"""KubeRay v1 in shape: what RayCluster, RayJob and RayService may hold.

Must not: know what the operator does with it (`ray` does). Alpha blocks of the cluster are left out.
"""

from __future__ import annotations

from typing import Literal, Required, TypedDict

from cnai_gitops.resources.core.container import EnvFromSource, EnvVar, ResourceRequirements, SecurityContext
from cnai_gitops.resources.core.meta import IntOrString, KeySelector, ObjectMeta, TemplateMeta
from cnai_gitops.resources.core.pod import PodTemplateSpec
from cnai_gitops.resources.core.volume import VolumeMount

ManagedBy = Literal["ray.io/kuberay-operator", "kueue.x-k8s.io/multikueue"]


class AutoscalerOptions(TypedDict, total=False):
    """The autoscaler beside the head; version v2 needs pods with `restartPolicy: Never`."""

    version: Literal["v1", "v2"]
    idleTimeoutSeconds: int
    upscalingMode: Literal["Default", "Aggressive", "Conservative"]
    resources: ResourceRequirements
    image: str
    imagePullPolicy: str
    env: list[EnvVar]
    envFrom: list[EnvFromSource]
    volumeMounts: list[VolumeMount]
    securityContext: SecurityContext


class RedisCredential(TypedDict, total=False):
    """A Redis user name or password; a literal one has no place in Git."""

    value: str
    valueFrom: RedisCredentialSource


class RedisCredentialSource(TypedDict, total=False):
    """Where a Redis credential comes from."""

    secretKeyRef: KeySelector


class GcsFaultToleranceOptions(TypedDict, total=False):
    """A head that survives its own restart."""

    redisAddress: str
    redisUsername: RedisCredential
    redisPassword: RedisCredential
    externalStorageNamespace: str


class AuthOptions(TypedDict, total=False):
    """Whether the dashboard and the job API ask for a token (Ray 2.52 and later)."""

    mode: Literal["disabled", "token"]
    secretName: str
    enableK8sTokenAuth: bool


class ClusterUpgradeStrategy(TypedDict, total=False):
    """What a changed pod template does to a running cluster."""

    type: Literal["Recreate", "None"]


class ServicePort(TypedDict, total=False):
    """A port of a Service."""

    name: str
    port: Required[int]
    targetPort: IntOrString
    nodePort: int
    protocol: Literal["TCP", "UDP", "SCTP"]
    appProtocol: str


class ServiceSpec(TypedDict, total=False):
    """What may be changed of a Service that the operator makes."""

    type: Literal["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"]
    ports: list[ServicePort]
    selector: dict[str, str]
    clusterIP: str
    loadBalancerClass: str
    loadBalancerSourceRanges: list[str]
    externalTrafficPolicy: str
    internalTrafficPolicy: str
    publishNotReadyAddresses: bool
    sessionAffinity: str


class OwnService(TypedDict, total=False):
    """A Service that the operator makes; RayService refuses a name on `headService`."""

    apiVersion: str
    kind: str
    metadata: TemplateMeta
    spec: ServiceSpec


class HeadGroupSpec(TypedDict, total=False):
    """The head pod."""

    template: Required[PodTemplateSpec]
    rayStartParams: dict[str, str]
    resources: dict[str, str]
    labels: dict[str, str]
    serviceType: Literal["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"]
    headService: OwnService
    enableIngress: bool


class ScaleStrategy(TypedDict, total=False):
    """Pods that the autoscaler wants gone."""

    workersToDelete: list[str]


class WorkerGroupSpec(TypedDict, total=False):
    """Equal workers; `numOfHosts` pods make one replica."""

    groupName: Required[str]
    replicas: int
    minReplicas: int
    maxReplicas: int
    numOfHosts: int
    idleTimeoutSeconds: int
    priority: int
    rayStartParams: dict[str, str]
    resources: dict[str, str]
    labels: dict[str, str]
    suspend: bool
    scaleStrategy: ScaleStrategy
    template: Required[PodTemplateSpec]


class RayClusterSpec(TypedDict, total=False):
    """A head and its worker groups."""

    rayVersion: str
    enableInTreeAutoscaling: bool
    autoscalerOptions: AutoscalerOptions
    gcsFaultToleranceOptions: GcsFaultToleranceOptions
    authOptions: AuthOptions
    upgradeStrategy: ClusterUpgradeStrategy
    managedBy: ManagedBy
    suspend: bool
    headServiceAnnotations: dict[str, str]
    headGroupSpec: Required[HeadGroupSpec]
    workerGroupSpecs: list[WorkerGroupSpec]


class RayCluster(TypedDict):
    """A Ray cluster."""

    apiVersion: Literal["ray.io/v1"]
    kind: Literal["RayCluster"]
    metadata: ObjectMeta
    spec: RayClusterSpec


class SubmitterConfig(TypedDict, total=False):
    """The Job that submits."""

    backoffLimit: int


class DeletionCondition(TypedDict, total=False):
    """When a deletion rule holds."""

    jobStatus: Literal["SUCCEEDED", "FAILED"]
    jobDeploymentStatus: Literal["Failed"]
    ttlSeconds: int


class DeletionRule(TypedDict):
    """What is deleted, and when."""

    policy: Literal["DeleteCluster", "DeleteWorkers", "DeleteSelf", "DeleteNone"]
    condition: DeletionCondition


class DeletionStrategy(TypedDict, total=False):
    """What is deleted after the job."""

    deletionRules: list[DeletionRule]


class RayJobSpec(TypedDict, total=False):
    """A job, and the cluster made for it (or a selector of a running one)."""

    entrypoint: str
    runtimeEnvYAML: str
    rayClusterSpec: RayClusterSpec
    clusterSelector: dict[str, str]
    submissionMode: Literal["K8sJobMode", "HTTPMode", "InteractiveMode", "SidecarMode"]
    submitterPodTemplate: PodTemplateSpec
    submitterConfig: SubmitterConfig
    backoffLimit: int
    activeDeadlineSeconds: int
    preRunningDeadlineSeconds: int
    shutdownAfterJobFinishes: bool
    ttlSecondsAfterFinished: int
    deletionStrategy: DeletionStrategy
    suspend: bool
    managedBy: ManagedBy
    jobId: str
    metadata: dict[str, str]
    entrypointNumCpus: float
    entrypointNumGpus: float
    entrypointResources: str


class RayJob(TypedDict):
    """A job on a Ray cluster of its own."""

    apiVersion: Literal["ray.io/v1"]
    kind: Literal["RayJob"]
    metadata: ObjectMeta
    spec: RayJobSpec


class ClusterUpgradeOptions(TypedDict, total=False):
    """Pace of an incremental upgrade; `maxSurgePercent` is how much of a second cluster may run."""

    maxSurgePercent: int
    stepSizePercent: Required[int]
    intervalSeconds: Required[int]
    gatewayClassName: Required[str]


class ServiceUpgradeStrategy(TypedDict, total=False):
    """How a changed cluster replaces the old one; both run for a while unless the type is None."""

    type: Literal["NewCluster", "NewClusterWithIncrementalUpgrade", "None"]
    clusterUpgradeOptions: ClusterUpgradeOptions


class RayServiceSpec(TypedDict, total=False):
    """Ray Serve applications and the cluster they run on."""

    serveConfigV2: str
    rayClusterConfig: Required[RayClusterSpec]
    upgradeStrategy: ServiceUpgradeStrategy
    excludeHeadPodFromServeSvc: bool
    serveService: OwnService
    rayClusterDeletionDelaySeconds: int
    serviceUnhealthySecondThreshold: int
    deploymentUnhealthySecondThreshold: int
    suspend: bool


class RayService(TypedDict):
    """Ray Serve applications on a cluster that is replaced without downtime."""

    apiVersion: Literal["ray.io/v1"]
    kind: Literal["RayService"]
    metadata: ObjectMeta
    spec: RayServiceSpec
