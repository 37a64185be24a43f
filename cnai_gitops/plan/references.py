"""References between specs: everything that is named must exist, and an option must have an effect.

Must not: resolve layers or compile. What is unknown is a finding with the candidates, never a guess.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cnai_gitops.findings import Finding, Location
from cnai_gitops.plan.honours import in_blueprint, in_environment
from cnai_gitops.plan.images import needs_model
from cnai_gitops.plan.plan import Plan
from cnai_gitops.plan.releases import check_patches, check_release
from cnai_gitops.plan.selection import HUB, PLATFORM
from cnai_gitops.plan.surroundings import of_surroundings
from cnai_gitops.plan.unknown import unknown
from cnai_gitops.plan.words import of_app, of_environments
from cnai_gitops.project import Entry
from cnai_gitops.source.places import Place
from cnai_gitops.spec.blueprint import Blueprint
from cnai_gitops.spec.dataset import Dataset


def check_app(plan: Plan, app: str) -> Iterator[Finding]:
    """Findings of one application, its releases and its patch folders."""
    entry = plan.project.apps[app]
    yield from of_app(plan, app)
    yield from _check_app(plan, entry)
    for key, stage in entry.value.stages():
        yield from in_blueprint(key, stage, entry.place, plan.project.facts)
    for env in plan.project.environments:
        if (env, app) in plan.project.releases:
            yield from check_release(plan, env, app, plan.project.releases[env, app])
        if (env, app) in plan.project.patches:
            yield from check_patches(plan, env, app)


def check_environments(plan: Plan) -> Iterator[Finding]:
    """Findings of environments, whatever runs there."""
    for environment in plan.project.environments.values():
        yield from in_environment(environment, plan.project.facts)


def check_strays(plan: Plan) -> Iterator[Finding]:
    """Findings of environments, of releases and patch folders that belong to no application or environment, and of `committed`."""
    project = plan.project
    yield from _check_committed(plan)
    yield from of_environments(plan)
    yield from of_surroundings(plan)
    for env, app in project.releases:
        if env not in project.environments or app not in project.apps:
            yield from check_release(plan, env, app, project.releases[env, app])
    for env, app in project.patches:
        if env not in project.environments or app not in project.apps:
            yield from check_patches(plan, env, app)


def _check_committed(plan: Plan) -> Iterator[Finding]:
    config, place = plan.project.config, plan.project.config_place.locate(("committed",))
    known = [*plan.project.apps, PLATFORM, HUB]
    for owner in config.committed:
        if owner not in known:
            yield unknown("CNAI233", "owner", owner, known, place)
    if config.committed and config.rendered == "branches":
        message = '`committed` has no effect with `rendered = "branches"`: nothing is committed beside the sources'
        yield Finding(code="CNAI215", message=message, location=place, help="remove one of the two")


def _check_app(plan: Plan, entry: Entry[Blueprint]) -> Iterator[Finding]:
    app, project = entry.value, plan.project
    for key, stage in app.stages():
        kind, name = key.split(".", 1)
        for access in ("reads", "writes"):
            for i, dataset in enumerate(getattr(stage, access, ())):
                place = entry.place.locate((kind, name, access, i))
                if dataset not in project.datasets:
                    yield unknown("CNAI210", "dataset", dataset, project.datasets, place)
                else:
                    yield from _check_use(app, key, access, project.datasets[dataset].value, place)
        if kind == "serve":
            yield from _check_serve(plan, app, entry.place, name, stage)
        if kind == "observe":
            yield from _check_observe(app, entry.place, name, stage)


def _check_use(app: Blueprint, key: str, access: str, dataset: Dataset, place: Location | None) -> Iterator[Finding]:
    if dataset.owner == app.team:
        return
    if access == "writes":
        message = f"{key} writes dataset {dataset.name!r}, which team {dataset.owner!r} owns"
        yield Finding(code="CNAI211", message=message, location=place, help="only its owner writes a dataset; write one of your own")
    elif app.team not in dataset.consumers:
        message = f"{key} reads dataset {dataset.name!r}, but team {app.team!r} is not among its consumers"
        allowed = ", ".join(dataset.consumers) or "its owner alone"
        yield Finding(code="CNAI216", message=message, location=place, help=f"ask team {dataset.owner} to add it; allowed: {allowed}")


def _check_serve(plan: Plan, app: Blueprint, place: Place, name: str, stage: Any) -> Iterator[Finding]:
    if not needs_model(stage):
        return
    known = {train.makes for _, train in app.stages("train")} | set(plan.project.models)
    if stage.model is None:
        yield Finding(
            code="CNAI103",
            message=f"serve.{name}.model is missing",
            location=place.locate(("serve", name)),
            help=f"name one of {', '.join(sorted(known)) or 'the models that a train stage makes'}",
        )
    elif stage.model not in known:
        yield unknown("CNAI212", "model", stage.model, known, place.locate(("serve", name, "model")))


def _check_observe(app: Blueprint, place: Place, name: str, stage: Any) -> Iterator[Finding]:
    services = [serve.name for _, serve in app.stages("serve")]
    if not services:
        message = f"observe.{name} watches nothing: {app.name} has no serve stage"
        yield Finding(code="CNAI215", message=message, location=place.locate(("observe", name)), help="remove it, or add the service")
    for i, service in enumerate(stage.serves):
        if service not in services:
            yield unknown("CNAI213", "serve stage", service, services, place.locate(("observe", name, "serves", i)))
    trains = [train.name for _, train in app.stages("train")]
    for i, signal in enumerate(stage.signals):
        if signal.starts is None:
            continue
        at = place.locate(("observe", name, "signals", i, "then"))
        if not trains:
            message = f"{signal.kind} asks to retrain, but the app has no train stage"
            yield Finding(code="CNAI214", message=message, location=at, help="use then='alert'")
        elif signal.starts and signal.starts not in trains:
            yield unknown("CNAI213", "train stage", signal.starts, trains, place.locate(("observe", name, "signals", i, "retrain")))
        elif not signal.starts and len(trains) > 1:
            message = f"{signal.kind} asks to retrain, but the app has {len(trains)} train stages"
            yield Finding(code="CNAI214", message=message, location=at, help=f"say which: retrain= one of {', '.join(trains)}")
