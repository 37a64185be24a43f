"""One container, as core Pods and the CRDs that embed it spell it (Kubernetes 1.34 to 1.37).

Must not: declare kinds, count accelerators. What only some of those CRDs know yet is left out.
"""

from __future__ import annotations

from typing import Literal, Required, TypedDict

from cnai_gitops.resources.core.meta import IntOrString, KeySelector, Quantity
from cnai_gitops.resources.core.volume import ObjectFieldSelector, ResourceFieldSelector, VolumeDevice, VolumeMount


class EnvVarSource(TypedDict, total=False):
    """Where the value of a variable comes from; one of these."""

    fieldRef: ObjectFieldSelector
    resourceFieldRef: ResourceFieldSelector
    configMapKeyRef: KeySelector
    secretKeyRef: KeySelector


class EnvVar(TypedDict, total=False):
    """One environment variable."""

    name: Required[str]
    value: str
    valueFrom: EnvVarSource


class _EnvFrom(TypedDict, total=False):
    name: str
    optional: bool


class EnvFromSource(TypedDict, total=False):
    """All keys of a ConfigMap or Secret as variables."""

    prefix: str
    configMapRef: _EnvFrom
    secretRef: _EnvFrom


class _ResourceClaimRef(TypedDict, total=False):
    name: Required[str]
    request: str


class ResourceRequirements(TypedDict, total=False):
    """Requests, limits and claims of a container."""

    requests: dict[str, Quantity]
    limits: dict[str, Quantity]
    claims: list[_ResourceClaimRef]


class ContainerPort(TypedDict, total=False):
    """A port that a container listens on."""

    containerPort: Required[int]
    name: str
    protocol: Literal["TCP", "UDP", "SCTP"]
    hostPort: int
    hostIP: str


class HttpHeader(TypedDict, total=False):
    """A header of an HTTP probe."""

    name: Required[str]
    value: Required[str]


class HttpGetAction(TypedDict, total=False):
    """An HTTP request of the kubelet."""

    path: str
    port: Required[IntOrString]
    host: str
    scheme: Literal["HTTP", "HTTPS"]
    httpHeaders: list[HttpHeader]


class _Exec(TypedDict, total=False):
    command: list[str]


class _TcpSocket(TypedDict, total=False):
    port: Required[IntOrString]
    host: str


class _Grpc(TypedDict, total=False):
    port: Required[int]
    service: str


class Probe(TypedDict, total=False):
    """A health question of the kubelet. Times are in seconds."""

    exec: _Exec
    httpGet: HttpGetAction
    tcpSocket: _TcpSocket
    grpc: _Grpc
    initialDelaySeconds: int
    periodSeconds: int
    timeoutSeconds: int
    successThreshold: int
    failureThreshold: int
    terminationGracePeriodSeconds: int


class _Sleep(TypedDict, total=False):
    seconds: Required[int]


class _LifecycleHandler(TypedDict, total=False):
    exec: _Exec
    httpGet: HttpGetAction
    tcpSocket: _TcpSocket
    sleep: _Sleep


class Lifecycle(TypedDict, total=False):
    """What runs after a container starts and before it stops."""

    postStart: _LifecycleHandler
    preStop: _LifecycleHandler


class _Capabilities(TypedDict, total=False):
    add: list[str]
    drop: list[str]


class SeLinuxOptions(TypedDict, total=False):
    """An SELinux context."""

    user: str
    role: str
    type: str
    level: str


class SecurityProfile(TypedDict, total=False):
    """A seccomp or AppArmor profile."""

    type: Required[Literal["Unconfined", "RuntimeDefault", "Localhost"]]
    localhostProfile: str


class WindowsOptions(TypedDict, total=False):
    """Rights on a Windows node."""

    gmsaCredentialSpec: str
    gmsaCredentialSpecName: str
    hostProcess: bool
    runAsUserName: str


class SecurityContext(TypedDict, total=False):
    """Rights of one container."""

    allowPrivilegeEscalation: bool
    privileged: bool
    readOnlyRootFilesystem: bool
    runAsNonRoot: bool
    runAsUser: int
    runAsGroup: int
    capabilities: _Capabilities
    seccompProfile: SecurityProfile
    appArmorProfile: SecurityProfile
    seLinuxOptions: SeLinuxOptions
    procMount: Literal["Default", "Unmasked"]
    windowsOptions: WindowsOptions


class _ResizePolicy(TypedDict, total=False):
    resourceName: Required[str]
    restartPolicy: Required[Literal["NotRequired", "RestartContainer"]]


class ContainerFields(TypedDict, total=False):
    """A container without its name; KServe's `model` block is one too."""

    image: str
    imagePullPolicy: Literal["Always", "IfNotPresent", "Never"]
    command: list[str]
    args: list[str]
    workingDir: str
    env: list[EnvVar]
    envFrom: list[EnvFromSource]
    ports: list[ContainerPort]
    resources: ResourceRequirements
    resizePolicy: list[_ResizePolicy]
    restartPolicy: str
    volumeMounts: list[VolumeMount]
    volumeDevices: list[VolumeDevice]
    livenessProbe: Probe
    readinessProbe: Probe
    startupProbe: Probe
    lifecycle: Lifecycle
    securityContext: SecurityContext
    terminationMessagePath: str
    terminationMessagePolicy: Literal["File", "FallbackToLogsOnError"]
    stdin: bool
    stdinOnce: bool
    tty: bool


class Container(ContainerFields, total=False):
    """One container of a pod."""

    name: Required[str]
