"""The `scheduling.k8s.io` API group: PriorityClass.

Must not: describe fields (the schemas that Kubernetes publishes check this kind).
"""

from __future__ import annotations

from cnai_gitops.resources.base import Kind

KINDS: tuple[Kind, ...] = (
    Kind(
        group="scheduling.k8s.io",
        version="v1",
        kind="PriorityClass",
        plural="priorityclasses",
        namespaced=False,
        name_limit=253,
        rank=5,
        wave=-5,
        immutable=("/value", "/preemptionPolicy"),
    ),
)
