"""Fields of HTTPRoute as gateway-api v1.6.1 has them.

Must not: be edited. Written by tools/models.py from the CRDs.
"""

from __future__ import annotations

from typing import Annotated, Literal, Required, TypedDict

from annotated_types import Ge, Le, MaxLen, MinLen

from cnai_gitops.resources.core.meta import Matches, ObjectMeta


class HTTPRoute(TypedDict, total=False):
    """A whole HTTPRoute."""

    apiVersion: Required[Literal["gateway.networking.k8s.io/v1"]]
    kind: Required[Literal["HTTPRoute"]]
    metadata: Required[ObjectMeta]
    spec: Required[HTTPRouteSpec]


class HTTPRouteSpec(TypedDict, total=False):
    """`spec`."""

    hostnames: Annotated[
        list[Annotated[str, MinLen(1), MaxLen(253), Matches("(\\*\\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")]],
        MaxLen(16),
    ]
    parentRefs: Annotated[list[ParentRef], MaxLen(32)]
    rules: Annotated[list[Rule], MinLen(1), MaxLen(16)]


class ParentRef(TypedDict, total=False):
    """`spec.parentRefs[]`."""

    group: Annotated[str, MaxLen(253), Matches("^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$")]
    kind: Annotated[str, MinLen(1), MaxLen(63), Matches("[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?")]
    name: Required[Annotated[str, MinLen(1), MaxLen(253)]]
    namespace: Annotated[str, MinLen(1), MaxLen(63), Matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?")]
    port: Annotated[int, Ge(1), Le(65535)]
    sectionName: Annotated[str, MinLen(1), MaxLen(253), Matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")]


class Rule(TypedDict, total=False):
    """`spec.rules[]`."""

    backendRefs: Annotated[list[BackendRef], MaxLen(16)]
    filters: Annotated[list[Filter], MaxLen(16)]
    matches: Annotated[list[Match], MaxLen(64)]
    name: Annotated[str, MinLen(1), MaxLen(253), Matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")]
    timeouts: Timeouts


class BackendRef(TypedDict, total=False):
    """`spec.rules[].backendRefs[]`."""

    filters: Annotated[list[Filter], MaxLen(16)]
    group: Annotated[str, MaxLen(253), Matches("^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$")]
    kind: Annotated[str, MinLen(1), MaxLen(63), Matches("[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?")]
    name: Required[Annotated[str, MinLen(1), MaxLen(253)]]
    namespace: Annotated[str, MinLen(1), MaxLen(63), Matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?")]
    port: Annotated[int, Ge(1), Le(65535)]
    weight: Annotated[int, Ge(0), Le(1000000)]


class Filter(TypedDict, total=False):
    """`spec.rules[].backendRefs[].filters[]`."""

    cors: Cors
    extensionRef: ExtensionRef
    requestHeaderModifier: RequestHeaderModifier
    requestMirror: RequestMirror
    requestRedirect: RequestRedirect
    responseHeaderModifier: RequestHeaderModifier
    type: Required[
        Literal["RequestHeaderModifier", "ResponseHeaderModifier", "RequestMirror", "RequestRedirect", "URLRewrite", "ExtensionRef", "CORS"]
    ]
    urlRewrite: UrlRewrite


class Cors(TypedDict, total=False):
    """`spec.rules[].backendRefs[].filters[].cors`."""

    allowCredentials: bool
    allowHeaders: Annotated[list[Annotated[str, MinLen(1), MaxLen(256), Matches("[A-Za-z0-9!#$%&'*+\\-.^_\\x60|~]+")]], MaxLen(64)]
    allowMethods: Annotated[list[Literal["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "*"]], MaxLen(9)]
    allowOrigins: Annotated[list[Annotated[str, MinLen(1), MaxLen(253)]], MaxLen(64)]
    exposeHeaders: Annotated[list[Annotated[str, MinLen(1), MaxLen(256), Matches("[A-Za-z0-9!#$%&'*+\\-.^_\\x60|~]+")]], MaxLen(64)]
    maxAge: Annotated[int, Ge(1)]


class ExtensionRef(TypedDict, total=False):
    """`spec.rules[].backendRefs[].filters[].extensionRef`."""

    group: Required[Annotated[str, MaxLen(253), Matches("^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$")]]
    kind: Required[Annotated[str, MinLen(1), MaxLen(63), Matches("[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?")]]
    name: Required[Annotated[str, MinLen(1), MaxLen(253)]]


class RequestHeaderModifier(TypedDict, total=False):
    """`spec.rules[].backendRefs[].filters[].requestHeaderModifier`."""

    add: Annotated[list[Add], MaxLen(16)]
    remove: Annotated[list[str], MaxLen(16)]
    set: Annotated[list[Add], MaxLen(16)]


class Add(TypedDict, total=False):
    """`spec.rules[].backendRefs[].filters[].requestHeaderModifier.add[]`."""

    name: Required[Annotated[str, MinLen(1), MaxLen(256), Matches("[A-Za-z0-9!#$%&'*+\\-.^_\\x60|~]+")]]
    value: Required[Annotated[str, MinLen(1), MaxLen(4096)]]


class RequestMirror(TypedDict, total=False):
    """`spec.rules[].backendRefs[].filters[].requestMirror`."""

    backendRef: Required[RequestMirrorBackendRef]
    fraction: Fraction
    percent: Annotated[int, Ge(0), Le(100)]


class RequestMirrorBackendRef(TypedDict, total=False):
    """`spec.rules[].backendRefs[].filters[].requestMirror.backendRef`."""

    group: Annotated[str, MaxLen(253), Matches("^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$")]
    kind: Annotated[str, MinLen(1), MaxLen(63), Matches("[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?")]
    name: Required[Annotated[str, MinLen(1), MaxLen(253)]]
    namespace: Annotated[str, MinLen(1), MaxLen(63), Matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?")]
    port: Annotated[int, Ge(1), Le(65535)]


class Fraction(TypedDict, total=False):
    """`spec.rules[].backendRefs[].filters[].requestMirror.fraction`."""

    denominator: Annotated[int, Ge(1)]
    numerator: Required[Annotated[int, Ge(0)]]


class RequestRedirect(TypedDict, total=False):
    """`spec.rules[].backendRefs[].filters[].requestRedirect`."""

    hostname: Annotated[str, MinLen(1), MaxLen(253), Matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")]
    path: Path
    port: Annotated[int, Ge(1), Le(65535)]
    scheme: Literal["http", "https"]
    statusCode: Literal[301, 302, 303, 307, 308]


class Path(TypedDict, total=False):
    """`spec.rules[].backendRefs[].filters[].requestRedirect.path`."""

    replaceFullPath: Annotated[str, MaxLen(1024)]
    replacePrefixMatch: Annotated[str, MaxLen(1024)]
    type: Required[Literal["ReplaceFullPath", "ReplacePrefixMatch"]]


class UrlRewrite(TypedDict, total=False):
    """`spec.rules[].backendRefs[].filters[].urlRewrite`."""

    hostname: Annotated[str, MinLen(1), MaxLen(253), Matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")]
    path: Path


class Match(TypedDict, total=False):
    """`spec.rules[].matches[]`."""

    headers: Annotated[list[Header], MaxLen(16)]
    method: Literal["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"]
    path: MatchPath
    queryParams: Annotated[list[QueryParam], MaxLen(16)]


class Header(TypedDict, total=False):
    """`spec.rules[].matches[].headers[]`."""

    name: Required[Annotated[str, MinLen(1), MaxLen(256), Matches("[A-Za-z0-9!#$%&'*+\\-.^_\\x60|~]+")]]
    type: Literal["Exact", "RegularExpression"]
    value: Required[Annotated[str, MinLen(1), MaxLen(4096)]]


class MatchPath(TypedDict, total=False):
    """`spec.rules[].matches[].path`."""

    type: Literal["Exact", "PathPrefix", "RegularExpression"]
    value: Annotated[str, MaxLen(1024)]


class QueryParam(TypedDict, total=False):
    """`spec.rules[].matches[].queryParams[]`."""

    name: Required[Annotated[str, MinLen(1), MaxLen(256), Matches("[A-Za-z0-9!#$%&'*+\\-.^_\\x60|~]+")]]
    type: Literal["Exact", "RegularExpression"]
    value: Required[Annotated[str, MinLen(1), MaxLen(1024)]]


class Timeouts(TypedDict, total=False):
    """`spec.rules[].timeouts`."""

    backendRequest: Annotated[str, Matches("([0-9]{1,5}(h|m|s|ms)){1,4}")]
    request: Annotated[str, Matches("([0-9]{1,5}(h|m|s|ms)){1,4}")]
