"""The inventory of a target: its objects, as kinds ask about each other, and the objects that others carry for somebody to create.

Must not: count (the ledger does), judge, or change a body.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cnai_gitops.resources.accelerators import pod_demand, times, total
from cnai_gitops.resources.base import Body, Demand, Key, World, key_of, kind_of

_DEEPEST = 12


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
    return list(kind.carries(body, world)) if kind and kind.carries else []


def _has_containers(node: Any) -> bool:
    return any(isinstance(value, list) and any(isinstance(c, Mapping) for c in value) for value in values(node, ("containers",)))


def values(node: Any, names: tuple[str, ...]) -> Iterator[Any]:
    """Values of the named keys anywhere in plain data."""
    queue = [node]
    while queue:
        here = queue.pop()
        if isinstance(here, Mapping):
            yield from (here[name] for name in names if name in here)
            queue += here.values()
        elif isinstance(here, list):
            queue += here
