"""Argo CD's settings for kinds that it has no health check for, as the platform team adds them to its own ConfigMap.

Must not: reach a manifest. The ConfigMap `argocd-cm` belongs to whoever runs Argo CD; we print what is missing in it.
"""

from __future__ import annotations

from cnai_gitops.plan.build import Plan
from cnai_gitops.resources.base import Body, kinds

CONFIG_MAP = "argocd-cm"


def customisations() -> dict[str, str]:
    """Lua texts by `resource.customizations.health.<group>_<Kind>`, for every kind that brings one."""
    found = {f"resource.customizations.health.{kind.group}_{kind.kind}": kind.health for kind in kinds().values() if kind.health}
    return dict(sorted(found.items()))


def argocd_cm(plan: Plan) -> Body:
    """The ConfigMap with nothing but our entries, in the namespace of the (first) hub's Argo CD; to be read and copied from."""
    namespaces = sorted({hub.environment.argocd.namespace for hub in plan.hubs.values()})
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": CONFIG_MAP, "namespace": namespaces[0] if namespaces else "argocd"},
        "data": customisations(),
    }
