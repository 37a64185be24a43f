"""The two sides of a review: what is resolved now, and what a git revision holds, or its sources say where it holds no output.

Must not: compare them.
"""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cnai_gitops.check.docket import Docket, name_of
from cnai_gitops.check.objects.ledger import peaks
from cnai_gitops.errors import CnaiError, InvalidInput, UsageError
from cnai_gitops.findings import Finding
from cnai_gitops.overlay import read_kustomize
from cnai_gitops.patches import patcher
from cnai_gitops.plan.build import make_plan
from cnai_gitops.plan.plan import Plan
from cnai_gitops.plan.selection import HUB, PLATFORM, Selection
from cnai_gitops.project import load
from cnai_gitops.resolved.index import Resolved
from cnai_gitops.resolved.units import Objects, Unit
from cnai_gitops.resources.base import Body, Key, Resource, key_of
from cnai_gitops.review.diff import Review, Sides, compare
from cnai_gitops.review.quota import totals
from cnai_gitops.system import git
from cnai_gitops.system.files import Writer
from cnai_gitops.system.root import CONFIG
from cnai_gitops.system.tools import Settings

RENDERED = "deploy/rendered"
SOURCES = (CONFIG, "blueprints", "environments", "policies/waivers")

Place = tuple[str, str]
"""Target and owner."""


def side_of(resolved: Resolved, selection: Selection) -> Sides:
    """What is resolved now, by target and owner."""
    made = resolved.objects(selection)
    return {(item.unit.target.name, item.unit.owner): [resource.body for resource in item.resources] for item in made}


@dataclass(frozen=True, slots=True)
class Base:
    """What a git revision holds: `blobs` are git's names of its rendered manifests, by target and owner.

    `made` are objects of owners of which it holds no output, made from its sources; `unknown` those of which that failed, with `why`.
    """

    root: Path
    revision: str
    blobs: Mapping[Place, str]
    made: Sides = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    why: str = ""

    @property
    def places(self) -> list[Place]:
        """Everything that can be compared."""
        return [*self.blobs, *self.made]

    def read(self, places: Iterable[Place]) -> dict[Place, Sequence[Body]]:
        """The objects at these places."""
        wanted = list(places)
        contents = git.read_blobs(self.root, (self.blobs[place] for place in wanted if place in self.blobs))
        return {
            place: read_kustomize(contents[self.blobs[place]].decode()) if place in self.blobs else self.made[place] for place in wanted
        }

    def told(self, review: Review, selection: Selection) -> Review:
        """The review of what was selected, with what has to be known about it."""
        compiled, unknown = (
            tuple(owner for owner in dict.fromkeys(owners) if not selection.apps or owner in selection.apps)
            for owners in ((owner for _, owner in self.made), self.unknown)
        )
        notes = []
        if compiled:
            notes.append(f"{', '.join(compiled)}: not committed in {self.revision}, compared with what this version makes of its sources")
        if unknown:
            notes.append(f"{', '.join(unknown)}: not committed in {self.revision} and NOT compared: {self.why}")
        return replace(review, notes=tuple(notes), uncompared=unknown)


def base_of(plan: Plan, base: str | None, settings: Settings) -> Base:
    """The revision to compare with: rendered manifests, and for owners that it does not have committed what its sources say.

    Raises UsageError outside a git repository.
    """
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
    held = git.list_files(root, revision, f"{prefix}{RENDERED}", f"{prefix}{CONFIG}")
    config = held.pop(f"{prefix}{CONFIG}", "")
    committed = _committed(git.read_blobs(root, [config])[config] if config else b"")
    found: dict[Place, str] = {}
    for path, oid in held.items():
        parts = path.removeprefix(f"{prefix}{RENDERED}/").split("/")
        if len(parts) == 4 and parts[3] == "manifest.yaml" and (not committed or parts[2] in committed):
            found[f"{parts[0]}/{parts[1]}", parts[2]] = oid
    if not found and plan.project.config.rendered == "branches":
        raise UsageError(
            f"{revision[:12]} holds no rendered manifests: cnai.toml has them written to branches",
            help="compare environments with --between, or give --base a revision that holds deploy/rendered",
        )
    if not committed:
        return Base(root, revision[:12], found)
    sources = git.read_tree(root, revision, *(f"{prefix}{path}" for path in SOURCES))
    try:
        made = _compiled({path.removeprefix(prefix): data for path, data in sources.items()}, committed, settings)
    except CnaiError as error:
        unknown = [owner for owner in (*plan.project.apps, PLATFORM, HUB) if owner not in committed]
        return Base(root, revision[:12], found, unknown=tuple(unknown), why=str(error).partition("\n")[0])
    return Base(root, revision[:12], found, made)


def _committed(config: bytes) -> list[str]:
    """Owners that a revision has committed, all when empty."""
    try:
        owners = tomllib.loads(config.decode()).get("committed", [])
    except (ValueError, RecursionError):
        return []
    return [owner for owner in owners if isinstance(owner, str)] if isinstance(owners, list) else []


def _compiled(files: Mapping[str, bytes], committed: Sequence[str], settings: Settings) -> Sides:
    """Objects of the other owners, made from a revision's sources. Raises CnaiError when this version cannot."""
    with tempfile.TemporaryDirectory(prefix="cnai-") as scratch:
        root = Path(scratch).resolve()
        with Writer(root) as writer:
            for path, data in files.items():
                writer.write(path, data)
        plan = make_plan(load(root))
        _require_clean(plan.findings)
        resolved = Resolved(plan, patcher(root, settings))
        _require_clean(resolved.findings())
        units = [unit for unit in resolved.units() if unit.owner not in committed]
        return {(unit.target.name, unit.owner): [resource.body for resource in resolved.load(unit).resources] for unit in units}


def _require_clean(findings: Sequence[Finding]) -> None:
    failing = [finding for finding in findings if finding.fails]
    if failing:
        raise InvalidInput(failing)


def against(resolved: Resolved, base: Base, selection: Selection) -> Review:
    """What differs between a revision and now; a manifest of the same bytes holds the same objects, and is not read."""
    units = {place_of(unit): unit for unit in resolved.units(selection) if unit.owner not in base.unknown}
    same = {place: len(resolved.summary(unit).keys) for place, unit in units.items() if base.blobs.get(place) == resolved.blob(unit)}
    after = {place: [r.body for r in resolved.load(unit).resources] for place, unit in units.items() if place not in same}
    before = base.read(place for place in base.places if _selected(place, selection) and place not in same)
    return base.told(compare(before, after, hatches(resolved, selection), same=same), selection)


def ledger_before(resolved: Resolved, base: Base, known: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Totals of accelerators at the base, in the form of the ledger's rows without quotas; `known` are verdicts by unit.

    Owners of which nothing is known there are taken as they are now, so that they add no difference.
    """
    now = {place_of(unit): unit for unit in resolved.units()}
    targets = {unit.target.name: unit.target for unit in now.values()}
    units = {place: now.get(place) or Unit(place[1], targets[place[0]]) for place in base.places if place[0] in targets}
    units |= {place: unit for place, unit in now.items() if unit.owner in base.unknown}
    same = {unit for place, unit in units.items() if unit.owner in base.unknown or (base.blobs.get(place) == resolved.blob(unit))}
    read = base.read(place for place in base.places if units.get(place) not in same)
    elsewhere: dict[str, list[Body]] = {}
    for place, bodies in read.items():
        if place not in units:
            elsewhere.setdefault(place[0], []).extend(bodies)

    def load(unit: Unit) -> Objects:
        return resolved.load(unit) if unit in same else Objects(unit, tuple(map(Resource, read[place_of(unit)])))

    held = {name_of(unit): known[name_of(unit)] for unit in same if name_of(unit) in known}
    docket = Docket(load, {unit: held.get(name_of(unit), {}).get("token", "base") for unit in units.values()}, held)
    demands = [(unit.target.env, _teams(unit, read.get(place_of(unit), ())), docket.demands(case)) for unit, case in docket.cases.items()]
    classes = resolved.plan.project.facts.accelerators
    demands += [(name.partition("/")[0], _teams(None, bodies), peaks(bodies, classes)) for name, bodies in elsewhere.items()]
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
