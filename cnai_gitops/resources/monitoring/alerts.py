"""Fields of AlertmanagerConfig as prometheus-operator v0.93.0 has them.

Must not: be edited. Written by tools/models.py from the CRDs.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Required, TypedDict

from annotated_types import Ge, Le, MinLen

from cnai_gitops.resources.core.meta import Duration, KeySelector, Matches, ObjectMeta


class AlertmanagerConfig(TypedDict, total=False):
    """A whole AlertmanagerConfig."""

    apiVersion: Required[Literal["monitoring.coreos.com/v1alpha1"]]
    kind: Required[Literal["AlertmanagerConfig"]]
    metadata: Required[ObjectMeta]
    spec: Required[AlertmanagerConfigSpec]


class AlertmanagerConfigSpec(TypedDict, total=False):
    """`spec`."""

    inhibitRules: list[InhibitRule]
    muteTimeIntervals: list[MuteTimeInterval]
    receivers: list[Receiver]
    route: Route


class InhibitRule(TypedDict, total=False):
    """`spec.inhibitRules[]`."""

    equal: list[str]
    sourceMatch: list[SourceMatch]
    targetMatch: list[SourceMatch]


class SourceMatch(TypedDict, total=False):
    """`spec.inhibitRules[].sourceMatch[]`."""

    matchType: Literal["!=", "=", "=~", "!~"]
    name: Required[Annotated[str, MinLen(1)]]
    regex: bool
    value: str


class MuteTimeInterval(TypedDict, total=False):
    """`spec.muteTimeIntervals[]`."""

    name: Required[str]
    timeIntervals: list[TimeInterval]


class TimeInterval(TypedDict, total=False):
    """`spec.muteTimeIntervals[].timeIntervals[]`."""

    daysOfMonth: list[DaysOfMonth]
    months: list[str]
    times: list[Time]
    weekdays: list[str]
    years: list[str]


class DaysOfMonth(TypedDict, total=False):
    """`spec.muteTimeIntervals[].timeIntervals[].daysOfMonth[]`."""

    end: Annotated[int, Ge(-31), Le(31)]
    start: Annotated[int, Ge(-31), Le(31)]


class Time(TypedDict, total=False):
    """`spec.muteTimeIntervals[].timeIntervals[].times[]`."""

    endTime: str
    startTime: str


class Receiver(TypedDict, total=False):
    """`spec.receivers[]`."""

    discordConfigs: list[DiscordConfig]
    emailConfigs: list[EmailConfig]
    msteamsConfigs: list[MsteamsConfig]
    msteamsv2Configs: list[Msteamsv2Config]
    name: Required[Annotated[str, MinLen(1)]]
    opsgenieConfigs: list[OpsgenieConfig]
    pagerdutyConfigs: list[PagerdutyConfig]
    pushoverConfigs: list[PushoverConfig]
    rocketchatConfigs: list[RocketchatConfig]
    slackConfigs: list[SlackConfig]
    snsConfigs: list[SnsConfig]
    telegramConfigs: list[TelegramConfig]
    victoropsConfigs: list[VictoropsConfig]
    webexConfigs: list[WebexConfig]
    webhookConfigs: list[WebhookConfig]
    wechatConfigs: list[WechatConfig]


class DiscordConfig(TypedDict, total=False):
    """`spec.receivers[].discordConfigs[]`."""

    apiURL: Required[KeySelector]
    avatarURL: Annotated[str, Matches("https?://.+")]
    content: Annotated[str, MinLen(1)]
    httpConfig: HttpConfig
    message: str
    sendResolved: bool
    title: str
    username: Annotated[str, MinLen(1)]


class HttpConfig(TypedDict, total=False):
    """`spec.receivers[].discordConfigs[].httpConfig`."""

    authorization: Authorization
    basicAuth: BasicAuth
    bearerTokenSecret: KeySelector
    enableHttp2: bool
    followRedirects: bool
    noProxy: str
    oauth2: Oauth2
    proxyConnectHeader: dict[str, list[KeySelector]]
    proxyFromEnvironment: bool
    proxyURL: str
    proxyUrl: Annotated[str, Matches("(http|https|socks5)://.+")]
    tlsConfig: TlsConfig


class Authorization(TypedDict, total=False):
    """`spec.receivers[].discordConfigs[].httpConfig.authorization`."""

    credentials: KeySelector
    type: str


class BasicAuth(TypedDict, total=False):
    """`spec.receivers[].discordConfigs[].httpConfig.basicAuth`."""

    password: KeySelector
    username: KeySelector


class Oauth2(TypedDict, total=False):
    """`spec.receivers[].discordConfigs[].httpConfig.oauth2`."""

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
    """`spec.receivers[].discordConfigs[].httpConfig.oauth2.clientId`."""

    configMap: KeySelector
    secret: KeySelector


class TlsConfig(TypedDict, total=False):
    """`spec.receivers[].discordConfigs[].httpConfig.oauth2.tlsConfig`."""

    ca: ClientId
    cert: ClientId
    insecureSkipVerify: bool
    keySecret: KeySelector
    maxVersion: Literal["TLS10", "TLS11", "TLS12", "TLS13"]
    minVersion: Literal["TLS10", "TLS11", "TLS12", "TLS13"]
    serverName: str


EmailConfig = TypedDict(
    "EmailConfig",
    {
        "authIdentity": "Annotated[str, MinLen(1)]",
        "authPassword": "KeySelector",
        "authSecret": "KeySelector",
        "authUsername": "Annotated[str, MinLen(1)]",
        "forceImplicitTLS": "bool",
        "from": "Annotated[str, MinLen(1)]",
        "headers": "list[Header]",
        "hello": "Annotated[str, MinLen(1)]",
        "html": "str",
        "requireTLS": "bool",
        "sendResolved": "bool",
        "smarthost": "Annotated[str, MinLen(1)]",
        "text": "Annotated[str, MinLen(1)]",
        "threading": "Threading",
        "tlsConfig": "TlsConfig",
        "to": "Annotated[str, MinLen(1)]",
    },
    total=False,
)


class Header(TypedDict, total=False):
    """`spec.receivers[].emailConfigs[].headers[]`."""

    key: Required[Annotated[str, MinLen(1)]]
    value: Required[str]


class Threading(TypedDict, total=False):
    """`spec.receivers[].emailConfigs[].threading`."""

    threadByDate: Required[Literal["Daily", "None"]]


class MsteamsConfig(TypedDict, total=False):
    """`spec.receivers[].msteamsConfigs[]`."""

    httpConfig: HttpConfig
    sendResolved: bool
    summary: str
    text: str
    title: str
    webhookUrl: Required[KeySelector]


class Msteamsv2Config(TypedDict, total=False):
    """`spec.receivers[].msteamsv2Configs[]`."""

    httpConfig: HttpConfig
    sendResolved: bool
    text: Annotated[str, MinLen(1)]
    title: Annotated[str, MinLen(1)]
    webhookURL: KeySelector


class OpsgenieConfig(TypedDict, total=False):
    """`spec.receivers[].opsgenieConfigs[]`."""

    actions: Annotated[str, MinLen(1)]
    apiKey: KeySelector
    apiURL: Annotated[str, Matches("https?://.+")]
    description: Annotated[str, MinLen(1)]
    details: list[Header]
    entity: Annotated[str, MinLen(1)]
    httpConfig: HttpConfig
    message: Annotated[str, MinLen(1)]
    note: Annotated[str, MinLen(1)]
    priority: Annotated[str, MinLen(1)]
    responders: list[Responder]
    sendResolved: bool
    source: Annotated[str, MinLen(1)]
    tags: Annotated[str, MinLen(1)]
    updateAlerts: bool


class Responder(TypedDict, total=False):
    """`spec.receivers[].opsgenieConfigs[].responders[]`."""

    id: Annotated[str, MinLen(1)]
    name: Annotated[str, MinLen(1)]
    type: Required[Literal["team", "teams", "user", "escalation", "schedule"]]
    username: Annotated[str, MinLen(1)]


PagerdutyConfig = TypedDict(
    "PagerdutyConfig",
    {
        "class": "Annotated[str, MinLen(1)]",
        "client": "Annotated[str, MinLen(1)]",
        "clientURL": "str",
        "component": "Annotated[str, MinLen(1)]",
        "description": "Annotated[str, MinLen(1)]",
        "details": "list[Header]",
        "group": "Annotated[str, MinLen(1)]",
        "httpConfig": "HttpConfig",
        "pagerDutyImageConfigs": "list[PagerDutyImageConfig]",
        "pagerDutyLinkConfigs": "list[PagerDutyLinkConfig]",
        "routingKey": "KeySelector",
        "sendResolved": "bool",
        "serviceKey": "KeySelector",
        "severity": "Annotated[str, MinLen(1)]",
        "source": "Annotated[str, MinLen(1)]",
        "timeout": "Duration",
        "url": "Annotated[str, Matches('https?://.+')]",
    },
    total=False,
)


class PagerDutyImageConfig(TypedDict, total=False):
    """`spec.receivers[].pagerdutyConfigs[].pagerDutyImageConfigs[]`."""

    alt: Annotated[str, MinLen(1)]
    href: str
    src: Annotated[str, MinLen(1)]


class PagerDutyLinkConfig(TypedDict, total=False):
    """`spec.receivers[].pagerdutyConfigs[].pagerDutyLinkConfigs[]`."""

    alt: Annotated[str, MinLen(1)]
    href: str


class PushoverConfig(TypedDict, total=False):
    """`spec.receivers[].pushoverConfigs[]`."""

    device: Annotated[str, MinLen(1)]
    expire: Annotated[str, Matches("(([0-9]+)y)?(([0-9]+)w)?(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?(([0-9]+)ms)?")]
    html: bool
    httpConfig: HttpConfig
    message: Annotated[str, MinLen(1)]
    monospace: bool
    priority: Annotated[str, MinLen(1)]
    retry: Annotated[str, Matches("(([0-9]+)y)?(([0-9]+)w)?(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?(([0-9]+)ms)?")]
    sendResolved: bool
    sound: Annotated[str, MinLen(1)]
    title: Annotated[str, MinLen(1)]
    token: KeySelector
    tokenFile: Annotated[str, MinLen(1)]
    ttl: Duration
    url: str
    urlTitle: Annotated[str, MinLen(1)]
    userKey: KeySelector
    userKeyFile: Annotated[str, MinLen(1)]


class RocketchatConfig(TypedDict, total=False):
    """`spec.receivers[].rocketchatConfigs[]`."""

    actions: Annotated[list[Action], MinLen(1)]
    apiURL: Annotated[str, Matches("https?://.+")]
    channel: Annotated[str, MinLen(1)]
    color: Annotated[str, MinLen(1)]
    emoji: Annotated[str, MinLen(1)]
    fields: Annotated[list[Field], MinLen(1)]
    httpConfig: HttpConfig
    iconURL: str
    imageURL: str
    linkNames: bool
    sendResolved: bool
    shortFields: bool
    text: Annotated[str, MinLen(1)]
    thumbURL: str
    title: Annotated[str, MinLen(1)]
    titleLink: Annotated[str, MinLen(1)]
    token: Required[KeySelector]
    tokenID: Required[KeySelector]


class Action(TypedDict, total=False):
    """`spec.receivers[].rocketchatConfigs[].actions[]`."""

    msg: Annotated[str, MinLen(1)]
    text: Annotated[str, MinLen(1)]
    url: str


class Field(TypedDict, total=False):
    """`spec.receivers[].rocketchatConfigs[].fields[]`."""

    short: bool
    title: Annotated[str, MinLen(1)]
    value: Annotated[str, MinLen(1)]


class SlackConfig(TypedDict, total=False):
    """`spec.receivers[].slackConfigs[]`."""

    actions: Annotated[list[SlackConfigAction], MinLen(1)]
    apiURL: KeySelector
    callbackId: Annotated[str, MinLen(1)]
    channel: Annotated[str, MinLen(1)]
    color: Annotated[str, MinLen(1)]
    fallback: Annotated[str, MinLen(1)]
    fields: Annotated[list[SlackConfigField], MinLen(1)]
    footer: Annotated[str, MinLen(1)]
    httpConfig: HttpConfig
    iconEmoji: Annotated[str, MinLen(1)]
    iconURL: str
    imageURL: str
    linkNames: bool
    messageText: Annotated[str, MinLen(1)]
    mrkdwnIn: Annotated[list[Annotated[str, MinLen(1)]], MinLen(1)]
    pretext: Annotated[str, MinLen(1)]
    sendResolved: bool
    shortFields: bool
    text: Annotated[str, MinLen(1)]
    thumbURL: str
    timeout: Duration
    title: Annotated[str, MinLen(1)]
    titleLink: str
    updateMessage: bool
    username: Annotated[str, MinLen(1)]


class SlackConfigAction(TypedDict, total=False):
    """`spec.receivers[].slackConfigs[].actions[]`."""

    confirm: Confirm
    name: Annotated[str, MinLen(1)]
    style: Annotated[str, MinLen(1)]
    text: Required[Annotated[str, MinLen(1)]]
    type: Required[Annotated[str, MinLen(1)]]
    url: str
    value: Annotated[str, MinLen(1)]


class Confirm(TypedDict, total=False):
    """`spec.receivers[].slackConfigs[].actions[].confirm`."""

    dismissText: Annotated[str, MinLen(1)]
    okText: Annotated[str, MinLen(1)]
    text: Required[Annotated[str, MinLen(1)]]
    title: Annotated[str, MinLen(1)]


class SlackConfigField(TypedDict, total=False):
    """`spec.receivers[].slackConfigs[].fields[]`."""

    short: bool
    title: Required[Annotated[str, MinLen(1)]]
    value: Required[Annotated[str, MinLen(1)]]


class SnsConfig(TypedDict, total=False):
    """`spec.receivers[].snsConfigs[]`."""

    apiURL: str
    attributes: dict[str, str]
    httpConfig: HttpConfig
    message: Annotated[str, MinLen(1)]
    phoneNumber: Annotated[str, MinLen(1)]
    sendResolved: bool
    sigv4: Sigv4
    subject: Annotated[str, MinLen(1)]
    targetARN: Annotated[str, MinLen(1)]
    topicARN: Annotated[str, MinLen(1)]
    useAWSHTTPClient: bool


class Sigv4(TypedDict, total=False):
    """`spec.receivers[].snsConfigs[].sigv4`."""

    accessKey: KeySelector
    externalId: Annotated[str, MinLen(1)]
    profile: str
    region: str
    roleArn: str
    secretKey: KeySelector
    useFIPSSTSEndpoint: bool


class TelegramConfig(TypedDict, total=False):
    """`spec.receivers[].telegramConfigs[]`."""

    apiURL: Annotated[str, Matches("https?://.+")]
    botToken: KeySelector
    botTokenFile: str
    chatID: Required[int]
    disableNotifications: bool
    httpConfig: HttpConfig
    message: str
    messageThreadID: int
    parseMode: Literal["MarkdownV2", "Markdown", "HTML"]
    sendResolved: bool


class VictoropsConfig(TypedDict, total=False):
    """`spec.receivers[].victoropsConfigs[]`."""

    apiKey: KeySelector
    apiUrl: Annotated[str, Matches("https?://.+")]
    customFields: list[Header]
    entityDisplayName: Annotated[str, MinLen(1)]
    httpConfig: HttpConfig
    messageType: Annotated[str, MinLen(1)]
    monitoringTool: Annotated[str, MinLen(1)]
    routingKey: Required[Annotated[str, MinLen(1)]]
    sendResolved: bool
    stateMessage: Annotated[str, MinLen(1)]


class WebexConfig(TypedDict, total=False):
    """`spec.receivers[].webexConfigs[]`."""

    apiURL: Annotated[str, Matches("https?://.+")]
    httpConfig: HttpConfig
    message: str
    roomID: Required[Annotated[str, MinLen(1)]]
    sendResolved: bool


class WebhookConfig(TypedDict, total=False):
    """`spec.receivers[].webhookConfigs[]`."""

    httpConfig: HttpConfig
    maxAlerts: Annotated[int, Ge(0)]
    payload: Annotated[str, MinLen(1)]
    sendResolved: bool
    timeout: Duration
    url: str
    urlSecret: KeySelector


class WechatConfig(TypedDict, total=False):
    """`spec.receivers[].wechatConfigs[]`."""

    agentID: Annotated[str, MinLen(1)]
    apiSecret: KeySelector
    apiURL: Annotated[str, Matches("https?://.+")]
    corpID: Annotated[str, MinLen(1)]
    httpConfig: HttpConfig
    message: Annotated[str, MinLen(1)]
    messageType: Annotated[str, MinLen(1)]
    sendResolved: bool
    toParty: Annotated[str, MinLen(1)]
    toTag: Annotated[str, MinLen(1)]
    toUser: Annotated[str, MinLen(1)]


Route = TypedDict(
    "Route",
    {
        "activeTimeIntervals": "list[str]",
        "continue": "bool",
        "groupBy": "list[str]",
        "groupInterval": "Duration",
        "groupWait": "Duration",
        "matchers": "list[SourceMatch]",
        "muteTimeIntervals": "list[str]",
        "receiver": "str",
        "repeatInterval": "Duration",
        "routes": "list[Any]",
    },
    total=False,
)
