"""Model of AlertmanagerConfig (`monitoring.coreos.com/v1alpha1`, prometheus-operator 0.93).

Must not: declare kinds. Receivers for Discord, Pushover, Rocket.Chat, Telegram,
VictorOps, Webex, WeChat and the retired Teams connector are left out: use a webhook.
"""

from __future__ import annotations

from typing import Annotated, Literal, Required, TypedDict

from annotated_types import Ge, Le

from cnai_gitops.resources.core.meta import Duration, KeySelector, Natural, NonEmpty, ObjectMeta
from cnai_gitops.resources.monitoring.http import HttpConfig, SafeTlsConfig

DayOfMonth = Annotated[int, Ge(-31), Le(31)]


class Matcher(TypedDict, total=False):
    """A condition on one label of an alert."""

    name: Required[NonEmpty]
    value: str
    matchType: Literal["=", "!=", "=~", "!~"]
    regex: bool


# `continue` is no Python name.
Route = TypedDict(
    "Route",
    {
        "receiver": str,
        "groupBy": list[str],
        "groupWait": Duration,
        "groupInterval": Duration,
        "repeatInterval": Duration,
        "matchers": list[Matcher],
        "continue": bool,
        "routes": "list[Route]",
        "muteTimeIntervals": list[str],
        "activeTimeIntervals": list[str],
    },
    total=False,
)


class _InhibitRule(TypedDict, total=False):
    sourceMatch: list[Matcher]
    targetMatch: list[Matcher]
    equal: list[str]


class _TimeRange(TypedDict, total=False):
    startTime: str
    endTime: str


class _DayRange(TypedDict, total=False):
    start: DayOfMonth
    end: DayOfMonth


class _TimeInterval(TypedDict, total=False):
    times: list[_TimeRange]
    weekdays: list[str]
    daysOfMonth: list[_DayRange]
    months: list[str]
    years: list[str]


class _MuteTimeInterval(TypedDict, total=False):
    name: Required[str]
    timeIntervals: list[_TimeInterval]


class _KeyValue(TypedDict, total=False):
    key: Required[NonEmpty]
    value: Required[str]


class _Receiving(TypedDict, total=False):
    sendResolved: bool
    httpConfig: HttpConfig


class WebhookConfig(_Receiving, total=False):
    """Posts alerts to a URL; a secret one comes from `urlSecret`."""

    url: str
    urlSecret: KeySelector
    maxAlerts: Natural
    timeout: Duration
    payload: NonEmpty


class _SlackConfirm(TypedDict, total=False):
    text: Required[NonEmpty]
    title: NonEmpty
    okText: NonEmpty
    dismissText: NonEmpty


class _SlackAction(TypedDict, total=False):
    type: Required[NonEmpty]
    text: Required[NonEmpty]
    url: str
    style: NonEmpty
    name: NonEmpty
    value: NonEmpty
    confirm: _SlackConfirm


class _SlackField(TypedDict, total=False):
    title: Required[NonEmpty]
    value: Required[NonEmpty]
    short: bool


class SlackConfig(_Receiving, total=False):
    """Posts alerts to a Slack channel."""

    apiURL: KeySelector
    channel: NonEmpty
    username: NonEmpty
    color: NonEmpty
    title: NonEmpty
    titleLink: str
    pretext: NonEmpty
    text: NonEmpty
    fields: list[_SlackField]
    shortFields: bool
    footer: NonEmpty
    fallback: NonEmpty
    callbackId: NonEmpty
    iconEmoji: NonEmpty
    iconURL: str
    imageURL: str
    thumbURL: str
    linkNames: bool
    mrkdwnIn: list[str]
    actions: list[_SlackAction]
    timeout: Duration


class _PagerDutyImage(TypedDict, total=False):
    src: NonEmpty
    href: str
    alt: NonEmpty


class _PagerDutyLink(TypedDict, total=False):
    href: str
    alt: NonEmpty


class PagerDutyConfig(_Receiving, total=False):
    """Opens incidents in PagerDuty."""

    routingKey: KeySelector
    serviceKey: KeySelector
    url: str
    client: NonEmpty
    clientURL: str
    description: NonEmpty
    severity: NonEmpty
    component: NonEmpty
    group: NonEmpty
    source: NonEmpty
    details: list[_KeyValue]
    pagerDutyImageConfigs: list[_PagerDutyImage]
    pagerDutyLinkConfigs: list[_PagerDutyLink]
    timeout: Duration


# `class` and `from` are no Python names.
_PagerDutyClass = TypedDict("_PagerDutyClass", {"class": NonEmpty}, total=False)
_EmailFrom = TypedDict("_EmailFrom", {"from": NonEmpty}, total=False)


class _PagerDuty(PagerDutyConfig, _PagerDutyClass, total=False):
    pass


class EmailConfig(_EmailFrom, total=False):
    """Sends alerts by mail."""

    to: NonEmpty
    sendResolved: bool
    smarthost: NonEmpty
    hello: NonEmpty
    authUsername: NonEmpty
    authPassword: KeySelector
    authSecret: KeySelector
    authIdentity: NonEmpty
    headers: list[_KeyValue]
    html: str
    text: NonEmpty
    requireTLS: bool
    forceImplicitTLS: bool
    tlsConfig: SafeTlsConfig


class _Responder(TypedDict, total=False):
    type: Required[Literal["team", "teams", "user", "escalation", "schedule"]]
    id: NonEmpty
    name: NonEmpty
    username: NonEmpty


class OpsGenieConfig(_Receiving, total=False):
    """Opens alerts in Opsgenie."""

    apiKey: KeySelector
    apiURL: str
    message: NonEmpty
    description: NonEmpty
    source: NonEmpty
    tags: NonEmpty
    note: NonEmpty
    priority: NonEmpty
    details: list[_KeyValue]
    responders: list[_Responder]
    entity: NonEmpty
    actions: NonEmpty
    updateAlerts: bool


class _SigV4(TypedDict, total=False):
    region: str
    accessKey: KeySelector
    secretKey: KeySelector
    profile: str
    roleArn: str
    externalId: NonEmpty


class SnsConfig(_Receiving, total=False):
    """Publishes alerts to AWS SNS."""

    apiURL: str
    sigv4: _SigV4
    topicARN: NonEmpty
    targetARN: NonEmpty
    phoneNumber: NonEmpty
    subject: NonEmpty
    message: NonEmpty
    attributes: dict[str, str]


class TeamsConfig(_Receiving, total=False):
    """Posts alerts to a Teams workflow."""

    webhookURL: KeySelector
    title: NonEmpty
    text: NonEmpty


class Receiver(TypedDict, total=False):
    """Where alerts go."""

    name: Required[NonEmpty]
    webhookConfigs: list[WebhookConfig]
    slackConfigs: list[SlackConfig]
    pagerdutyConfigs: list[_PagerDuty]
    emailConfigs: list[EmailConfig]
    opsgenieConfigs: list[OpsGenieConfig]
    snsConfigs: list[SnsConfig]
    msteamsv2Configs: list[TeamsConfig]


class _AlertmanagerConfigSpec(TypedDict, total=False):
    route: Route
    receivers: list[Receiver]
    inhibitRules: list[_InhibitRule]
    muteTimeIntervals: list[_MuteTimeInterval]


class AlertmanagerConfig(TypedDict, total=False):
    """Who is told about the alerts of one namespace."""

    apiVersion: Required[Literal["monitoring.coreos.com/v1alpha1"]]
    kind: Required[Literal["AlertmanagerConfig"]]
    metadata: Required[ObjectMeta]
    spec: Required[_AlertmanagerConfigSpec]
