"""What EventBus, EventSource and Sensor of Argo Events 1.9 have in common: pods, TLS, logins, back-off.

Must not: declare kinds.
"""

from __future__ import annotations

from typing import Literal, Required, TypedDict

from cnai_gitops.resources.core.container import EnvFromSource, EnvVar, ResourceRequirements, SecurityContext
from cnai_gitops.resources.core.meta import KeySelector, LocalObjectReference
from cnai_gitops.resources.core.pod import Affinity, PodSecurityContext, Toleration
from cnai_gitops.resources.core.volume import Volume, VolumeMount


class Metadata(TypedDict, total=False):
    """Labels and annotations of what the controller makes."""

    labels: dict[str, str]
    annotations: dict[str, str]


class PodFields(TypedDict, total=False):
    """Fields of the pod that the controller makes."""

    metadata: Metadata
    serviceAccountName: str
    securityContext: PodSecurityContext
    nodeSelector: dict[str, str]
    affinity: Affinity
    tolerations: list[Toleration]
    imagePullSecrets: list[LocalObjectReference]
    priorityClassName: str
    priority: int


class MainContainer(TypedDict, total=False):
    """What may be said of the container of an EventSource or Sensor; its image is the controller's."""

    env: list[EnvVar]
    envFrom: list[EnvFromSource]
    volumeMounts: list[VolumeMount]
    resources: ResourceRequirements
    securityContext: SecurityContext
    imagePullPolicy: Literal["Always", "IfNotPresent", "Never"]


class Template(PodFields, total=False):
    """The pod of an EventSource or Sensor."""

    container: MainContainer
    volumes: list[Volume]


class ContainerTemplate(TypedDict, total=False):
    """What may be said of a container of an EventBus."""

    resources: ResourceRequirements
    securityContext: SecurityContext
    imagePullPolicy: Literal["Always", "IfNotPresent", "Never"]


class Tls(TypedDict, total=False):
    """TLS of a client."""

    enabled: bool
    caCertSecret: KeySelector
    clientCertSecret: KeySelector
    clientKeySecret: KeySelector
    insecureSkipVerify: bool


class Sasl(TypedDict, total=False):
    """Login at Kafka."""

    mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER", "GSSAPI"]
    userSecret: KeySelector
    passwordSecret: KeySelector


class KafkaConsumerGroup(TypedDict, total=False):
    """Group of consumers that share a topic."""

    groupName: Required[str]
    oldest: bool
    rebalanceStrategy: Literal["range", "roundrobin", "sticky"]


class BasicAuth(TypedDict, total=False):
    """User name and password."""

    username: KeySelector
    password: KeySelector


class Backoff(TypedDict, total=False):
    """Attempts (`steps`) and the time between them; `duration` is `1s`, or a number of nanoseconds."""

    steps: int
    duration: int | str
    factor: float | str
    jitter: float | str
