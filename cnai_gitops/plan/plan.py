"""The plan: every application on every target, resolved.

Must not: compile anything, or look whether what is named exists (`references` does).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from cnai_gitops.findings import Finding, Location
from cnai_gitops.plan.images import images_of, needs_model, platform_images_of
from cnai_gitops.plan.layers import Layer, ResolvedStage, resolve
from cnai_gitops.plan.target import Target, neutral
from cnai_gitops.project import Entry, Project
from cnai_gitops.source.places import Place
from cnai_gitops.spec.blueprint import Blueprint, Override
from cnai_gitops.spec.place import DatasetPlace
from cnai_gitops.spec.release import Release


@dataclass(frozen=True, slots=True)
class Placed:
    """An escape hatch and the layer it came from."""

    override: Override
    layer: str
    location: Location | None
    place: Place | None = None
    index: int = 0

    def at(self, pointer: str) -> Location | None:
        """Where one of its pointers was written."""
        return self.place.locate(("overrides", self.index, "set", pointer)) if self.place else self.location


@dataclass(frozen=True, slots=True)
class App:
    """One application on one target: its stages as they are there, without those that still wait for a digest.

    `findings` says what its layers got wrong.
    """

    blueprint: Blueprint
    target: Target
    stages: Mapping[str, ResolvedStage]
    pending: Mapping[str, str]
    overrides: tuple[Placed, ...]
    findings: tuple[Finding, ...] = ()

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


@dataclass(frozen=True)
class Plan:
    """Everything that any room after this one may know. Apps are resolved once, when asked for; reading changes nothing."""

    project: Project
    findings: tuple[Finding, ...] = ()
    of_apps: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)
    """Those of each application, its releases and patch folders."""
    _apps: dict[tuple[str, str], App] = field(default_factory=dict, repr=False, compare=False)
    _on: dict[str, tuple[Target, ...]] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def targets(self) -> tuple[Target, ...]:
        """All workload targets, by environment (dev, staging, prod) then primary first."""
        order = {"dev": 0, "staging": 1, "prod": 2}
        environments = sorted((e.value for e in self.project.environments.values()), key=lambda e: (order[e.tier], e.name))
        return tuple(Target(env, cluster, self.project.facts) for env in environments for cluster in env.workload_clusters)

    @cached_property
    def hubs(self) -> Mapping[str, Target]:
        """The hub target that carries each environment's Applications."""
        hubs = [
            Target(e.value, name, self.project.facts)
            for e in self.project.environments.values()
            for name, c in e.value.clusters.items()
            if c.role == "hub"
        ]
        own = {hub.env: hub for hub in hubs}
        return {name: own.get(name, hubs[0]) for name in self.project.environments if hubs}

    def deployed(self, app: str, env: str) -> bool:
        """True when a release file puts this app into this environment."""
        return (env, app) in self.project.releases

    def runs_on(self, app: str, target: Target) -> bool:
        """True when the app's release puts it on this cluster."""
        release = self.project.releases.get((target.env, app))
        return release is not None and (not release.value.run_on or target.cluster in release.value.run_on)

    def targets_of(self, app: str) -> tuple[Target, ...]:
        """Targets that the app runs on."""
        if app not in self._on:
            self._on[app] = tuple(target for target in self.targets if self.runs_on(app, target))
        return self._on[app]

    def base(self, app: str) -> App:
        """The app on the neutral target: the blueprint as written, with the organisation's defaults."""
        return self._resolve(app, replace(neutral(), facts=self.project.facts))

    def app(self, app: str, target: Target) -> App:
        """The app as it is on one target."""
        key = (app, target.name)
        if key not in self._apps:
            self._apps[key] = self._resolve(app, target)
        return self._apps[key]

    def _resolve(self, name: str, target: Target) -> App:
        entry = self.project.apps[name]
        release = self.project.releases.get((target.env, name))
        stages: dict[str, ResolvedStage] = {}
        pending: dict[str, str] = {}
        findings: list[Finding] = []
        for key, stage in entry.value.stages():
            resolved, wrong = resolve(key, stage, list(self._layers(key, target, release)))
            findings += wrong
            missing = [] if target.neutral else list(self._missing(resolved, target))
            if missing:
                pending[key] = ", ".join(missing)
            else:
                stages[key] = resolved
        return App(entry.value, target, stages, pending, tuple(self._overrides(entry, release)), tuple(findings))

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

    def _missing(self, resolved: ResolvedStage, target: Target) -> Iterator[str]:
        for image in platform_images_of(resolved.key, resolved.stage, target.facts):
            if image not in target.environment.images:
                yield f"platform image {image}"
        for image in images_of(resolved.stage):
            if image not in resolved.pins.images:
                yield f"image {image}"
        if resolved.key.startswith("serve.") and resolved.pins.model is None and needs_model(resolved.stage):
            yield f"model {resolved.stage.model}"

    def _overrides(self, entry: Entry[Blueprint], release: Entry[Release] | None) -> Iterator[Placed]:
        for source, layer in ((entry, "blueprint"), (release, "release")):
            if source is not None:
                for i, override in enumerate(source.value.overrides):
                    yield Placed(override, layer, source.place.locate(("overrides", i)), source.place, i)

    def hatches(self, app: str) -> dict[str, tuple[str, ...]]:
        """Every escape hatch and hand-written patch of an application, in words, by environment; those of the blueprint under ""."""
        found = {"": tuple(f"{app} (blueprint) {_words(hatch)}" for hatch in self.project.apps[app].value.overrides)}
        for env in self.project.environments:
            release = self.project.releases[env, app].value if self.deployed(app, env) else None
            folders = self.project.patches.get((env, app), ())
            words = [f"{app} ({env}) {_words(hatch)}" for hatch in (release.overrides if release else ())]
            words += [f"{app} ({env}) has {len(folders)} hand-written patch folder(s)"] if folders else []
            found[env] = tuple(words)
        return {env: words for env, words in found.items() if words}

    # -- the data graph ---------------------------------------------------------------------------------

    def uses(self, app: Blueprint) -> Sequence[Use]:
        """Datasets that the stages of an app read and write."""
        return app.once(_uses)

    def dataset_place(self, dataset: str, target: Target) -> DatasetPlace | None:
        """Where a dataset lies for one target; None when the environment does not say."""
        place = target.environment.datasets.get(dataset)
        return place.on(target.cluster) if place else None


def _uses(app: Blueprint) -> Sequence[Use]:
    return tuple(
        Use(app.name, app.team, key, app.purpose, dataset, access)
        for key, stage in app.stages()
        for access in ("reads", "writes")
        for dataset in getattr(stage, access, ())
    )


def _words(hatch: Override) -> str:
    return f"sets {', '.join(hatch.set)} of {hatch.kind} {hatch.name}: {hatch.reason}".replace(" :", ":")
