"""Argo CD: what is known of its kinds.

Must not: describe fields.
"""

from __future__ import annotations

from cnai_gitops.resources.base import Kind, Owned
from cnai_gitops.resources.health import by_field

_GROUP, _VERSION = "argoproj.io", "v1alpha1"

KINDS = (
    Kind(
        group=_GROUP,
        version=_VERSION,
        kind="AppProject",
        plural="appprojects",
        operator="argo-cd",
        model=f"{__package__}.model",
        rank=1,
        wave=-20,  # an Application of a project that is not there yet is refused
    ),
    # An Application's name is a label value of its objects where label tracking is on.
    Kind(
        group=_GROUP,
        version=_VERSION,
        kind="Application",
        plural="applications",
        operator="argo-cd",
        model=f"{__package__}.model",
        owned=(Owned("/operation", "argocd-application-controller"),),
        # Argo CD has none since 1.8, and without one a wave of Applications does not wait for the one before it.
        health=by_field(
            "health.status", {"Healthy": "Healthy", "Suspended": "Suspended", "Degraded": "Degraded", "Missing": "Progressing"}
        ),
    ),
    Kind(
        group=_GROUP,
        version=_VERSION,
        kind="ApplicationSet",
        plural="applicationsets",
        operator="argo-cd",
        model=f"{__package__}.model",
        rank=51,
    ),
)
