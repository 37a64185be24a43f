"""Models of TriggerAuthentication and ClusterTriggerAuthentication (`keda.sh/v1alpha1`, KEDA 2.20).

Must not: declare kinds.
"""

from __future__ import annotations

from typing import Annotated, Literal, Required, TypedDict

from annotated_types import MinLen

from cnai_gitops.resources.core.meta import ObjectMeta


class _PodIdentity(TypedDict, total=False):
    provider: Required[Literal["azure-workload", "gcp", "aws", "aws-eks", "none"]]
    identityId: str
    identityTenantId: str
    identityAuthorityHost: str
    identityOwner: Literal["keda", "workload"]
    roleArn: str
    externalID: str


class _KeyRef(TypedDict, total=False):
    parameter: Required[str]
    name: Required[str]
    key: Required[str]


class _Env(TypedDict, total=False):
    parameter: Required[str]
    name: Required[str]
    containerName: str


class _BoundToken(TypedDict, total=False):
    parameter: Required[str]
    serviceAccountName: Required[str]


class _SecretKey(TypedDict, total=False):
    name: Required[str]
    key: Required[str]


class _FromSecret(TypedDict, total=False):
    secretKeyRef: Required[_SecretKey]


class _Value(TypedDict, total=False):
    valueFrom: Required[_FromSecret]


class _VaultCredential(TypedDict, total=False):
    token: str
    serviceAccount: str
    serviceAccountName: str


class _VaultPki(TypedDict, total=False):
    commonName: str
    altNames: str
    ipSans: str
    uriSans: str
    otherSans: str
    ttl: str
    format: str


class _VaultSecret(TypedDict, total=False):
    parameter: Required[str]
    path: Required[str]
    key: Required[str]
    type: Literal["", "secretV2", "secret", "pki"]
    pkiData: _VaultPki


class _HashiCorpVault(TypedDict, total=False):
    address: Required[str]
    authentication: Required[Literal["token", "kubernetes"]]
    namespace: str
    mount: str
    role: str
    credential: _VaultCredential
    secrets: Required[list[_VaultSecret]]


class _AwsCredentials(TypedDict, total=False):
    accessKey: Required[_Value]
    accessSecretKey: Required[_Value]
    accessToken: _Value


class _AwsSecret(TypedDict, total=False):
    parameter: Required[str]
    name: Required[str]
    secretKey: str
    versionId: str
    versionStage: str


class _AwsSecretManager(TypedDict, total=False):
    region: str
    credentials: _AwsCredentials
    podIdentity: _PodIdentity
    secrets: Required[Annotated[list[_AwsSecret], MinLen(1)]]


class _AzureCredentials(TypedDict, total=False):
    clientId: Required[str]
    tenantId: Required[str]
    clientSecret: Required[_Value]


class _AzureCloud(TypedDict, total=False):
    type: Required[str]
    keyVaultResourceURL: str
    activeDirectoryEndpoint: str


class _AzureSecret(TypedDict, total=False):
    parameter: Required[str]
    name: Required[str]
    version: str


class _AzureKeyVault(TypedDict, total=False):
    vaultUri: Required[str]
    cloud: _AzureCloud
    credentials: _AzureCredentials
    podIdentity: _PodIdentity
    secrets: Required[list[_AzureSecret]]


class _GcpCredentials(TypedDict, total=False):
    clientSecret: Required[_Value]


class _GcpSecret(TypedDict, total=False):
    parameter: Required[str]
    id: Required[str]
    version: str


class _GcpSecretManager(TypedDict, total=False):
    credentials: _GcpCredentials
    podIdentity: _PodIdentity
    secrets: Required[list[_GcpSecret]]


class _OAuth2(TypedDict, total=False):
    type: Literal["clientCredentials"]
    clientId: Required[str]
    clientSecret: _Value
    tokenUrl: Required[str]
    tokenUrlParams: dict[str, str]
    scopes: list[str]


class _AuthenticationSpec(TypedDict, total=False):
    podIdentity: _PodIdentity
    secretTargetRef: list[_KeyRef]
    configMapTargetRef: list[_KeyRef]
    env: list[_Env]
    boundServiceAccountToken: list[_BoundToken]
    filePath: str
    hashiCorpVault: _HashiCorpVault
    awsSecretManager: _AwsSecretManager
    azureKeyVault: _AzureKeyVault
    gcpSecretManager: _GcpSecretManager
    oauth2: _OAuth2


class TriggerAuthentication(TypedDict, total=False):
    """How the triggers of one namespace log in."""

    apiVersion: Required[Literal["keda.sh/v1alpha1"]]
    kind: Required[Literal["TriggerAuthentication"]]
    metadata: Required[ObjectMeta]
    spec: Required[_AuthenticationSpec]


class ClusterTriggerAuthentication(TypedDict, total=False):
    """How triggers of every namespace log in."""

    apiVersion: Required[Literal["keda.sh/v1alpha1"]]
    kind: Required[Literal["ClusterTriggerAuthentication"]]
    metadata: Required[ObjectMeta]
    spec: Required[_AuthenticationSpec]
