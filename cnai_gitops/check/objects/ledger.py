"""The one counter of accelerators: what each object of a target can hold at its peak, and what a team's objects sum to.

Must not: know how a kind multiplies (its own file does), decide who may hold how much (policies compare totals).
A template holds nothing itself and is counted through what runs it. A WorkflowTemplate that no schedule runs is counted
once, because sensors and people start it; one that a schedule runs is counted through that schedule only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, TypeVar

from cnai_gitops.check.objects.inventory import Inventory
from cnai_gitops.facts import Accelerator
from cnai_gitops.findings import Finding
from cnai_gitops.resources.accelerators import UNREADABLE, counting
from cnai_gitops.resources.base import INFINITE, Body, Demand, Key, key_of, kind_of, kind_of_key

K = TypeVar("K", bound=Hashable)


def peaks(bodies: Sequence[Body], known: Mapping[str, Accelerator] | None = None) -> dict[Key, Demand]:
    """Peak of every object of one target, by the `known` classes (ours); the larger one where two bodies have the same identity."""
    inventory = Inventory(bodies)
    return demands(inventory, counted_through_others(runs(inventory)), known)


def demands(inventory: Inventory, through_others: Collection[Key], known: Mapping[str, Accelerator] | None = None) -> dict[Key, Demand]:
    """Peak of every object of the inventory, by the `known` classes (ours); `through_others` are templates counted where they are run."""
    with counting(known):
        return _demands(inventory, through_others)


def _demands(inventory: Inventory, through_others: Collection[Key]) -> dict[Key, Demand]:
    found: dict[Key, Demand] = {}
    for key, same in inventory.bodies.items():
        if key in through_others or all(_covered(body, inventory) for body in same):
            found[key] = Demand()
            continue
        result = inventory.demand(same[0])
        for body in same[1:]:
            result = result.join(inventory.demand(body))
        found[key] = Demand(result.peak, tuple(dict.fromkeys((*result.unknown, *_lost_target(same[0], inventory)))))
    return found


def as_data(found: Mapping[Key, Demand]) -> list[list[Any]]:
    """Peaks as plain data with exact numbers; objects that hold nothing are left out."""
    return [
        [list(key), {name: str(amount) for name, amount in demand.peak.items()}, list(demand.unknown)]
        for key, demand in found.items()
        if demand.peak or demand.unknown
    ]


def read(data: Iterable[Sequence[Any]]) -> dict[Key, Demand]:
    """The peaks that were written as plain data."""
    return {
        Key(*key): Demand({name: INFINITE if amount == "inf" else Fraction(amount) for name, amount in peak.items()}, tuple(unknown))
        for key, peak, unknown in data
    }


def findings(inventory: Inventory, found: Mapping[Key, Demand], target: str = "") -> list[Finding]:
    """What the ledger could not tell: CNAI601 unbounded, CNAI602 unknown, CNAI603 a quantity that is no whole number."""
    result = []
    for key, demand in found.items():
        unbounded = [name for name, amount in demand.peak.items() if amount == INFINITE]
        if unbounded:
            message = f"{key.kind} {key.name}: nothing bounds the number of {', '.join(unbounded)} it can hold"
            result.append(Finding(code="CNAI601", message=message, resource=str(key), target=target, help="set a maximum"))
        for words in demand.unknown:
            code = "CNAI603" if UNREADABLE in words else "CNAI602"
            result.append(Finding(code=code, message=f"{key.kind} {key.name}: {words}", resource=str(key), target=target))
    return result + list(_unsaid_limits(inventory, found, target))


@dataclass(slots=True)
class TeamTotal:
    """What a team's objects can hold at once, by class; which objects do; and what could not be told of which."""

    peak: dict[str, Fraction | float] = field(default_factory=dict)
    holders: dict[str, list[Any]] = field(default_factory=dict)
    unknown: list[tuple[Any, str]] = field(default_factory=list)


def team_totals(found: Iterable[tuple[K, Demand]], team_of: Callable[[K], str]) -> dict[str, TeamTotal]:
    """Sum of peaks by team. The keys are the caller's (one environment may have several clusters); order does not matter."""
    totals: defaultdict[str, TeamTotal] = defaultdict(TeamTotal)
    for key, demand in found:
        team = totals[team_of(key)]
        for name, amount in demand.peak.items():
            if amount:
                team.peak[name] = team.peak.get(name, Fraction(0)) + amount
                team.holders.setdefault(name, []).append(key)
        team.unknown += [(key, words) for words in demand.unknown]
    return dict(totals)


def runs(inventory: Inventory) -> dict[Key, set[Key]]:
    """What each object of the inventory has run, of those whose kinds have something run."""
    return {key: found for key, same in inventory.bodies.items() if (found := _called(same, inventory)) is not None}


def has_runs(key: Key) -> bool:
    """True for an object of a kind that has something run."""
    kind = kind_of_key(key)
    return bool(kind and kind.calls)


def counted_through_others(runs: Mapping[Key, Collection[Key]]) -> set[Key]:
    """Workflow templates that a schedule, a workflow or another template of a target runs, from what each of them has run."""
    templates = {key for key in runs if (kind := kind_of_key(key)) and kind.runs == "named"}
    wanted_by_others = {template for key, wanted in runs.items() for template in wanted if template != key}
    roots = [key for key in runs if key not in templates] + [key for key in runs if key in templates and key not in wanted_by_others]
    reached: set[Key] = set()
    # Templates that only call each other in a circle are left for last: the first of them stands for the circle.
    for root in (*roots, *sorted(runs)):
        if root not in reached:
            _reach(root, runs, reached)
            reached.add(root)
            roots.append(root)
    return {key for key in reached if key in templates and key not in roots}


def _called(same: Sequence[Body], inventory: Inventory) -> set[Key] | None:
    """What the bodies of one identity have run; None for a kind that has nothing run."""
    calls = [kind.calls(body, inventory) for body in same if (kind := kind_of(body)) and kind.calls]
    return {key for found in calls for key in found} if calls else None


def _covered(body: Body, inventory: Inventory) -> bool:
    kind = kind_of(body)
    return bool(kind and kind.covered and kind.covered(body, inventory))


def _reach(key: Key, runs: Mapping[Key, Collection[Key]], reached: set[Key]) -> None:
    queue = list(set(runs[key]) - {key})
    while queue:
        template = queue.pop()
        if template in runs and template not in reached:
            reached.add(template)
            queue += runs[template]


def _lost_target(body: Body, inventory: Inventory) -> tuple[str, ...]:
    """Words about an autoscaler whose target is neither here nor made by an object that is (`scorer` makes `scorer-predictor`)."""
    kind = kind_of(body)
    scaled = kind.scales(body) if kind and kind.scales else None
    if scaled is None or inventory.has(scaled[0]):
        return ()
    target = scaled[0]
    starts = (target.name[:at] for at, character in enumerate(target.name) if character == "-")
    if any(inventory.is_named(target.namespace, start, str(body.get("kind"))) for start in starts):
        return ()
    return (f"its target {target.kind} {target.name} is not among the manifests",)


def _unsaid_limits(inventory: Inventory, found: Mapping[Key, Demand], target: str) -> Iterator[Finding]:
    """CNAI601 for a scaler that leaves its maximum to its controller although what it scales holds accelerators."""
    for body in inventory:
        key, kind = key_of(body), kind_of(body)
        if kind is None or kind.unsaid is None or _says(body, kind.unsaid.field):
            continue
        scaled = kind.scales(body) if kind.scales else None
        held = found.get(scaled[0] if scaled else key)
        if held is None and scaled:
            other = inventory.get(*scaled[0])
            held = inventory.demand(other) if other else None
        if held and any(held.peak.values()):
            field = kind.unsaid.field.rpartition(".")[2]
            message = f"{key.kind} {key.name}: {field} is absent, so {kind.unsaid.by} goes up to {kind.unsaid.most}"
            yield Finding(code="CNAI601", message=message, resource=str(key), target=target, help=f"set {kind.unsaid.field}")


def _says(body: Body, field: str) -> bool:
    node: Any = body
    for name in field.split("."):
        node = node.get(name) if isinstance(node, Mapping) else None
    return node is not None
