"""Values of a stage that cannot hold together on a target; each variant says which.

Must not: know a variant or a field by name.
"""

from __future__ import annotations

from collections.abc import Iterator

from cnai_gitops.findings import Finding
from cnai_gitops.plan.layers import ResolvedStage, explain
from cnai_gitops.plan.target import Target
from cnai_gitops.source.places import Place
from cnai_gitops.spec.base import Spec
from cnai_gitops.spec.engine import variants_of


def contradictions(resolved: ResolvedStage, written: Spec, target: Target, place: Place) -> Iterator[Finding]:
    """One finding for each, at the line of the layer whose value counts; `written` is the stage as its blueprint at `place` has it."""
    for path, holder, variants in variants_of(resolved.stage):
        for variant in variants:
            for found in variant.contradictions(holder):
                field = (*path, found.field)
                said = explain(field, written, place, resolved)
                at = said[-1].location if said else None
                yield Finding(
                    code=found.code,
                    message=f"{resolved.key}.{'.'.join(map(str, field))}: {found.message}",
                    location=at or place.locate(tuple(resolved.key.split(".", 1))),
                    target=target.name,
                    help=found.help,
                )
