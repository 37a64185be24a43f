"""The two sides of a review: what is resolved now, and what a git revision holds.

Must not: compare them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnai_gitops.check.docket import Docket, name_of
from cnai_gitops.check.ledger import peaks
from cnai_gitops.errors import CnaiError, UsageError
from cnai_gitops.overlay import read_kustomize
from cnai_gitops.plan.plan import Plan
from cnai_gitops.plan.selection import Selection
from cnai_gitops.resolved.index import Resolved
from cnai_gitops.resolved.units import Objects, Unit
from cnai_gitops.resources.base import Body, Key, Resource, key_of
from cnai_gitops.review.diff import Review, Sides, compare
from cnai_gitops.review.quota import totals
from cnai_gitops.system import git

RENDERED = "deploy/rendered"

Place = tuple[str, str]
"""Target and owner."""


def side_of(resolved: Resolved, selection: Selection) -> Sides:
    """What is resolved now, by target and owner."""
    made = resolved.objects(selection)
    return {(item.unit.target.name, item.unit.owner): [resource.body for resource in item.resources] for item in made}


@dataclass(frozen=True, slots=True)
class Base:
    """What a git revision holds: `blobs` are git's names of all rendered manifests, by target and owner."""

    root: Path
    revision: str
    blobs: Mapping[Place, str]

    def read(self, places: Iterable[Place]) -> dict[Place, list[Body]]:
        """The objects of these manifests."""
        from cnai_gitops.system import git

        wanted = [place for place in places if place in self.blobs]
        contents = git.read_blobs(self.root, (self.blobs[place] for place in wanted))
        return {place: read_kustomize(contents[self.blobs[place]].decode()) for place in wanted}


def base_of(plan: Plan, base: str | None) -> Base:
    """The revision to compare with. Raises UsageError outside a git repository."""
    root = plan.project.root
    try:
        top = git.top_level(root)
        revision = git.resolve(root, base) if base else _merge_base(plan)
    except CnaiError as error:
        raise UsageError(
            f"nothing to compare with: {error}", help="commit first, give --base REVISION, or compare environments with --between"
        ) from error
    prefix = root.resolve().relative_to(top).as_posix()
    prefix = "" if prefix == "." else f"{prefix}/"
    found: dict[Place, str] = {}
    for path, oid in git.list_files(root, revision, f"{prefix}{RENDERED}").items():
        parts = path.removeprefix(f"{prefix}{RENDERED}/").split("/")
        if len(parts) == 4 and parts[3] == "manifest.yaml":
            found[f"{parts[0]}/{parts[1]}", parts[2]] = oid
    if not found and plan.project.config.rendered == "branches":
        raise UsageError(
            f"{revision[:12]} holds no rendered manifests: cnai.toml has them written to branches",
            help="compare environments with --between, or give --base a revision that holds deploy/rendered",
        )
    return Base(root, revision[:12], found)


def against(resolved: Resolved, base: Base, selection: Selection) -> Review:
    """What differs between a revision and now; a manifest of the same bytes holds the same objects, and is not read."""
    units = {place_of(unit): unit for unit in resolved.units(selection)}
    wanted = [place for place in base.blobs if _selected(place, selection)]
    same = {place: len(resolved.summary(unit).keys) for place, unit in units.items() if base.blobs.get(place) == resolved.blob(unit)}
    after = {place: [resource.body for resource in resolved.load(unit).resources] for place, unit in units.items() if place not in same}
    return compare(base.read(place for place in wanted if place not in same), after, hatches(resolved, selection), same=same)


def ledger_before(resolved: Resolved, base: Base, known: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Totals of accelerators at the base, in the form of the ledger's rows without quotas; `known` are verdicts by unit."""
    now = {place_of(unit): unit for unit in resolved.units()}
    targets = {unit.target.name: unit.target for unit in now.values()}
    units = {place: now.get(place) or Unit(place[1], targets[place[0]]) for place in base.blobs if place[0] in targets}
    same = {unit for place, unit in units.items() if place in now and base.blobs[place] == resolved.blob(unit)}
    read = base.read(place for place in base.blobs if units.get(place) not in same)
    elsewhere: dict[str, list[Body]] = {}
    for place, bodies in read.items():
        if place not in units:
            elsewhere.setdefault(place[0], []).extend(bodies)

    def load(unit: Unit) -> Objects:
        return resolved.load(unit) if unit in same else Objects(unit, tuple(map(Resource, read[place_of(unit)])))

    held = {name_of(unit): known[name_of(unit)] for unit in same if name_of(unit) in known}
    docket = Docket(
        load, {unit: held.get(name_of(unit), {}).get("token", f"base {base.blobs[place]}") for place, unit in units.items()}, held
    )
    demands = [(unit.target.env, _teams(unit, read.get(place_of(unit), ())), docket.demands(case)) for unit, case in docket.cases.items()]
    demands += [(name.partition("/")[0], _teams(None, bodies), peaks(bodies)) for name, bodies in elsewhere.items()]
    return totals(demands)


def _teams(unit: Unit | None, bodies: Sequence[Body]) -> Callable[[Key], str]:
    """The team of an object: as its label says, else the one of its unit."""
    labels = {key_of(body): str(body["metadata"].get("labels", {}).get("cnai.dev/team", "")) for body in bodies}
    return lambda key: labels.get(key) or (unit.team if unit else "")


def place_of(unit: Unit) -> Place:
    """Target and owner of a unit."""
    return unit.target.name, unit.owner


def _selected(place: Place, selection: Selection) -> bool:
    target, owner = place
    wanted = not selection.environments or target.partition("/")[0] in selection.environments
    return wanted and (not selection.apps or owner in selection.apps)


def _merge_base(plan: Plan) -> str:
    """Where this branch left the default branch, as the remote or else the local repository knows it."""

    root, name = plan.project.root, plan.project.config.git.revision
    head = git.resolve(root, "HEAD")  # which says so when nothing was committed yet
    for candidate in (f"origin/{name}", name):
        try:
            other = git.resolve(root, candidate)
        except UsageError:
            continue
        return git.merge_base(root, head, other)
    raise UsageError(f"there is no branch {name} here, nor origin/{name}")


def hatches(resolved: Resolved, selection: Selection) -> list[str]:
    """Every escape hatch and hand-written patch that is in force, in words."""
    found = []
    for app in resolved.plan.project.apps:
        if not selection.apps or app in selection.apps:
            words = resolved.hatches(app)
            found += [line for env in words if not (env and selection.environments) or env in selection.environments for line in words[env]]
    return found
