"""Models of SecretStore and ClusterSecretStore (`external-secrets.io/v1`, External Secrets 2.9).

Must not: declare kinds.
"""

from __future__ import annotations

from typing import Literal, Required, TypedDict

from cnai_gitops.resources.core.meta import LabelSelector, NonEmpty, ObjectMeta


class _SecretKeyRef(TypedDict, total=False):
    name: NonEmpty
    namespace: NonEmpty
    key: NonEmpty


class _ServiceAccountRef(TypedDict, total=False):
    name: Required[NonEmpty]
    namespace: NonEmpty
    audiences: list[str]


class _Jwt(TypedDict, total=False):
    serviceAccountRef: _ServiceAccountRef


class _AwsSecretRef(TypedDict, total=False):
    accessKeyIDSecretRef: _SecretKeyRef
    secretAccessKeySecretRef: _SecretKeyRef
    sessionTokenSecretRef: _SecretKeyRef


class _AwsAuth(TypedDict, total=False):
    jwt: _Jwt
    secretRef: _AwsSecretRef


class _Tag(TypedDict, total=False):
    key: Required[str]
    value: Required[str]


class _AwsSecretsManager(TypedDict, total=False):
    forceDeleteWithoutRecovery: bool
    recoveryWindowInDays: int


class _Aws(TypedDict, total=False):
    service: Required[Literal["SecretsManager", "ParameterStore"]]
    region: Required[str]
    role: str
    additionalRoles: list[str]
    externalID: str
    prefix: str
    auth: _AwsAuth
    secretsManager: _AwsSecretsManager
    sessionTags: list[_Tag]
    transitiveTagKeys: list[str]


class _GcpSecretRef(TypedDict, total=False):
    secretAccessKeySecretRef: _SecretKeyRef


class _GcpWorkloadIdentity(TypedDict, total=False):
    serviceAccountRef: Required[_ServiceAccountRef]
    clusterLocation: str
    clusterName: str
    clusterProjectID: str


class _GcpFederation(TypedDict, total=False):
    audience: str
    externalTokenEndpoint: str
    gcpServiceAccountEmail: NonEmpty
    serviceAccountRef: _ServiceAccountRef


class _GcpAuth(TypedDict, total=False):
    workloadIdentity: _GcpWorkloadIdentity
    workloadIdentityFederation: _GcpFederation
    secretRef: _GcpSecretRef


class _Gcp(TypedDict, total=False):
    projectID: str
    location: str
    auth: _GcpAuth


class _AzureSecretRef(TypedDict, total=False):
    clientId: _SecretKeyRef
    clientSecret: _SecretKeyRef
    clientCertificate: _SecretKeyRef
    tenantId: _SecretKeyRef


class _Azure(TypedDict, total=False):
    vaultUrl: Required[str]
    authType: Literal["ServicePrincipal", "ManagedIdentity", "WorkloadIdentity"]
    authSecretRef: _AzureSecretRef
    serviceAccountRef: _ServiceAccountRef
    identityId: str
    tenantId: str
    environmentType: Literal["PublicCloud", "USGovernmentCloud", "ChinaCloud", "GermanCloud"]
    useAzureSDK: bool


class _CaProvider(TypedDict, total=False):
    type: Required[Literal["Secret", "ConfigMap"]]
    name: Required[NonEmpty]
    namespace: NonEmpty
    key: NonEmpty


class _VaultKubernetes(TypedDict, total=False):
    # The API has a default mount path and yet calls it required.
    mountPath: str
    role: Required[str]
    serviceAccountRef: _ServiceAccountRef
    secretRef: _SecretKeyRef


class _VaultAppRole(TypedDict, total=False):
    path: str
    roleId: str
    roleRef: _SecretKeyRef
    secretRef: Required[_SecretKeyRef]


class _VaultToken(TypedDict, total=False):
    serviceAccountRef: Required[_ServiceAccountRef]
    audiences: list[str]
    expirationSeconds: int


class _VaultJwt(TypedDict, total=False):
    path: str
    role: str
    kubernetesServiceAccountToken: _VaultToken
    secretRef: _SecretKeyRef


class _VaultIam(TypedDict, total=False):
    vaultRole: Required[str]
    path: str
    region: str
    role: str
    externalID: str
    jwt: _Jwt
    secretRef: _AwsSecretRef
    vaultAwsIamServerID: str


class _VaultCert(TypedDict, total=False):
    path: str
    vaultRole: str
    clientCert: _SecretKeyRef
    secretRef: _SecretKeyRef


class _VaultAuth(TypedDict, total=False):
    namespace: str
    kubernetes: _VaultKubernetes
    appRole: _VaultAppRole
    jwt: _VaultJwt
    iam: _VaultIam
    cert: _VaultCert
    tokenSecretRef: _SecretKeyRef


class _VaultTls(TypedDict, total=False):
    certSecretRef: _SecretKeyRef
    keySecretRef: _SecretKeyRef


class _Vault(TypedDict, total=False):
    server: Required[str]
    path: str
    version: Literal["v1", "v2"]
    namespace: str
    auth: _VaultAuth
    tls: _VaultTls
    caBundle: str
    caProvider: _CaProvider
    headers: dict[str, str]
    readYourWrites: bool
    forwardInconsistent: bool


class _KubernetesServer(TypedDict, total=False):
    url: str
    caBundle: str
    caProvider: _CaProvider


class _KubernetesToken(TypedDict, total=False):
    bearerToken: Required[_SecretKeyRef]


class _KubernetesCert(TypedDict, total=False):
    clientCert: Required[_SecretKeyRef]
    clientKey: Required[_SecretKeyRef]


class _KubernetesAuth(TypedDict, total=False):
    serviceAccount: _ServiceAccountRef
    token: _KubernetesToken
    cert: _KubernetesCert


class _Kubernetes(TypedDict, total=False):
    server: _KubernetesServer
    remoteNamespace: NonEmpty
    auth: _KubernetesAuth
    authRef: _SecretKeyRef


class _Provider(TypedDict, total=False):
    aws: _Aws
    gcpsm: _Gcp
    azurekv: _Azure
    vault: _Vault
    kubernetes: _Kubernetes


class _Retry(TypedDict, total=False):
    maxRetries: int
    retryInterval: str


class _Condition(TypedDict, total=False):
    namespaces: list[str]
    namespaceSelector: LabelSelector
    namespaceRegexes: list[str]


class _StoreSpec(TypedDict, total=False):
    provider: Required[_Provider]
    controller: str
    refreshInterval: int
    retrySettings: _Retry
    conditions: list[_Condition]


class SecretStore(TypedDict, total=False):
    """Where the secrets of one namespace come from."""

    apiVersion: Required[Literal["external-secrets.io/v1"]]
    kind: Required[Literal["SecretStore"]]
    metadata: Required[ObjectMeta]
    spec: Required[_StoreSpec]


class ClusterSecretStore(TypedDict, total=False):
    """Where secrets of every namespace come from."""

    apiVersion: Required[Literal["external-secrets.io/v1"]]
    kind: Required[Literal["ClusterSecretStore"]]
    metadata: Required[ObjectMeta]
    spec: Required[_StoreSpec]
