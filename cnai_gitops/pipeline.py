"""The whole way, once, in order: read, relate, resolve, render, write; and the same without writing.

Must not: print, decide an exit code, or hold what a room should know. Each step takes what the one before it gave.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from cnai_gitops import deploy, render, state
from cnai_gitops.findings import Finding, Location, exit_code
from cnai_gitops.overlay import read_kustomize, same
from cnai_gitops.patches import own_files
from cnai_gitops.plan.plan import Plan
from cnai_gitops.plan.selection import EVERYTHING, Selection, owner_of
from cnai_gitops.render import Owner
from cnai_gitops.resolved.index import Resolved
from cnai_gitops.resolved.kustomize_tree import overlay_path
from cnai_gitops.resolved.units import Unit
from cnai_gitops.run import Progress, Run, joined, plan_of, render_changed, resolve, silent
from cnai_gitops.system import kustomize
from cnai_gitops.system.data import policies_dir
from cnai_gitops.system.files import Writer
from cnai_gitops.system.lock import lock
from cnai_gitops.system.store import read_store, write_store
from cnai_gitops.system.tools import Settings, require

if TYPE_CHECKING:
    from cnai_gitops.check.verdict import Verdict

LOCK = ".cnai/lock"
TREES = Selection(parts=("kustomize",))
VERDICTS = "verdicts"


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


def build(
    root: Path,
    settings: Settings,
    selection: Selection = EVERYTHING,
    *,
    check: bool = False,
    into: Path | None = None,
    jobs: int = 0,
    tell: Progress = silent,
) -> Built:
    """Render everything that is selected, and write what is committed. With `check` nothing is written, and stale files are listed.

    With `into` all of it is written below that folder, committed or not, with the patches that overlays refer to; raises UsageError
    for one that lies in the repository, holds it, or has files of others. `tell` is called with how many applications of how many
    are done.
    """
    if into:
        deploy.require_apart(root, into)
    with lock(root / LOCK, sweeps=not check) as killed:
        if not check:
            _sweep(root, killed)
        present = list(state.present(root))
        run = Run.begin(root, settings, selection, remember=not check)
        plan = run.resolved.plan
        result = Built(plan, list(plan.findings))
        if not into and not result.failed:
            result.findings += deploy.vanished(root, run.resolved, selection)
        if result.failed:
            return result
        last = state.Last() if check or into else state.last(root, selection)
        owners: list[Owner] = []
        made = render_changed(run, last, selection, owners.append, jobs, tell)
        result.findings = joined(result.findings, made.findings)
        if result.failed:
            return result
        if not into:
            commits = plan.project.config.commits
            result.left_out = [name for name in made.names if not commits(name)]
            made.names, owners = [n for n in made.names if commits(n)], [owner for owner in owners if commits(owner.name)]
        gone = deploy.gone(into or root, made.names, selection)
        if check:
            result.stale = deploy.stale(root, owners, selection) + [path for name in gone for path in deploy.listed(root, name)]
            return result
        with Writer(into or root) as writer:
            if into:
                writer.sweep("deploy")
            result.changes = deploy.write(writer, owners, gone, selection)
            if into:
                _write_patches(writer, root)
                return result
        held = {path: seen for path, seen in last.outputs.items() if path not in writer.seen and owner_of(path) in made.held}
        result.changes.kept += sum(not path.startswith(f"{deploy.INDEX}/") for path in held)
        state.remember(root, selection, plan.project.inputs, present, held | writer.seen, made.keys)
    return result


def _sweep(root: Path, killed: bool) -> None:
    """Remove what a killed build left in the output, and what any killed command left in `.cnai/`."""
    with Writer(root) as writer:
        for folder in ("deploy", ".cnai") if killed else (".cnai",):
            writer.sweep(folder)


def _write_patches(writer: Writer, root: Path) -> None:
    """Hand-written patches into a copy of the output, where its overlays look for them."""
    for path, text in own_files(root).items():
        writer.write(path, text.encode())


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
        return Verdict(findings=joined(plan.findings))
    fresh = fresh and plan.project.config.rendered == "commit"
    lost = deploy.vanished(root, resolved, selection)
    findings, stale = _stale(run, selection) if fresh else ([], [])
    if fresh and selection.whole:
        stale += deploy.unlisted(root)
    findings = joined(plan.findings, lost, findings, resolved.findings())
    if exit_code(findings):
        return Verdict(findings=findings)
    run.keys()
    whole = not (selection.apps or selection.environments)
    made_by = f"{run.memory.made_by} {conftest.path} {conftest.version}"
    known = read_store(root, VERDICTS, made_by) if run.memory.made_by and whole else {}
    own, pack, locked = root / "policies", policies_dir(), root / "schemas" / "crds"
    packs = [pack] if not own.is_dir() or own.resolve() == pack.resolve() else [pack, own]
    found = verdict(
        resolved,
        selection,
        at=at,
        packs=packs,
        conftest=conftest.path,
        lock_dir=locked if locked.is_dir() else None,
        tokens=run.tokens(selection),
        known=known,
    )
    if run.memory.made_by and whole and found.known:
        write_store(root, VERDICTS, made_by, found.known)
    found.findings = joined(findings, found.findings, stale)
    return found


def _stale(run: Run, selection: Selection) -> tuple[list[Finding], list[Finding]]:
    """What was found while rendering, and one finding for each owner whose committed files are not what was rendered."""
    root = run.resolved.plan.project.root
    commits = run.resolved.plan.project.config.commits
    paths: list[str] = []

    def compare(owner: Owner) -> None:
        if commits(owner.name):
            paths.extend(deploy.stale(root, [owner], selection))

    with lock(root / LOCK, sweeps=False):
        last = state.last(root, selection) if run.memory.made_by else state.Last()
        made = render_changed(run, last, selection, compare)
        gone = deploy.gone(root, filter(commits, made.names), selection)
        paths += [path for name in gone for path in deploy.listed(root, name)]
    return made.findings, list(_stale_owners(sorted(paths)))


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
    """Law 1 on this repository: every overlay, built by kustomize, equals what was resolved.

    What is committed is built where it lies, everything else in a scratch copy; with `into` everything in that copy of the output.
    """
    plan = plan_of(root, selection)
    if exit_code(plan.findings):
        return list(plan.findings)
    resolved = resolve(plan, settings)
    findings = resolved.findings()
    apps = [unit for unit in resolved.units(selection) if unit.is_app]
    others = [unit for unit in apps if not (into or plan.project.config.commits(unit.owner))]
    findings += _unlike(resolved, into or root, [unit for unit in apps if unit not in others], settings)
    if others:
        with tempfile.TemporaryDirectory(prefix="cnai-") as scratch:
            with Writer(Path(scratch)) as writer:
                trees = [render.render_app(resolved, app, TREES) for app in dict.fromkeys(unit.owner for unit in others)]
                deploy.write(writer, trees, ())
                _write_patches(writer, root)
            findings += _unlike(resolved, Path(scratch), others, settings)
    return findings


def _unlike(resolved: Resolved, folder: Path, units: Sequence[Unit], settings: Settings) -> Iterator[Finding]:
    """Overlays below `folder` from which kustomize does not build what was resolved."""
    folders = [overlay_path(unit.target, unit.owner) for unit in units]
    for unit, answer in zip(units, kustomize.build_many(folder, folders, settings, read_kustomize), strict=True):
        if answer.error:
            yield _broken(resolved, unit, f"kustomize cannot build it: {answer.error}")
            continue
        for line in same(answer.objects, [resource.body for resource in resolved.load(unit).resources])[:5]:
            yield _broken(resolved, unit, f"kustomize builds something else: {line}")


def _broken(resolved: Resolved, unit: Unit, message: str) -> Finding:
    project = resolved.plan.project
    overlay = Location(f"{overlay_path(unit.target, unit.owner)}/kustomization.yaml", 1)
    return Finding(
        code="CNAI303",
        message=f"{unit.owner} on {unit.target.name}: {message}",
        location=overlay if project.config.commits(unit.owner) else project.apps[unit.owner].place.locate(("name",)),
        help="run `cnai build`; if it stays, report it",
    )


def today(plan_at: str, given: date | None, now: date) -> date:
    """The day that policies are judged at: the one asked for, the recorded one, or today."""
    return given or (date.fromisoformat(plan_at) if plan_at else now)


__all__ = ["Built", "Progress", "Run", "build", "check", "judge", "plan_of", "resolve", "today", "verify"]
