"""Argo CD's settings for kinds that it has no health check for, as the platform team adds them to its own ConfigMap.

Must not: reach a manifest. The ConfigMap `argocd-cm` belongs to whoever runs Argo CD; `doctor --cluster` names what is missing in it,
and `doctor --argocd-cm` prints it.
"""

from __future__ import annotations

from cnai_gitops.resources.base import Body, kinds

CONFIG_MAP = "argocd-cm"


def customisations() -> dict[str, str]:
    """Lua texts by `resource.customizations.health.<group>_<Kind>`, for every kind that brings one."""
    found = {f"resource.customizations.health.{kind.group}_{kind.kind}": kind.health for kind in kinds().values() if kind.health}
    return dict(sorted(found.items()))


def config_map() -> Body:
    """The settings as a merge patch for the ConfigMap: `kubectl patch --type merge --patch-file`."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": CONFIG_MAP}, "data": customisations()}
