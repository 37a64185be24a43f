"""Bytes on disk: every target's manifests and every application's Kustomize tree, incrementally and in parallel.

Must not: judge (`check` does) or know a kind. Each file is replaced whole, each owner's list of files comes last, and
only files on such a list are ever removed.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from cnai_gitops.compile.app import compile_app, ordered
from cnai_gitops.compile.argocd import HUB, PLATFORM, Gvk, compile_argocd
from cnai_gitops.compile.lineage import data_map, lineage
from cnai_gitops.compile.platform import compile_platform
from cnai_gitops.emit import Unwritable, emit
from cnai_gitops.errors import ToolError
from cnai_gitops.findings import Finding
from cnai_gitops.overlay import tree
from cnai_gitops.plan.build import App, Plan
from cnai_gitops.plan.target import Target
from cnai_gitops.resources.base import Resource
from cnai_gitops.system.files import Writer

RENDERED = "deploy/rendered"
KUSTOMIZE = "deploy/kustomize"
INDEX = "deploy/.index"
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


@dataclass(frozen=True, slots=True)
class Selection:
    """What to build: all environments and apps when empty."""

    environments: tuple[str, ...] = ()
    apps: tuple[str, ...] = ()

    def has(self, target: Target) -> bool:
        """True when this target's environment was asked for."""
        return not self.environments or target.env in self.environments


# -- an application -------------------------------------------------------------------------------------


def resolved(plan: Plan, app: str, target: Target) -> tuple[App, list[Resource], list[Finding]]:
    """An application's objects on one target, before hand-written patches."""
    placed = plan.app(app, target)
    resources, findings = compile_app(plan, placed)
    return placed, resources, findings


def render_app(plan: Plan, app: str, *, patch: Patcher | None = None, kustomize: bool = True) -> Owner:
    """All files of one application: its Kustomize tree and its manifests on every target."""
    owner = Owner(app)
    by_env: dict[str, dict[str, list[Resource]]] = {}
    made: list[tuple[Target, list[Resource]]] = []
    for target in plan.targets_of(app):
        _, resources, findings = resolved(plan, app, target)
        owner.findings += findings
        owner.kinds[target.name] = {(r.body["apiVersion"], r.body["kind"]) for r in resources}
        by_env.setdefault(target.env, {})[target.cluster] = resources
        made.append((target, resources))
    try:
        if kustomize:
            owner.files |= {f"{KUSTOMIZE}/{app}/{path}": text for path, text in _tree(plan, app, by_env, owner).items()}
        for target in {t.env: t for t, _ in reversed(made)}.values():
            owner.files[f"{DATA}/lineage/{target.env}/{app}.json"] = lineage(plan, app, target)
        for target, resources in made:
            components = plan.project.patches.get((target.env, app), ())
            if components and patch:
                resources = patched(resources, patch(owner.files, overlay_path(target, app)))
            owner.files[manifest_path(target, app)] = emit(resource.body for resource in resources)
    except Unwritable as error:
        owner.findings.append(_unwritable(plan, app, error))
    return owner


def manifest_path(target: Target, owner: str) -> str:
    """Path of the file that Argo CD reads for an owner on a target."""
    return f"{RENDERED}/{target.env}/{target.cluster}/{owner}/manifest.yaml"


def overlay_path(target: Target, app: str) -> str:
    """Folder of an app's overlay for a target."""
    return f"{KUSTOMIZE}/{app}/overlays/{target.env}/{target.cluster}"


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
    return tree(
        app,
        base,
        by_env,
        base_namespace=team,
        namespaces={env: f"{team}-{env}" for env in by_env},
        components=components,
        primary={env: next(iter(clusters)) for env, clusters in by_env.items()},
    )


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


# -- writing --------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Changes:
    """What a build changed on disk, by path; `owners_gone` are owners whose files were all removed."""

    written: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    owners_gone: list[str] = field(default_factory=list)
    kept: int = 0


def index_of(owner: Owner) -> bytes:
    """The list of an owner's files and their digests; written last, so a killed build is noticed."""
    files = {path: hashlib.blake2b(text.encode(), digest_size=16).hexdigest() for path, text in sorted(owner.files.items())}
    return orjson.dumps({"owner": owner.name, "files": files}, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def listed(root: Path, name: str) -> list[str]:
    """Files on an owner's list; empty when there is none. Raises ToolError when the list cannot be trusted."""
    path = root / INDEX / f"{name}.json"
    if not path.is_file() or path.is_symlink():
        return []
    try:
        files = list(orjson.loads(path.read_bytes())["files"])
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise ToolError(f"{INDEX}/{name}.json is damaged", help="restore it from git, or delete deploy/ and build again") from error
    for file in files:
        if (
            not isinstance(file, str)
            or not file.startswith(("deploy/rendered/", "deploy/kustomize/", "deploy/data/"))
            or ".." in file.split("/")
        ):
            raise ToolError(f"{INDEX}/{name}.json lists {file!r}, which no build wrote", help="restore it from git")
    return files


def owners_on_disk(root: Path) -> list[str]:
    """Names of owners that a list exists for."""
    folder = root / INDEX
    return sorted(name.removesuffix(".json") for name in (os.listdir(folder) if folder.is_dir() else ()) if name.endswith(".json"))


def write_owner(writer: Writer, owner: Owner, changes: Changes, *, partial: bool = False) -> None:
    """Put one owner's files on disk: new ones first, then removals, its list last.

    `partial` means that only some environments were rendered: the other files stay, and stay listed.
    """
    before = [] if partial else listed(writer.root, owner.name)
    for path, text in sorted(owner.files.items()):
        if writer.write(path, text.encode()):
            changes.written.append(path)
        else:
            changes.kept += 1
    for path in before:
        if path not in owner.files and writer.remove(path):
            changes.removed.append(path)
    if partial:
        kept = {path: (writer.root / path).read_text() for path in listed(writer.root, owner.name) if path not in owner.files}
        owner = Owner(owner.name, {**kept, **owner.files})
    writer.write(f"{INDEX}/{owner.name}.json", index_of(owner))


def remove_owner(writer: Writer, name: str, changes: Changes) -> None:
    """Remove an owner that is gone, and only what its list names."""
    for path in listed(writer.root, name):
        if writer.remove(path):
            changes.removed.append(path)
    writer.remove(f"{INDEX}/{name}.json")
    changes.owners_gone.append(name)


def stale(root: Path, owners: Iterable[Owner]) -> list[str]:
    """Paths whose bytes on disk are not what a build would write, missing and superfluous ones included."""
    wrong: list[str] = []
    for owner in owners:
        for path, text in owner.files.items():
            file = root / path
            if file.is_symlink() or not file.is_file() or file.read_bytes() != text.encode():
                wrong.append(path)
        wrong += [path for path in listed(root, owner.name) if path not in owner.files]
    return sorted(wrong)
