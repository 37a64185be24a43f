"""Models of EventBus and EventSource (`argoproj.io/v1alpha1`, Argo Events 1.9). Their CRDs are open.

Must not: declare kinds. Sources: webhook and Kafka; buses: JetStream and Kafka.
"""

from __future__ import annotations

from typing import Literal, Required, TypedDict

from cnai_gitops.resources.argo_events.blocks import (
    Backoff,
    BasicAuth,
    ContainerTemplate,
    KafkaConsumerGroup,
    Metadata,
    PodFields,
    Sasl,
    Template,
    Tls,
)
from cnai_gitops.resources.core.meta import IntOrString, KeySelector, Natural, ObjectMeta, Port, Quantity
from cnai_gitops.resources.core.volume import AccessMode


class _Persistence(TypedDict, total=False):
    storageClassName: str
    accessMode: AccessMode
    volumeSize: Quantity


class JetStreamBus(PodFields, total=False):
    """A JetStream cluster that the controller runs."""

    version: str
    replicas: Natural
    persistence: _Persistence
    settings: str
    streamConfig: str
    startArgs: list[str]
    maxPayload: str
    containerTemplate: ContainerTemplate
    metricsContainerTemplate: ContainerTemplate
    reloaderContainerTemplate: ContainerTemplate


class _JetStreamExotic(TypedDict, total=False):
    url: str
    accessSecret: KeySelector
    streamConfig: str
    tls: Tls


class _KafkaBus(TypedDict, total=False):
    url: str
    topic: str
    version: str
    partitioner: str
    consumerGroup: KafkaConsumerGroup
    sasl: Sasl
    tls: Tls


class _EventBusSpec(TypedDict, total=False):
    jetstream: JetStreamBus
    jetstreamExotic: _JetStreamExotic
    kafka: _KafkaBus


class EventBus(TypedDict, total=False):
    """The bus between sources and sensors of one namespace."""

    apiVersion: Required[Literal["argoproj.io/v1alpha1"]]
    kind: Required[Literal["EventBus"]]
    metadata: Required[ObjectMeta]
    spec: Required[_EventBusSpec]


class _SourceFilter(TypedDict, total=False):
    expression: str


class WebhookSource(TypedDict, total=False):
    """Events that are posted to an endpoint."""

    endpoint: Required[str]
    method: Required[Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]]
    port: Required[str]
    url: Required[str]
    authSecret: KeySelector
    serverCertSecret: KeySelector
    serverKeySecret: KeySelector
    maxPayloadSize: Natural
    metadata: dict[str, str]
    filter: _SourceFilter


class _SchemaRegistry(TypedDict, total=False):
    url: Required[str]
    schemaId: int
    auth: BasicAuth


class KafkaSource(TypedDict, total=False):
    """Events of a topic."""

    url: Required[str]
    topic: Required[str]
    partition: str
    version: str
    consumerGroup: KafkaConsumerGroup
    limitEventsPerSecond: int
    jsonBody: bool
    connectionBackoff: Backoff
    config: str
    sasl: Sasl
    tls: Tls
    schemaRegistry: _SchemaRegistry
    metadata: dict[str, str]
    filter: _SourceFilter


class _ServicePort(TypedDict, total=False):
    name: str
    port: Required[Port]
    targetPort: IntOrString
    protocol: Literal["TCP", "UDP", "SCTP"]
    appProtocol: str
    nodePort: Port


class _Service(TypedDict, total=False):
    ports: list[_ServicePort]
    clusterIP: str
    metadata: Metadata


class _EventSourceSpec(TypedDict, total=False):
    eventBusName: str
    template: Template
    service: _Service
    replicas: Natural
    webhook: dict[str, WebhookSource]
    kafka: dict[str, KafkaSource]


class EventSource(TypedDict, total=False):
    """Where events come from."""

    apiVersion: Required[Literal["argoproj.io/v1alpha1"]]
    kind: Required[Literal["EventSource"]]
    metadata: Required[ObjectMeta]
    spec: Required[_EventSourceSpec]
