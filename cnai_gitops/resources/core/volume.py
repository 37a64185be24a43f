"""Volumes of a pod, and the claims that pods and StatefulSets make.

Must not: describe containers, declare kinds.
"""

from __future__ import annotations

from typing import Literal, Required, TypedDict

from cnai_gitops.resources.core.meta import LabelSelector, LocalObjectReference, Quantity, TypedLocalObjectReference, TypedObjectReference

AccessMode = Literal["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"]
VolumeMode = Literal["Filesystem", "Block"]


class ObjectFieldSelector(TypedDict, total=False):
    """A field of the pod itself."""

    apiVersion: str
    fieldPath: Required[str]


class ResourceFieldSelector(TypedDict, total=False):
    """A request or limit of a container."""

    containerName: str
    resource: Required[str]
    divisor: Quantity


class KeyToPath(TypedDict, total=False):
    """A key and the file that it becomes."""

    key: Required[str]
    path: Required[str]
    mode: int


class _DownwardFile(TypedDict, total=False):
    path: Required[str]
    fieldRef: ObjectFieldSelector
    resourceFieldRef: ResourceFieldSelector
    mode: int


class _SecretProjection(TypedDict, total=False):
    name: str
    items: list[KeyToPath]
    optional: bool


class _ServiceAccountToken(TypedDict, total=False):
    audience: str
    expirationSeconds: int
    path: Required[str]


class _ClusterTrustBundle(TypedDict, total=False):
    name: str
    signerName: str
    labelSelector: LabelSelector
    path: Required[str]
    optional: bool


class _DownwardProjection(TypedDict, total=False):
    items: list[_DownwardFile]


class _Projection(TypedDict, total=False):
    secret: _SecretProjection
    configMap: _SecretProjection
    serviceAccountToken: _ServiceAccountToken
    downwardAPI: _DownwardProjection
    clusterTrustBundle: _ClusterTrustBundle


class _Projected(TypedDict, total=False):
    sources: list[_Projection]
    defaultMode: int


class _EmptyDir(TypedDict, total=False):
    medium: Literal["", "Memory", "HugePages"]
    sizeLimit: Quantity


class _SecretVolume(TypedDict, total=False):
    secretName: str
    items: list[KeyToPath]
    defaultMode: int
    optional: bool


class _ConfigMapVolume(TypedDict, total=False):
    name: str
    items: list[KeyToPath]
    defaultMode: int
    optional: bool


class _DownwardVolume(TypedDict, total=False):
    items: list[_DownwardFile]
    defaultMode: int


class _ClaimVolume(TypedDict, total=False):
    claimName: Required[str]
    readOnly: bool


class _HostPath(TypedDict, total=False):
    path: Required[str]
    type: str


class _Nfs(TypedDict, total=False):
    server: Required[str]
    path: Required[str]
    readOnly: bool


class _Csi(TypedDict, total=False):
    driver: Required[str]
    readOnly: bool
    fsType: str
    volumeAttributes: dict[str, str]
    nodePublishSecretRef: LocalObjectReference


class _ImageVolume(TypedDict, total=False):
    reference: str
    pullPolicy: Literal["Always", "IfNotPresent", "Never"]


class _ClaimResources(TypedDict, total=False):
    requests: dict[str, Quantity]
    limits: dict[str, Quantity]


class PersistentVolumeClaimSpec(TypedDict, total=False):
    """What a claim asks of the storage class."""

    accessModes: list[AccessMode]
    resources: _ClaimResources
    storageClassName: str
    volumeMode: VolumeMode
    volumeName: str
    volumeAttributesClassName: str
    selector: LabelSelector
    dataSource: TypedLocalObjectReference
    dataSourceRef: TypedObjectReference


class _ClaimTemplate(TypedDict, total=False):
    # Its metadata is left out: several CRDs drop it.
    spec: Required[PersistentVolumeClaimSpec]


class _Ephemeral(TypedDict, total=False):
    volumeClaimTemplate: _ClaimTemplate


class Volume(TypedDict, total=False):
    """One volume; drivers that Kubernetes has moved to CSI are not offered."""

    name: Required[str]
    emptyDir: _EmptyDir
    secret: _SecretVolume
    configMap: _ConfigMapVolume
    persistentVolumeClaim: _ClaimVolume
    projected: _Projected
    downwardAPI: _DownwardVolume
    ephemeral: _Ephemeral
    csi: _Csi
    image: _ImageVolume
    hostPath: _HostPath
    nfs: _Nfs


class VolumeMount(TypedDict, total=False):
    """Where a container sees a volume."""

    name: Required[str]
    mountPath: Required[str]
    subPath: str
    subPathExpr: str
    readOnly: bool
    recursiveReadOnly: Literal["Disabled", "IfPossible", "Enabled"]
    mountPropagation: Literal["None", "HostToContainer", "Bidirectional"]


class VolumeDevice(TypedDict, total=False):
    """Where a container sees a block device."""

    name: Required[str]
    devicePath: Required[str]
