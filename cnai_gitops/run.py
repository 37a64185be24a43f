"""A run: a repository as a command finds it, with what an earlier run found out about it, and the rendering of what changed.

Must not: write output, judge, or compare.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cnai_gitops import render, state, workers
from cnai_gitops.errors import UsageError
from cnai_gitops.findings import Finding, exit_code
from cnai_gitops.patches import patcher
from cnai_gitops.plan.build import Plan, make_plan
from cnai_gitops.plan.selection import EVERYTHING, HUB, PLATFORM, Selection
from cnai_gitops.project import load
from cnai_gitops.render import Owner
from cnai_gitops.resolved.index import Resolved
from cnai_gitops.resolved.memory import AppRecord, Memory, shared_key
from cnai_gitops.resolved.units import Unit, content_token
from cnai_gitops.system.root import CONFIG
from cnai_gitops.system.store import digest_of
from cnai_gitops.system.tools import Settings

WORTH = 1500
"""Applications for which one more process pays; one with its Kustomize tree counts for three."""


Progress = Callable[[int, int], None]
"""Told how many of how many are done."""


def silent(done: int, total: int) -> None:
    """Nobody is waiting."""


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
    records: Mapping[str, AppRecord] = field(default_factory=dict)

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
        records = self.records = self.resolved.records_now()
        if self.memory.made_by:
            self.memory.write(project, records)
        shared = shared_key(project, records, self.memory.made_by)
        return {PLATFORM: shared, HUB: shared} | {app: record.key for app, record in records.items()}

    def tokens(self, selection: Selection) -> dict[Unit, str]:
        """What stands for everything that each unit is made from."""
        project = self.resolved.plan.project
        names = [CONFIG, *(f"environments/{env}/environment.yaml" for env in project.environments)]
        surroundings = digest_of(*(f"{name} {project.digests.get(name)}" for name in names))
        found = {}
        for unit in self.resolved.units(selection):
            record = self.records[unit.owner].unit(unit.target.name) if unit.owner in self.records else None
            found[unit] = record.key if record else content_token(self.resolved.load(unit), surroundings)
        return found


@dataclass(slots=True)
class Made:
    """What came of rendering; `held` are owners whose files are right as they lie there, `names` all."""

    held: frozenset[str]
    names: list[str]
    keys: Mapping[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def render_changed(
    run: Run, last: state.Last, selection: Selection, take: Callable[[Owner], None], jobs: int = 1, tell: Progress = silent
) -> Made:
    """Render every owner that was selected and whose files are not held by the last build; each is given to `take`."""
    resolved = run.resolved
    names = [name for name in resolved.apps if not selection.apps or name in selection.apps]
    shared = not selection.apps and selection.makes("rendered")
    todo = [name for name in names if not (name in resolved.records and last.holds(name, resolved.records[name].key))]
    worth = len(todo) * (3 if selection.makes("kustomize") else 1) // WORTH
    findings: list[Finding] = []
    for done, owner in enumerate(workers.render_apps(resolved, todo, selection, jobs or min(worth, os.cpu_count() or 1)), 1):
        findings += owner.findings
        take(owner)
        tell(done, len(todo))
    findings = joined(findings, resolved.collisions(selection.apps))
    everyone = [*names, *((PLATFORM, HUB) if shared else ())]
    if exit_code(findings):
        return Made(frozenset(), everyone, {}, findings)
    keys = run.keys()
    if shared and not last.holds(PLATFORM, keys[PLATFORM]):
        todo += [PLATFORM, HUB]
        for owner in render.render_shared(resolved, selection):
            take(owner)
    return Made(frozenset(everyone) - set(todo), everyone, keys, findings)


def joined(*groups: Sequence[Finding]) -> list[Finding]:
    """All findings, each once, in order."""
    return list(dict.fromkeys(finding for group in groups for finding in group))
