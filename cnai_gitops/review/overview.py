"""What the plan tells a reviewer besides differences: which digest runs where, escape hatches in use, lines of stages.

Must not: compare anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cnai_gitops.plan.build import App, Plan
from cnai_gitops.plan.target import Target


@dataclass(frozen=True, slots=True)
class Cell:
    """One thing that an app runs in an environment: `what` is model, `canary 10 %`, previous, `image fraud-train` or pending.

    `digest` is empty for what is pending. `clusters` names those that it is true for; empty: all of them.
    """

    stage: str
    what: str
    digest: str
    clusters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Matrix:
    """Applications by environment. An app that is not deployed to an environment has no entry for it."""

    environments: tuple[str, ...]
    rows: dict[str, dict[str, tuple[Cell, ...]]]


def matrix(plan: Plan) -> Matrix:
    """Which model and images run where."""
    quiet = Plan(plan.project)  # what resolving finds was said when the plan was made
    rows: dict[str, dict[str, tuple[Cell, ...]]] = {}
    for name in plan.project.apps:
        rows[name] = {}
        targets = quiet.targets_of(name)
        for env in dict.fromkeys(target.env for target in targets):
            rows[name][env] = _merged(quiet, name, [target for target in targets if target.env == env])
    return Matrix(tuple(dict.fromkeys(target.env for target in quiet.targets)), rows)


def _merged(plan: Plan, name: str, targets: list[Target]) -> tuple[Cell, ...]:
    found: dict[Cell, list[str]] = {}
    for target in targets:
        for cell in _cells(plan.app(name, target)):
            found.setdefault(cell, []).append(target.cluster)
    return tuple(
        Cell(cell.stage, cell.what, cell.digest, () if len(clusters) == len(targets) else tuple(clusters))
        for cell, clusters in found.items()
    )


def _cells(app: App) -> Iterator[Cell]:
    for key, _ in app.blueprint.stages():
        if key in app.pending:
            yield Cell(key, f"pending: no digest for {app.pending[key]}", "")
            continue
        pins = app.stages[key].pins
        if pins.model:
            yield Cell(key, "model", pins.model)
        if pins.canary:
            yield Cell(key, f"canary {pins.canary.weight} %", pins.canary.model)
        if pins.previous:
            yield Cell(key, "answers instead" if pins.rollback else "previous", pins.previous)
        for image, digest in sorted(pins.images.items()):
            yield Cell(key, f"image {image}", digest)


def hatches(plan: Plan) -> list[str]:
    """Every escape hatch and every folder of hand-written patches, with its reason."""
    project = plan.project
    found = []
    for name, entry in project.apps.items():
        found += [_hatch(name, "the blueprint", override) for override in entry.value.overrides]
        for (env, app), release in project.releases.items():
            if app == name:
                found += [_hatch(name, f"{env}'s release", override) for override in release.value.overrides]
    for (env, app), folders in sorted(project.patches.items()):
        found += [f"{app}: patches written by hand in {folder}, applied in {env}" for folder in folders]
    return found


def _hatch(app: str, where: str, override: object) -> str:
    kind, name, values, reason = (getattr(override, field) for field in ("kind", "name", "set", "reason"))
    return f"{app}: {where} sets {', '.join(values)} of {kind}{f'/{name}' if name else ''}: {reason}"


def places(plan: Plan) -> dict[tuple[str, str], str]:
    """File and line of every stage, by (app, stage); the app itself under an empty stage."""
    found: dict[tuple[str, str], str] = {}
    for name, entry in plan.project.apps.items():
        for key in ("", *(key for key, _ in entry.value.stages())):
            location = entry.place.locate(tuple(key.split(".", 1)) if key else ("name",))
            if location:
                found[name, key] = f"{location.file}:{location.line}"
    return found
