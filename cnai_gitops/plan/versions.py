"""What a cluster's platform is too old for: variants say which versions they need, profiles which there are.

Must not: know a variant or a component by name.
"""

from __future__ import annotations

from collections.abc import Iterator

from cnai_gitops.findings import Finding
from cnai_gitops.plan.layers import ResolvedStage
from cnai_gitops.plan.target import Target
from cnai_gitops.source.places import Place
from cnai_gitops.spec.engine import variants_of


def too_old(resolved: ResolvedStage, target: Target, place: Place) -> Iterator[Finding]:
    """CNAI234 for each variant of a stage that needs more than the platform profile of the target has."""
    profile = target.profile
    kind, _, name = resolved.key.partition(".")
    for path, _, variants in variants_of(resolved.stage):
        for variant in variants:
            for component, version in variant.needs.items():
                has = profile.versions.get(component)
                if has is not None and profile.at_least(component, version):
                    continue
                there = f"has {component} {has}" if has else f"pins no {component}"
                yield Finding(
                    code="CNAI234",
                    message=f"{resolved.key}: {variant.kind} needs {component} {version} or later, and the profile {profile.name} {there}",
                    location=place.locate((kind, name, *path)),
                    target=target.name,
                    help="choose a newer profile for the cluster, once it is upgraded, or another variant",
                )
