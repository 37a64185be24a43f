"""Texts: every target's manifests and every application's Kustomize tree, by path.

Must not: judge (`check` does), know a kind, or write (`deploy` does).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from cnai_gitops.compile.argocd import HUB, PLATFORM
from cnai_gitops.compile.lineage import data_map, lineage
from cnai_gitops.emit import Unwritable
from cnai_gitops.findings import Finding, exit_code
from cnai_gitops.plan.build import Plan
from cnai_gitops.plan.selection import EVERYTHING, Selection
from cnai_gitops.resolved.index import Resolved
from cnai_gitops.resolved.kustomize_tree import Files
from cnai_gitops.resolved.units import Unit

RENDERED = "deploy/rendered"
DATA = "deploy/data"


@dataclass(slots=True)
class Owner:
    """All files of one owner (an app, `_platform`, `_argocd`), and what was found while making them."""

    name: str
    files: Files = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def manifest_path(unit: Unit) -> str:
    """Path of the file that Argo CD reads for a unit."""
    return f"{RENDERED}/{unit.target.env}/{unit.target.cluster}/{unit.owner}/manifest.yaml"


def render_app(resolved: Resolved, app: str, selection: Selection = EVERYTHING) -> Owner:
    """Files of one application that were selected: its Kustomize tree and its manifests on every target."""
    owner = Owner(app)
    made = [resolved.load(unit) for unit in resolved.apps.get(app, ())]
    owner.findings = [finding for objects in made for finding in objects.findings]
    if exit_code(owner.findings):
        return owner
    files: Files = {}
    try:
        if selection.makes("kustomize"):
            tree = resolved.tree(app, made)
            owner.findings += tree.findings
            files |= tree.files
        if selection.makes("rendered"):
            files |= _lineage(resolved.plan, app, (objects.unit for objects in made))
            files |= {manifest_path(objects.unit): resolved.text(objects) for objects in made}
    except Unwritable as error:
        owner.findings.append(_unwritable(resolved.plan, app, error))
        return owner
    owner.files = files if selection.whole else {path: text for path, text in files.items() if selection.covers(path)}
    return owner


def render_shared(resolved: Resolved, selection: Selection = EVERYTHING) -> list[Owner]:
    """What belongs to no application: manifests of the platform and of hubs, and the map of data."""
    consumers = (resolved.consumer(app) for app in resolved.plan.project.apps)
    platform = {**_manifests(resolved, resolved.platforms), f"{DATA}/map.json": data_map(resolved.plan.project, consumers)}
    return [
        Owner(name, {path: text for path, text in files.items() if selection.covers(path)})
        for name, files in ((PLATFORM, platform), (HUB, _manifests(resolved, resolved.hubs)))
    ]


def _manifests(resolved: Resolved, units: Iterable[Unit]) -> Files:
    return {manifest_path(unit): resolved.text(resolved.load(unit)) for unit in units}


def _lineage(plan: Plan, app: str, units: Iterable[Unit]) -> Files:
    """Events of the stages that touch data, one file for each environment that has some."""
    targets = {unit.target.env: unit.target for unit in reversed(list(units))}
    texts = {env: lineage(plan, app, target) for env, target in targets.items()}
    return {f"{DATA}/lineage/{env}/{app}.json": text for env, text in texts.items() if text}


def _unwritable(plan: Plan, app: str, error: Unwritable) -> Finding:
    place = plan.project.apps[app].place.locate(("name",))
    return Finding(
        code="CNAI302",
        message=f"{app}: {error}",
        location=place,
        help="change the value that leads to it; the tools downstream would lose it",
    )
