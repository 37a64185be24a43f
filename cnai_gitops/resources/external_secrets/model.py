"""Fields of ExternalSecret as external-secrets v2.9.0 has them.

Must not: be edited. Written by tools/models.py from the CRDs.
"""

from __future__ import annotations

from typing import Annotated, Literal, Required, TypedDict

from annotated_types import MaxLen, MinLen

from cnai_gitops.resources.core.meta import Matches, ObjectMeta


class ExternalSecret(TypedDict, total=False):
    """A whole ExternalSecret."""

    apiVersion: Required[Literal["external-secrets.io/v1"]]
    kind: Required[Literal["ExternalSecret"]]
    metadata: Required[ObjectMeta]
    spec: Required[ExternalSecretSpec]


class ExternalSecretSpec(TypedDict, total=False):
    """`spec`."""

    data: list[Data]
    dataFrom: list[DataFrom]
    refreshInterval: str
    refreshPolicy: Literal["CreatedOnce", "Periodic", "OnChange"]
    secretStoreRef: StoreRef
    syncWindows: SyncWindows
    target: Target


class Data(TypedDict, total=False):
    """`spec.data[]`."""

    remoteRef: Required[RemoteRef]
    secretKey: Required[Annotated[str, MinLen(1), MaxLen(253), Matches("[-._a-zA-Z0-9]+")]]
    sourceRef: SourceRef


class RemoteRef(TypedDict, total=False):
    """`spec.data[].remoteRef`."""

    conversionStrategy: Literal["Default", "Unicode"]
    decodingStrategy: Literal["Auto", "Base64", "Base64URL", "None"]
    key: Required[str]
    metadataPolicy: Literal["None", "Fetch"]
    nullBytePolicy: Literal["Ignore", "Fail"]
    property: str
    version: str


class SourceRef(TypedDict, total=False):
    """`spec.data[].sourceRef`."""

    generatorRef: GeneratorRef
    storeRef: StoreRef


class GeneratorRef(TypedDict, total=False):
    """`spec.data[].sourceRef.generatorRef`."""

    apiVersion: str
    kind: Required[
        Literal[
            "ACRAccessToken",
            "BeyondtrustWorkloadCredentialsDynamicSecret",
            "ClusterGenerator",
            "CloudsmithAccessToken",
            "ECRAuthorizationToken",
            "Fake",
            "GCRAccessToken",
            "GithubAccessToken",
            "GitlabDeployToken",
            "QuayAccessToken",
            "Password",
            "SSHKey",
            "STSSessionToken",
            "UUID",
            "VaultDynamicSecret",
            "Webhook",
            "Grafana",
            "MFA",
        ]
    ]
    name: Required[Annotated[str, MinLen(1), MaxLen(253), Matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")]]


class StoreRef(TypedDict, total=False):
    """`spec.data[].sourceRef.storeRef`."""

    kind: Literal["SecretStore", "ClusterSecretStore"]
    name: Annotated[str, MinLen(1), MaxLen(253), Matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")]


class DataFrom(TypedDict, total=False):
    """`spec.dataFrom[]`."""

    extract: RemoteRef
    find: Find
    rewrite: list[Rewrite]
    sourceRef: SourceRef


class Find(TypedDict, total=False):
    """`spec.dataFrom[].find`."""

    conversionStrategy: Literal["Default", "Unicode"]
    decodingStrategy: Literal["Auto", "Base64", "Base64URL", "None"]
    name: Name
    nullBytePolicy: Literal["Ignore", "Fail"]
    path: str
    tags: dict[str, str]


class Name(TypedDict, total=False):
    """`spec.dataFrom[].find.name`."""

    regexp: str


class Rewrite(TypedDict, total=False):
    """`spec.dataFrom[].rewrite[]`."""

    merge: Merge
    regexp: Regexp
    transform: Transform


class Merge(TypedDict, total=False):
    """`spec.dataFrom[].rewrite[].merge`."""

    conflictPolicy: Literal["Ignore", "Error"]
    into: str
    priority: list[str]
    priorityPolicy: Literal["IgnoreNotFound", "Strict"]
    strategy: Literal["Extract", "JSON"]


class Regexp(TypedDict, total=False):
    """`spec.dataFrom[].rewrite[].regexp`."""

    source: Required[str]
    target: Required[str]


class Transform(TypedDict, total=False):
    """`spec.dataFrom[].rewrite[].transform`."""

    template: Required[str]


class SyncWindows(TypedDict, total=False):
    """`spec.syncWindows`."""

    kind: Required[Literal["allow", "deny"]]
    windows: Required[Annotated[list[Window], MinLen(1)]]


class Window(TypedDict, total=False):
    """`spec.syncWindows.windows[]`."""

    duration: Required[str]
    schedule: Required[
        Annotated[
            str, MinLen(1), Matches("(@(annually|yearly|monthly|weekly|daily|midnight|hourly)|@every [^\\s]+.*|[^\\s]+( [^\\s]+){4})")
        ]
    ]


class Target(TypedDict, total=False):
    """`spec.target`."""

    creationPolicy: Literal["Owner", "Orphan", "Merge", "None", "CreateOrMerge"]
    deletionPolicy: Literal["Delete", "Merge", "Retain"]
    immutable: bool
    manifest: Manifest
    name: Annotated[str, MinLen(1), MaxLen(253), Matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")]
    template: Template


class Manifest(TypedDict, total=False):
    """`spec.target.manifest`."""

    apiVersion: Required[Annotated[str, MinLen(1)]]
    kind: Required[Annotated[str, MinLen(1)]]


class Template(TypedDict, total=False):
    """`spec.target.template`."""

    data: dict[str, str]
    engineVersion: Literal["v2"]
    mergePolicy: Literal["Replace", "Merge"]
    metadata: Metadata
    templateFrom: list[TemplateFrom]
    type: str


class Metadata(TypedDict, total=False):
    """`spec.target.template.metadata`."""

    annotations: dict[str, str]
    finalizers: list[str]
    labels: dict[str, str]


class TemplateFrom(TypedDict, total=False):
    """`spec.target.template.templateFrom[]`."""

    configMap: ConfigMap
    literal: str
    secret: ConfigMap
    target: str
    valuesDecodingStrategy: Literal["Auto", "Base64", "Base64URL", "None"]


class ConfigMap(TypedDict, total=False):
    """`spec.target.template.templateFrom[].configMap`."""

    items: Required[list[Item]]
    name: Required[Annotated[str, MinLen(1), MaxLen(253), Matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")]]


class Item(TypedDict, total=False):
    """`spec.target.template.templateFrom[].configMap.items[]`."""

    key: Required[Annotated[str, MinLen(1), MaxLen(253), Matches("[-._a-zA-Z0-9]+")]]
    templateAs: Literal["Values", "KeysAndValues"]
