"""Options without effect: what a user sets on a stage or a place and the variant that it has does not honour.

Must not: know a variant by name; each says what it honours. Defaults of an organisation or environment are for many
stages, so one that a variant cannot honour is no fault; `explain` says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cnai_gitops.facts.known import Facts
from cnai_gitops.findings import Finding, Location
from cnai_gitops.plan.layers import ResolvedStage
from cnai_gitops.project import Entry
from cnai_gitops.source.places import Place
from cnai_gitops.spec.base import Spec
from cnai_gitops.spec.engine import Engine, variants_of
from cnai_gitops.spec.environment import Environment
from cnai_gitops.spec.release import PIN_FIELDS

FieldPath = tuple[str | int, ...]
OWN_LAYERS = ("release", "cluster")
"""Layers that speak of one stage; the others speak of all."""


def without_effect(stage: Spec, path: Sequence[str | int], facts: Facts) -> str:
    """Kinds of the variants with which the field at `path` of a stage has no effect, in words; empty when it has one."""
    for at, holder, variants in variants_of(stage):
        if tuple(path[: len(at)]) == at and len(path) > len(at) and path[len(at)] in _idle(holder, variants, facts):
            return ", ".join(dict.fromkeys(variant.kind for variant in variants))
    return ""


def _idle(holder: Spec, variants: Sequence[Engine], facts: Facts) -> set[str]:
    """Fields of the holder that its variants of a role do not honour."""
    decides = variants[0].decides
    if not decides:
        return set()
    honoured = [variant.honoured(holder, facts) for variant in variants]
    return set(type(holder).model_fields) - (frozenset.intersection(*honoured) if decides == "every" else frozenset.union(*honoured))


def in_blueprint(key: str, stage: Spec, place: Place, facts: Facts) -> Iterator[Finding]:
    """What the blueprint sets on a stage without effect."""
    kind, _, name = key.partition(".")
    for at, holder, variants in variants_of(stage):
        for field in sorted(_idle(holder, variants, facts) & holder.model_fields_set):
            yield _finding(key, (*at, field), variants, place.locate((kind, name, *at, field)))


def in_layers(resolved: ResolvedStage, facts: Facts) -> Iterator[Finding]:
    """What a release, or its part for one cluster, sets on a stage without effect."""
    layers = [layer for layer in resolved.layers if layer.name in OWN_LAYERS and not layer.values.keys() <= PIN_FIELDS]
    for at, holder, variants in variants_of(resolved.stage) if layers else ():
        idle = _idle(holder, variants, facts)
        for layer in layers:
            values = _at(layer.values, at)
            for field in sorted(idle & values.keys()) if isinstance(values, Mapping) else ():
                yield _finding(resolved.key, (*at, field), variants, layer.locate((*at, field)))


def in_environment(environment: Entry[Environment], facts: Facts) -> Iterator[Finding]:
    """What an environment, or its part for one cluster, says of a dataset's place without effect."""
    for name, said in environment.value.datasets.items():
        path: FieldPath = ("datasets", name)
        for _, place, variants in variants_of(said):
            for field in sorted(_idle(place, variants, facts) & place.model_fields_set):
                yield _finding(".".join(map(str, path)), (field,), variants, environment.place.locate((*path, field)))
        for cluster, values in said.clusters.items():
            at: FieldPath = (*path, "clusters", cluster)
            for _, place, variants in variants_of(said.on(cluster)):
                for field in sorted(_idle(place, variants, facts) & values.keys()):
                    yield _finding(".".join(map(str, at)), (field,), variants, environment.place.locate((*at, field)))


def _at(node: Any, path: FieldPath) -> Any:
    for part in path:
        if isinstance(node, Mapping):
            node = node.get(part)
        elif isinstance(part, int):
            node = node[part] if isinstance(node, list | tuple) and part < len(node) else None
        else:
            node = getattr(node, part, None)
    return node


def _finding(key: str, path: FieldPath, variants: Sequence[Engine], location: Location | None) -> Finding:
    kinds = ", ".join(dict.fromkeys(variant.kind for variant in variants))
    word = "engine" if variants[0].role in ("step", "train", "serve") else variants[0].role
    words = ".".join(map(str, path))
    return Finding(
        code="CNAI215",
        message=f"{key}.{words} has no effect with the {word} {kinds}",
        location=location,
        help="remove it, or say it where that variant reads it",
    )
