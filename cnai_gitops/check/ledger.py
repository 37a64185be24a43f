"""The one counter of accelerators: what each object of a target can hold at its peak, and what a team's objects sum to.

Must not: know how a kind multiplies (its own file does), decide who may hold how much (policies compare totals).
A template holds nothing itself and is counted through what runs it. A WorkflowTemplate that no schedule runs is counted
once, because sensors and people start it; one that a schedule runs is counted through that schedule only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, TypeVar

from cnai_gitops.facts import Accelerator
from cnai_gitops.findings import Finding
from cnai_gitops.resources import argo_events, argo_workflows, katib
from cnai_gitops.resources.accelerators import UNREADABLE, counting, pod_demand, times, total
from cnai_gitops.resources.base import INFINITE, Body, Demand, Key, World, key_of, kind_of

K = TypeVar("K", bound=Hashable)

_DEEPEST = 12
_RUNS = ("CronWorkflow", "Workflow")
_TEMPLATES = ("WorkflowTemplate", "ClusterWorkflowTemplate")
_SCALERS = ("ScaledObject", "ScaledJob")


class Inventory(World):
    """The objects of one target, as kinds ask about them. Of two bodies with one identity both are looked at."""

    def __init__(self, bodies: Iterable[Body]) -> None:
        """Index objects by identity; an object without a name gets one of its own."""
        self.bodies: dict[Key, list[Body]] = {}
        self.named: dict[tuple[str, str], set[str]] = {}  # kinds by namespace and name
        for body in bodies:
            key = self._identity(body)
            self.bodies.setdefault(key, []).append(body)
            self.named.setdefault((key.namespace, key.name), set()).add(key.kind)
        self._scaled: dict[Key, float] = {}
        for scaled in (kind.scales(body) for body in self if (kind := kind_of(body)) and kind.scales):
            if scaled:
                self._scaled[scaled[0]] = max(self._scaled.get(scaled[0], 0), scaled[1])
        self._depth = 0

    def __iter__(self) -> Iterator[Body]:
        """Every body."""
        return (body for same in self.bodies.values() for body in same)

    def get(self, group: str, kind: str, namespace: str, name: str) -> Body | None:
        """The object of that identity, or None."""
        found = self.bodies.get(Key(group, kind, namespace, name))
        return found[0] if found else None

    def scaled_max(self, group: str, kind: str, namespace: str, name: str) -> float | None:
        """Largest replica count that any autoscaler gives the named object; None without an autoscaler."""
        return self._scaled.get(Key(group, kind, namespace, name))

    def demand(self, body: Body) -> Demand:
        """Peak of one object as if it was running; words when its kind is not known."""
        if self._depth >= _DEEPEST:
            return Demand(unknown=(f"{body.get('kind')} creates objects that create objects, too deep to follow",))
        self._depth += 1
        try:
            return self._demand(body)
        finally:
            self._depth -= 1

    def _demand(self, body: Body) -> Demand:
        kind = kind_of(body)
        if kind is None:
            words = f"nobody knows how many pods a {body.get('apiVersion')} {body.get('kind')} makes"
            return Demand(unknown=(words,) if _has_containers(body) else ())
        if kind.demand:
            return kind.demand(body, self)
        return total(times(pod_demand(pods.spec), pods.count) for pods in (kind.pods(body) if kind.pods else ()))

    def _identity(self, body: Body) -> Key:
        key = key_of(body)
        if key.name:
            return key
        number = sum(1 for known in self.bodies if known[:3] == key[:3] and known.name.startswith("#"))
        return key._replace(name=f"#{number}")


def embedded(body: Body, world: World) -> list[tuple[str, Body]]:
    """(path, object) of every object that a manifest carries for somebody else to create, parameters filled in.

    These are the manifests of Argo resource templates and the trial of a Katib Experiment. A scalar that only a run can
    know is a word in them. They are counted as part of the object that carries them.
    """
    kind = kind_of(body)
    if kind is None:
        return []
    if kind.group == argo_workflows.GROUP and kind.kind in (*_RUNS, *_TEMPLATES):
        return list(argo_workflows.embedded(body, world))
    return list(katib.trials(body)) if kind.group == katib.GROUP else []


def peaks(bodies: Sequence[Body], known: Mapping[str, Accelerator] | None = None) -> dict[Key, Demand]:
    """Peak of every object of one target, by the `known` classes (ours); the larger one where two bodies have the same identity."""
    with counting(known):
        return _peaks(bodies)


def _peaks(bodies: Sequence[Body]) -> dict[Key, Demand]:
    inventory = Inventory(bodies)
    through_others = _counted_through_others(inventory)
    found: dict[Key, Demand] = {}
    for key, same in inventory.bodies.items():
        if key in through_others or all(_takes_turns(body, inventory) for body in same):
            found[key] = Demand()
            continue
        result = inventory.demand(same[0])
        for body in same[1:]:
            result = result.join(inventory.demand(body))
        found[key] = Demand(result.peak, tuple(dict.fromkeys((*result.unknown, *_lost_target(same[0], inventory)))))
    return found


def findings(bodies: Sequence[Body], found: Mapping[Key, Demand], target: str = "") -> list[Finding]:
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
    return result + list(_unsaid_limits(bodies, found, target))


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


def _counted_through_others(inventory: Inventory) -> set[Key]:
    """Workflow templates that a schedule, a workflow or another template runs."""
    runs = {key: _templates_of(same, inventory) for key, same in inventory.bodies.items() if key.group == argo_workflows.GROUP}
    runs = {key: wanted for key, wanted in runs.items() if key.kind in (*_RUNS, *_TEMPLATES)}
    wanted_by_others = {template for key, wanted in runs.items() for template in wanted if template != key}
    roots = [key for key in runs if key.kind in _RUNS] + [key for key in runs if key.kind in _TEMPLATES and key not in wanted_by_others]
    reached: set[Key] = set()
    # Templates that only call each other in a circle are left for last: the first of them stands for the circle.
    for root in (*roots, *sorted(runs)):
        if root not in reached:
            _reach(root, runs, reached)
            reached.add(root)
            roots.append(root)
    return {key for key in reached if key.kind in _TEMPLATES and key not in roots}


def _takes_turns(body: Body, inventory: Inventory) -> bool:
    """True for a Sensor that only starts templates with a mutex of a fixed name, which are counted already.

    Such a run never runs beside the one that a schedule or a person started, so the template's one count covers it.
    """
    if body.get("kind") != "Sensor":
        return False
    started = [made for _, made in argo_events.triggered(body)]
    return bool(started) and all(_has_mutex(made, inventory) for made in started)


def _has_mutex(made: Body, inventory: Inventory) -> bool:
    reference = ((made.get("spec") or {}).get("workflowTemplateRef") or {}).get("name", "")
    template = inventory.get(argo_workflows.GROUP, "WorkflowTemplate", key_of(made).namespace, str(reference))
    spec = (template or {}).get("spec") or {}
    mutexes = (spec.get("synchronization") or {}).get("mutexes") or ()
    return any(mutex.get("name") and "{{" not in str(mutex["name"]) for mutex in mutexes)


def _reach(key: Key, runs: Mapping[Key, set[Key]], reached: set[Key]) -> None:
    queue = list(runs[key] - {key})
    while queue:
        template = queue.pop()
        if template in runs and template not in reached:
            reached.add(template)
            queue += runs[template]


def _templates_of(same: Sequence[Body], inventory: Inventory) -> set[Key]:
    """Workflow templates that an object names, itself or in what it creates."""
    wanted: set[Key] = set()
    for body in same:
        for part in (body, *(made for _, made in embedded(body, inventory))):
            namespace = key_of(part).namespace or key_of(body).namespace
            for ref in _values(part, ("workflowTemplateRef", "templateRef")):
                if isinstance(ref, Mapping) and ref.get("clusterScope"):
                    wanted.add(Key(argo_workflows.GROUP, "ClusterWorkflowTemplate", "", str(ref.get("name"))))
                elif isinstance(ref, Mapping):
                    wanted.add(Key(argo_workflows.GROUP, "WorkflowTemplate", namespace, str(ref.get("name"))))
    return wanted


def _lost_target(body: Body, inventory: Inventory) -> tuple[str, ...]:
    """Words about an autoscaler whose target is neither here nor made by an object that is (`scorer` makes `scorer-predictor`)."""
    kind = kind_of(body)
    scaled = kind.scales(body) if kind and kind.scales else None
    if scaled is None or scaled[0] in inventory.bodies:
        return ()
    target = scaled[0]
    starts = (target.name[:at] for at, character in enumerate(target.name) if character == "-")
    if any(inventory.named.get((target.namespace, start), set()) - {body.get("kind")} for start in starts):
        return ()
    return (f"its target {target.kind} {target.name} is not among the manifests",)


def _unsaid_limits(bodies: Sequence[Body], found: Mapping[Key, Demand], target: str) -> Iterator[Finding]:
    """CNAI601 for a KEDA scaler that leaves its maximum to KEDA although what it scales holds accelerators."""
    for body in bodies:
        key, kind = key_of(body), kind_of(body)
        if kind is None or kind.kind not in _SCALERS or "maxReplicaCount" in (body.get("spec") or {}):
            continue
        scaled = kind.scales(body) if kind.scales else None
        held = found.get(scaled[0] if scaled else key, Demand())
        if any(held.peak.values()):
            message = f"{key.kind} {key.name}: maxReplicaCount is absent, so KEDA goes up to 100"
            yield Finding(code="CNAI601", message=message, resource=str(key), target=target, help="set spec.maxReplicaCount")


def _has_containers(node: Any) -> bool:
    return any(isinstance(value, list) and any(isinstance(c, Mapping) for c in value) for value in _values(node, ("containers",)))


def _values(node: Any, names: tuple[str, ...]) -> Iterator[Any]:
    """Values of the named keys anywhere in plain data."""
    queue = [node]
    while queue:
        here = queue.pop()
        if isinstance(here, Mapping):
            yield from (here[name] for name in names if name in here)
            queue += here.values()
        elif isinstance(here, list):
            queue += here
