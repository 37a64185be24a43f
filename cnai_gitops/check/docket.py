"""The docket: which units have to be judged, and which verdicts of an earlier run still hold.

Must not: decide what is allowed. A verdict holds when the unit is made from the same, its neighbours answer what they
answered, and nothing that is counted across units moved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cnai_gitops.check.evidence import Evidence, gather, shapes_of
from cnai_gitops.check.objects import ledger
from cnai_gitops.check.objects.budgets import Budgets
from cnai_gitops.check.objects.inventory import Inventory
from cnai_gitops.check.objects.neighbours import Asked, Neighbours, Offer
from cnai_gitops.findings import Finding
from cnai_gitops.plan.plan import Plan
from cnai_gitops.resolved.units import Objects, Unit
from cnai_gitops.resources.base import Demand, Key, Resource
from cnai_gitops.system.store import digest_of

Runs = Mapping[Key, frozenset[Key]]


@dataclass(slots=True)
class Case:
    """One unit. `known` is the verdict of an earlier run, as plain data, as long as it holds."""

    unit: Unit
    token: str
    known: dict[str, Any] | None
    offer: Offer
    runs: Runs
    shapes: list[Finding] = field(default_factory=list)
    asked: Asked | None = None
    through: frozenset[Key] = frozenset()
    services: list[dict[str, Any]] = field(default_factory=list)
    """Rows of the policies' facts, without budgets."""


class Docket:
    """All units of a run, target by target."""

    def __init__(
        self,
        load: Callable[[Unit], Objects],
        tokens: Mapping[Unit, str],
        known: Mapping[str, Any],
        settled: Mapping[str, str] | None = None,
        lock_dir: Path | None = None,
    ) -> None:
        """`tokens` stand for what each unit is made from; `known` are verdicts of an earlier run by unit, as plain data.

        `settled` is that of the run that gave all of them: a target of which nothing changed needs no second look.
        """
        self.load, self.lock_dir = load, lock_dir
        self.cases: dict[Unit, Case] = {}
        for unit, token in tokens.items():
            found = known.get(name_of(unit))
            self.cases[unit] = self._reuse(unit, token, found) if found and found["token"] == token else self._open(unit, token)
        self._neighbours: dict[str, Neighbours] = {}
        self._budgets: dict[str, Budgets] = {}
        self.settled: dict[str, str] = {}
        for target, units in self._by_target().items():
            self.settled[target] = digest_of(*(f"{name_of(unit)} {self.cases[unit].token}" for unit in units))
            self._neighbours[target] = Neighbours({unit: self.cases[unit].offer for unit in units}, self.readable)
            if (settled or {}).get(target) != self.settled[target] or any(self.cases[unit].known is None for unit in units):
                self._settle(target, units)

    @property
    def held(self) -> list[Case]:
        """Cases with a verdict that holds."""
        return [case for case in self.cases.values() if case.known is not None]

    def readable(self, unit: Unit) -> tuple[Resource, ...]:
        """Objects of a unit that are of the form of their kinds."""
        keys = set(self.cases[unit].offer.keys)
        return tuple(r for r in self.load(unit).resources if r.key in keys)

    def unit_of(self, target: str, key: Key) -> Unit | None:
        """The unit that has an object."""
        neighbours = self._neighbours.get(target)
        return neighbours.owner(key) if neighbours else None

    def gather(self, plan: Plan, case: Case) -> Evidence:
        """Everything about a unit that has to be judged."""
        case.asked = Asked(self._neighbours[case.unit.target.name], case.unit)
        found = gather(plan, case.unit, self.readable(case.unit), case.asked, case.through, self.lock_dir)
        found.findings[:0] = case.shapes
        case.services = found.services
        return found

    def demands(self, case: Case) -> dict[Key, Demand]:
        """Peaks of the objects of a unit."""
        if case.known is not None:
            return ledger.read(case.known["demands"])
        world = Inventory((r.body for r in self.readable(case.unit)), Asked(self._neighbours[case.unit.target.name], case.unit))
        return ledger.demands(world, case.through, case.unit.target.facts.accelerators)

    def rows(self, case: Case) -> list[dict[str, Any]]:
        """Services of a unit with the budgets of its target that select their pods."""
        return self._budgets[case.unit.target.name].of(case.services)

    def _entangled(self, case: Case) -> bool:
        """True when budgets of several units meet at one service, now or when the verdict was given: then it is given anew."""
        return bool(case.known and case.known["entangled"]) or _meets_strangers(case, self.rows(case))

    # -- which verdicts hold ---------------------------------------------------------------------------------------

    def _by_target(self) -> dict[str, list[Unit]]:
        found: dict[str, list[Unit]] = {}
        for unit in self.cases:
            found.setdefault(unit.target.name, []).append(unit)
        return found

    def _reuse(self, unit: Unit, token: str, known: dict[str, Any]) -> Case:
        runs = {Key(*key): frozenset(Key(*wanted) for wanted in keys) for key, keys in known["runs"]}
        return Case(unit, token, known, Offer(token, known["offer"]), runs, services=known["services"])

    def _open(self, unit: Unit, token: str) -> Case:
        shapes, readable = shapes_of(self.load(unit), self.lock_dir)
        return Case(unit, token, None, Offer.of(token, unit.target.name, readable), {}, shapes)

    def _reopen(self, case: Case) -> None:
        opened = self._open(case.unit, case.token)
        case.known, case.shapes, case.offer = None, opened.shapes, opened.offer

    def _settle(self, target: str, units: Iterable[Unit]) -> None:
        """Open what no longer holds, until everything that is left does."""
        cases = [self.cases[unit] for unit in units]
        neighbours = self._neighbours[target]
        for case in cases:
            if case.known and any(neighbours.answer(case.unit, *question) != answer for question, answer in case.known["asked"]):
                self._reopen(case)
        for case in cases:
            if case.known is None and any(ledger.has_runs(key) for key in case.offer.keys):
                asked = Asked(neighbours, case.unit)
                found = ledger.runs(Inventory((r.body for r in self.readable(case.unit)), asked))
                case.runs = {key: frozenset(wanted) for key, wanted in found.items()}
        through = ledger.counted_through_others({key: wanted for case in cases for key, wanted in case.runs.items()})
        self._budgets[target] = Budgets(budget for case in cases for budget in case.offer.budgets)
        for case in cases:
            case.through = frozenset(through & set(case.runs))
            if case.known and (case.through != {Key(*key) for key in case.known["through"]} or self._entangled(case)):
                self._reopen(case)


def name_of(unit: Unit) -> str:
    """`environment/cluster/owner`."""
    return f"{unit.target.name}/{unit.owner}"


def _meets_strangers(case: Case, rows: Iterable[Mapping[str, Any]]) -> bool:
    mine = {budget["id"] for budget in case.offer.budgets}
    return any(budget["id"] not in mine for row in rows for template in row["templates"] for budget in template["budgets"])


def record_of(case: Case, evidence: Evidence, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """A verdict as plain data, for the next run; `rows` are the services with their budgets."""
    assert case.asked is not None
    return {
        "token": case.token,
        "offer": case.offer.data,
        "runs": [[list(key), [list(wanted) for wanted in sorted(keys)]] for key, keys in case.runs.items()],
        "asked": [[list(question), answer] for question, answer in case.asked.answers.items()],
        "through": [list(key) for key in sorted(case.through)],
        "entangled": _meets_strangers(case, rows),
        "services": case.services,
        "demands": ledger.as_data(evidence.demands),
        "slim": [slim(document) for document in evidence.documents if document["images"]],
        "documents": len(evidence.documents),
        "findings": [],
        "places": {},
    }


def slim(document: Mapping[str, Any]) -> dict[str, Any]:
    """A document as rules get it that look at images alone."""
    return {**document, "object": {}, "pods": []}
