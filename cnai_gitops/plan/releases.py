"""What a release must agree with: its environment, the stages of its blueprint, their images, places, pools and weights.

Must not: resolve layers or compile.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cnai_gitops.findings import Finding, Location, Severity
from cnai_gitops.plan.contradictions import contradictions
from cnai_gitops.plan.honours import in_layers
from cnai_gitops.plan.images import accelerators_of, images_of
from cnai_gitops.plan.plan import Plan
from cnai_gitops.plan.reach import out_of_reach
from cnai_gitops.plan.unknown import unknown
from cnai_gitops.plan.versions import too_old
from cnai_gitops.project import Entry
from cnai_gitops.spec.blueprint import Blueprint
from cnai_gitops.spec.environment import Environment
from cnai_gitops.spec.release import Release


def check_release(plan: Plan, env: str, app: str, release: Entry[Release]) -> Iterator[Finding]:
    """Findings of one release, and of its stages on every target."""
    project, place = plan.project, release.place
    if env not in project.environments:
        if not any(f.location and f.location.file == f"environments/{env}/environment.yaml" for f in project.findings):
            yield unknown(
                "CNAI220", "environment", env, project.environments, place.locate(("app",)), f": no environments/{env}/environment.yaml"
            )
        return
    if app not in project.apps:
        if any(f.location and f.location.file.startswith("blueprints/") for f in project.findings):
            return  # it may be one of those that could not be read
        yield unknown("CNAI221", "application", app, project.apps, place.locate(("app",)))
        return
    environment = project.environments[env].value
    blueprint = project.apps[app].value
    keys = dict(blueprint.stages())
    if blueprint.team not in environment.teams:
        yield unknown(
            "CNAI222", "team", blueprint.team, environment.teams, project.environments[env].place.locate(("teams",)), f" in {env}"
        )
    for key in release.value.stages:
        if key not in keys:
            yield unknown("CNAI223", "stage", key, keys, place.locate((key,)), f" in {app}")
    for i, cluster in enumerate(release.value.run_on):
        if cluster not in environment.workload_clusters:
            yield unknown("CNAI224", "cluster", cluster, environment.workload_clusters, place.locate(("run_on", i)), f" in {env}")
    for cluster, stages in release.value.clusters.items():
        if cluster not in environment.workload_clusters:
            yield unknown("CNAI224", "cluster", cluster, environment.workload_clusters, place.locate(("clusters", cluster)), f" in {env}")
        for key in stages:
            if key not in keys:
                yield unknown("CNAI223", "stage", key, keys, place.locate(("clusters", cluster, key)), f" in {app}")
    yield from _check_images(blueprint, release)
    yield from _check_gateways(project.environments[env], blueprint, release)
    yield from _check_places(plan, env, blueprint)
    yield from out_of_reach(plan, env, project.apps[app])
    yield from _check_pools(plan, env, project.apps[app])
    yield from _check_canaries(blueprint, release)
    yield from _pending(plan, env, app, release)


def _check_places(plan: Plan, env: str, blueprint: Blueprint) -> Iterator[Finding]:
    project, app = plan.project, blueprint.name
    environment = project.environments[env].value
    for use in plan.uses(blueprint):
        if use.dataset in project.datasets and use.dataset not in environment.datasets:
            at = project.environments[env].place.locate(("datasets",))
            yield unknown(
                "CNAI225",
                "place of dataset",
                use.dataset,
                environment.datasets,
                at,
                f" in {env}, but {app} {use.stage} {use.access[:-1]}s it",
            )


def _pending(plan: Plan, env: str, app: str, release: Entry[Release]) -> Iterator[Finding]:
    """What the layers get wrong, and stages that wait for a digest: not wrong, but said."""
    place = release.place
    written = dict(plan.project.apps[app].value.stages())
    for target in plan.targets_of(app):
        if target.env != env:
            continue
        cluster = target.cluster
        resolved = plan.app(app, target)
        yield from resolved.findings
        for stage in resolved.stages.values():
            yield from in_layers(stage, plan.project.facts)
            yield from too_old(stage, target, plan.project.apps[app].place)
            yield from contradictions(stage, written[stage.key], target, plan.project.apps[app].place)
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
                    yield unknown("CNAI218", "accelerator", request.type, target.place.accelerators, at, extra)
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
            yield unknown("CNAI226", "image", image, known, release.place.locate(("images", image)), f" in {blueprint.name}")
    for key, stage in blueprint.stages():
        for image in release.value.stages.get(key, {}).get("images", {}):
            if image not in images_of(stage):
                yield unknown("CNAI226", "image", image, images_of(stage), release.place.locate((key, "images", image)), f" in {key}")


def check_patches(plan: Plan, env: str, app: str) -> Iterator[Finding]:
    """A patch folder of an application that is not deployed there."""
    folder = f"environments/{env}/patches/{app}"
    if not plan.deployed(app, env):
        message = f"{folder} patches an application that is not deployed to {env}"
        yield Finding(
            code="CNAI227",
            message=message,
            location=Location(f"{folder}", 1),
            help=f"write environments/{env}/{app}.yaml or remove the folder",
        )
