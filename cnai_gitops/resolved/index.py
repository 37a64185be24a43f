"""Resolved: an index of owner x target, made once a run; the objects of a unit are made when they are first asked for.

Must not: write, judge, or keep more of an object than its bytes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from cnai_gitops.compile.app import compile_app, ordered
from cnai_gitops.compile.argocd import HUB, PLATFORM, Presence, compile_argocd
from cnai_gitops.compile.lineage import Consumer, consumer
from cnai_gitops.compile.platform import Tenant, compile_platform, tenant
from cnai_gitops.emit import Unwritable, emit
from cnai_gitops.findings import Finding, exit_code
from cnai_gitops.patches import Patcher
from cnai_gitops.plan.build import App, Plan
from cnai_gitops.plan.selection import EVERYTHING, Selection
from cnai_gitops.plan.target import Target
from cnai_gitops.resolved.apart import Compiler, Made, has_own
from cnai_gitops.resolved.kustomize_tree import Files, kustomize_tree, overlay_path
from cnai_gitops.resolved.memory import AppRecord, Keys, UnitRecord
from cnai_gitops.resolved.patched import patched
from cnai_gitops.resolved.units import Objects, Summary, Unit, pack, unpack
from cnai_gitops.resolved.unpinned import MARK, unpinned
from cnai_gitops.resources.base import Resource
from cnai_gitops.system.git import blob_id


@dataclass(frozen=True, slots=True)
class Tree:
    """The files of an application's Kustomize tree, and what was found while compiling its base."""

    files: Files
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Resolved:
    """Everything that is deployed. Reading it changes nothing that can be seen: a unit is compiled once, whoever asks for it.

    `patch` builds what has hand-written patches; without it those are left out. `records` say of applications that an earlier
    run resolved, and that are still made from the same, what would be found out again.
    """

    plan: Plan
    patch: Patcher | None = None
    records: Mapping[str, AppRecord] = field(default_factory=dict, repr=False)
    _made: dict[Unit, tuple[bytes | tuple[Resource, ...], tuple[Finding, ...]]] = field(default_factory=dict, repr=False, compare=False)
    _plain: dict[Unit, tuple[bytes | tuple[Resource, ...], tuple[Finding, ...]]] = field(default_factory=dict, repr=False, compare=False)
    _trees: dict[str, Tree] = field(default_factory=dict, repr=False, compare=False)
    _summaries: dict[Unit, Summary] = field(default_factory=dict, repr=False, compare=False)
    _blobs: dict[Unit, str] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def apps(self) -> Mapping[str, tuple[Unit, ...]]:
        """Units of every application that runs somewhere, by name; on primary clusters first."""
        targets = {target.name: target for target in self.plan.targets}
        found: dict[str, tuple[Unit, ...]] = {}
        for name in self.plan.project.apps:
            if name in self.records:
                record = self.records[name]
                found[name] = tuple(Unit(name, targets[target], record.team) for target in record.targets)
            else:
                team = self.plan.project.apps[name].value.team
                found[name] = tuple(Unit(name, target, team) for target in self.plan.targets_of(name))
        return {name: units for name, units in found.items() if units}

    @cached_property
    def _on(self) -> Mapping[str, list[Unit]]:
        """Units of applications by target name."""
        found: dict[str, list[Unit]] = {}
        for unit in (unit for units in self.apps.values() for unit in units):
            found.setdefault(unit.target.name, []).append(unit)
        return found

    @cached_property
    def platforms(self) -> tuple[Unit, ...]:
        """The platform on every target."""
        return tuple(Unit(PLATFORM, target) for target in self.plan.targets)

    @cached_property
    def hubs(self) -> tuple[Unit, ...]:
        """Every hub."""
        return tuple(Unit(HUB, hub) for hub in dict.fromkeys(self.plan.hubs.values()))

    def units(self, selection: Selection = EVERYTHING) -> list[Unit]:
        """What was selected, in order: applications, the platform, hubs. The last two belong to no selection of applications."""
        names = [name for name in self.apps if not selection.apps or name in selection.apps]
        found = [unit for name in names for unit in self.apps[name]]
        if not selection.apps:
            found += [*self.platforms, *self.hubs]
        return [unit for unit in found if selection.has(unit.target)]

    def load(self, unit: Unit) -> Objects:
        """The objects of a unit. Raises InvalidInput where kustomize refuses a patch."""
        if unit in self._made:
            made, findings = self._made[unit]
            return Objects(unit, unpack(made), findings)
        objects = self._make(unit)
        packed = pack(objects.resources)
        if isinstance(packed, bytes) and MARK in packed:
            place = self.plan.project.apps[unit.owner].place if unit.is_app else None
            objects = replace(objects, findings=(*objects.findings, *unpinned(unit.target, objects.resources, place)))
        self._made[unit] = packed, objects.findings
        self._summaries[unit] = Summary.of(objects.resources)
        return objects

    def objects(self, selection: Selection = EVERYTHING) -> Iterator[Objects]:
        """The objects of every unit that was selected, one unit after the other."""
        return (self.load(unit) for unit in self.units(selection))

    def summary(self, unit: Unit) -> Summary:
        """What others may ask of a unit."""
        if unit not in self._summaries:
            record = self._record(unit)
            if record:
                self._summaries[unit] = record.summary
            else:
                self.load(unit)
        return self._summaries[unit]

    def _keys(self, unit: Unit) -> Sequence[str]:
        record = self._record(unit)
        return record.data["summary"]["keys"] if record else self.summary(unit).keys

    def consumer(self, app: str) -> Consumer:
        """What an application touches."""
        return self.records[app].consumer if app in self.records else consumer(self.plan, app)

    def hatches(self, app: str) -> Mapping[str, tuple[str, ...]]:
        """Every escape hatch and hand-written patch of an application, in words, by environment."""
        return self.records[app].hatches if app in self.records else self.plan.hatches(app)

    def tenant(self, unit: Unit) -> Tenant:
        """What an application asks of the platform."""
        record = self._record(unit)
        return record.tenant if record else tenant(self.plan, unit.owner, unit.target)

    def text(self, objects: Objects) -> str:
        """The manifest of a unit. Raises Unwritable."""
        text = emit(resource.body for resource in objects.resources)
        self._blobs[objects.unit] = blob_id(text.encode())
        return text

    def blob(self, unit: Unit) -> str:
        """Git's name for the content of the unit's manifest. Raises Unwritable."""
        record = self._record(unit)
        if record and record.blob:
            return record.blob
        if unit not in self._blobs:
            self.text(self.load(unit))
        return self._blobs[unit]

    def learn(self, unit: Unit, summary: Summary, blob: str) -> None:
        """Take over what another process has found out about a unit."""
        self._summaries[unit] = summary
        if blob:
            self._blobs[unit] = blob

    def told(self, unit: Unit) -> tuple[dict[str, Any], str]:
        """What another process may take over."""
        return self.summary(unit).plain(), self._blobs.get(unit, "")

    def records_now(self) -> dict[str, AppRecord]:
        """What the next run may know: of every application about which nothing fails, whether it runs somewhere or not."""
        keys = Keys(self.plan.project)
        found = {}
        for app in self.plan.project.apps:
            if app in self.records and not (self._blobless(app) and app in self.apps and self._blobs.keys() & set(self.apps[app])):
                found[app] = self.records[app]
            elif not exit_code(self.plan.of_apps.get(app, ())):
                found[app] = self._now(app, keys)
        return found

    def _blobless(self, app: str) -> bool:
        return not all(unit["blob"] for unit in self.records[app].data["units"].values())

    def _now(self, app: str, keys: Keys) -> AppRecord:
        touched = self.consumer(app)
        blueprint = keys.blueprint(app, (use.dataset for use in touched.uses), (model for _, model in touched.serves))
        units = {
            unit.target.name: UnitRecord.of(
                keys.unit(app, unit.target.env, blueprint), self.summary(unit), self.tenant(unit), self._blobs.get(unit, "")
            )
            for unit in self.apps.get(app, ())
        }
        return AppRecord.of(keys.app(app, blueprint), touched, self.hatches(app), self.plan.of_apps.get(app, ()), units)

    def _record(self, unit: Unit) -> UnitRecord | None:
        record = self.records.get(unit.owner)
        return record.unit(unit.target.name) if record else None

    def tree(self, app: str, loaded: Iterable[Objects] = ()) -> Tree:
        """The Kustomize tree of an application, before hand-written patches; `loaded` are objects that the caller has.

        Raises Unwritable.
        """
        if app in self._trees:
            return self._trees[app]
        base, findings = self._compile(app, self.plan.base(app))
        at_hand = {objects.unit: objects for objects in loaded}
        made = {unit.target: self._before_patches(unit, at_hand) for unit in self.apps.get(app, ())}
        tree = Tree(kustomize_tree(self.plan, app, base, made), findings)
        if any(self._patched(unit) for unit in self.apps.get(app, ())):
            self._trees[app] = tree  # it is asked for by each patched target
        return tree

    def findings(self) -> list[Finding]:
        """What was found while making all applications."""
        units = [unit for units in self.apps.values() for unit in units if not self._record(unit)]
        for unit in units:
            self.summary(unit)
        return [finding for unit in units for finding in self._made[unit][1]] + self.collisions()

    def collisions(self, apps: Collection[str] = ()) -> list[Finding]:
        """Objects that two applications both make (`a` with the stage `b-c`, and `a-b` with the stage `c`).

        With `apps` only those and what is named alike are looked at.
        """
        first: dict[str, dict[str, Unit]] = {}
        findings: list[Finding] = []
        for unit in (unit for name, units in self.apps.items() if not apps or _alike(name, apps) for unit in units):
            there = first.setdefault(unit.target.name, {})
            for key in self._keys(unit):
                other = there.setdefault(key, unit)
                if other is not unit:
                    findings.append(self._collision(key, other, unit))
        return findings

    # -- making --------------------------------------------------------------------------------------------------

    def _make(self, unit: Unit) -> Objects:
        if unit.owner == PLATFORM:
            tenants = (self.tenant(one) for one in self._on.get(unit.target.name, ()))
            return Objects(unit, tuple(ordered(compile_platform(unit.target, tenants, self.plan.project.config.organisation.registry))))
        if unit.owner == HUB:
            return Objects(unit, tuple(ordered(compile_argocd(self.plan.project.config, unit.target, self._carried(unit.target)))))
        if not self._patched(unit):
            return self._compiled(unit)
        plain = self._before_patches(unit, {})
        findings = self._plain[unit][1]
        if self.patch is None or exit_code(findings):
            return Objects(unit, plain, findings)
        try:
            files = self.tree(unit.owner).files
        except Unwritable:  # said where the tree is rendered
            return Objects(unit, plain, findings)
        return Objects(unit, tuple(patched(plain, self.patch(files, overlay_path(unit.target, unit.owner)))), findings)

    def _compiled(self, unit: Unit) -> Objects:
        return Objects(unit, *self._compile(unit.owner, self.plan.app(unit.owner, unit.target)))

    def _compile(self, name: str, app: App) -> Made:
        """An application on one target; elsewhere, where the repository's own code has a part in it."""
        if has_own(app.blueprint):
            return self._elsewhere.made(name)["" if app.target.neutral else app.target.name]
        resources, findings = compile_app(self.plan, app)
        return tuple(resources), tuple(findings)

    @cached_property
    def _elsewhere(self) -> Compiler:
        return Compiler(self.plan)

    def _patched(self, unit: Unit) -> bool:
        return bool(self.plan.project.patches.get((unit.target.env, unit.owner)))

    def _before_patches(self, unit: Unit, at_hand: Mapping[Unit, Objects]) -> tuple[Resource, ...]:
        if not self._patched(unit):
            return (at_hand.get(unit) or self.load(unit)).resources
        if unit not in self._plain:
            objects = self._compiled(unit)
            self._plain[unit] = pack(objects.resources), objects.findings
        return unpack(self._plain[unit][0])

    def _carried(self, hub: Target) -> dict[Target, list[Presence]]:
        """Owners of every target whose Applications lie on this hub: the platform first, then applications by name."""
        carried: dict[Target, list[Presence]] = {}
        for unit in self.platforms:
            if self.plan.hubs.get(unit.target.env) == hub:
                carried[unit.target] = [Presence(PLATFORM, "", self.summary(unit).left)]
        for unit in (unit for _, units in sorted(self.apps.items()) for unit in units if unit.target in carried):
            carried[unit.target].append(Presence(unit.owner, unit.team, self.summary(unit).left))
        return carried

    def _collision(self, key: str, one: Unit, other: Unit) -> Finding:
        resource = next(r for r in self.load(other).resources if str(r.key) == key)
        message = f"{one.owner} and {other.owner} both make {resource.key.kind}/{resource.key.name}"
        at = self.plan.project.apps[other.owner].place.locate(tuple(resource.stage.split(".", 1)))
        return Finding(code="CNAI301", message=message, location=at, target=other.target.name, help="rename one of the stages")


def _alike(name: str, apps: Collection[str]) -> bool:
    """True for one of these applications, and for one whose name begins like theirs, so that a stage could make them equal."""
    return any(f"{name}-".startswith(f"{app}-") or f"{app}-".startswith(f"{name}-") for app in apps)
