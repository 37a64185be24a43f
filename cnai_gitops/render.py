"""Texts: every target's manifests and every application's Kustomize tree, by path.

Must not: judge (`check` does), know a kind, or write (`deploy` does).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cnai_gitops.compile.app import compile_app, ordered
from cnai_gitops.compile.argocd import HUB, PLATFORM, Gvk, compile_argocd
from cnai_gitops.compile.lineage import data_map, lineage
from cnai_gitops.compile.platform import compile_platform
from cnai_gitops.emit import Unwritable, emit
from cnai_gitops.findings import Finding, exit_code
from cnai_gitops.overlay import tree
from cnai_gitops.plan.build import App, Plan
from cnai_gitops.plan.selection import EVERYTHING, Selection
from cnai_gitops.plan.target import Target
from cnai_gitops.resources.base import Resource

RENDERED = "deploy/rendered"
KUSTOMIZE = "deploy/kustomize"
DATA = "deploy/data"
Files = dict[str, str]
"""Texts by path, relative to the root."""

Patcher = Callable[[Mapping[str, str], str], Sequence[dict[str, Any]]]
"""Builds one overlay folder with kustomize: (all files of the tree, folder) -> objects. Only for hand-written patches."""


@dataclass(slots=True)
class Owner:
    """All files of one owner (an app, `_platform`, `_argocd`), and what was found while making them."""

    name: str
    files: Files = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    kinds: dict[str, set[Gvk]] = field(default_factory=dict)
    """Kinds by target name, for the Applications."""


# -- an application -------------------------------------------------------------------------------------


def resolved(plan: Plan, app: str, target: Target) -> tuple[App, list[Resource], list[Finding]]:
    """An application's objects on one target, before hand-written patches."""
    placed = plan.app(app, target)
    resources, findings = compile_app(plan, placed)
    return placed, resources, findings


def render_app(plan: Plan, app: str, *, patch: Patcher | None = None, selection: Selection = EVERYTHING) -> Owner:
    """Files of one application that were selected: its Kustomize tree and its manifests on every target."""
    owner = Owner(app)
    by_env: dict[str, dict[str, list[Resource]]] = {}
    made: list[tuple[Target, list[Resource]]] = []
    for target in plan.targets_of(app):
        _, resources, findings = resolved(plan, app, target)
        owner.findings += findings
        owner.kinds[target.name] = {(r.body["apiVersion"], r.body["kind"]) for r in resources}
        by_env.setdefault(target.env, {})[target.cluster] = resources
        made.append((target, resources))
    if exit_code(owner.findings):
        return owner
    try:
        needed = patch is not None and any(plan.project.patches.get((env, app)) for env in by_env)
        files = _tree(plan, app, by_env, owner) if needed or selection.makes("kustomize") else {}
        if selection.makes("rendered"):
            files |= _lineage(plan, app, made)
            for target, resources in made:
                if patch and plan.project.patches.get((target.env, app)):
                    resources = patched(resources, patch(files, overlay_path(target, app)))
                    owner.kinds[target.name] = {(r.body["apiVersion"], r.body["kind"]) for r in resources}
                files[manifest_path(target, app)] = emit(resource.body for resource in resources)
        owner.files = files if selection.whole else {path: text for path, text in files.items() if selection.covers(path)}
    except Unwritable as error:
        owner.findings.append(_unwritable(plan, app, error))
    return owner


def manifest_path(target: Target, owner: str) -> str:
    """Path of the file that Argo CD reads for an owner on a target."""
    return f"{RENDERED}/{target.env}/{target.cluster}/{owner}/manifest.yaml"


def overlay_path(target: Target, app: str) -> str:
    """Folder of an app's overlay for a target."""
    return f"{KUSTOMIZE}/{app}/overlays/{target.env}/{target.cluster}"


def _lineage(plan: Plan, app: str, made: Sequence[tuple[Target, Sequence[Resource]]]) -> Files:
    """Events of the stages that touch data, one file for each environment that has some."""
    texts = {env: lineage(plan, app, target) for env, target in {t.env: t for t, _ in reversed(made)}.items()}
    return {f"{DATA}/lineage/{env}/{app}.json": text for env, text in texts.items() if text}


def _tree(plan: Plan, app: str, by_env: Mapping[str, Mapping[str, Sequence[Resource]]], owner: Owner) -> Files:
    base, findings = compile_app(plan, plan.base(app))
    owner.findings += findings
    team = plan.project.apps[app].value.team
    up = "../../.."  # from deploy/kustomize/<app> to the root
    components = {
        env: [f"{up}/{folder}" for folder in plan.project.patches.get((env, app), ())]
        for env in by_env
        if (env, app) in plan.project.patches
    }
    files = tree(
        app,
        base,
        by_env,
        base_namespace=team,
        namespaces={env: f"{team}-{env}" for env in by_env},
        components=components,
        primary={env: next(iter(clusters)) for env, clusters in by_env.items()},
    )
    return {f"{KUSTOMIZE}/{app}/{path}": text for path, text in files.items()}


def patched(resources: Sequence[Resource], bodies: Sequence[dict[str, Any]]) -> list[Resource]:
    """What kustomize built, with the stages and the key order of what we resolved."""
    known = {resource.key: resource for resource in resources}
    result = []
    for body in bodies:
        resource = Resource(body)
        original = known.get(resource.key)
        result.append(Resource(_like(body, original.body), original.stage, original.trace) if original else resource)
    return ordered(result)


def _like(value: Any, model: Any) -> Any:
    """`value` with its keys in the order of `model`: a hand-written patch must not reorder a whole file."""
    if isinstance(value, dict) and isinstance(model, dict):
        keys = [key for key in model if key in value] + [key for key in value if key not in model]
        return {key: _like(value[key], model.get(key)) for key in keys}
    if isinstance(value, list) and isinstance(model, list):
        return [_like(item, model[i] if i < len(model) else None) for i, item in enumerate(value)]
    return value


def _unwritable(plan: Plan, app: str, error: Unwritable) -> Finding:
    place = plan.project.apps[app].place.locate(("name",))
    return Finding(
        code="CNAI302",
        message=f"{app}: {error}",
        location=place,
        help="change the value that leads to it; the tools downstream would lose it",
    )


# -- platform and hub -----------------------------------------------------------------------------------


def platform_resources(plan: Plan, target: Target) -> list[Resource]:
    """The platform's objects on one target, in file order."""
    return ordered(compile_platform(plan, target))


def hub_resources(plan: Plan, hub: Target, kinds: Mapping[str, Mapping[str, set[Gvk]]]) -> list[Resource]:
    """Projects and Applications of one hub; `kinds` are by owner, then target."""
    owners: dict[Target, dict[str, set[Gvk]]] = {}
    for target in plan.targets:
        if plan.hubs.get(target.env) == hub:
            present = {PLATFORM: {(r.body["apiVersion"], r.body["kind"]) for r in platform_resources(plan, target)}}
            present |= {app: kinds[app][target.name] for app in sorted(kinds) if target.name in kinds[app]}
            owners[target] = present
    return ordered(compile_argocd(plan, hub, owners))


def render_platform(plan: Plan) -> Owner:
    """Manifests of the platform on every target."""
    files = {manifest_path(t, PLATFORM): emit(r.body for r in platform_resources(plan, t)) for t in plan.targets}
    return Owner(PLATFORM, {**files, f"{DATA}/map.json": data_map(plan)})


def render_hubs(plan: Plan, kinds: Mapping[str, Mapping[str, set[Gvk]]]) -> Owner:
    """Manifests of every hub."""
    hubs = dict.fromkeys(plan.hubs.values())
    return Owner(HUB, {manifest_path(hub, HUB): emit(r.body for r in hub_resources(plan, hub, kinds)) for hub in hubs})
