"""The plan: every application on every target, resolved, and the references between them checked.

Must not: compile anything. What is unknown here is a finding with the candidates, never a guess.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from typing import Any

from cnai_gitops.findings import Finding, Location, Severity
from cnai_gitops.plan.layers import Layer, ResolvedStage, resolve
from cnai_gitops.plan.target import Target, neutral
from cnai_gitops.project import Entry, Project
from cnai_gitops.source.places import Place
from cnai_gitops.spec.blueprint import STAGES, Blueprint, Override
from cnai_gitops.spec.environment import DatasetPlace
from cnai_gitops.spec.release import Release


@dataclass(frozen=True, slots=True)
class Placed:
    """An escape hatch and the layer it came from."""

    override: Override
    layer: str
    location: Location | None


@dataclass(frozen=True, slots=True)
class App:
    """One application on one target: its stages as they are there, without those that still wait for a digest."""

    blueprint: Blueprint
    target: Target
    stages: Mapping[str, ResolvedStage]
    pending: Mapping[str, str]
    overrides: tuple[Placed, ...]

    def of(self, kind: str) -> list[ResolvedStage]:
        """Stages of one kind that are deployed here."""
        return [stage for key, stage in self.stages.items() if key.startswith(f"{kind}.")]


@dataclass(frozen=True, slots=True)
class Use:
    """One edge of the data graph: a stage reads or writes a dataset."""

    app: str
    team: str
    stage: str
    purpose: str
    dataset: str
    access: str


@dataclass
class Plan:
    """Everything that any room after this one may know. Frozen by convention; apps are resolved when asked for."""

    project: Project
    findings: list[Finding] = field(default_factory=list)

    @cached_property
    def targets(self) -> tuple[Target, ...]:
        """All workload targets, by environment (dev, staging, prod) then primary first."""
        order = {"dev": 0, "staging": 1, "prod": 2}
        environments = sorted((e.value for e in self.project.environments.values()), key=lambda e: (order[e.tier], e.name))
        return tuple(Target(env, cluster) for env in environments for cluster in env.workload_clusters)

    @cached_property
    def hubs(self) -> Mapping[str, Target]:
        """The hub target that carries each environment's Applications."""
        hubs = [
            Target(e.value, name) for e in self.project.environments.values() for name, c in e.value.clusters.items() if c.role == "hub"
        ]
        own = {hub.env: hub for hub in hubs}
        return {name: own.get(name, hubs[0]) for name in self.project.environments if hubs}

    def deployed(self, app: str, env: str) -> bool:
        """True when a release file puts this app into this environment."""
        return (env, app) in self.project.releases

    def runs_on(self, app: str, target: Target) -> bool:
        """True when the app's release puts it on this cluster."""
        release = self.project.releases.get((target.env, app))
        return release is not None and (not release.value.on or target.cluster in release.value.on)

    def targets_of(self, app: str) -> tuple[Target, ...]:
        """Targets that the app runs on."""
        return tuple(target for target in self.targets if self.runs_on(app, target))

    def base(self, app: str) -> App:
        """The app on the neutral target: the blueprint as written, with the organisation's defaults."""
        return self._resolve(app, neutral(), [])

    def app(self, app: str, target: Target) -> App:
        """The app as it is on one target; findings of its layers are added to the plan once."""
        return self._resolve(app, target, self.findings)

    def _resolve(self, name: str, target: Target, findings: list[Finding]) -> App:
        entry = self.project.apps[name]
        release = self.project.releases.get((target.env, name))
        stages: dict[str, ResolvedStage] = {}
        pending: dict[str, str] = {}
        for key, stage in entry.value.stages():
            resolved, wrong = resolve(key, stage, list(self._layers(key, target, release)))
            findings += wrong
            missing = [] if target.neutral else list(self._missing(entry.value, resolved, release))
            if missing:
                pending[key] = ", ".join(missing)
            else:
                stages[key] = resolved
        return App(entry.value, target, stages, pending, tuple(self._overrides(entry, release)))

    def _layers(self, key: str, target: Target, release: Entry[Release] | None) -> Iterator[Layer]:
        kind = key.partition(".")[0]
        config = self.project.config.defaults.get(kind)
        if config:
            yield Layer("organisation", config, self.project.config_place, ("defaults", kind), weak=True)
        if target.neutral:
            return
        environment = self.project.environments[target.env]
        values = environment.value.defaults.get(kind)
        if values:
            yield Layer("environment", values, environment.place, ("defaults", kind))
        if release is None:
            return
        if release.value.images:
            yield Layer("release", {"images": release.value.images}, release.place, ())
        if key in release.value.stages:
            yield Layer("release", release.value.stages[key], release.place, (key,))
        own = release.value.clusters.get(target.cluster, {})
        if key in own:
            yield Layer("cluster", own[key], release.place, ("clusters", target.cluster, key))

    def _missing(self, app: Blueprint, resolved: ResolvedStage, release: Entry[Release] | None) -> Iterator[str]:
        for image in images_of(resolved.stage):
            if image not in resolved.pins.images:
                yield f"image {image}"
        if resolved.key.startswith("serve.") and resolved.pins.model is None and _needs_model(resolved.stage):
            yield f"model {resolved.stage.model}"

    def _overrides(self, entry: Entry[Blueprint], release: Entry[Release] | None) -> Iterator[Placed]:
        for source, layer in ((entry, "blueprint"), (release, "release")):
            if source is not None:
                for i, override in enumerate(source.value.overrides):
                    yield Placed(override, layer, source.place.locate(("overrides", i)))

    # -- the data graph ---------------------------------------------------------------------------------

    def uses(self, app: Blueprint) -> list[Use]:
        """Datasets that the stages of an app read and write."""
        return [
            Use(app.name, app.team, key, app.purpose, dataset, access)
            for key, stage in app.stages()
            for access in ("reads", "writes")
            for dataset in getattr(stage, access, ())
        ]

    def dataset_place(self, dataset: str, target: Target) -> DatasetPlace | None:
        """Where a dataset lies for one target; None when the environment does not say."""
        place = target.environment.datasets.get(dataset)
        return place.on(target.cluster) if place else None


def images_of(stage: Any) -> list[str]:
    """Names of images that a stage's containers are made from, in the blueprint's words."""
    found = [stage.image] if isinstance(getattr(stage, "image", None), str) else []
    engines = [step.engine for step in stage.graph] if hasattr(stage, "graph") else [getattr(stage, "engine", None)]
    found += [image for engine in engines if isinstance(image := getattr(engine, "image", None), str)]
    return list(dict.fromkeys(found))


def _needs_model(stage: Any) -> bool:
    return bool(getattr(stage.engine, "needs_model", True))


def make_plan(project: Project) -> Plan:
    """Relate everything that was read; findings of the references are in `plan.findings`."""
    plan = Plan(project, list(project.findings))
    for entry in project.apps.values():
        plan.findings += _check_app(plan, entry)
    for (env, app), release in project.releases.items():
        plan.findings += _check_release(plan, env, app, release)
    for key in project.patches:
        plan.findings += _check_patches(plan, *key)
    return plan


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
                if dataset not in project.datasets:
                    yield _unknown("CNAI210", "dataset", dataset, project.datasets, entry.place.locate((kind, name, access, i)))
                elif access == "writes" and project.datasets[dataset].value.owner != app.team:
                    owner = project.datasets[dataset].value.owner
                    message = f"{key} writes dataset {dataset!r}, which team {owner!r} owns"
                    place = entry.place.locate((kind, name, access, i))
                    yield Finding(
                        code="CNAI211", message=message, location=place, help="only its owner writes a dataset; write one of your own"
                    )
        if kind == "serve":
            yield from _check_serve(plan, app, entry.place, name, stage)
        if kind == "observe":
            yield from _check_observe(app, entry.place, name, stage)


def _check_serve(plan: Plan, app: Blueprint, place: Place, name: str, stage: Any) -> Iterator[Finding]:
    for field_name in sorted(getattr(stage.engine, "ignores", frozenset()) & stage.model_fields_set):
        message = f"serve.{name}.{field_name} has no effect with the engine {stage.engine.kind}"
        yield Finding(
            code="CNAI215", message=message, location=place.locate(("serve", name, field_name)), help="remove it, or set it on the engine"
        )
    if not _needs_model(stage):
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
    for i, service in enumerate(stage.serves):
        if service not in services:
            yield _unknown("CNAI213", "serve stage", service, services, place.locate(("observe", name, "serves", i)))
    drift = stage.drift
    if drift and drift.then == "retrain":
        trains = [train.name for _, train in app.stages("train")]
        at = place.locate(("observe", name, "drift", "then"))
        if not trains:
            yield Finding(
                code="CNAI214", message="drift asks to retrain, but the app has no train stage", location=at, help="use then='alert'"
            )
        elif drift.retrain is not None and drift.retrain not in trains:
            yield _unknown("CNAI213", "train stage", drift.retrain, trains, place.locate(("observe", name, "drift", "retrain")))
        elif drift.retrain is None and len(trains) > 1:
            message = f"drift asks to retrain, but the app has {len(trains)} train stages"
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
    for i, cluster in enumerate(release.value.on):
        if cluster not in environment.workload_clusters:
            yield _unknown("CNAI224", "cluster", cluster, environment.workload_clusters, place.locate(("on", i)), f" in {env}")
    for cluster, stages in release.value.clusters.items():
        if cluster not in environment.workload_clusters:
            yield _unknown("CNAI224", "cluster", cluster, environment.workload_clusters, place.locate(("clusters", cluster)), f" in {env}")
        for key in stages:
            if key not in keys:
                yield _unknown("CNAI223", "stage", key, keys, place.locate(("clusters", cluster, key)), f" in {app}")
    yield from _check_images(blueprint, release)
    if environment.endpoints.gateway is None:
        for key, stage in blueprint.stages("serve"):
            why = (
                "public"
                if stage.public
                else "canary"
                if stage.canary
                else "previous"
                if "previous" in release.value.stages.get(key, {})
                else ""
            )
            if why:
                at = project.environments[env].place.locate(("endpoints",))
                message = f"{app} {key} needs a gateway ({why}), but {env} has no endpoints.gateway"
                yield Finding(code="CNAI228", message=message, location=at, help="add endpoints.gateway with name, namespace and domain")
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
    for target in plan.targets_of(app):
        if target.env != env:
            continue
        cluster = target.cluster
        resolved = plan.app(app, target)
        for key, missing in resolved.pending.items():
            message = f"{key} is not deployed to {env}/{cluster}: no digest for {missing}"
            at = place.locate((key,)) if key in release.value.stages else place.locate(("app",))
            yield Finding(
                code="CNAI230",
                message=message,
                location=at,
                severity=Severity.INFO,
                help="pin it in this file once it exists",
                target=f"{env}/{cluster}",
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


__all__ = ["STAGES", "App", "Placed", "Plan", "Use", "images_of", "make_plan"]
