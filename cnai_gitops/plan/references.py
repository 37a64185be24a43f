"""References between specs: everything that is named must exist, and an option must have an effect.

Must not: resolve layers or compile. What is unknown is a finding with the candidates, never a guess.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any

from cnai_gitops.findings import Finding, Location, Severity
from cnai_gitops.plan.honours import in_blueprint, in_environment, in_layers
from cnai_gitops.plan.images import accelerators_of, images_of, needs_model
from cnai_gitops.plan.plan import Plan
from cnai_gitops.plan.selection import HUB, PLATFORM
from cnai_gitops.plan.versions import too_old
from cnai_gitops.plan.words import of_app, of_environments
from cnai_gitops.project import Entry
from cnai_gitops.source.places import Place
from cnai_gitops.spec.blueprint import Blueprint
from cnai_gitops.spec.dataset import Dataset
from cnai_gitops.spec.environment import Environment
from cnai_gitops.spec.release import Release


def check_app(plan: Plan, app: str) -> Iterator[Finding]:
    """Findings of one application, its releases and its patch folders."""
    entry = plan.project.apps[app]
    yield from of_app(plan, app)
    yield from _check_app(plan, entry)
    for key, stage in entry.value.stages():
        yield from in_blueprint(key, stage, entry.place, plan.project.facts)
    for env in plan.project.environments:
        if (env, app) in plan.project.releases:
            yield from _check_release(plan, env, app, plan.project.releases[env, app])
        if (env, app) in plan.project.patches:
            yield from _check_patches(plan, env, app)


def check_environments(plan: Plan) -> Iterator[Finding]:
    """Findings of environments, whatever runs there."""
    for environment in plan.project.environments.values():
        yield from in_environment(environment, plan.project.facts)


def check_strays(plan: Plan) -> Iterator[Finding]:
    """Findings of environments, of releases and patch folders that belong to no application or environment, and of `committed`."""
    project = plan.project
    yield from _check_committed(plan)
    yield from of_environments(plan)
    for env, app in project.releases:
        if env not in project.environments or app not in project.apps:
            yield from _check_release(plan, env, app, project.releases[env, app])
    for env, app in project.patches:
        if env not in project.environments or app not in project.apps:
            yield from _check_patches(plan, env, app)


def _check_committed(plan: Plan) -> Iterator[Finding]:
    config, place = plan.project.config, plan.project.config_place.locate(("committed",))
    known = [*plan.project.apps, PLATFORM, HUB]
    for owner in config.committed:
        if owner not in known:
            yield _unknown("CNAI233", "owner", owner, known, place)
    if config.committed and config.rendered == "branches":
        message = '`committed` has no effect with `rendered = "branches"`: nothing is committed beside the sources'
        yield Finding(code="CNAI215", message=message, location=place, help="remove one of the two")


def _unknown(code: str, what: str, name: str, known: Iterable[str], location: Location | None, extra: str = "") -> Finding:
    candidates = sorted(known)
    near = get_close_matches(name, candidates, n=1)
    listed = ", ".join(candidates) or "none"
    help_ = f"did you mean {near[0]!r}? known: {listed}" if near else f"known: {listed}"
    return Finding(code=code, message=f"{what} {name!r} does not exist{extra}", location=location, help=help_)


def _check_app(plan: Plan, entry: Entry[Blueprint]) -> Iterator[Finding]:
    app, project = entry.value, plan.project
    for key, stage in app.stages():
        kind, name = key.split(".", 1)
        for access in ("reads", "writes"):
            for i, dataset in enumerate(getattr(stage, access, ())):
                place = entry.place.locate((kind, name, access, i))
                if dataset not in project.datasets:
                    yield _unknown("CNAI210", "dataset", dataset, project.datasets, place)
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
        yield _unknown("CNAI212", "model", stage.model, known, place.locate(("serve", name, "model")))


def _check_observe(app: Blueprint, place: Place, name: str, stage: Any) -> Iterator[Finding]:
    services = [serve.name for _, serve in app.stages("serve")]
    if not services:
        message = f"observe.{name} watches nothing: {app.name} has no serve stage"
        yield Finding(code="CNAI215", message=message, location=place.locate(("observe", name)), help="remove it, or add the service")
    for i, service in enumerate(stage.serves):
        if service not in services:
            yield _unknown("CNAI213", "serve stage", service, services, place.locate(("observe", name, "serves", i)))
    trains = [train.name for _, train in app.stages("train")]
    for i, signal in enumerate(stage.signals):
        if signal.starts is None:
            continue
        at = place.locate(("observe", name, "signals", i, "then"))
        if not trains:
            message = f"{signal.kind} asks to retrain, but the app has no train stage"
            yield Finding(code="CNAI214", message=message, location=at, help="use then='alert'")
        elif signal.starts and signal.starts not in trains:
            yield _unknown("CNAI213", "train stage", signal.starts, trains, place.locate(("observe", name, "signals", i, "retrain")))
        elif not signal.starts and len(trains) > 1:
            message = f"{signal.kind} asks to retrain, but the app has {len(trains)} train stages"
            yield Finding(code="CNAI214", message=message, location=at, help=f"say which: retrain= one of {', '.join(trains)}")


def _check_release(plan: Plan, env: str, app: str, release: Entry[Release]) -> Iterator[Finding]:
    project, place = plan.project, release.place
    if env not in project.environments:
        if not any(f.location and f.location.file == f"environments/{env}/environment.yaml" for f in project.findings):
            yield _unknown(
                "CNAI220", "environment", env, project.environments, place.locate(("app",)), f": no environments/{env}/environment.yaml"
            )
        return
    if app not in project.apps:
        if any(f.location and f.location.file.startswith("blueprints/") for f in project.findings):
            return  # it may be one of those that could not be read
        yield _unknown("CNAI221", "application", app, project.apps, place.locate(("app",)))
        return
    environment = project.environments[env].value
    blueprint = project.apps[app].value
    keys = dict(blueprint.stages())
    if blueprint.team not in environment.teams:
        yield _unknown(
            "CNAI222", "team", blueprint.team, environment.teams, project.environments[env].place.locate(("teams",)), f" in {env}"
        )
    for key in release.value.stages:
        if key not in keys:
            yield _unknown("CNAI223", "stage", key, keys, place.locate((key,)), f" in {app}")
    for i, cluster in enumerate(release.value.run_on):
        if cluster not in environment.workload_clusters:
            yield _unknown("CNAI224", "cluster", cluster, environment.workload_clusters, place.locate(("run_on", i)), f" in {env}")
    for cluster, stages in release.value.clusters.items():
        if cluster not in environment.workload_clusters:
            yield _unknown("CNAI224", "cluster", cluster, environment.workload_clusters, place.locate(("clusters", cluster)), f" in {env}")
        for key in stages:
            if key not in keys:
                yield _unknown("CNAI223", "stage", key, keys, place.locate(("clusters", cluster, key)), f" in {app}")
    yield from _check_images(blueprint, release)
    yield from _check_gateways(project.environments[env], blueprint, release)
    yield from _check_places(plan, env, blueprint)
    yield from _check_reach(plan, env, project.apps[app])
    yield from _check_pools(plan, env, project.apps[app])
    yield from _check_canaries(blueprint, release)
    yield from _pending(plan, env, app, release)


def _check_places(plan: Plan, env: str, blueprint: Blueprint) -> Iterator[Finding]:
    project, app = plan.project, blueprint.name
    environment = project.environments[env].value
    for use in plan.uses(blueprint):
        if use.dataset in project.datasets and use.dataset not in environment.datasets:
            at = project.environments[env].place.locate(("datasets",))
            yield _unknown(
                "CNAI225",
                "place of dataset",
                use.dataset,
                environment.datasets,
                at,
                f" in {env}, but {app} {use.stage} {use.access[:-1]}s it",
            )


def _check_reach(plan: Plan, env: str, entry: Entry[Blueprint]) -> Iterator[Finding]:
    """Data in the namespace of its owner must not be wanted in another one: its pods would wait for a volume for ever."""
    project, app = plan.project, entry.value
    for target in plan.targets_of(app.name):
        for use in plan.uses(app) if target.env == env else ():
            place = plan.dataset_place(use.dataset, target)
            dataset = project.datasets.get(use.dataset)
            if place and place.source.of_team and dataset and dataset.value.owner != app.team:
                own = use.dataset in target.environment.datasets and target.cluster in target.environment.datasets[use.dataset].clusters
                at = ("datasets", use.dataset, "clusters", target.cluster, "uri") if own else ("datasets", use.dataset, "uri")
                message = (
                    f"{app.name} {use.stage} of team {app.team!r} {use.access[:-1]}s dataset {use.dataset!r}, "
                    f"but on {target.name} it lies in the namespace of team {dataset.value.owner!r} ({place.uri})"
                )
                yield Finding(
                    code="CNAI232",
                    message=message,
                    location=project.environments[env].place.locate(at),
                    help="keep what several teams use in an object store or a database",
                    target=target.name,
                )


def _pending(plan: Plan, env: str, app: str, release: Entry[Release]) -> Iterator[Finding]:
    """What the layers get wrong, and stages that wait for a digest: not wrong, but said."""
    place = release.place
    for target in plan.targets_of(app):
        if target.env != env:
            continue
        cluster = target.cluster
        resolved = plan.app(app, target)
        yield from resolved.findings
        for stage in resolved.stages.values():
            yield from in_layers(stage, plan.project.facts)
            yield from too_old(stage, target, plan.project.apps[app].place)
        for key, missing in resolved.pending.items():
            message = f"{key} is not deployed to {env}/{cluster}: no digest for {missing}"
            at = place.locate((key,)) if key in release.value.stages else place.locate(("app",))
            yield Finding(
                code="CNAI230",
                message=message,
                location=at,
                severity=Severity.INFO,
                help="pin it once it exists: images and models in this file, platform images in environment.yaml",
                target=f"{env}/{cluster}",
            )


def _check_gateways(environment: Entry[Environment], blueprint: Blueprint, release: Entry[Release]) -> Iterator[Finding]:
    for key, stage in blueprint.stages("serve"):
        beside = stage.rollout.kind if stage.rollout else "previous" if "previous" in release.value.stages.get(key, {}) else ""
        wanted, why = ("gateway", "public") if stage.public else ("internal_gateway", beside)
        if why and getattr(environment.value.endpoints, wanted) is None:
            message = f"{blueprint.name} {key} needs a gateway ({why}), but {environment.value.name} has no endpoints.{wanted}"
            at = environment.place.locate(("endpoints",))
            yield Finding(code="CNAI228", message=message, location=at, help=f"add endpoints.{wanted} with name, namespace and domain")


def _form(form: Any) -> str:
    """`whole`, or `mig (profile 1g.10gb)`."""
    values = [f"{name} {value}" for name, value in form.model_dump().items() if name != "kind"]
    return f"{form.kind} ({', '.join(values)})" if values else str(form.kind)


def _check_pools(plan: Plan, env: str, entry: Entry[Blueprint]) -> Iterator[Finding]:
    """Accelerators that a stage asks for must exist where it runs; else its pods wait for ever."""
    for target in plan.targets_of(entry.value.name):
        if target.env != env or target.place.accelerators.keys() - target.facts.accelerators.keys():
            continue  # a class that nobody knows may be meant for the one that is missing
        for key, resolved in plan.app(entry.value.name, target).stages.items():
            for request in accelerators_of(resolved.stage):
                if request.type not in target.facts.accelerators:
                    continue
                if request.type not in target.place.accelerators:
                    at = entry.place.locate((*key.split("."), "accelerator"))
                    extra = f" on {target.name}, but {key} asks for it"
                    yield _unknown("CNAI218", "accelerator", request.type, target.place.accelerators, at, extra)
                elif request.form != target.place.accelerators[request.type].form:
                    at = entry.place.locate((*key.split("."), "accelerator"))
                    pool = target.place.accelerators[request.type].form
                    message = f"{key} asks for {request.type} as {_form(request.form)}, but {target.name} hands them out as {_form(pool)}"
                    yield Finding(code="CNAI218", message=message, location=at, help="ask for the pool's form, or change the pool")


def _check_canaries(blueprint: Blueprint, release: Entry[Release]) -> Iterator[Finding]:
    for key, stage in blueprint.stages("serve"):
        canary = release.value.stages.get(key, {}).get("canary")
        if canary is None:
            continue
        if stage.rollout is None:
            message = f"{key} of {blueprint.name} has no rollout, but the release gives a canary a weight"
            at = release.place.locate((key, "canary"))
            yield Finding(code="CNAI217", message=message, location=at, help="add rollout=Canary(...) to the stage")
        elif canary["weight"] not in (0, *stage.rollout.weights(), 100):
            yield Finding(
                code="CNAI229",
                message=f"{key} of {blueprint.name}: weight {canary['weight']} is no step of its {stage.rollout.kind}",
                location=release.place.locate((key, "canary", "weight")),
                severity=Severity.WARNING,
                help=f"use one of {', '.join(map(str, (0, *stage.rollout.weights(), 100)))}: 0 pauses, 100 finishes",
            )


def _check_images(blueprint: Blueprint, release: Entry[Release]) -> Iterator[Finding]:
    known = {image for _, stage in blueprint.stages() for image in images_of(stage)}
    for image in release.value.images:
        if image not in known:
            yield _unknown("CNAI226", "image", image, known, release.place.locate(("images", image)), f" in {blueprint.name}")
    for key, stage in blueprint.stages():
        for image in release.value.stages.get(key, {}).get("images", {}):
            if image not in images_of(stage):
                yield _unknown("CNAI226", "image", image, images_of(stage), release.place.locate((key, "images", image)), f" in {key}")


def _check_patches(plan: Plan, env: str, app: str) -> Iterator[Finding]:
    folder = f"environments/{env}/patches/{app}"
    if not plan.deployed(app, env):
        message = f"{folder} patches an application that is not deployed to {env}"
        yield Finding(
            code="CNAI227",
            message=message,
            location=Location(f"{folder}", 1),
            help=f"write environments/{env}/{app}.yaml or remove the folder",
        )
