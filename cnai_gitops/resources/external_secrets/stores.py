"""Fields of ClusterSecretStore, SecretStore as external-secrets v2.9.0 has them.

Must not: be edited. Written by tools/models.py from the CRDs.
"""

from __future__ import annotations

from typing import Annotated, Literal, Required, TypedDict

from annotated_types import Ge, MaxLen, MinLen

from cnai_gitops.resources.core.meta import IntOrString, LabelSelector, Matches, ObjectMeta


class ClusterSecretStore(TypedDict, total=False):
    """A whole ClusterSecretStore."""

    apiVersion: Required[Literal["external-secrets.io/v1"]]
    kind: Required[Literal["ClusterSecretStore"]]
    metadata: Required[ObjectMeta]
    spec: Required[ClusterSecretStoreSpec]


class SecretStore(TypedDict, total=False):
    """A whole SecretStore."""

    apiVersion: Required[Literal["external-secrets.io/v1"]]
    kind: Required[Literal["SecretStore"]]
    metadata: Required[ObjectMeta]
    spec: Required[ClusterSecretStoreSpec]


class ClusterSecretStoreSpec(TypedDict, total=False):
    """`spec`."""

    conditions: list[Condition]
    controller: str
    provider: Required[Provider]
    refreshInterval: IntOrString
    retrySettings: RetrySettings


class Condition(TypedDict, total=False):
    """`spec.conditions[]`."""

    namespaceRegexes: list[str]
    namespaceSelector: LabelSelector
    namespaces: list[Annotated[str, MinLen(1), MaxLen(63), Matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?")]]


class Provider(TypedDict, total=False):
    """`spec.provider`."""

    akeyless: Akeyless
    aws: Aws
    azurekv: Azurekv
    barbican: Barbican
    beyondtrust: Beyondtrust
    beyondtrustworkloadcredentials: Beyondtrustworkloadcredentials
    bitwardensecretsmanager: Bitwardensecretsmanager
    chef: Chef
    cloudrusm: Cloudrusm
    conjur: Conjur
    crd: Crd
    delinea: Delinea
    doppler: Doppler
    dvls: Dvls
    fake: Fake
    fortanix: Fortanix
    gcpsm: Gcpsm
    github: Github
    gitlab: Gitlab
    ibm: Ibm
    infisical: Infisical
    keepersecurity: Keepersecurity
    kubernetes: Kubernetes
    nebiusmysterybox: Nebiusmysterybox
    ngrok: Ngrok
    onboardbase: Onboardbase
    onepassword: Onepassword
    onepasswordSDK: OnepasswordSDK
    openBao: OpenBao
    oracle: Oracle
    ovh: Ovh
    passbolt: Passbolt
    passworddepot: Passworddepot
    previder: Previder
    pulumi: Pulumi
    scaleway: Scaleway
    secretserver: Secretserver
    senhasegura: Senhasegura
    vault: ProviderVault
    volcengine: Volcengine
    webhook: Webhook
    yandexcertificatemanager: Yandexcertificatemanager
    yandexlockbox: Yandexcertificatemanager


class Akeyless(TypedDict, total=False):
    """`spec.provider.akeyless`."""

    akeylessGWApiURL: Required[str]
    authSecretRef: Required[AuthSecretRef]
    caBundle: str
    caProvider: CaProvider
    ignoreCache: bool


class AuthSecretRef(TypedDict, total=False):
    """`spec.provider.akeyless.authSecretRef`."""

    kubernetesAuth: KubernetesAuth
    secretRef: AuthSecretRefSecretRef
    serviceAccountRef: ServiceAccountRef


class KubernetesAuth(TypedDict, total=False):
    """`spec.provider.akeyless.authSecretRef.kubernetesAuth`."""

    accessID: Required[str]
    k8sConfName: Required[str]
    secretRef: SecretRef
    serviceAccountRef: ServiceAccountRef


class SecretRef(TypedDict, total=False):
    """`spec.provider.akeyless.authSecretRef.kubernetesAuth.secretRef`."""

    key: Annotated[str, MinLen(1), MaxLen(253), Matches("[-._a-zA-Z0-9]+")]
    name: Annotated[str, MinLen(1), MaxLen(253), Matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")]
    namespace: Annotated[str, MinLen(1), MaxLen(63), Matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?")]


class ServiceAccountRef(TypedDict, total=False):
    """`spec.provider.akeyless.authSecretRef.kubernetesAuth.serviceAccountRef`."""

    audiences: list[str]
    name: Required[Annotated[str, MinLen(1), MaxLen(253), Matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")]]
    namespace: Annotated[str, MinLen(1), MaxLen(63), Matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?")]


class AuthSecretRefSecretRef(TypedDict, total=False):
    """`spec.provider.akeyless.authSecretRef.secretRef`."""

    accessID: SecretRef
    accessType: SecretRef
    accessTypeParam: SecretRef


class CaProvider(TypedDict, total=False):
    """`spec.provider.akeyless.caProvider`."""

    key: Annotated[str, MinLen(1), MaxLen(253), Matches("[-._a-zA-Z0-9]+")]
    name: Required[Annotated[str, MinLen(1), MaxLen(253), Matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")]]
    namespace: Annotated[str, MinLen(1), MaxLen(63), Matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?")]
    type: Required[Literal["Secret", "ConfigMap"]]


class Aws(TypedDict, total=False):
    """`spec.provider.aws`."""

    additionalRoles: list[str]
    auth: Auth
    customSessionTags: dict[str, str]
    externalID: str
    prefix: str
    region: Required[str]
    role: str
    secretsManager: SecretsManager
    service: Required[Literal["SecretsManager", "ParameterStore", "CertificateManager"]]
    sessionTags: list[SessionTag]
    sessionTagsPolicy: Literal["None", "Simple", "Custom"]
    transitiveTagKeys: list[str]


class Auth(TypedDict, total=False):
    """`spec.provider.aws.auth`."""

    jwt: Jwt
    secretRef: AwsAuthSecretRef


class Jwt(TypedDict, total=False):
    """`spec.provider.aws.auth.jwt`."""

    serviceAccountRef: ServiceAccountRef


class AwsAuthSecretRef(TypedDict, total=False):
    """`spec.provider.aws.auth.secretRef`."""

    accessKeyIDSecretRef: SecretRef
    secretAccessKeySecretRef: SecretRef
    sessionTokenSecretRef: SecretRef


class SecretsManager(TypedDict, total=False):
    """`spec.provider.aws.secretsManager`."""

    forceDeleteWithoutRecovery: bool
    recoveryWindowInDays: int


class SessionTag(TypedDict, total=False):
    """`spec.provider.aws.sessionTags[]`."""

    key: Required[str]
    value: Required[str]


class Azurekv(TypedDict, total=False):
    """`spec.provider.azurekv`."""

    authSecretRef: AzurekvAuthSecretRef
    authType: Literal["ServicePrincipal", "ManagedIdentity", "WorkloadIdentity"]
    customCloudConfig: CustomCloudConfig
    environmentType: Literal["PublicCloud", "USGovernmentCloud", "ChinaCloud", "GermanCloud", "AzureStackCloud"]
    identityId: str
    serviceAccountRef: ServiceAccountRef
    tenantId: str
    useAzureSDK: bool
    vaultUrl: Required[str]


class AzurekvAuthSecretRef(TypedDict, total=False):
    """`spec.provider.azurekv.authSecretRef`."""

    clientCertificate: SecretRef
    clientId: SecretRef
    clientSecret: SecretRef
    tenantId: SecretRef


class CustomCloudConfig(TypedDict, total=False):
    """`spec.provider.azurekv.customCloudConfig`."""

    activeDirectoryEndpoint: Required[str]
    keyVaultDNSSuffix: str
    keyVaultEndpoint: str
    resourceManagerEndpoint: str


class Barbican(TypedDict, total=False):
    """`spec.provider.barbican`."""

    auth: Required[BarbicanAuth]
    authURL: str
    domainName: str
    region: str
    tenantName: str


class BarbicanAuth(TypedDict, total=False):
    """`spec.provider.barbican.auth`."""

    password: Required[Password]
    username: Required[Username]


class Password(TypedDict, total=False):
    """`spec.provider.barbican.auth.password`."""

    secretRef: Required[SecretRef]


class Username(TypedDict, total=False):
    """`spec.provider.barbican.auth.username`."""

    secretRef: SecretRef
    value: str


class Beyondtrust(TypedDict, total=False):
    """`spec.provider.beyondtrust`."""

    auth: Required[BeyondtrustAuth]
    server: Required[Server]


class BeyondtrustAuth(TypedDict, total=False):
    """`spec.provider.beyondtrust.auth`."""

    apiKey: Username
    certificate: Username
    certificateKey: Username
    clientId: Username
    clientSecret: Username


class Server(TypedDict, total=False):
    """`spec.provider.beyondtrust.server`."""

    apiUrl: Required[str]
    apiVersion: str
    clientTimeOutSeconds: int
    decrypt: bool
    retrievalType: str
    separator: str
    verifyCA: Required[bool]


class Beyondtrustworkloadcredentials(TypedDict, total=False):
    """`spec.provider.beyondtrustworkloadcredentials`."""

    auth: Required[BeyondtrustworkloadcredentialsAuth]
    caBundle: str
    caProvider: CaProvider
    folderPath: str
    server: Required[BeyondtrustworkloadcredentialsServer]


class BeyondtrustworkloadcredentialsAuth(TypedDict, total=False):
    """`spec.provider.beyondtrustworkloadcredentials.auth`."""

    apikey: Required[Apikey]


class Apikey(TypedDict, total=False):
    """`spec.provider.beyondtrustworkloadcredentials.auth.apikey`."""

    token: Required[SecretRef]


class BeyondtrustworkloadcredentialsServer(TypedDict, total=False):
    """`spec.provider.beyondtrustworkloadcredentials.server`."""

    apiUrl: Required[str]
    siteId: Required[str]


class Bitwardensecretsmanager(TypedDict, total=False):
    """`spec.provider.bitwardensecretsmanager`."""

    apiURL: str
    auth: Required[BitwardensecretsmanagerAuth]
    bitwardenServerSDKURL: str
    caBundle: str
    caProvider: CaProvider
    identityURL: str
    organizationID: Required[str]
    projectID: Required[str]


class BitwardensecretsmanagerAuth(TypedDict, total=False):
    """`spec.provider.bitwardensecretsmanager.auth`."""

    secretRef: Required[BitwardensecretsmanagerAuthSecretRef]


class BitwardensecretsmanagerAuthSecretRef(TypedDict, total=False):
    """`spec.provider.bitwardensecretsmanager.auth.secretRef`."""

    credentials: Required[SecretRef]


class Chef(TypedDict, total=False):
    """`spec.provider.chef`."""

    auth: Required[ChefAuth]
    serverUrl: Required[str]
    username: Required[str]


class ChefAuth(TypedDict, total=False):
    """`spec.provider.chef.auth`."""

    secretRef: Required[ChefAuthSecretRef]


class ChefAuthSecretRef(TypedDict, total=False):
    """`spec.provider.chef.auth.secretRef`."""

    privateKeySecretRef: Required[SecretRef]


class Cloudrusm(TypedDict, total=False):
    """`spec.provider.cloudrusm`."""

    auth: Required[CloudrusmAuth]
    projectID: str


class CloudrusmAuth(TypedDict, total=False):
    """`spec.provider.cloudrusm.auth`."""

    secretRef: CloudrusmAuthSecretRef


class CloudrusmAuthSecretRef(TypedDict, total=False):
    """`spec.provider.cloudrusm.auth.secretRef`."""

    accessKeyIDSecretRef: Required[SecretRef]
    accessKeySecretSecretRef: Required[SecretRef]


class Conjur(TypedDict, total=False):
    """`spec.provider.conjur`."""

    auth: Required[ConjurAuth]
    caBundle: str
    caProvider: CaProvider
    url: Required[str]


class ConjurAuth(TypedDict, total=False):
    """`spec.provider.conjur.auth`."""

    apikey: AuthApikey
    cert: Cert
    jwt: AuthJwt


class AuthApikey(TypedDict, total=False):
    """`spec.provider.conjur.auth.apikey`."""

    account: Required[str]
    apiKeyRef: Required[SecretRef]
    userRef: Required[SecretRef]


class Cert(TypedDict, total=False):
    """`spec.provider.conjur.auth.cert`."""

    account: Required[str]
    clientCertRef: Required[SecretRef]
    clientKeyRef: Required[SecretRef]
    hostId: str
    serviceID: Required[str]


class AuthJwt(TypedDict, total=False):
    """`spec.provider.conjur.auth.jwt`."""

    account: Required[str]
    hostId: str
    secretRef: SecretRef
    serviceAccountRef: ServiceAccountRef
    serviceID: Required[str]


class Crd(TypedDict, total=False):
    """`spec.provider.crd`."""

    auth: CrdAuth
    authRef: SecretRef
    resource: Required[Resource]
    server: CrdServer
    whitelist: Whitelist


class CrdAuth(TypedDict, total=False):
    """`spec.provider.crd.auth`."""

    cert: AuthCert
    serviceAccount: ServiceAccountRef
    token: Token


class AuthCert(TypedDict, total=False):
    """`spec.provider.crd.auth.cert`."""

    clientCert: Required[SecretRef]
    clientKey: Required[SecretRef]


class Token(TypedDict, total=False):
    """`spec.provider.crd.auth.token`."""

    bearerToken: Required[SecretRef]


class Resource(TypedDict, total=False):
    """`spec.provider.crd.resource`."""

    group: Required[str]
    kind: Required[Annotated[str, MinLen(1)]]
    version: Required[Annotated[str, MinLen(1)]]


class CrdServer(TypedDict, total=False):
    """`spec.provider.crd.server`."""

    caBundle: str
    caProvider: CaProvider
    url: str


class Whitelist(TypedDict, total=False):
    """`spec.provider.crd.whitelist`."""

    rules: list[Rule]


class Rule(TypedDict, total=False):
    """`spec.provider.crd.whitelist.rules[]`."""

    name: str
    namespace: str
    properties: list[str]


class Delinea(TypedDict, total=False):
    """`spec.provider.delinea`."""

    clientId: Required[Username]
    clientSecret: Required[Username]
    tenant: Required[str]
    tld: str
    urlTemplate: str


class Doppler(TypedDict, total=False):
    """`spec.provider.doppler`."""

    auth: Required[DopplerAuth]
    config: str
    format: Literal["json", "dotnet-json", "env", "yaml", "docker"]
    nameTransformer: Literal["upper-camel", "camel", "lower-snake", "tf-var", "dotnet-env", "lower-kebab"]
    project: str


class DopplerAuth(TypedDict, total=False):
    """`spec.provider.doppler.auth`."""

    oidcConfig: OidcConfig
    secretRef: DopplerAuthSecretRef


class OidcConfig(TypedDict, total=False):
    """`spec.provider.doppler.auth.oidcConfig`."""

    expirationSeconds: int
    identity: Required[str]
    serviceAccountRef: Required[ServiceAccountRef]


class DopplerAuthSecretRef(TypedDict, total=False):
    """`spec.provider.doppler.auth.secretRef`."""

    dopplerToken: Required[SecretRef]


class Dvls(TypedDict, total=False):
    """`spec.provider.dvls`."""

    auth: Required[DvlsAuth]
    insecure: bool
    serverUrl: Required[str]
    vault: str


class DvlsAuth(TypedDict, total=False):
    """`spec.provider.dvls.auth`."""

    secretRef: Required[DvlsAuthSecretRef]


class DvlsAuthSecretRef(TypedDict, total=False):
    """`spec.provider.dvls.auth.secretRef`."""

    appId: Required[SecretRef]
    appSecret: Required[SecretRef]


class Fake(TypedDict, total=False):
    """`spec.provider.fake`."""

    data: Required[list[Data]]
    validationResult: int


class Data(TypedDict, total=False):
    """`spec.provider.fake.data[]`."""

    key: Required[str]
    value: Required[str]
    version: str


class Fortanix(TypedDict, total=False):
    """`spec.provider.fortanix`."""

    apiKey: ApiKey
    apiUrl: str


class ApiKey(TypedDict, total=False):
    """`spec.provider.fortanix.apiKey`."""

    secretRef: SecretRef


class Gcpsm(TypedDict, total=False):
    """`spec.provider.gcpsm`."""

    auth: GcpsmAuth
    location: str
    projectID: str
    secretVersionSelectionPolicy: str


class GcpsmAuth(TypedDict, total=False):
    """`spec.provider.gcpsm.auth`."""

    secretRef: GcpsmAuthSecretRef
    workloadIdentity: WorkloadIdentity
    workloadIdentityFederation: WorkloadIdentityFederation


class GcpsmAuthSecretRef(TypedDict, total=False):
    """`spec.provider.gcpsm.auth.secretRef`."""

    secretAccessKeySecretRef: SecretRef


class WorkloadIdentity(TypedDict, total=False):
    """`spec.provider.gcpsm.auth.workloadIdentity`."""

    clusterLocation: str
    clusterName: str
    clusterProjectID: str
    serviceAccountRef: Required[ServiceAccountRef]


class WorkloadIdentityFederation(TypedDict, total=False):
    """`spec.provider.gcpsm.auth.workloadIdentityFederation`."""

    audience: str
    awsSecurityCredentials: AwsSecurityCredentials
    credConfig: CredConfig
    externalTokenEndpoint: str
    gcpServiceAccountEmail: Annotated[str, MinLen(1), Matches(".*@.*\\.iam\\.gserviceaccount\\.com")]
    serviceAccountRef: ServiceAccountRef


class AwsSecurityCredentials(TypedDict, total=False):
    """`spec.provider.gcpsm.auth.workloadIdentityFederation.awsSecurityCredentials`."""

    awsCredentialsSecretRef: Required[AwsCredentialsSecretRef]
    region: Required[Annotated[str, MinLen(1), MaxLen(50), Matches("[a-z0-9-]+")]]


class AwsCredentialsSecretRef(TypedDict, total=False):
    """`spec.provider.gcpsm.auth.workloadIdentityFederation.awsSecurityCredentials.awsCredentialsSecretRef`."""

    name: Required[Annotated[str, MinLen(1), MaxLen(253), Matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")]]
    namespace: Annotated[str, MinLen(1), MaxLen(63), Matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?")]


class CredConfig(TypedDict, total=False):
    """`spec.provider.gcpsm.auth.workloadIdentityFederation.credConfig`."""

    key: Required[Annotated[str, MinLen(1), MaxLen(253), Matches("[-._a-zA-Z0-9]+")]]
    name: Required[Annotated[str, MinLen(1), MaxLen(253), Matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")]]
    namespace: Annotated[str, MinLen(1), MaxLen(63), Matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?")]


class Github(TypedDict, total=False):
    """`spec.provider.github`."""

    appID: Required[int]
    auth: Required[GithubAuth]
    environment: str
    installationID: Required[int]
    orgSecretVisibility: Literal["all", "private"]
    organization: Required[str]
    repository: str
    uploadURL: str
    url: str


class GithubAuth(TypedDict, total=False):
    """`spec.provider.github.auth`."""

    privateKey: Required[SecretRef]


class Gitlab(TypedDict, total=False):
    """`spec.provider.gitlab`."""

    auth: Required[GitlabAuth]
    caBundle: str
    caProvider: CaProvider
    environment: str
    groupIDs: list[str]
    inheritFromGroups: bool
    projectID: str
    url: str


class GitlabAuth(TypedDict, total=False):
    """`spec.provider.gitlab.auth`."""

    SecretRef: Required[GitlabAuthSecretRef]


class GitlabAuthSecretRef(TypedDict, total=False):
    """`spec.provider.gitlab.auth.SecretRef`."""

    accessToken: SecretRef


class Ibm(TypedDict, total=False):
    """`spec.provider.ibm`."""

    auth: Required[IbmAuth]
    serviceUrl: str


class IbmAuth(TypedDict, total=False):
    """`spec.provider.ibm.auth`."""

    containerAuth: ContainerAuth
    secretRef: IbmAuthSecretRef


class ContainerAuth(TypedDict, total=False):
    """`spec.provider.ibm.auth.containerAuth`."""

    iamEndpoint: str
    profile: Required[str]
    tokenLocation: str


class IbmAuthSecretRef(TypedDict, total=False):
    """`spec.provider.ibm.auth.secretRef`."""

    iamEndpoint: str
    secretApiKeySecretRef: SecretRef


class Infisical(TypedDict, total=False):
    """`spec.provider.infisical`."""

    auth: Required[InfisicalAuth]
    caBundle: str
    caProvider: CaProvider
    hostAPI: str
    secretsScope: Required[SecretsScope]


class InfisicalAuth(TypedDict, total=False):
    """`spec.provider.infisical.auth`."""

    awsAuthCredentials: AwsAuthCredentials
    azureAuthCredentials: AzureAuthCredentials
    gcpIamAuthCredentials: GcpIamAuthCredentials
    gcpIdTokenAuthCredentials: AwsAuthCredentials
    jwtAuthCredentials: JwtAuthCredentials
    kubernetesAuthCredentials: KubernetesAuthCredentials
    ldapAuthCredentials: LdapAuthCredentials
    ociAuthCredentials: OciAuthCredentials
    tokenAuthCredentials: TokenAuthCredentials
    universalAuthCredentials: UniversalAuthCredentials


class AwsAuthCredentials(TypedDict, total=False):
    """`spec.provider.infisical.auth.awsAuthCredentials`."""

    identityId: Required[SecretRef]


class AzureAuthCredentials(TypedDict, total=False):
    """`spec.provider.infisical.auth.azureAuthCredentials`."""

    identityId: Required[SecretRef]
    resource: SecretRef


class GcpIamAuthCredentials(TypedDict, total=False):
    """`spec.provider.infisical.auth.gcpIamAuthCredentials`."""

    identityId: Required[SecretRef]
    serviceAccountKeyFilePath: Required[SecretRef]


class JwtAuthCredentials(TypedDict, total=False):
    """`spec.provider.infisical.auth.jwtAuthCredentials`."""

    identityId: Required[SecretRef]
    jwt: Required[SecretRef]


class KubernetesAuthCredentials(TypedDict, total=False):
    """`spec.provider.infisical.auth.kubernetesAuthCredentials`."""

    identityId: Required[SecretRef]
    serviceAccountTokenPath: SecretRef


class LdapAuthCredentials(TypedDict, total=False):
    """`spec.provider.infisical.auth.ldapAuthCredentials`."""

    identityId: Required[SecretRef]
    ldapPassword: Required[SecretRef]
    ldapUsername: Required[SecretRef]


class OciAuthCredentials(TypedDict, total=False):
    """`spec.provider.infisical.auth.ociAuthCredentials`."""

    fingerprint: Required[SecretRef]
    identityId: Required[SecretRef]
    privateKey: Required[SecretRef]
    privateKeyPassphrase: SecretRef
    region: Required[SecretRef]
    tenancyId: Required[SecretRef]
    userId: Required[SecretRef]


class TokenAuthCredentials(TypedDict, total=False):
    """`spec.provider.infisical.auth.tokenAuthCredentials`."""

    accessToken: Required[SecretRef]


class UniversalAuthCredentials(TypedDict, total=False):
    """`spec.provider.infisical.auth.universalAuthCredentials`."""

    clientId: Required[SecretRef]
    clientSecret: Required[SecretRef]


class SecretsScope(TypedDict, total=False):
    """`spec.provider.infisical.secretsScope`."""

    environmentSlug: Required[str]
    expandSecretReferences: bool
    organizationSlug: str
    projectSlug: Required[str]
    recursive: bool
    secretsPath: str


class Keepersecurity(TypedDict, total=False):
    """`spec.provider.keepersecurity`."""

    authRef: Required[SecretRef]
    folderID: Required[str]
    getByTitleFallback: bool


class Kubernetes(TypedDict, total=False):
    """`spec.provider.kubernetes`."""

    auth: CrdAuth
    authRef: SecretRef
    remoteNamespace: Annotated[str, MinLen(1), MaxLen(63), Matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?")]
    server: CrdServer


class Nebiusmysterybox(TypedDict, total=False):
    """`spec.provider.nebiusmysterybox`."""

    apiDomain: Required[str]
    auth: Required[NebiusmysteryboxAuth]
    caProvider: NebiusmysteryboxCaProvider


class NebiusmysteryboxAuth(TypedDict, total=False):
    """`spec.provider.nebiusmysterybox.auth`."""

    serviceAccountCredsSecretRef: SecretRef
    tokenSecretRef: SecretRef


class NebiusmysteryboxCaProvider(TypedDict, total=False):
    """`spec.provider.nebiusmysterybox.caProvider`."""

    certSecretRef: SecretRef


class Ngrok(TypedDict, total=False):
    """`spec.provider.ngrok`."""

    apiUrl: str
    auth: Required[NgrokAuth]
    vault: Required[Vault]


class NgrokAuth(TypedDict, total=False):
    """`spec.provider.ngrok.auth`."""

    apiKey: ApiKey


class Vault(TypedDict, total=False):
    """`spec.provider.ngrok.vault`."""

    name: Required[str]


class Onboardbase(TypedDict, total=False):
    """`spec.provider.onboardbase`."""

    apiHost: str
    auth: Required[OnboardbaseAuth]
    environment: str
    project: str


class OnboardbaseAuth(TypedDict, total=False):
    """`spec.provider.onboardbase.auth`."""

    apiKeyRef: Required[SecretRef]
    passcodeRef: Required[SecretRef]


class Onepassword(TypedDict, total=False):
    """`spec.provider.onepassword`."""

    auth: Required[OnepasswordAuth]
    connectHost: Required[str]
    vaults: Required[dict[str, int]]


class OnepasswordAuth(TypedDict, total=False):
    """`spec.provider.onepassword.auth`."""

    secretRef: Required[OnepasswordAuthSecretRef]


class OnepasswordAuthSecretRef(TypedDict, total=False):
    """`spec.provider.onepassword.auth.secretRef`."""

    connectTokenSecretRef: Required[SecretRef]


class OnepasswordSDK(TypedDict, total=False):
    """`spec.provider.onepasswordSDK`."""

    auth: Required[OnepasswordSDKAuth]
    cache: Cache
    environment: str
    integrationInfo: IntegrationInfo
    vault: str


class OnepasswordSDKAuth(TypedDict, total=False):
    """`spec.provider.onepasswordSDK.auth`."""

    serviceAccountSecretRef: Required[SecretRef]


class Cache(TypedDict, total=False):
    """`spec.provider.onepasswordSDK.cache`."""

    maxSize: Annotated[int, Ge(1)]
    ttl: str


class IntegrationInfo(TypedDict, total=False):
    """`spec.provider.onepasswordSDK.integrationInfo`."""

    name: str
    version: str


class OpenBao(TypedDict, total=False):
    """`spec.provider.openBao`."""

    auth: OpenBaoAuth
    caBundle: str
    caProvider: CaProvider
    namespace: str
    path: str
    server: Required[str]
    version: Literal["v1", "v2"]


class OpenBaoAuth(TypedDict, total=False):
    """`spec.provider.openBao.auth`."""

    appRole: AppRole
    namespace: str
    tokenSecretRef: SecretRef
    userPass: UserPass


class AppRole(TypedDict, total=False):
    """`spec.provider.openBao.auth.appRole`."""

    path: str
    roleId: Annotated[str, MinLen(1)]
    roleRef: SecretRef
    secretRef: Required[SecretRef]


class UserPass(TypedDict, total=False):
    """`spec.provider.openBao.auth.userPass`."""

    path: str
    secretRef: SecretRef
    username: Required[str]


class Oracle(TypedDict, total=False):
    """`spec.provider.oracle`."""

    auth: OracleAuth
    compartment: str
    encryptionKey: str
    principalType: Literal["", "UserPrincipal", "InstancePrincipal", "Workload"]
    region: Required[str]
    serviceAccountRef: ServiceAccountRef
    vault: Required[str]


class OracleAuth(TypedDict, total=False):
    """`spec.provider.oracle.auth`."""

    secretRef: Required[OracleAuthSecretRef]
    tenancy: Required[str]
    user: Required[str]


class OracleAuthSecretRef(TypedDict, total=False):
    """`spec.provider.oracle.auth.secretRef`."""

    fingerprint: Required[SecretRef]
    privatekey: Required[SecretRef]


class Ovh(TypedDict, total=False):
    """`spec.provider.ovh`."""

    auth: Required[OvhAuth]
    casRequired: bool
    okmsTimeout: Annotated[int, Ge(1)]
    okmsid: Required[str]
    server: Required[str]


class OvhAuth(TypedDict, total=False):
    """`spec.provider.ovh.auth`."""

    mtls: Mtls
    token: AuthToken


class Mtls(TypedDict, total=False):
    """`spec.provider.ovh.auth.mtls`."""

    caBundle: str
    caProvider: CaProvider
    certSecretRef: Required[SecretRef]
    keySecretRef: Required[SecretRef]


class AuthToken(TypedDict, total=False):
    """`spec.provider.ovh.auth.token`."""

    tokenSecretRef: Required[SecretRef]


class Passbolt(TypedDict, total=False):
    """`spec.provider.passbolt`."""

    auth: Required[PassboltAuth]
    caBundle: str
    caProvider: CaProvider
    host: Required[str]


class PassboltAuth(TypedDict, total=False):
    """`spec.provider.passbolt.auth`."""

    passwordSecretRef: Required[SecretRef]
    privateKeySecretRef: Required[SecretRef]


class Passworddepot(TypedDict, total=False):
    """`spec.provider.passworddepot`."""

    auth: Required[PassworddepotAuth]
    database: Required[str]
    host: Required[str]


class PassworddepotAuth(TypedDict, total=False):
    """`spec.provider.passworddepot.auth`."""

    secretRef: Required[PassworddepotAuthSecretRef]


class PassworddepotAuthSecretRef(TypedDict, total=False):
    """`spec.provider.passworddepot.auth.secretRef`."""

    credentials: SecretRef


class Previder(TypedDict, total=False):
    """`spec.provider.previder`."""

    auth: Required[PreviderAuth]
    baseUri: str


class PreviderAuth(TypedDict, total=False):
    """`spec.provider.previder.auth`."""

    secretRef: TokenAuthCredentials


class Pulumi(TypedDict, total=False):
    """`spec.provider.pulumi`."""

    accessToken: ApiKey
    apiUrl: str
    auth: PulumiAuth
    environment: Required[str]
    organization: Required[str]
    project: Required[str]


class PulumiAuth(TypedDict, total=False):
    """`spec.provider.pulumi.auth`."""

    accessToken: ApiKey
    oidcConfig: AuthOidcConfig


class AuthOidcConfig(TypedDict, total=False):
    """`spec.provider.pulumi.auth.oidcConfig`."""

    expirationSeconds: Annotated[int, Ge(600)]
    organization: Required[str]
    serviceAccountRef: Required[ServiceAccountRef]


class Scaleway(TypedDict, total=False):
    """`spec.provider.scaleway`."""

    accessKey: Required[Username]
    apiUrl: str
    projectId: Required[str]
    region: Required[str]
    secretKey: Required[Username]


class Secretserver(TypedDict, total=False):
    """`spec.provider.secretserver`."""

    caBundle: str
    caProvider: CaProvider
    domain: str
    password: SecretserverPassword
    serverURL: Required[str]
    token: SecretserverPassword
    username: SecretserverPassword


class SecretserverPassword(TypedDict, total=False):
    """`spec.provider.secretserver.password`."""

    secretRef: SecretRef
    value: Annotated[str, MinLen(1)]


class Senhasegura(TypedDict, total=False):
    """`spec.provider.senhasegura`."""

    auth: Required[SenhaseguraAuth]
    ignoreSslCertificate: bool
    module: Required[str]
    url: Required[str]


class SenhaseguraAuth(TypedDict, total=False):
    """`spec.provider.senhasegura.auth`."""

    clientId: Required[str]
    clientSecretSecretRef: Required[SecretRef]


class ProviderVault(TypedDict, total=False):
    """`spec.provider.vault`."""

    auth: VaultAuth
    caBundle: str
    caProvider: CaProvider
    checkAndSet: CheckAndSet
    forwardInconsistent: bool
    headers: dict[str, str]
    namespace: str
    path: str
    readYourWrites: bool
    server: Required[str]
    tls: Tls
    version: Literal["v1", "v2"]


class VaultAuth(TypedDict, total=False):
    """`spec.provider.vault.auth`."""

    appRole: AuthAppRole
    cert: VaultAuthCert
    gcp: Gcp
    iam: Iam
    jwt: VaultAuthJwt
    kubernetes: AuthKubernetes
    ldap: UserPass
    namespace: str
    tokenSecretRef: SecretRef
    userPass: UserPass


class AuthAppRole(TypedDict, total=False):
    """`spec.provider.vault.auth.appRole`."""

    path: str
    roleId: str
    roleRef: SecretRef
    secretRef: Required[SecretRef]


class VaultAuthCert(TypedDict, total=False):
    """`spec.provider.vault.auth.cert`."""

    clientCert: SecretRef
    path: str
    secretRef: SecretRef
    vaultRole: str


class Gcp(TypedDict, total=False):
    """`spec.provider.vault.auth.gcp`."""

    location: str
    path: str
    projectID: str
    role: Required[str]
    secretRef: GcpsmAuthSecretRef
    serviceAccountRef: ServiceAccountRef
    workloadIdentity: WorkloadIdentity


class Iam(TypedDict, total=False):
    """`spec.provider.vault.auth.iam`."""

    externalID: str
    jwt: Jwt
    path: str
    region: str
    role: str
    secretRef: AwsAuthSecretRef
    vaultAwsIamServerID: str
    vaultRole: Required[str]


class VaultAuthJwt(TypedDict, total=False):
    """`spec.provider.vault.auth.jwt`."""

    kubernetesServiceAccountToken: KubernetesServiceAccountToken
    path: str
    role: str
    secretRef: SecretRef


class KubernetesServiceAccountToken(TypedDict, total=False):
    """`spec.provider.vault.auth.jwt.kubernetesServiceAccountToken`."""

    audiences: list[str]
    expirationSeconds: int
    serviceAccountRef: Required[ServiceAccountRef]


class AuthKubernetes(TypedDict, total=False):
    """`spec.provider.vault.auth.kubernetes`."""

    mountPath: str
    role: Required[str]
    secretRef: SecretRef
    serviceAccountRef: ServiceAccountRef


class CheckAndSet(TypedDict, total=False):
    """`spec.provider.vault.checkAndSet`."""

    required: bool


class Tls(TypedDict, total=False):
    """`spec.provider.vault.tls`."""

    certSecretRef: SecretRef
    keySecretRef: SecretRef


class Volcengine(TypedDict, total=False):
    """`spec.provider.volcengine`."""

    auth: VolcengineAuth
    region: Required[str]


class VolcengineAuth(TypedDict, total=False):
    """`spec.provider.volcengine.auth`."""

    secretRef: VolcengineAuthSecretRef


class VolcengineAuthSecretRef(TypedDict, total=False):
    """`spec.provider.volcengine.auth.secretRef`."""

    accessKeyID: Required[SecretRef]
    secretAccessKey: Required[SecretRef]
    token: SecretRef


class Webhook(TypedDict, total=False):
    """`spec.provider.webhook`."""

    auth: WebhookAuth
    body: str
    caBundle: str
    caProvider: CaProvider
    headers: dict[str, str]
    method: str
    result: Result
    secrets: list[Secret]
    timeout: str
    url: Required[str]


class WebhookAuth(TypedDict, total=False):
    """`spec.provider.webhook.auth`."""

    ntlm: Ntlm


class Ntlm(TypedDict, total=False):
    """`spec.provider.webhook.auth.ntlm`."""

    passwordSecret: Required[SecretRef]
    usernameSecret: Required[SecretRef]


class Result(TypedDict, total=False):
    """`spec.provider.webhook.result`."""

    jsonPath: str


class Secret(TypedDict, total=False):
    """`spec.provider.webhook.secrets[]`."""

    name: Required[str]
    secretRef: Required[SecretRef]


class Yandexcertificatemanager(TypedDict, total=False):
    """`spec.provider.yandexcertificatemanager`."""

    apiEndpoint: str
    auth: Required[YandexcertificatemanagerAuth]
    caProvider: NebiusmysteryboxCaProvider
    fetching: Fetching


class YandexcertificatemanagerAuth(TypedDict, total=False):
    """`spec.provider.yandexcertificatemanager.auth`."""

    authorizedKeySecretRef: SecretRef


class Fetching(TypedDict, total=False):
    """`spec.provider.yandexcertificatemanager.fetching`."""

    byID: ByID
    byName: ByName


class ByID(TypedDict, total=False):
    """`spec.provider.yandexcertificatemanager.fetching.byID`."""


class ByName(TypedDict, total=False):
    """`spec.provider.yandexcertificatemanager.fetching.byName`."""

    folderID: Required[str]


class RetrySettings(TypedDict, total=False):
    """`spec.retrySettings`."""

    maxRetries: int
    retryInterval: str
