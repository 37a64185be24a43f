"""Objects of Kubernetes' own API groups that we write, in shape: accounts, rights, networks, budgets, services, namespaces.

Must not: declare kinds. These types serve the code that makes objects; the schemas that Kubernetes publishes check what was made.
"""

from __future__ import annotations

from typing import Literal, Required, TypedDict

from cnai_gitops.resources.core.meta import IntOrString, LabelSelector, ObjectMeta, Quantity


class Namespace(TypedDict):
    """A namespace."""

    apiVersion: Literal["v1"]
    kind: Literal["Namespace"]
    metadata: ObjectMeta


class ServiceAccount(TypedDict):
    """The identity of pods."""

    apiVersion: Literal["v1"]
    kind: Literal["ServiceAccount"]
    metadata: ObjectMeta
    automountServiceAccountToken: bool


class ConfigMap(TypedDict):
    """Settings as text."""

    apiVersion: Literal["v1"]
    kind: Literal["ConfigMap"]
    metadata: ObjectMeta
    data: dict[str, str]


class ServicePort(TypedDict, total=False):
    """A port of a Service."""

    name: str
    port: Required[int]
    targetPort: IntOrString
    protocol: Literal["TCP", "UDP", "SCTP"]
    appProtocol: str


class ServiceSpec(TypedDict, total=False):
    """Which pods a Service selects, and where it listens."""

    clusterIP: str
    selector: dict[str, str]
    ports: list[ServicePort]
    type: Literal["ClusterIP"]


class Service(TypedDict):
    """A stable name for pods."""

    apiVersion: Literal["v1"]
    kind: Literal["Service"]
    metadata: ObjectMeta
    spec: ServiceSpec


class Limit(TypedDict, total=False):
    """Defaults and bounds of containers."""

    type: Required[Literal["Container", "Pod", "PersistentVolumeClaim"]]
    default: dict[str, Quantity]
    defaultRequest: dict[str, Quantity]
    max: dict[str, Quantity]
    min: dict[str, Quantity]


class LimitRangeSpec(TypedDict):
    """The limits of a namespace."""

    limits: list[Limit]


class LimitRange(TypedDict):
    """What a container gets that asks for nothing."""

    apiVersion: Literal["v1"]
    kind: Literal["LimitRange"]
    metadata: ObjectMeta
    spec: LimitRangeSpec


class PolicyRule(TypedDict, total=False):
    """What a role may do with some resources."""

    apiGroups: Required[list[str]]
    resources: Required[list[str]]
    resourceNames: list[str]
    verbs: Required[list[str]]


class Role(TypedDict):
    """Rights inside a namespace."""

    apiVersion: Literal["rbac.authorization.k8s.io/v1"]
    kind: Literal["Role"]
    metadata: ObjectMeta
    rules: list[PolicyRule]


class RoleRef(TypedDict):
    """The role that is bound."""

    apiGroup: Literal["rbac.authorization.k8s.io"]
    kind: Literal["Role", "ClusterRole"]
    name: str


class Subject(TypedDict):
    """Who gets a role."""

    kind: Literal["ServiceAccount"]
    name: str
    namespace: str


class RoleBinding(TypedDict):
    """Gives a role to accounts."""

    apiVersion: Literal["rbac.authorization.k8s.io/v1"]
    kind: Literal["RoleBinding"]
    metadata: ObjectMeta
    roleRef: RoleRef
    subjects: list[Subject]


class IpBlock(TypedDict, total=False):
    """A network."""

    cidr: Required[str]


class NetworkPeer(TypedDict, total=False):
    """Pods, namespaces or a network."""

    podSelector: LabelSelector
    namespaceSelector: LabelSelector
    ipBlock: IpBlock


class NetworkPort(TypedDict, total=False):
    """A port of a peer."""

    protocol: Literal["TCP", "UDP", "SCTP"]
    port: IntOrString
    endPort: int


IngressRule = TypedDict("IngressRule", {"from": list[NetworkPeer], "ports": list[NetworkPort]}, total=False)
"""Who may connect."""


class EgressRule(TypedDict, total=False):
    """What may be reached."""

    to: list[NetworkPeer]
    ports: list[NetworkPort]


class NetworkPolicySpec(TypedDict, total=False):
    """Pods and what they may talk to."""

    podSelector: Required[LabelSelector]
    policyTypes: Required[list[Literal["Ingress", "Egress"]]]
    ingress: list[IngressRule]
    egress: list[EgressRule]


class NetworkPolicy(TypedDict):
    """What some pods may talk to."""

    apiVersion: Literal["networking.k8s.io/v1"]
    kind: Literal["NetworkPolicy"]
    metadata: ObjectMeta
    spec: NetworkPolicySpec


class PodDisruptionBudgetSpec(TypedDict, total=False):
    """How many pods a drain may take at once."""

    selector: Required[LabelSelector]
    maxUnavailable: IntOrString
    minAvailable: IntOrString
    unhealthyPodEvictionPolicy: Literal["AlwaysAllow", "IfHealthyBudget"]


class PodDisruptionBudget(TypedDict):
    """Keeps a drain from taking all pods of a service."""

    apiVersion: Literal["policy/v1"]
    kind: Literal["PodDisruptionBudget"]
    metadata: ObjectMeta
    spec: PodDisruptionBudgetSpec


class PriorityClass(TypedDict):
    """Who wins when nodes are full."""

    apiVersion: Literal["scheduling.k8s.io/v1"]
    kind: Literal["PriorityClass"]
    metadata: ObjectMeta
    value: int
    globalDefault: bool
    preemptionPolicy: Literal["PreemptLowerPriority", "Never"]


class DeviceRequestExact(TypedDict, total=False):
    """Devices of one class."""

    deviceClassName: Required[str]
    count: int


class DeviceRequest(TypedDict, total=False):
    """A request of a claim."""

    name: Required[str]
    exactly: DeviceRequestExact


class DeviceClaim(TypedDict):
    """All devices of a claim."""

    requests: list[DeviceRequest]


class ResourceClaimSpec(TypedDict):
    """What a claim asks for."""

    devices: DeviceClaim


class ResourceClaimTemplateSpec(TypedDict):
    """The claim that each pod gets."""

    spec: ResourceClaimSpec


class ResourceClaimTemplate(TypedDict):
    """Devices that each pod claims for itself (dynamic resource allocation)."""

    apiVersion: Literal["resource.k8s.io/v1"]
    kind: Literal["ResourceClaimTemplate"]
    metadata: ObjectMeta
    spec: ResourceClaimTemplateSpec
