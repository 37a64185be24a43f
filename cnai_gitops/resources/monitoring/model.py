"""Fields of monitors and rules (prometheus-operator 0.93).

Must not: write queries.
"""

from __future__ import annotations

from typing import Literal, Required, TypedDict

from cnai_gitops.resources.core.meta import Duration, IntOrString, KeySelector, LabelSelector, Natural, NonEmpty, ObjectMeta, Port, Quantity
from cnai_gitops.resources.monitoring.http import Authorization, BasicAuth, OAuth2, Proxy, SafeTlsConfig, TlsConfig

Protocol = Literal["PrometheusProto", "OpenMetricsText0.0.1", "OpenMetricsText1.0.0", "PrometheusText0.0.4", "PrometheusText1.0.0"]


class Relabeling(TypedDict, total=False):
    """One relabeling rule."""

    # The API also takes `Replace` and the like; one spelling is enough.
    action: Literal[
        "replace", "keep", "drop", "hashmod", "labelmap", "labeldrop", "labelkeep", "lowercase", "uppercase", "keepequal", "dropequal"
    ]
    sourceLabels: list[str]
    separator: str
    targetLabel: str
    regex: str
    modulus: Natural
    replacement: str


class _ScrapeFields(Proxy, total=False):
    """What the endpoints of services and of pods have in common."""

    port: str
    targetPort: IntOrString
    path: str
    scheme: Literal["http", "https"]
    params: dict[str, list[str]]
    interval: Duration
    scrapeTimeout: Duration
    honorLabels: bool
    honorTimestamps: bool
    trackTimestampsStaleness: bool
    basicAuth: BasicAuth
    authorization: Authorization
    oauth2: OAuth2
    bearerTokenSecret: KeySelector
    relabelings: list[Relabeling]
    metricRelabelings: list[Relabeling]
    followRedirects: bool
    enableHttp2: bool
    filterRunning: bool


class Endpoint(_ScrapeFields, total=False):
    """A port of a Service; `port` is its name, a number goes to `targetPort`."""

    tlsConfig: TlsConfig
    bearerTokenFile: str


class PodMetricsEndpoint(_ScrapeFields, total=False):
    """A port of a pod; `port` is its name."""

    portNumber: Port
    tlsConfig: SafeTlsConfig


class _NamespaceSelector(TypedDict, total=False):
    any: bool
    matchNames: list[str]


class _AttachMetadata(TypedDict, total=False):
    node: bool


class _MonitorFields(TypedDict, total=False):
    """What both monitors have in common."""

    selector: Required[LabelSelector]
    selectorMechanism: Literal["RelabelConfig", "RoleSelector"]
    namespaceSelector: _NamespaceSelector
    jobLabel: str
    podTargetLabels: list[str]
    attachMetadata: _AttachMetadata
    scrapeClass: NonEmpty
    scrapeProtocols: list[Protocol]
    fallbackScrapeProtocol: Protocol
    sampleLimit: Natural
    targetLimit: Natural
    labelLimit: Natural
    labelNameLengthLimit: Natural
    labelValueLengthLimit: Natural
    keepDroppedTargets: Natural
    bodySizeLimit: str
    scrapeNativeHistograms: bool
    scrapeClassicHistograms: bool
    convertClassicHistogramsToNHCB: bool
    nativeHistogramBucketLimit: Natural
    nativeHistogramMinBucketFactor: Quantity


class _ServiceMonitorSpec(_MonitorFields, total=False):
    endpoints: Required[list[Endpoint]]
    targetLabels: list[str]
    serviceDiscoveryRole: Literal["Endpoints", "EndpointSlice"]


class ServiceMonitor(TypedDict, total=False):
    """Scrapes the pods behind services."""

    apiVersion: Required[Literal["monitoring.coreos.com/v1"]]
    kind: Required[Literal["ServiceMonitor"]]
    metadata: Required[ObjectMeta]
    spec: Required[_ServiceMonitorSpec]


class _PodMonitorSpec(_MonitorFields, total=False):
    podMetricsEndpoints: list[PodMetricsEndpoint]


class PodMonitor(TypedDict, total=False):
    """Scrapes pods directly."""

    apiVersion: Required[Literal["monitoring.coreos.com/v1"]]
    kind: Required[Literal["PodMonitor"]]
    metadata: Required[ObjectMeta]
    spec: Required[_PodMonitorSpec]


# One of its keys is no Python name.
Rule = TypedDict(
    "Rule",
    {
        "record": str,
        "alert": str,
        "expr": Required[IntOrString],
        "for": Duration,
        "keep_firing_for": Duration,
        "labels": dict[str, str],
        "annotations": dict[str, str],
    },
    total=False,
)


class RuleGroup(TypedDict, total=False):
    """Rules that are evaluated in order."""

    name: Required[NonEmpty]
    rules: list[Rule]
    interval: Duration
    limit: int
    labels: dict[str, str]
    query_offset: Duration
    partial_response_strategy: str


class _PrometheusRuleSpec(TypedDict, total=False):
    groups: list[RuleGroup]


class PrometheusRule(TypedDict, total=False):
    """Recording rules and alerts."""

    apiVersion: Required[Literal["monitoring.coreos.com/v1"]]
    kind: Required[Literal["PrometheusRule"]]
    metadata: Required[ObjectMeta]
    spec: Required[_PrometheusRuleSpec]
