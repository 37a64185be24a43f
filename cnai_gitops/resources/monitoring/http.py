"""How Prometheus and Alertmanager talk HTTP (`monitoring.coreos.com`): TLS, logins, proxies.

Must not: declare kinds.
"""

from __future__ import annotations

from typing import Literal, Required, TypedDict

from cnai_gitops.resources.core.meta import KeySelector

TlsVersion = Literal["TLS10", "TLS11", "TLS12", "TLS13"]


class SecretOrConfigMap(TypedDict, total=False):
    """One key of a Secret or of a ConfigMap."""

    secret: KeySelector
    configMap: KeySelector


class SafeTlsConfig(TypedDict, total=False):
    """TLS from Secrets and ConfigMaps of the same namespace."""

    ca: SecretOrConfigMap
    cert: SecretOrConfigMap
    keySecret: KeySelector
    serverName: str
    insecureSkipVerify: bool
    minVersion: TlsVersion
    maxVersion: TlsVersion


class TlsConfig(SafeTlsConfig, total=False):
    """TLS that may also name files of the Prometheus container."""

    caFile: str
    certFile: str
    keyFile: str


class BasicAuth(TypedDict, total=False):
    """User name and password."""

    username: KeySelector
    password: KeySelector


class Authorization(TypedDict, total=False):
    """An Authorization header, `Bearer` by default."""

    type: str
    credentials: KeySelector


class Proxy(TypedDict, total=False):
    """The way out through a proxy."""

    proxyUrl: str
    noProxy: str
    proxyFromEnvironment: bool
    proxyConnectHeader: dict[str, list[KeySelector]]


class OAuth2(Proxy, total=False):
    """Client credentials."""

    clientId: Required[SecretOrConfigMap]
    clientSecret: Required[KeySelector]
    tokenUrl: Required[str]
    scopes: list[str]
    endpointParams: dict[str, str]
    tlsConfig: SafeTlsConfig


class HttpConfig(Proxy, total=False):
    """How Alertmanager reaches a receiver."""

    authorization: Authorization
    basicAuth: BasicAuth
    oauth2: OAuth2
    bearerTokenSecret: KeySelector
    tlsConfig: SafeTlsConfig
    followRedirects: bool
    enableHttp2: bool
