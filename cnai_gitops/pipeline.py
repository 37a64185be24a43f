"""The whole way, once, in order: read, relate, compile, overlay, render, write; and the same without writing.

Must not: print, decide an exit code, or hold what a room should know. Each step takes what the one before it gave.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from cnai_gitops import deploy, render, state
from cnai_gitops.compile.app import collisions
from cnai_gitops.compile.argocd import HUB, PLATFORM, Gvk
from cnai_gitops.errors import UsageError
from cnai_gitops.findings import Finding, Location, Severity, exit_code
from cnai_gitops.overlay import read_kustomize, same
from cnai_gitops.patches import patcher
from cnai_gitops.plan.build import Plan, make_plan
from cnai_gitops.plan.selection import Selection
from cnai_gitops.project import load
from cnai_gitops.render import Owner
from cnai_gitops.resources.base import kinds
from cnai_gitops.system import kustomize
from cnai_gitops.system.data import policies_dir
from cnai_gitops.system.files import Writer, lock
from cnai_gitops.system.tools import Settings, require

if TYPE_CHECKING:
    from cnai_gitops.check.inventory import Owned
    from cnai_gitops.check.judge import Verdict

LOCK = ".cnai/lock"
WORTH = 1500
"""Applications for which one more process pays; one with its Kustomize tree counts for three."""


Progress = Callable[[int, int], None]
"""Told how many of how many are done."""


def _silent(done: int, total: int) -> None:
    """Nobody is waiting."""


@dataclass(slots=True)
class Built:
    """What a build made and changed."""

    plan: Plan | None = None
    findings: list[Finding] = field(default_factory=list)
    changes: deploy.Changes = field(default_factory=deploy.Changes)
    stale: list[str] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        """True when something was wrong, so that nothing was written."""
        return bool(exit_code(self.findings))


def plan_of(root: Path, selection: Selection | None = None) -> Plan:
    """Read everything below `root` and relate it. Raises UsageError for a selection of what does not exist."""
    plan = make_plan(load(root))
    for what, wanted, known in (
        ("environment", selection.environments if selection else (), plan.project.environments),
        ("application", selection.apps if selection else (), plan.project.apps),
    ):
        for name in wanted:
            if name not in known and not exit_code(plan.findings):
                raise UsageError(f"{what} {name!r} does not exist", help=f"known: {', '.join(sorted(known)) or 'none'}")
    return plan


def build(
    root: Path, settings: Settings, selection: Selection | None = None, *, check: bool = False, jobs: int = 0, tell: Progress = _silent
) -> Built:
    """Render everything that is selected. With `check` nothing is written, and stale files are listed instead.

    `tell` is called with how many applications of how many are done.
    """
    selection = selection or Selection()
    with lock(root / LOCK) as killed:
        present = list(state.present(root))
        plan = plan_of(root, selection)
        result = Built(plan, list(plan.findings))
        if result.failed:
            return result
        owners = _owners(plan, settings, selection, jobs, tell)
        result.findings = list(dict.fromkeys([*plan.findings, *(f for owner in owners for f in owner.findings), *collisions(plan)]))
        if result.failed:
            return result
        whole = not (selection.apps or selection.environments)
        gone = sorted(set(deploy.owners_on_disk(root)) - {o.name for o in owners}) if whole else []
        if check:
            result.stale = deploy.stale(root, owners, selection) + [path for name in gone for path in deploy.listed(root, name)]
            return result
        with Writer(root) as writer:
            if killed:
                writer.sweep("deploy")
            deploy.require_free(writer, owners, gone)
            for owner in owners:
                deploy.write_owner(writer, owner, result.changes, selection)
            for name in gone:
                deploy.remove_owner(writer, name, result.changes)
        state.remember(root, selection, plan.project.inputs, present, writer.seen)
    return result


def _owners(plan: Plan, settings: Settings, selection: Selection, jobs: int, tell: Progress) -> list[Owner]:
    names = [name for name in plan.project.apps if not selection.apps or name in selection.apps]
    deployed = [name for name in names if plan.targets_of(name)]
    worth = len(deployed) * (3 if selection.makes("kustomize") else 1) // WORTH
    owners: list[Owner] = []
    for owner in _apps(plan, settings, selection, deployed, jobs or min(worth, os.cpu_count() or 1)):
        owners.append(owner)
        tell(len(owners), len(deployed))
    if not selection.apps and selection.makes("rendered"):
        present = {owner.name: owner.kinds for owner in owners}
        for owner in (render.render_platform(plan), render.render_hubs(plan, present)):
            owner.files = {path: text for path, text in owner.files.items() if selection.covers(path)}
            owners.append(owner)
    return owners


def _apps(plan: Plan, settings: Settings, selection: Selection, names: Sequence[str], jobs: int) -> Iterator[Owner]:
    patch = patcher(plan.project.root, settings)
    if jobs <= 1:
        for name in names:
            yield render.render_app(plan, name, patch=patch, selection=selection)
        return
    size = -(-len(names) // (jobs * 4))
    chunks = [names[i : i + size] for i in range(0, len(names), size)]
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    global _SHARED
    _SHARED = (plan, settings, selection)
    kinds()  # imported once, before the workers are forked
    gc.freeze()
    with ProcessPoolExecutor(jobs, mp_context=get_context("fork")) as pool:
        for answer in pool.map(_chunk, chunks):
            yield from _owners_of(*answer)
    _SHARED = None
    gc.unfreeze()


_SHARED: tuple[Plan, Settings, Selection] | None = None
"""What forked workers see of their parent; they are given names and answer with JSON."""


def _chunk(names: Sequence[str]) -> tuple[bytes, bytes]:
    """What a worker answers: everything about the owners as JSON, and their texts, one behind the other."""
    assert _SHARED is not None
    plan, settings, selection = _SHARED
    patch = patcher(plan.project.root, settings)
    owners = [render.render_app(plan, name, patch=patch, selection=selection) for name in names]
    texts = [[(path, text.encode()) for path, text in o.files.items()] for o in owners]
    about = [
        {
            "name": owner.name,
            "files": {path: len(data) for path, data in files},
            "kinds": {target: sorted(kinds) for target, kinds in owner.kinds.items()},
            "findings": [asdict(finding) for finding in owner.findings],
        }
        for owner, files in zip(owners, texts, strict=True)
    ]
    return orjson.dumps(about), b"".join(data for files in texts for _, data in files)


def _owners_of(about: bytes, texts: bytes) -> Iterator[Owner]:
    """The owners of a worker's answer."""
    view, at = memoryview(texts), 0
    for data in orjson.loads(about):
        files: dict[str, str] = {}
        for path, size in data["files"].items():
            files[path] = str(view[at : at + size], "utf-8")
            at += size
        present = {target: {(gvk[0], gvk[1]) for gvk in gvks} for target, gvks in data["kinds"].items()}
        yield Owner(data["name"], files, [_finding(f) for f in data["findings"]], present)


def _finding(data: dict[str, Any]) -> Finding:
    location = Location(**data["location"]) if data["location"] else None
    notes = tuple((Location(**place), text) for place, text in data["notes"])
    return Finding(**{**data, "location": location, "notes": notes, "severity": Severity(data["severity"])})


# -- judging --------------------------------------------------------------------------------------------


def resources_of(plan: Plan, settings: Settings, selection: Selection | None = None) -> tuple[list[Owned], list[Finding]]:
    """Every owner's objects on every target, as they are rendered, hand-written patches included."""
    from cnai_gitops.check.inventory import Owned

    selection = selection or Selection()
    findings: list[Finding] = collisions(plan)
    owned: list[Owned] = []
    present: dict[str, dict[str, set[Gvk]]] = {}
    patch = patcher(plan.project.root, settings)
    for name, entry in plan.project.apps.items():
        for target in plan.targets_of(name):
            _, resources, found = render.resolved(plan, name, target)
            findings += found
            if plan.project.patches.get((target.env, name)):
                files = render.render_app(plan, name, patch=patch).files
                resources = render.patched(resources, patch(files, render.overlay_path(target, name)))
            present.setdefault(name, {})[target.name] = {(r.body["apiVersion"], r.body["kind"]) for r in resources}
            if selection.has(target) and (not selection.apps or name in selection.apps):
                owned.append(Owned(target, name, entry.value.team, resources))
    if not selection.apps:
        owned += [Owned(t, PLATFORM, "", render.platform_resources(plan, t)) for t in plan.targets if selection.has(t)]
        hubs = [hub for hub in dict.fromkeys(plan.hubs.values()) if selection.has(hub)]
        owned += [Owned(hub, HUB, "", render.hub_resources(plan, hub, present)) for hub in hubs]
    return owned, findings


def check(root: Path, settings: Settings, selection: Selection | None = None, *, at: date, fresh: bool = True) -> Verdict:
    """Everything that can be said before a merge: specs, references, staleness, schemas, ledger, policies.

    Policies are judged as of the day `at`. `fresh` also asks that the committed output is what a build would write.
    """
    from cnai_gitops.check.judge import Verdict, judge

    conftest = require("conftest", settings)
    plan = plan_of(root, selection)
    if exit_code(plan.findings):
        return Verdict(findings=list(dict.fromkeys(plan.findings)))
    owned, findings = resources_of(plan, settings, selection)
    if exit_code(findings):
        return Verdict(findings=list(dict.fromkeys([*plan.findings, *findings])))
    own = root / "policies"
    pack = policies_dir()
    packs = [pack] if not own.is_dir() or own.resolve() == pack.resolve() else [pack, own]
    locked = root / "schemas" / "crds"
    verdict = judge(plan, owned, at=at, packs=packs, conftest=conftest.path, lock_dir=locked if locked.is_dir() else None)
    if fresh and plan.project.config.rendered == "commit":
        stale = build(root, settings, selection, check=True).stale
        verdict.findings += _stale(stale)
    verdict.findings = list(dict.fromkeys([*plan.findings, *findings, *verdict.findings]))
    return verdict


def _stale(paths: Sequence[str]) -> Iterator[Finding]:
    """One finding an owner: its first stale file, and how many more there are."""
    owners: dict[str, list[str]] = {}
    for path in paths:
        parts = path.split("/")
        owners.setdefault(parts[4] if parts[1] == "rendered" else parts[2], []).append(path)
    for stale in owners.values():
        more = f" (and {len(stale) - 1} more of its files)" if len(stale) > 1 else ""
        message = f"{stale[0]} is not what the blueprints and environments say now{more}"
        yield Finding(code="CNAI801", message=message, location=Location(stale[0], 1), help="run `cnai build` and commit the result")


def verify(root: Path, settings: Settings, selection: Selection | None = None) -> list[Finding]:
    """Law 1 on this repository: every overlay, built by kustomize, equals what was resolved."""
    plan = plan_of(root, selection)
    if exit_code(plan.findings):
        return list(plan.findings)
    owned, findings = resources_of(plan, settings, selection)
    apps = [item for item in owned if item.owner in plan.project.apps]
    folders = [render.overlay_path(item.target, item.owner) for item in apps]
    for item, answer in zip(apps, kustomize.build_many(root, folders, settings, read_kustomize), strict=True):
        if answer.error:
            findings.append(_broken(item, f"kustomize cannot build it: {answer.error}"))
            continue
        for line in same(answer.objects, [resource.body for resource in item.resources])[:5]:
            findings.append(_broken(item, f"kustomize builds something else: {line}"))
    return findings


def _broken(item: Owned, message: str) -> Finding:
    path = f"{render.overlay_path(item.target, item.owner)}/kustomization.yaml"
    return Finding(
        code="CNAI303",
        message=f"{item.owner} on {item.target.name}: {message}",
        location=Location(path, 1),
        help="run `cnai build`; if it stays, report it",
    )


def today(plan_at: str, given: date | None, now: date) -> date:
    """The day that policies are judged at: the one asked for, the recorded one, or today."""
    return given or (date.fromisoformat(plan_at) if plan_at else now)
