"""The Kustomize tree of one application: where its files lie, and what they are made from.

Must not: know how an overlay is described (`overlay` does).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cnai_gitops.overlay import tree
from cnai_gitops.plan.build import Plan
from cnai_gitops.plan.target import Target
from cnai_gitops.resources.base import Resource

KUSTOMIZE = "deploy/kustomize"

Files = dict[str, str]
"""Texts by path, relative to the root."""


def overlay_path(target: Target, app: str) -> str:
    """Folder of an app's overlay for a target."""
    return f"{KUSTOMIZE}/{app}/overlays/{target.env}/{target.cluster}"


def kustomize_tree(plan: Plan, app: str, base: Sequence[Resource], made: Mapping[Target, Sequence[Resource]]) -> Files:
    """Texts of base, layers and overlays, from the app's objects on the neutral target and on its own ones, before patches.

    Raises Unwritable.
    """
    by_env: dict[str, dict[str, Sequence[Resource]]] = {}
    for target, resources in made.items():
        by_env.setdefault(target.env, {})[target.cluster] = resources
    team = plan.project.apps[app].value.team
    up = "../../.."  # from deploy/kustomize/<app> to the root
    files = tree(
        app,
        base,
        by_env,
        base_namespace=team,
        namespaces={env: f"{team}-{env}" for env in by_env},
        components={env: [f"{up}/{folder}" for folder in plan.project.patches.get((env, app), ())] for env in by_env},
        primary={env: next(iter(clusters)) for env, clusters in by_env.items()},
    )
    return {f"{KUSTOMIZE}/{app}/{path}": text for path, text in files.items()}
