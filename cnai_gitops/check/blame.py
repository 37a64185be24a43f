"""Where a user wrote what a finding about an object says: the line of the layer, the stage or the environment.

Must not: judge.
"""

from __future__ import annotations

from dataclasses import replace

from cnai_gitops.check.field_path import leads_to, steps
from cnai_gitops.findings import Finding, Location
from cnai_gitops.patches import PATCHES, own_files
from cnai_gitops.plan.build import Plan
from cnai_gitops.plan.layers import explain
from cnai_gitops.resolved.units import Unit
from cnai_gitops.resources.base import ALONE, PATCHED, Resource, kind_of
from cnai_gitops.source.patch import place_in_patches


def placed(plan: Plan, unit: Unit, resource: Resource, finding: Finding) -> Finding:
    """The finding about an object at the line that set the value it is about, where the object can say which that was."""
    inside = "#" in finding.resource
    location = None if inside else _patch(plan, unit, resource, finding.path)
    location = location or _override(plan, unit, resource, finding)
    if location:
        return replace(finding, location=location)
    for prefix, words in sorted(resource.trace, key=lambda pair: -len(steps(pair[0]))):
        if leads_to(prefix, finding.path):
            location = _winner(plan, unit, words)
            if location:
                return replace(finding, location=location)
    return finding if finding.location else replace(finding, location=place_of(plan, unit, resource))


def place_of(plan: Plan, unit: Unit, resource: Resource) -> Location | None:
    """Where the user wrote what became this object: the stage, or the environment of a platform object."""
    entry = plan.project.apps.get(unit.owner)
    if entry is not None:
        folders = plan.project.patches.get((unit.target.env, unit.owner)) if not resource.stage else None
        if folders:  # an object of no stage is one that a patch adds
            return Location(f"{folders[0]}/kustomization.yaml", 1)
        return entry.place.locate(tuple(resource.stage.split(".", 1)) if resource.stage else ("name",))
    environment = plan.project.environments.get(unit.target.env)
    if environment is None:
        return None
    team = resource.body["metadata"].get("labels", {}).get("cnai.dev/team")
    return environment.place.locate(("teams", team) if team else ("clusters", unit.target.cluster))


def _patch(plan: Plan, unit: Unit, resource: Resource, path: str) -> Location | None:
    """Line of the hand-written patch that set the value at `path`, which wins over everything else."""
    if not any(words == PATCHED and (leads_to(prefix, path) or (path and leads_to(path, prefix))) for prefix, words in resource.trace):
        return None
    folder = f"{PATCHES}/{unit.target.env}/patches/{unit.owner}/"
    texts = [(name, text) for name, text in own_files(plan.project.root).items() if name.startswith(folder)]
    return place_in_patches(texts, resource.key.kind, steps(path))


def _override(plan: Plan, unit: Unit, resource: Resource, finding: Finding) -> Location | None:
    """Line of the escape hatch that set the value that is meant, in the object or inside of it; it wins over whatever a stage said."""
    if unit.owner not in plan.project.apps:
        return None
    inside = finding.resource.partition("#")[2]
    kind, names = _inner(resource, inside) if inside else (resource.key.kind, {"", resource.key.name})
    for hatch in reversed(plan.app(unit.owner, unit.target).overrides):
        override = hatch.override
        at = next((pointer for pointer in override.set if leads_to(pointer, finding.path)), None)
        if override.kind == kind and override.name in names and at:
            return hatch.at(at)
    return None


def _inner(resource: Resource, place: str) -> tuple[str, set[str]]:
    """Kind of the object that another one carries at a place, and the names by which an override can mean it."""
    carrier = kind_of(resource.body)
    carried = carrier.carries(resource.body, ALONE) if carrier and carrier.carries else ()
    body = next((body for path, body in carried if path == place), {})
    return str(body.get("kind", "")), {"", str((body.get("metadata") or {}).get("name", "")), resource.key.name}


def _winner(plan: Plan, unit: Unit, words: str) -> Location | None:
    """Line of the layer that won for `serve.scorer.scaling.max`."""
    kind, _, rest = words.partition(".")
    name, _, path = rest.partition(".")
    entry = plan.project.apps.get(unit.owner)
    if entry is None:
        return None
    stages = dict(entry.value.stages())
    resolved = plan.app(unit.owner, unit.target).stages.get(f"{kind}.{name}")
    if resolved is None or not path:
        return None
    said = explain(path.split("."), stages[f"{kind}.{name}"], entry.place, resolved)
    return next((s.location for s in reversed(said) if s.location), None)
