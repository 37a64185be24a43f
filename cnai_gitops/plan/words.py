"""Names of accelerator classes and runtimes: each must be one of ours, or be declared in cnai.toml.

Must not: know a field that holds such a name; its annotation says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from cnai_gitops.findings import Finding, Location
from cnai_gitops.plan.layers import ResolvedStage
from cnai_gitops.plan.plan import Plan
from cnai_gitops.project import Entry
from cnai_gitops.source.places import Place
from cnai_gitops.spec.environment import Environment
from cnai_gitops.spec.words import words_of

Known = Mapping[str, frozenset[str]]
WHAT = {"accelerators": "accelerator", "runtimes": "runtime"}


def of_environments(plan: Plan) -> Iterator[Finding]:
    """CNAI231 for each name of an environment that is neither ours nor declared; CNAI218 for a form that a declared class cannot have."""
    known = _known(plan)
    for entry in plan.project.environments.values():
        for path, table, name in words_of(entry.value):
            if name not in known[table]:
                yield _unknown(plan, table, name, entry.place.locate(path))
        yield from _forms(plan, entry)


def of_app(plan: Plan, app: str) -> Iterator[Finding]:
    """CNAI231 for each such name of an application and of what is laid over it, once for each place that says it."""
    known, place = _known(plan), plan.project.apps[app].place
    found: dict[Finding, None] = {}
    for resolved in (plan.base(app), *(plan.app(app, target) for target in plan.targets_of(app))):
        for key, stage in resolved.stages.items():
            for path, table, name in words_of(stage.stage):
                if name not in known[table]:
                    found[_unknown(plan, table, name, _said(key, stage, place, path, name))] = None
    yield from found


def _known(plan: Plan) -> Known:
    return {table: frozenset(plan.project.facts.names(table)) for table in WHAT}


def _forms(plan: Plan, entry: Entry[Environment]) -> Iterator[Finding]:
    """Forms that a declared class cannot have; a model knows ours only."""
    for cluster, place in entry.value.clusters.items():
        for name, pool in place.accelerators.items():
            card = plan.project.facts.accelerators.get(name)
            why = pool.form.refuses(card) if card else ""
            if why:
                at = entry.place.locate(("clusters", cluster, "accelerators", name, "form"))
                yield Finding(code="CNAI218", message=why, location=at, help="change the form, or what cnai.toml says of the class")


def _said(key: str, stage: ResolvedStage, place: Place, path: Sequence[str | int], name: str) -> Location | None:
    """Where the strongest layer says the name."""
    for layer in reversed(stage.layers):
        if _at(layer.values, path) == name:
            return layer.locate([str(part) for part in path])
    return place.locate((*key.split("."), *path))


def _at(values: Any, path: Sequence[str | int]) -> Any:
    for part in path:
        values = values.get(part) if isinstance(values, Mapping) else None
    return values


def _unknown(plan: Plan, table: str, name: str, location: Location | None) -> Finding:
    known = plan.project.facts.names(table)
    near = get_close_matches(name, known, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    message = f"{WHAT[table]} must be one of {', '.join(known)}, got {name!r}{hint}"
    help_ = f"correct it, or declare one of your own in cnai.toml: [{table}.{name}]"
    return Finding(code="CNAI231", message=message, location=location, help=help_)
