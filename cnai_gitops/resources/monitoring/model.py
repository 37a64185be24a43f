"""Fields of PodMonitor, PrometheusRule, ServiceMonitor as prometheus-operator v0.93.0 has them.

Must not: be edited. Written by tools/models.py from the CRDs.
"""

from __future__ import annotations

from typing import Annotated, Literal, Required, TypedDict

from annotated_types import Ge, Le, MinLen

from cnai_gitops.resources.core.meta import Duration, IntOrString, KeySelector, LabelSelector, Matches, ObjectMeta, Quantity


class PodMonitor(TypedDict, total=False):
    """A whole PodMonitor."""

    apiVersion: Required[Literal["monitoring.coreos.com/v1"]]
    kind: Required[Literal["PodMonitor"]]
    metadata: Required[ObjectMeta]
    spec: Required[PodMonitorSpec]


class PrometheusRule(TypedDict, total=False):
    """A whole PrometheusRule."""

    apiVersion: Required[Literal["monitoring.coreos.com/v1"]]
    kind: Required[Literal["PrometheusRule"]]
    metadata: Required[ObjectMeta]
    spec: Required[PrometheusRuleSpec]


class ServiceMonitor(TypedDict, total=False):
    """A whole ServiceMonitor."""

    apiVersion: Required[Literal["monitoring.coreos.com/v1"]]
    kind: Required[Literal["ServiceMonitor"]]
    metadata: Required[ObjectMeta]
    spec: Required[ServiceMonitorSpec]


class PodMonitorSpec(TypedDict, total=False):
    """`spec`."""

    attachMetadata: AttachMetadata
    bodySizeLimit: str
    convertClassicHistogramsToNHCB: bool
    fallbackScrapeProtocol: Literal[
        "PrometheusProto", "OpenMetricsText0.0.1", "OpenMetricsText1.0.0", "PrometheusText0.0.4", "PrometheusText1.0.0"
    ]
    jobLabel: str
    keepDroppedTargets: Annotated[int, Ge(0)]
    labelLimit: Annotated[int, Ge(0)]
    labelNameLengthLimit: Annotated[int, Ge(0)]
    labelValueLengthLimit: Annotated[int, Ge(0)]
    namespaceSelector: NamespaceSelector
    nativeHistogramBucketLimit: Annotated[int, Ge(0)]
    nativeHistogramMinBucketFactor: Quantity
    podMetricsEndpoints: list[PodMetricsEndpoint]
    podTargetLabels: list[str]
    sampleLimit: Annotated[int, Ge(0)]
    scrapeClass: Annotated[str, MinLen(1)]
    scrapeClassicHistograms: bool
    scrapeNativeHistograms: bool
    scrapeProtocols: list[
        Literal["PrometheusProto", "OpenMetricsText0.0.1", "OpenMetricsText1.0.0", "PrometheusText0.0.4", "PrometheusText1.0.0"]
    ]
    selector: Required[LabelSelector]
    selectorMechanism: Literal["RelabelConfig", "RoleSelector"]
    targetLimit: Annotated[int, Ge(0)]


class AttachMetadata(TypedDict, total=False):
    """`spec.attachMetadata`."""

    node: bool


class NamespaceSelector(TypedDict, total=False):
    """`spec.namespaceSelector`."""

    any: bool
    matchNames: list[str]


class PodMetricsEndpoint(TypedDict, total=False):
    """`spec.podMetricsEndpoints[]`."""

    authorization: Authorization
    basicAuth: BasicAuth
    bearerTokenSecret: KeySelector
    enableHttp2: bool
    filterRunning: bool
    followRedirects: bool
    honorLabels: bool
    honorTimestamps: bool
    interval: Duration
    metricRelabelings: list[MetricRelabeling]
    noProxy: str
    oauth2: Oauth2
    params: dict[str, list[str]]
    path: str
    port: str
    portNumber: Annotated[int, Ge(1), Le(65535)]
    proxyConnectHeader: dict[str, list[KeySelector]]
    proxyFromEnvironment: bool
    proxyUrl: Annotated[str, Matches("(http|https|socks5)://.+")]
    relabelings: list[MetricRelabeling]
    scheme: Literal["http", "https", "HTTP", "HTTPS"]
    scrapeTimeout: Duration
    targetPort: IntOrString
    tlsConfig: TlsConfig
    trackTimestampsStaleness: bool


class Authorization(TypedDict, total=False):
    """`spec.podMetricsEndpoints[].authorization`."""

    credentials: KeySelector
    type: str


class BasicAuth(TypedDict, total=False):
    """`spec.podMetricsEndpoints[].basicAuth`."""

    password: KeySelector
    username: KeySelector


class MetricRelabeling(TypedDict, total=False):
    """`spec.podMetricsEndpoints[].metricRelabelings[]`."""

    action: Literal[
        "replace",
        "Replace",
        "keep",
        "Keep",
        "drop",
        "Drop",
        "hashmod",
        "HashMod",
        "labelmap",
        "LabelMap",
        "labeldrop",
        "LabelDrop",
        "labelkeep",
        "LabelKeep",
        "lowercase",
        "Lowercase",
        "uppercase",
        "Uppercase",
        "keepequal",
        "KeepEqual",
        "dropequal",
        "DropEqual",
    ]
    modulus: Annotated[int, Ge(0)]
    regex: str
    replacement: str
    separator: str
    sourceLabels: list[str]
    targetLabel: str


class Oauth2(TypedDict, total=False):
    """`spec.podMetricsEndpoints[].oauth2`."""

    clientId: Required[ClientId]
    clientSecret: Required[KeySelector]
    endpointParams: dict[str, str]
    noProxy: str
    proxyConnectHeader: dict[str, list[KeySelector]]
    proxyFromEnvironment: bool
    proxyUrl: Annotated[str, Matches("(http|https|socks5)://.+")]
    scopes: list[str]
    tlsConfig: TlsConfig
    tokenUrl: Required[Annotated[str, Matches("(http|https)://.+")]]


class ClientId(TypedDict, total=False):
    """`spec.podMetricsEndpoints[].oauth2.clientId`."""

    configMap: KeySelector
    secret: KeySelector


class TlsConfig(TypedDict, total=False):
    """`spec.podMetricsEndpoints[].oauth2.tlsConfig`."""

    ca: ClientId
    cert: ClientId
    insecureSkipVerify: bool
    keySecret: KeySelector
    maxVersion: Literal["TLS10", "TLS11", "TLS12", "TLS13"]
    minVersion: Literal["TLS10", "TLS11", "TLS12", "TLS13"]
    serverName: str


class PrometheusRuleSpec(TypedDict, total=False):
    """`spec`."""

    groups: list[Group]


class Group(TypedDict, total=False):
    """`spec.groups[]`."""

    interval: Duration
    labels: dict[str, str]
    limit: int
    name: Required[Annotated[str, MinLen(1)]]
    partial_response_strategy: Annotated[str, Matches("(?i)(abort|warn)?")]
    query_offset: Duration
    rules: list[Rule]


Rule = TypedDict(
    "Rule",
    {
        "alert": "str",
        "annotations": "dict[str, str]",
        "expr": "Required[IntOrString]",
        "for": "Duration",
        "keep_firing_for": "Duration",
        "labels": "dict[str, str]",
        "record": "str",
    },
    total=False,
)


class ServiceMonitorSpec(TypedDict, total=False):
    """`spec`."""

    attachMetadata: AttachMetadata
    bodySizeLimit: str
    convertClassicHistogramsToNHCB: bool
    endpoints: Required[list[Endpoint]]
    fallbackScrapeProtocol: Literal[
        "PrometheusProto", "OpenMetricsText0.0.1", "OpenMetricsText1.0.0", "PrometheusText0.0.4", "PrometheusText1.0.0"
    ]
    jobLabel: str
    keepDroppedTargets: Annotated[int, Ge(0)]
    labelLimit: Annotated[int, Ge(0)]
    labelNameLengthLimit: Annotated[int, Ge(0)]
    labelValueLengthLimit: Annotated[int, Ge(0)]
    namespaceSelector: NamespaceSelector
    nativeHistogramBucketLimit: Annotated[int, Ge(0)]
    nativeHistogramMinBucketFactor: Quantity
    podTargetLabels: list[str]
    sampleLimit: Annotated[int, Ge(0)]
    scrapeClass: Annotated[str, MinLen(1)]
    scrapeClassicHistograms: bool
    scrapeNativeHistograms: bool
    scrapeProtocols: list[
        Literal["PrometheusProto", "OpenMetricsText0.0.1", "OpenMetricsText1.0.0", "PrometheusText0.0.4", "PrometheusText1.0.0"]
    ]
    selector: Required[LabelSelector]
    selectorMechanism: Literal["RelabelConfig", "RoleSelector"]
    serviceDiscoveryRole: Literal["Endpoints", "EndpointSlice"]
    targetLabels: list[str]
    targetLimit: Annotated[int, Ge(0)]


class Endpoint(TypedDict, total=False):
    """`spec.endpoints[]`."""

    authorization: Authorization
    basicAuth: BasicAuth
    bearerTokenFile: str
    bearerTokenSecret: KeySelector
    enableHttp2: bool
    filterRunning: bool
    followRedirects: bool
    honorLabels: bool
    honorTimestamps: bool
    interval: Duration
    metricRelabelings: list[MetricRelabeling]
    noProxy: str
    oauth2: Oauth2
    params: dict[str, list[str]]
    path: str
    port: str
    proxyConnectHeader: dict[str, list[KeySelector]]
    proxyFromEnvironment: bool
    proxyUrl: Annotated[str, Matches("(http|https|socks5)://.+")]
    relabelings: list[MetricRelabeling]
    scheme: Literal["http", "https", "HTTP", "HTTPS"]
    scrapeTimeout: Duration
    targetPort: IntOrString
    tlsConfig: EndpointTlsConfig
    trackTimestampsStaleness: bool


class EndpointTlsConfig(TypedDict, total=False):
    """`spec.endpoints[].tlsConfig`."""

    ca: ClientId
    caFile: str
    cert: ClientId
    certFile: str
    insecureSkipVerify: bool
    keyFile: str
    keySecret: KeySelector
    maxVersion: Literal["TLS10", "TLS11", "TLS12", "TLS13"]
    minVersion: Literal["TLS10", "TLS11", "TLS12", "TLS13"]
    serverName: str
