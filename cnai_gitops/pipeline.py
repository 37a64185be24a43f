"""The whole way, once, in order: read, relate, resolve, render, write; and the same without writing.

Must not: print, decide an exit code, or hold what a room should know. Each step takes what the one before it gave.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from cnai_gitops import deploy, proof, render, state, workers
from cnai_gitops.compile.argocd import HUB, PLATFORM
from cnai_gitops.errors import UsageError
from cnai_gitops.findings import Finding, Location, exit_code
from cnai_gitops.patches import patcher
from cnai_gitops.plan.build import Plan, make_plan
from cnai_gitops.plan.selection import EVERYTHING, Selection, owner_of
from cnai_gitops.project import load
from cnai_gitops.render import Owner
from cnai_gitops.resolved.index import Resolved
from cnai_gitops.resolved.memory import AppRecord, Memory, shared_key
from cnai_gitops.system.data import policies_dir
from cnai_gitops.system.files import Writer, lock
from cnai_gitops.system.tools import Settings, require

if TYPE_CHECKING:
    from cnai_gitops.check.verdict import Verdict

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
    left_out: list[str] = field(default_factory=list)
    """Owners that were rendered and not written, because cnai.toml does not have them committed."""

    @property
    def failed(self) -> bool:
        """True when something was wrong, so that nothing was written."""
        return bool(exit_code(self.findings))


def plan_of(root: Path, selection: Selection | None = None) -> Plan:
    """Read everything below `root` and relate it. Raises UsageError for a selection of what does not exist."""
    plan = make_plan(load(root))
    _require_known(plan, selection or EVERYTHING)
    return plan


def _require_known(plan: Plan, selection: Selection) -> None:
    for what, wanted, known in (
        ("environment", selection.environments, plan.project.environments),
        ("application", selection.apps, plan.project.apps),
    ):
        for name in wanted:
            if name not in known and not exit_code(plan.findings):
                raise UsageError(f"{what} {name!r} does not exist", help=f"known: {', '.join(sorted(known)) or 'none'}")


def resolve(plan: Plan, settings: Settings, records: Mapping[str, AppRecord] | None = None) -> Resolved:
    """Everything that is deployed, hand-written patches included; nothing is compiled yet."""
    return Resolved(plan, patcher(plan.project.root, settings), records or {})


@dataclass(slots=True)
class Run:
    """A repository as a command finds it, with what an earlier run found out about it."""

    resolved: Resolved
    memory: Memory

    @classmethod
    def begin(cls, root: Path, settings: Settings, selection: Selection = EVERYTHING, *, remember: bool = True) -> Run:
        """Read what is not known yet. With `remember` false nothing is known."""
        memory = Memory.read(root, settings) if remember else Memory()
        project = load(root, memory.outline)
        records = memory.records(project)
        plan = make_plan(project, {app: record.findings for app, record in records.items()})
        _require_known(plan, selection)
        return cls(resolve(plan, settings, records), memory)

    def keys(self) -> dict[str, str]:
        """From what the files of each owner are made, and the memory for the next run written."""
        project = self.resolved.plan.project
        apps = self.memory.plain(self.resolved.records_now())
        if self.memory.made_by:
            self.memory.write(project, apps)
        shared = shared_key(project, apps, self.memory.made_by)
        return {PLATFORM: shared, HUB: shared} | {app: record["key"] for app, record in apps.items()}


def build(
    root: Path,
    settings: Settings,
    selection: Selection = EVERYTHING,
    *,
    check: bool = False,
    into: Path | None = None,
    jobs: int = 0,
    tell: Progress = _silent,
) -> Built:
    """Render everything that is selected, and write what is committed. With `check` nothing is written, and stale files are listed.

    With `into` all of it is written below that folder, committed or not, with the patches that overlays refer to; raises UsageError
    for one that lies in the repository, holds it, or has files of others. `tell` is called with how many applications of how many
    are done.
    """
    if into:
        deploy.require_apart(root, into)
    with lock(root / LOCK) as killed:
        present = list(state.present(root))
        run = Run.begin(root, settings, selection)
        plan = run.resolved.plan
        result = Built(plan, list(plan.findings))
        if result.failed:
            return result
        last = state.Last() if check or into else state.last(root, selection)
        made = render_changed(run, last, selection, jobs, tell)
        result.findings = _joined(plan.findings, made.findings)
        if result.failed:
            return result
        if not into:
            made, result.left_out = _committed(made, plan)
        gone = deploy.gone(into or root, made.names, selection)
        if check:
            result.stale = deploy.stale(root, made.owners, selection) + [path for name in gone for path in deploy.listed(root, name)]
            return result
        with Writer(into or root) as writer:
            if killed or into:
                writer.sweep("deploy")
            result.changes = deploy.write(writer, made.owners, gone, selection)
            if into:
                deploy.write_patches(writer, root)
                return result
        held = {path: seen for path, seen in last.outputs.items() if path not in writer.seen and owner_of(path) in made.held}
        result.changes.kept += sum(not path.startswith(f"{deploy.INDEX}/") for path in held)
        state.remember(root, selection, plan.project.inputs, present, held | writer.seen, made.keys)
    return result


@dataclass(slots=True)
class Made:
    """Owners whose files had to be rendered; `held` are those whose files are right as they lie there, `names` all."""

    owners: list[Owner]
    held: frozenset[str]
    names: list[str]
    keys: Mapping[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def render_changed(run: Run, last: state.Last, selection: Selection, jobs: int = 1, tell: Progress = _silent) -> Made:
    """Render every owner that was selected and whose files are not held by the last build."""
    resolved = run.resolved
    names = [name for name in resolved.apps if not selection.apps or name in selection.apps]
    shared = not selection.apps and selection.makes("rendered")
    todo = [name for name in names if not (name in resolved.records and last.holds(name, resolved.records[name].key))]
    worth = len(todo) * (3 if selection.makes("kustomize") else 1) // WORTH
    owners: list[Owner] = []
    for owner in workers.render_apps(resolved, todo, selection, jobs or min(worth, os.cpu_count() or 1)):
        owners.append(owner)
        tell(len(owners), len(todo))
    findings = _joined(*(owner.findings for owner in owners), resolved.collisions(selection.apps))
    everyone = [*names, *((PLATFORM, HUB) if shared else ())]
    if exit_code(findings):
        return Made(owners, frozenset(), everyone, {}, findings)
    keys = run.keys()
    if shared and not last.holds(PLATFORM, keys[PLATFORM]):
        owners += render.render_shared(resolved, selection)
    return Made(owners, frozenset(everyone) - {owner.name for owner in owners}, everyone, keys, findings)


def _committed(made: Made, plan: Plan) -> tuple[Made, list[str]]:
    """What of it belongs into deploy/, and the names of the others."""
    commits = plan.project.config.commits
    kept = replace(made, owners=[owner for owner in made.owners if commits(owner.name)], names=[n for n in made.names if commits(n)])
    return kept, [name for name in made.names if not commits(name)]


def _joined(*groups: Sequence[Finding]) -> list[Finding]:
    return list(dict.fromkeys(finding for group in groups for finding in group))


# -- judging --------------------------------------------------------------------------------------------


def check(
    root: Path, settings: Settings, selection: Selection = EVERYTHING, *, at: date, fresh: bool = True, remember: bool = False
) -> Verdict:
    """Everything that can be said before a merge: specs, references, staleness, schemas, ledger, policies.

    Policies are judged as of the day `at`. `fresh` also asks that the committed output is what a build would write.
    `remember` takes from earlier runs what still holds.
    """
    return judge(Run.begin(root, settings, selection, remember=remember), settings, selection, at=at, fresh=fresh)


def judge(run: Run, settings: Settings, selection: Selection = EVERYTHING, *, at: date, fresh: bool = True) -> Verdict:
    """The same for what was read already."""
    from cnai_gitops.check.verdict import Verdict, verdict

    conftest = require("conftest", settings)
    resolved = run.resolved
    plan, root = resolved.plan, resolved.plan.project.root
    if exit_code(plan.findings):
        return Verdict(findings=_joined(plan.findings))
    fresh = fresh and plan.project.config.rendered == "commit"
    findings, stale = _stale(run, selection) if fresh else ([], [])
    findings = _joined(plan.findings, findings, resolved.findings())
    if exit_code(findings):
        return Verdict(findings=findings)
    run.keys()
    own, pack, locked = root / "policies", policies_dir(), root / "schemas" / "crds"
    packs = [pack] if not own.is_dir() or own.resolve() == pack.resolve() else [pack, own]
    found = verdict(resolved, selection, at=at, packs=packs, conftest=conftest.path, lock_dir=locked if locked.is_dir() else None)
    found.findings = _joined(findings, found.findings, stale)
    return found


def _stale(run: Run, selection: Selection) -> tuple[list[Finding], list[Finding]]:
    """What was found while rendering, and one finding for each owner whose committed files are not what was rendered."""
    root = run.resolved.plan.project.root
    with lock(root / LOCK):
        made = render_changed(run, state.last(root, selection) if run.memory.made_by else state.Last(), selection)
        made, _ = _committed(made, run.resolved.plan)
        gone = deploy.gone(root, made.names, selection)
        paths = deploy.stale(root, made.owners, selection) + [path for name in gone for path in deploy.listed(root, name)]
    return made.findings, list(_stale_owners(paths))


def _stale_owners(paths: Sequence[str]) -> Iterator[Finding]:
    """One finding an owner: its first stale file, and how many more there are."""
    owners: dict[str, list[str]] = {}
    for path in paths:
        owners.setdefault(owner_of(path), []).append(path)
    for stale in owners.values():
        more = f" (and {len(stale) - 1} more of its files)" if len(stale) > 1 else ""
        message = f"{stale[0]} is not what the blueprints and environments say now{more}"
        yield Finding(code="CNAI801", message=message, location=Location(stale[0], 1), help="run `cnai build` and commit the result")


def verify(root: Path, settings: Settings, selection: Selection = EVERYTHING, *, into: Path | None = None) -> list[Finding]:
    """Law 1 on this repository, or on the copy that a build wrote `into` a folder: kustomize builds what was resolved."""
    plan = plan_of(root, selection)
    if exit_code(plan.findings):
        return list(plan.findings)
    resolved = resolve(plan, settings)
    return resolved.findings() + proof.unlike(resolved, selection, settings, into)


def today(plan_at: str, given: date | None, now: date) -> date:
    """The day that policies are judged at: the one asked for, the recorded one, or today."""
    return given or (date.fromisoformat(plan_at) if plan_at else now)
