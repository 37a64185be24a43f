"""Fields of an HTTPRoute (Gateway API 1.6).

Must not: describe Gateways; the platform owns them.
"""

from __future__ import annotations

from typing import Annotated, Literal, Required, TypedDict

from annotated_types import Ge, Le, MinLen

from cnai_gitops.resources.core.meta import Matches, Natural, NonEmpty, ObjectMeta, Percent, Port, Positive

Method = Literal["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"]
GatewayDuration = Annotated[str, Matches("([0-9]{1,5}(h|m|s|ms)){1,4}")]
Weight = Annotated[int, Ge(0), Le(1_000_000)]


class ParentReference(TypedDict, total=False):
    """The Gateway that a route joins."""

    name: Required[NonEmpty]
    namespace: NonEmpty
    group: str
    kind: NonEmpty
    sectionName: NonEmpty
    port: Port


class _Header(TypedDict, total=False):
    name: Required[NonEmpty]
    value: Required[NonEmpty]


class _HeaderFilter(TypedDict, total=False):
    set: list[_Header]
    add: list[_Header]
    remove: list[str]


class _Backend(TypedDict, total=False):
    name: Required[NonEmpty]
    namespace: NonEmpty
    group: str
    kind: NonEmpty
    port: Port


class _Fraction(TypedDict, total=False):
    numerator: Required[Natural]
    denominator: Positive


class _Mirror(TypedDict, total=False):
    backendRef: Required[_Backend]
    percent: Percent
    fraction: _Fraction


class _PathModifier(TypedDict, total=False):
    type: Required[Literal["ReplaceFullPath", "ReplacePrefixMatch"]]
    replaceFullPath: str
    replacePrefixMatch: str


class _Redirect(TypedDict, total=False):
    scheme: Literal["http", "https"]
    hostname: NonEmpty
    path: _PathModifier
    port: Port
    statusCode: Literal[301, 302, 303, 307, 308]


class _Rewrite(TypedDict, total=False):
    hostname: NonEmpty
    path: _PathModifier


class _Extension(TypedDict, total=False):
    group: Required[str]
    kind: Required[NonEmpty]
    name: Required[NonEmpty]


class _Cors(TypedDict, total=False):
    allowOrigins: list[str]
    allowMethods: list[Method | Literal["*"]]
    allowHeaders: list[str]
    exposeHeaders: list[str]
    allowCredentials: bool
    maxAge: Positive


class HttpRouteFilter(TypedDict, total=False):
    """What happens to a request or its answer on the way."""

    type: Required[
        Literal[
            "RequestHeaderModifier",
            "ResponseHeaderModifier",
            "RequestMirror",
            "RequestRedirect",
            "URLRewrite",
            "ExtensionRef",
            "CORS",
        ]
    ]
    requestHeaderModifier: _HeaderFilter
    responseHeaderModifier: _HeaderFilter
    requestMirror: _Mirror
    requestRedirect: _Redirect
    urlRewrite: _Rewrite
    extensionRef: _Extension
    cors: _Cors


class HttpBackendRef(_Backend, total=False):
    """A Service and its share of the requests."""

    weight: Weight
    filters: list[HttpRouteFilter]


class _PathMatch(TypedDict, total=False):
    type: Literal["Exact", "PathPrefix", "RegularExpression"]
    value: str


class _ValueMatch(_Header, total=False):
    type: Literal["Exact", "RegularExpression"]


class HttpRouteMatch(TypedDict, total=False):
    """Conditions that must all hold."""

    path: _PathMatch
    headers: list[_ValueMatch]
    queryParams: list[_ValueMatch]
    method: Method


class _Timeouts(TypedDict, total=False):
    request: GatewayDuration
    backendRequest: GatewayDuration


class HttpRouteRule(TypedDict, total=False):
    """Matches, and where their requests go."""

    name: NonEmpty
    matches: list[HttpRouteMatch]
    filters: list[HttpRouteFilter]
    backendRefs: list[HttpBackendRef]
    timeouts: _Timeouts


class _HttpRouteSpec(TypedDict, total=False):
    parentRefs: list[ParentReference]
    hostnames: list[str]
    rules: Annotated[list[HttpRouteRule], MinLen(1)]


class HTTPRoute(TypedDict, total=False):
    """Routes HTTP requests to services."""

    apiVersion: Required[Literal["gateway.networking.k8s.io/v1"]]
    kind: Required[Literal["HTTPRoute"]]
    metadata: Required[ObjectMeta]
    spec: Required[_HttpRouteSpec]
