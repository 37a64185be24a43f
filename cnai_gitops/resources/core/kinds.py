"""The core API group (`v1`) as this project knows it; its pods live in `pod`, `container`, `volume`, `meta`.

Must not: describe fields (the schemas that Kubernetes publishes check these kinds).
"""

from __future__ import annotations

from collections.abc import Iterator

from cnai_gitops.resources.base import Body, Kind, Owned, Pods, Queued, World

# Objects that nothing derives a name from may use all that a DNS subdomain allows.
_SUBDOMAIN = 253

# A claim that waits for its first consumer stays Pending, so it must not be in an earlier wave than its pods.
_CLAIM_WAVE = 0

_CLAIM_IMMUTABLE = (
    "/spec/accessModes",
    "/spec/storageClassName",
    "/spec/volumeMode",
    "/spec/volumeName",
    "/spec/selector",
    "/spec/dataSource",
    "/spec/dataSourceRef",
)


def _pod(body: Body, world: World) -> Iterator[Pods]:
    yield Pods(1, body.get("spec") or {}, "spec", (body.get("metadata") or {}).get("labels") or {})


SERVICE_ACCOUNT = Kind(group="", version="v1", kind="ServiceAccount", plural="serviceaccounts", name_limit=_SUBDOMAIN, rank=10, wave=-4)

KINDS = (
    Kind(group="", version="v1", kind="Namespace", plural="namespaces", name_form="label", namespaced=False, rank=0, wave=-10),
    Kind(group="", version="v1", kind="ResourceQuota", plural="resourcequotas", name_limit=_SUBDOMAIN, rank=5, wave=-5),
    Kind(group="", version="v1", kind="LimitRange", plural="limitranges", name_limit=_SUBDOMAIN, rank=5, wave=-5),
    SERVICE_ACCOUNT,
    # Known so that a Secret in Git is seen and refused by name; never emitted.
    Kind(
        group="",
        version="v1",
        kind="Secret",
        plural="secrets",
        data="secret",
        name_limit=_SUBDOMAIN,
        rank=15,
        wave=-4,
        immutable=("/type",),
    ),
    Kind(group="", version="v1", kind="ConfigMap", plural="configmaps", data="plain", name_limit=_SUBDOMAIN, rank=15, wave=-4),
    Kind(
        group="",
        version="v1",
        kind="PersistentVolumeClaim",
        plural="persistentvolumeclaims",
        name_limit=_SUBDOMAIN,
        rank=20,
        wave=_CLAIM_WAVE,
        owned=(Owned("/spec/volumeName", "persistentvolume-binder", "the manifest leaves the volume to the cluster"),),
        immutable=_CLAIM_IMMUTABLE,
    ),
    Kind(
        group="",
        version="v1",
        kind="Service",
        plural="services",
        name_form="service",
        rank=40,
        owned=(Owned("/spec/clusterIP", "kube-apiserver", "left out"), Owned("/spec/clusterIPs", "kube-apiserver", "left out")),
        immutable=("/spec/clusterIP", "/spec/clusterIPs"),
    ),
    # A pod's name is its host name, and that is one DNS label.
    Kind(group="", version="v1", kind="Pod", plural="pods", rank=50, effective=_pod, queued=Queued("kueue", "pod"), immutable=("/spec",)),
)
