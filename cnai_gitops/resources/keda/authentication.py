"""Fields of ClusterTriggerAuthentication, TriggerAuthentication as keda v2.20.2 has them.

Must not: be edited. Written by tools/models.py from the CRDs.
"""

from __future__ import annotations

from typing import Annotated, Literal, Required, TypedDict

from annotated_types import MinLen

from cnai_gitops.resources.core.meta import ObjectMeta


class ClusterTriggerAuthentication(TypedDict, total=False):
    """A whole ClusterTriggerAuthentication."""

    apiVersion: Required[Literal["keda.sh/v1alpha1"]]
    kind: Required[Literal["ClusterTriggerAuthentication"]]
    metadata: Required[ObjectMeta]
    spec: Required[ClusterTriggerAuthenticationSpec]


class TriggerAuthentication(TypedDict, total=False):
    """A whole TriggerAuthentication."""

    apiVersion: Required[Literal["keda.sh/v1alpha1"]]
    kind: Required[Literal["TriggerAuthentication"]]
    metadata: Required[ObjectMeta]
    spec: Required[ClusterTriggerAuthenticationSpec]


class ClusterTriggerAuthenticationSpec(TypedDict, total=False):
    """`spec`."""

    awsSecretManager: AwsSecretManager
    azureKeyVault: AzureKeyVault
    boundServiceAccountToken: list[BoundServiceAccountToken]
    configMapTargetRef: list[ConfigMapTargetRef]
    env: list[Env]
    filePath: str
    gcpSecretManager: GcpSecretManager
    hashiCorpVault: HashiCorpVault
    oauth2: Oauth2
    podIdentity: PodIdentity
    secretTargetRef: list[ConfigMapTargetRef]


class AwsSecretManager(TypedDict, total=False):
    """`spec.awsSecretManager`."""

    credentials: Credentials
    podIdentity: PodIdentity
    region: str
    secrets: Required[Annotated[list[Secret], MinLen(1)]]


class Credentials(TypedDict, total=False):
    """`spec.awsSecretManager.credentials`."""

    accessKey: Required[AccessKey]
    accessSecretKey: Required[AccessKey]
    accessToken: AccessKey


class AccessKey(TypedDict, total=False):
    """`spec.awsSecretManager.credentials.accessKey`."""

    valueFrom: Required[ValueFrom]


class ValueFrom(TypedDict, total=False):
    """`spec.awsSecretManager.credentials.accessKey.valueFrom`."""

    secretKeyRef: Required[SecretKeyRef]


class SecretKeyRef(TypedDict, total=False):
    """`spec.awsSecretManager.credentials.accessKey.valueFrom.secretKeyRef`."""

    key: Required[str]
    name: Required[str]


class PodIdentity(TypedDict, total=False):
    """`spec.awsSecretManager.podIdentity`."""

    externalID: str
    identityAuthorityHost: str
    identityId: str
    identityOwner: Literal["keda", "workload"]
    identityTenantId: str
    provider: Required[Literal["azure-workload", "gcp", "aws", "aws-eks", "none"]]
    roleArn: str


class Secret(TypedDict, total=False):
    """`spec.awsSecretManager.secrets[]`."""

    name: Required[str]
    parameter: Required[str]
    secretKey: str
    versionId: str
    versionStage: str


class AzureKeyVault(TypedDict, total=False):
    """`spec.azureKeyVault`."""

    cloud: Cloud
    credentials: AzureKeyVaultCredentials
    podIdentity: PodIdentity
    secrets: Required[Annotated[list[AzureKeyVaultSecret], MinLen(1)]]
    vaultUri: Required[str]


class Cloud(TypedDict, total=False):
    """`spec.azureKeyVault.cloud`."""

    activeDirectoryEndpoint: str
    keyVaultResourceURL: str
    type: Required[str]


class AzureKeyVaultCredentials(TypedDict, total=False):
    """`spec.azureKeyVault.credentials`."""

    clientId: Required[str]
    clientSecret: Required[AccessKey]
    tenantId: Required[str]


class AzureKeyVaultSecret(TypedDict, total=False):
    """`spec.azureKeyVault.secrets[]`."""

    name: Required[str]
    parameter: Required[str]
    version: str


class BoundServiceAccountToken(TypedDict, total=False):
    """`spec.boundServiceAccountToken[]`."""

    parameter: Required[str]
    serviceAccountName: Required[str]


class ConfigMapTargetRef(TypedDict, total=False):
    """`spec.configMapTargetRef[]`."""

    key: Required[str]
    name: Required[str]
    parameter: Required[str]


class Env(TypedDict, total=False):
    """`spec.env[]`."""

    containerName: str
    name: Required[str]
    parameter: Required[str]


class GcpSecretManager(TypedDict, total=False):
    """`spec.gcpSecretManager`."""

    credentials: GcpSecretManagerCredentials
    podIdentity: PodIdentity
    secrets: Required[Annotated[list[GcpSecretManagerSecret], MinLen(1)]]


class GcpSecretManagerCredentials(TypedDict, total=False):
    """`spec.gcpSecretManager.credentials`."""

    clientSecret: Required[AccessKey]


class GcpSecretManagerSecret(TypedDict, total=False):
    """`spec.gcpSecretManager.secrets[]`."""

    id: Required[str]
    parameter: Required[str]
    version: str


class HashiCorpVault(TypedDict, total=False):
    """`spec.hashiCorpVault`."""

    address: Required[str]
    authentication: Required[Literal["token", "kubernetes"]]
    credential: Credential
    mount: str
    namespace: str
    role: str
    secrets: Required[Annotated[list[HashiCorpVaultSecret], MinLen(1)]]


class Credential(TypedDict, total=False):
    """`spec.hashiCorpVault.credential`."""

    serviceAccount: str
    serviceAccountName: str
    token: str


class HashiCorpVaultSecret(TypedDict, total=False):
    """`spec.hashiCorpVault.secrets[]`."""

    key: Required[str]
    parameter: Required[str]
    path: Required[str]
    pkiData: PkiData
    type: Literal["", "secretV2", "secret", "pki"]


class PkiData(TypedDict, total=False):
    """`spec.hashiCorpVault.secrets[].pkiData`."""

    altNames: str
    commonName: str
    format: str
    ipSans: str
    otherSans: str
    ttl: str
    uriSans: str


class Oauth2(TypedDict, total=False):
    """`spec.oauth2`."""

    clientId: Required[str]
    clientSecret: AccessKey
    scopes: list[str]
    tokenUrl: Required[str]
    tokenUrlParams: dict[str, str]
    type: Literal["clientCredentials"]
