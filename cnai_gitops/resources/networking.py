"""The `networking.k8s.io` API group: NetworkPolicy and Ingress.

Must not: describe fields (the schemas that Kubernetes publishes check these kinds).
"""

from __future__ import annotations

from cnai_gitops.resources.base import Kind

_GROUP = "networking.k8s.io"

KINDS: tuple[Kind, ...] = (
    # Before every pod, so that none starts without its default deny.
    Kind(group=_GROUP, version="v1", kind="NetworkPolicy", plural="networkpolicies", name_limit=253, rank=5, wave=-5),
    Kind(group=_GROUP, version="v1", kind="Ingress", plural="ingresses", name_limit=253, rank=60, wave=1),
)
