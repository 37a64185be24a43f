"""The two sides of a review: what is resolved now, and what a git revision holds, or its sources say where it holds no output.

Must not: compare them.
"""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cnai_gitops.errors import CnaiError, InvalidInput, UsageError
from cnai_gitops.plan.selection import HUB, PLATFORM
from cnai_gitops.system.files import Writer
from cnai_gitops.system.root import CONFIG

if TYPE_CHECKING:
    from cnai_gitops.findings import Finding
    from cnai_gitops.plan.build import Plan
    from cnai_gitops.plan.selection import Selection
    from cnai_gitops.resolved.index import Resolved
    from cnai_gitops.resources.base import Body
    from cnai_gitops.review.diff import Review, Sides
    from cnai_gitops.system.tools import Settings

RENDERED = "deploy/rendered"
SOURCES = (CONFIG, "blueprints", "environments", "policies/waivers")


@dataclass(frozen=True, slots=True)
class Base:
    """What is compared with. `compiled` are owners whose objects were made from the revision's sources, because it holds no output
    of theirs; `unknown` those of which that failed, with `why`."""

    revision: str
    sides: Sides
    compiled: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    why: str = ""

    def known(self, side: Sides) -> Sides:
        """What of a side can be compared."""
        return {place: bodies for place, bodies in side.items() if place[1] not in self.unknown}

    def completed(self, side: Sides) -> Sides:
        """This side, with the unknown owners as they are in the other one: so they add no difference to a sum."""
        return {**self.sides, **{place: bodies for place, bodies in side.items() if place[1] in self.unknown}}

    def told(self, review: Review, selection: Selection) -> Review:
        """The review of what was selected, with what has to be known about it."""
        compiled, unknown = (
            tuple(owner for owner in owners if not selection.apps or owner in selection.apps) for owners in (self.compiled, self.unknown)
        )
        notes = []
        if compiled:
            notes.append(f"{', '.join(compiled)}: not committed in {self.revision}, compared with what this version makes of its sources")
        if unknown:
            notes.append(f"{', '.join(unknown)}: not committed in {self.revision} and NOT compared: {self.why}")
        return replace(review, notes=tuple(notes), uncompared=unknown)


def side_of(resolved: Resolved, selection: Selection) -> Sides:
    """What is resolved now, by target and owner."""
    made = resolved.objects(selection)
    return {(item.unit.target.name, item.unit.owner): [resource.body for resource in item.resources] for item in made}


def base_side(plan: Plan, base: str | None, settings: Settings) -> Base:
    """The revision that is compared with, and all its objects: rendered manifests, and for owners that it does not have committed
    what its sources say. Raises UsageError outside a git repository."""
    from cnai_gitops.overlay import read_kustomize
    from cnai_gitops.system import git

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
    found: dict[tuple[str, str], list[Body]] = {}
    held = git.read_tree(root, revision, f"{prefix}{RENDERED}", f"{prefix}{CONFIG}")
    committed = _committed(held.pop(f"{prefix}{CONFIG}", b""))
    for path, data in held.items():
        parts = path.removeprefix(f"{prefix}{RENDERED}/").split("/")
        if len(parts) == 4 and parts[3] == "manifest.yaml" and (not committed or parts[2] in committed):
            found[f"{parts[0]}/{parts[1]}", parts[2]] = read_kustomize(data.decode())
    if not found and plan.project.config.rendered == "branches":
        raise UsageError(
            f"{revision[:12]} holds no rendered manifests: cnai.toml has them written to branches",
            help="compare environments with --between, or give --base a revision that holds deploy/rendered",
        )
    if not committed:
        return Base(revision[:12], found)
    sources = git.read_tree(root, revision, *(f"{prefix}{path}" for path in SOURCES))
    try:
        made = _compiled({path.removeprefix(prefix): data for path, data in sources.items()}, committed, settings)
    except CnaiError as error:
        unknown = [owner for owner in (*plan.project.apps, PLATFORM, HUB) if owner not in committed]
        return Base(revision[:12], found, unknown=tuple(unknown), why=str(error).partition("\\n")[0])
    return Base(revision[:12], {**found, **made}, compiled=tuple(dict.fromkeys(owner for _, owner in made)))


def _committed(config: bytes) -> list[str]:
    """Owners that a revision has committed, all when empty."""
    try:
        owners = tomllib.loads(config.decode()).get("committed", [])
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        return []
    return [owner for owner in owners if isinstance(owner, str)] if isinstance(owners, list) else []


def _compiled(files: Mapping[str, bytes], committed: Sequence[str], settings: Settings) -> Sides:
    """Objects of the other owners, made from a revision's sources. Raises CnaiError when this version cannot."""
    from cnai_gitops.patches import patcher
    from cnai_gitops.plan.build import make_plan
    from cnai_gitops.project import load
    from cnai_gitops.resolved.index import Resolved

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


def selected(side: Sides, selection: Selection) -> Sides:
    """What of a side is asked about."""
    return {
        (target, owner): bodies
        for (target, owner), bodies in side.items()
        if (not selection.environments or target.partition("/")[0] in selection.environments)
        and (not selection.apps or owner in selection.apps)
    }


def _merge_base(plan: Plan) -> str:
    """Where this branch left the default branch, as the remote or else the local repository knows it."""
    from cnai_gitops.system import git

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
