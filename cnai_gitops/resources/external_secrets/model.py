"""Fields of an ExternalSecret (External Secrets 2.9).

Must not: hold secret values; everything here is a reference.
"""

from __future__ import annotations

from typing import Annotated, Literal, Required, TypedDict

from annotated_types import MaxLen, MinLen

from cnai_gitops.resources.core.meta import Matches, NonEmpty, ObjectMeta

Conversion = Literal["Default", "Unicode"]
Decoding = Literal["Auto", "Base64", "Base64URL", "None"]
NullBytes = Literal["Ignore", "Fail"]
SecretKey = Annotated[str, MaxLen(253), Matches("[-._a-zA-Z0-9]+")]


class _StoreRef(TypedDict, total=False):
    name: NonEmpty
    kind: Literal["SecretStore", "ClusterSecretStore"]


class _GeneratorRef(TypedDict, total=False):
    apiVersion: str
    # The CRD lists two dozen generators; these are the ones that issue short-lived cloud and registry credentials.
    kind: Required[
        Literal[
            "ACRAccessToken",
            "ClusterGenerator",
            "ECRAuthorizationToken",
            "GCRAccessToken",
            "GithubAccessToken",
            "Password",
            "STSSessionToken",
            "UUID",
            "VaultDynamicSecret",
        ]
    ]
    name: Required[NonEmpty]


class _SourceRef(TypedDict, total=False):
    storeRef: _StoreRef
    generatorRef: _GeneratorRef


class _RemoteRef(TypedDict, total=False):
    key: Required[str]
    property: str
    version: str
    conversionStrategy: Conversion
    decodingStrategy: Decoding
    metadataPolicy: Literal["None", "Fetch"]
    nullBytePolicy: NullBytes


class _Data(TypedDict, total=False):
    secretKey: Required[SecretKey]
    remoteRef: Required[_RemoteRef]
    sourceRef: _SourceRef


class _FindName(TypedDict, total=False):
    regexp: str


class _Find(TypedDict, total=False):
    name: _FindName
    path: str
    tags: dict[str, str]
    conversionStrategy: Conversion
    decodingStrategy: Decoding
    nullBytePolicy: NullBytes


class _RewriteRegexp(TypedDict, total=False):
    source: Required[str]
    target: Required[str]


class _RewriteTransform(TypedDict, total=False):
    template: Required[str]


class _RewriteMerge(TypedDict, total=False):
    strategy: Literal["Extract", "JSON"]
    into: str
    conflictPolicy: Literal["Ignore", "Error"]
    priority: list[str]
    priorityPolicy: Literal["IgnoreNotFound", "Strict"]


class _Rewrite(TypedDict, total=False):
    regexp: _RewriteRegexp
    transform: _RewriteTransform
    merge: _RewriteMerge


class _DataFrom(TypedDict, total=False):
    extract: _RemoteRef
    find: _Find
    rewrite: list[_Rewrite]
    sourceRef: _SourceRef


class _TemplateItem(TypedDict, total=False):
    key: Required[SecretKey]
    templateAs: Literal["Values", "KeysAndValues"]


class _TemplateSource(TypedDict, total=False):
    name: Required[NonEmpty]
    items: Required[list[_TemplateItem]]


class _TemplateFrom(TypedDict, total=False):
    configMap: _TemplateSource
    secret: _TemplateSource
    literal: str
    target: str
    valuesDecodingStrategy: Decoding


class _TemplateMetadata(TypedDict, total=False):
    labels: dict[str, str]
    annotations: dict[str, str]
    finalizers: list[str]


class _Template(TypedDict, total=False):
    type: str
    engineVersion: Literal["v2"]
    mergePolicy: Literal["Replace", "Merge"]
    metadata: _TemplateMetadata
    data: dict[str, str]
    templateFrom: list[_TemplateFrom]


class _Manifest(TypedDict, total=False):
    apiVersion: Required[NonEmpty]
    kind: Required[NonEmpty]


class _Target(TypedDict, total=False):
    name: NonEmpty
    creationPolicy: Literal["Owner", "Orphan", "Merge", "None", "CreateOrMerge"]
    deletionPolicy: Literal["Retain", "Delete", "Merge"]
    immutable: bool
    manifest: _Manifest
    template: _Template


class _SyncWindow(TypedDict, total=False):
    schedule: Required[NonEmpty]
    duration: Required[str]


class _SyncWindows(TypedDict, total=False):
    kind: Required[Literal["allow", "deny"]]
    windows: Required[Annotated[list[_SyncWindow], MinLen(1)]]


class _ExternalSecretSpec(TypedDict, total=False):
    secretStoreRef: _StoreRef
    refreshPolicy: Literal["Periodic", "OnChange", "CreatedOnce"]
    refreshInterval: str
    syncWindows: _SyncWindows
    target: _Target
    data: list[_Data]
    dataFrom: list[_DataFrom]


class ExternalSecret(TypedDict, total=False):
    """A Secret that is filled from a store outside the cluster."""

    apiVersion: Required[Literal["external-secrets.io/v1"]]
    kind: Required[Literal["ExternalSecret"]]
    metadata: Required[ObjectMeta]
    spec: Required[_ExternalSecretSpec]
