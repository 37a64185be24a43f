"""Pods, as core kinds and the CRDs that embed them spell them (Kubernetes 1.34 to 1.37).

Must not: declare kinds, count accelerators. What only some of those CRDs know yet is left out.
"""

from __future__ import annotations

from typing import Literal, Required, TypedDict

from cnai_gitops.resources.core.container import Container, ResourceRequirements, SecurityProfile, SeLinuxOptions, WindowsOptions
from cnai_gitops.resources.core.meta import KeyOperator, LabelSelector, LocalObjectReference, Quantity, TemplateMeta
from cnai_gitops.resources.core.volume import Volume

Effect = Literal["NoSchedule", "PreferNoSchedule", "NoExecute"]


class Toleration(TypedDict, total=False):
    """A taint that a pod tolerates."""

    key: str
    operator: Literal["Exists", "Equal", "Lt", "Gt"]
    value: str
    effect: Effect
    tolerationSeconds: int


class NodeSelectorRequirement(TypedDict, total=False):
    """One expression over a node label."""

    key: Required[str]
    operator: Required[KeyOperator | Literal["Gt", "Lt"]]
    values: list[str]


class NodeSelectorTerm(TypedDict, total=False):
    """Expressions that must all hold."""

    matchExpressions: list[NodeSelectorRequirement]
    matchFields: list[NodeSelectorRequirement]


class NodeSelector(TypedDict, total=False):
    """Terms of which one must hold."""

    nodeSelectorTerms: Required[list[NodeSelectorTerm]]


class _PreferredNode(TypedDict, total=False):
    weight: Required[int]
    preference: Required[NodeSelectorTerm]


class NodeAffinity(TypedDict, total=False):
    """Nodes that a pod needs or prefers."""

    requiredDuringSchedulingIgnoredDuringExecution: NodeSelector
    preferredDuringSchedulingIgnoredDuringExecution: list[_PreferredNode]


class PodAffinityTerm(TypedDict, total=False):
    """Pods to be near to or away from."""

    topologyKey: Required[str]
    labelSelector: LabelSelector
    namespaces: list[str]
    namespaceSelector: LabelSelector
    matchLabelKeys: list[str]
    mismatchLabelKeys: list[str]


class _PreferredPods(TypedDict, total=False):
    weight: Required[int]
    podAffinityTerm: Required[PodAffinityTerm]


class PodAffinity(TypedDict, total=False):
    """Neighbours that a pod needs or prefers (or, under `podAntiAffinity`, shuns)."""

    requiredDuringSchedulingIgnoredDuringExecution: list[PodAffinityTerm]
    preferredDuringSchedulingIgnoredDuringExecution: list[_PreferredPods]


class Affinity(TypedDict, total=False):
    """Where a pod wants to run."""

    nodeAffinity: NodeAffinity
    podAffinity: PodAffinity
    podAntiAffinity: PodAffinity


class TopologySpreadConstraint(TypedDict, total=False):
    """How evenly pods spread over a topology."""

    maxSkew: Required[int]
    topologyKey: Required[str]
    whenUnsatisfiable: Required[Literal["DoNotSchedule", "ScheduleAnyway"]]
    labelSelector: LabelSelector
    matchLabelKeys: list[str]
    minDomains: int
    nodeAffinityPolicy: Literal["Honor", "Ignore"]
    nodeTaintsPolicy: Literal["Honor", "Ignore"]


class _Sysctl(TypedDict, total=False):
    name: Required[str]
    value: Required[str]


class PodSecurityContext(TypedDict, total=False):
    """Rights of all containers of a pod."""

    runAsNonRoot: bool
    runAsUser: int
    runAsGroup: int
    fsGroup: int
    fsGroupChangePolicy: Literal["OnRootMismatch", "Always"]
    supplementalGroups: list[int]
    supplementalGroupsPolicy: Literal["Merge", "Strict"]
    seccompProfile: SecurityProfile
    appArmorProfile: SecurityProfile
    seLinuxOptions: SeLinuxOptions
    seLinuxChangePolicy: Literal["MountOption", "Recursive"]
    sysctls: list[_Sysctl]
    windowsOptions: WindowsOptions


class PodResourceClaim(TypedDict, total=False):
    """Devices that a pod claims, by claim or by template."""

    name: Required[str]
    resourceClaimName: str
    resourceClaimTemplateName: str


class _DnsOption(TypedDict, total=False):
    name: str
    value: str


class _DnsConfig(TypedDict, total=False):
    nameservers: list[str]
    searches: list[str]
    options: list[_DnsOption]


class _HostAlias(TypedDict, total=False):
    ip: Required[str]
    hostnames: list[str]


class _Named(TypedDict, total=False):
    name: Required[str]


class _ReadinessGate(TypedDict, total=False):
    conditionType: Required[str]


class _PodOs(TypedDict, total=False):
    name: Required[Literal["linux", "windows"]]


class PlacementFields(TypedDict, total=False):
    """Where a pod runs: what serving runtimes and pod specs have in common."""

    nodeSelector: dict[str, str]
    affinity: Affinity
    tolerations: list[Toleration]
    imagePullSecrets: list[LocalObjectReference]
    volumes: list[Volume]
    hostIPC: bool


class PodFields(PlacementFields, total=False):
    """A pod spec without its containers; KServe's components are one too."""

    initContainers: list[Container]
    restartPolicy: Literal["Always", "OnFailure", "Never"]
    serviceAccountName: str
    serviceAccount: str
    automountServiceAccountToken: bool
    securityContext: PodSecurityContext
    resources: ResourceRequirements
    resourceClaims: list[PodResourceClaim]
    topologySpreadConstraints: list[TopologySpreadConstraint]
    priorityClassName: str
    priority: int
    preemptionPolicy: Literal["PreemptLowerPriority", "Never"]
    schedulerName: str
    schedulingGates: list[_Named]
    readinessGates: list[_ReadinessGate]
    terminationGracePeriodSeconds: int
    activeDeadlineSeconds: int
    runtimeClassName: str
    overhead: dict[str, Quantity]
    shareProcessNamespace: bool
    enableServiceLinks: bool
    hostNetwork: bool
    hostPID: bool
    hostUsers: bool
    hostAliases: list[_HostAlias]
    hostname: str
    hostnameOverride: str
    subdomain: str
    setHostnameAsFQDN: bool
    dnsPolicy: Literal["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"]
    dnsConfig: _DnsConfig
    nodeName: str
    os: _PodOs


class PodSpec(PodFields, total=False):
    """What a pod runs."""

    containers: Required[list[Container]]


class PodTemplateSpec(TypedDict, total=False):
    """The pod that a controller makes."""

    metadata: TemplateMeta
    spec: PodSpec
