"""The `resource.k8s.io` API group: device classes, claims and their templates (dynamic resource allocation).

Must not: count devices (the accelerators of a pod are counted in `accelerators`).
"""

from __future__ import annotations

from cnai_gitops.resources.base import Kind

_GROUP = "resource.k8s.io"

KINDS: tuple[Kind, ...] = (
    Kind(group=_GROUP, version="v1", kind="DeviceClass", plural="deviceclasses", namespaced=False, name_limit=253, rank=5, wave=-5),
    # The claim of a pod is `<pod>-<claim>-<5>`, cut by the API server; the template's own name is not part of it.
    Kind(
        group=_GROUP,
        version="v1",
        kind="ResourceClaimTemplate",
        plural="resourceclaimtemplates",
        name_limit=253,
        rank=30,
        wave=-2,
        immutable=("/spec",),
    ),
    Kind(group=_GROUP, version="v1", kind="ResourceClaim", plural="resourceclaims", name_limit=253, rank=30, wave=-2, immutable=("/spec",)),
)
