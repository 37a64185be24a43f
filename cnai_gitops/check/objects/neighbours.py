"""Neighbours: what the units of one target answer each other, and which answers a verdict on one of them was built on.

Must not: judge. A unit answers from its Offer; its objects are loaded only when one of them is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cnai_gitops.check.objects.inventory import Inventory, Outside
from cnai_gitops.resolved.units import Unit
from cnai_gitops.resources.argo_workflows.kinds import TEMPLATE
from cnai_gitops.resources.base import Body, Key, Resource, kind_of
from cnai_gitops.resources.kueue.quotas import MEMBERS
from cnai_gitops.resources.policy import POD_DISRUPTION_BUDGET

FILED = (*MEMBERS, TEMPLATE[1])
"""Kinds of which a unit may want to know all."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What others of a target may ask of a unit, as plain data: identities of its objects, what it scales, its budgets.

    `token` stands for the content of the objects.
    """

    token: str
    data: Mapping[str, Any]

    @classmethod
    def of(cls, token: str, target: str, resources: Iterable[Resource]) -> Offer:
        """The offer of these objects."""
        resources = list(resources)
        budgets = []
        for resource in resources:
            key = resource.key
            if kind_of(resource.body) is POD_DISRUPTION_BUDGET:
                spec = resource.body.get("spec")
                spec = spec if isinstance(spec, Mapping) else {}
                budgets.append({"namespace": key.namespace, "selector": spec.get("selector"), "id": f"{target}/{key}", "spec": spec})
        scales = [[list(key), most] for key, most in Inventory(r.body for r in resources).scales.items()]
        return cls(token, {"keys": [list(r.key) for r in resources], "scales": scales, "budgets": budgets})

    @property
    def keys(self) -> Iterator[Key]:
        """Identities of the objects that can be judged."""
        return (Key(*key) for key in self.data["keys"])

    @property
    def scales(self) -> Iterator[tuple[Key, float]]:
        """What is scaled, and how far."""
        return ((Key(*key), most) for key, most in self.data["scales"])

    @property
    def budgets(self) -> Sequence[Mapping[str, Any]]:
        """PodDisruptionBudgets, each as {namespace, selector, id, spec}."""
        found: list[dict[str, Any]] = self.data["budgets"]
        return found


class Neighbours:
    """All units of one target."""

    def __init__(self, offers: Mapping[Unit, Offer], load: Callable[[Unit], Iterable[Resource]]) -> None:
        """`load` gives the objects of a unit."""
        self._offers, self._load = offers, load
        self._bodies: dict[Unit, dict[Key, Body]] = {}

    @cached_property
    def _owner(self) -> dict[Key, Unit]:
        found: dict[Key, Unit] = {}
        for unit, offer in self._offers.items():
            for key in offer.keys:
                found.setdefault(key, unit)
        return found

    @cached_property
    def _scales(self) -> dict[Key, list[tuple[Unit, float]]]:
        found: dict[Key, list[tuple[Unit, float]]] = {}
        for unit, offer in self._offers.items():
            for key, most in offer.scales:
                found.setdefault(key, []).append((unit, most))
        return found

    @cached_property
    def _kinds(self) -> dict[tuple[str, str], list[tuple[Unit, str]]]:
        found: dict[tuple[str, str], list[tuple[Unit, str]]] = {}
        for unit, offer in self._offers.items():
            for key in offer.keys:
                found.setdefault((key.namespace, key.name), []).append((unit, key.kind))
        return found

    @cached_property
    def _by_kind(self) -> dict[str, list[tuple[Unit, Key]]]:
        found: dict[str, list[tuple[Unit, Key]]] = {}
        for unit, offer in self._offers.items():
            for key in offer.keys:
                if key.kind in FILED:
                    found.setdefault(key.kind, []).append((unit, key))
        return found

    def owner(self, key: Key) -> Unit | None:
        """The unit that has an object."""
        return self._owner.get(key)

    def answer(self, unit: Unit, question: str, *about: str) -> Any:
        """What the others answer a unit; objects by the token of whoever has them."""
        match question:
            case "get" | "has":
                owner = self._owner.get(Key(*about))
                return "" if owner is None else self._offers[owner].token if question == "get" else "there"
            case "scaled":
                return max((most for other, most in self._scales.get(Key(*about), ()) if other != unit), default=None)
            case "named":
                return sorted({kind for other, kind in self._kinds.get((about[0], about[1]), ()) if other != unit})
            case "all":
                units = dict.fromkeys(other for kind in about for other, _ in self._by_kind.get(kind, ()) if other != unit)
                return [self._offers[other].token for other in units]
            case "templates":
                return sorted({key.name for other, key in self._by_kind.get(TEMPLATE[1], ()) if other != unit})
        raise ValueError(question)

    def body(self, key: Key) -> Body | None:
        """The object of that identity."""
        owner = self._owner.get(key)
        return self._bodies_of(owner).get(key) if owner else None

    def bodies(self, unit: Unit, kinds: Collection[str]) -> list[Body]:
        """Every object of these kinds that another unit has."""
        found = [(other, key) for kind in kinds for other, key in self._by_kind.get(kind, ()) if other != unit]
        return [self._bodies_of(other)[key] for other, key in found]

    def _bodies_of(self, unit: Unit) -> dict[Key, Body]:
        if unit not in self._bodies:
            if len(self._bodies) > 8:
                del self._bodies[next(iter(self._bodies))]
            known = set(self._offers[unit].keys)
            self._bodies[unit] = {r.key: r.body for r in self._load(unit) if r.key in known}
        return self._bodies[unit]


class Asked(Outside):
    """The neighbours of one unit; `answers` holds what was asked of them."""

    def __init__(self, neighbours: Neighbours, unit: Unit) -> None:
        """Nothing was asked yet."""
        self.answers: dict[tuple[str, ...], Any] = {}
        self._neighbours, self._unit = neighbours, unit

    def _ask(self, *question: str) -> Any:
        if question not in self.answers:
            self.answers[question] = self._neighbours.answer(self._unit, *question)
        return self.answers[question]

    def get(self, key: Key) -> Body | None:
        """The object of that identity, or None."""
        return self._neighbours.body(key) if self._ask("get", *key) else None

    def has(self, key: Key) -> bool:
        """True when there is such an object."""
        return bool(self._ask("has", *key))

    def scaled_max(self, key: Key) -> float | None:
        """Largest replica count that an autoscaler among them gives the object of that identity."""
        found: float | None = self._ask("scaled", *key)
        return found

    def named(self, namespace: str, name: str) -> Collection[str]:
        """Kinds of the objects of that name."""
        found: list[str] = self._ask("named", namespace, name)
        return found

    def all(self, *kinds: str) -> list[Body]:
        """Every object of these kinds (queues and their cohorts)."""
        return self._neighbours.bodies(self._unit, kinds) if self._ask("all", *kinds) else []

    def templates(self) -> Collection[str]:
        """Names of all WorkflowTemplates."""
        found: list[str] = self._ask("templates")
        return found
