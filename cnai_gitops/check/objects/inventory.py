"""The inventory of a target: its objects, as kinds ask about each other, and the objects that others carry for somebody to create.

Must not: count (the ledger does), judge, or change a body.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Protocol

from cnai_gitops.resources.accelerators import pod_demand, times, total
from cnai_gitops.resources.base import Body, Demand, Key, World, key_of, kind_of

_DEEPEST = 12


class Outside(Protocol):
    """What the other objects of a target answer."""

    def get(self, key: Key) -> Body | None:
        """The object of that identity, or None."""

    def has(self, key: Key) -> bool:
        """True when there is such an object."""

    def scaled_max(self, key: Key) -> float | None:
        """Largest replica count that an autoscaler among them gives the object of that identity."""

    def named(self, namespace: str, name: str) -> Collection[str]:
        """Kinds of the objects of that name."""

    def all(self, *kinds: str) -> list[Body]:
        """Every object of these kinds."""

    def templates(self) -> Collection[str]:
        """Names of all WorkflowTemplates."""


class Inventory(World):
    """Objects of one target, as kinds ask about them. Of two bodies with one identity both are looked at.

    They are all of the target, or those of one owner; then `outside` answers for the others.
    """

    def __init__(self, bodies: Iterable[Body], outside: Outside | None = None) -> None:
        """Index objects by identity; an object without a name gets one of its own."""
        self.bodies: dict[Key, list[Body]] = {}
        self.outside = outside
        self._named: dict[tuple[str, str], set[str]] = {}  # kinds by namespace and name
        for body in bodies:
            key = self._identity(body)
            self.bodies.setdefault(key, []).append(body)
            self._named.setdefault((key.namespace, key.name), set()).add(key.kind)
        self.scales: dict[Key, float] = {}
        for scaled in (kind.scales(body) for body in self if (kind := kind_of(body)) and kind.scales):
            if scaled:
                self.scales[scaled[0]] = max(self.scales.get(scaled[0], 0), scaled[1])
        self._depth = 0
        self._embedded: dict[int, tuple[Body, list[tuple[str, Body]]]] = {}  # with the body, so that its id stays its own

    def __iter__(self) -> Iterator[Body]:
        """Every body."""
        return (body for same in self.bodies.values() for body in same)

    def get(self, group: str, kind: str, namespace: str, name: str) -> Body | None:
        """The object of that identity, or None."""
        key = Key(group, kind, namespace, name)
        found = self.bodies.get(key)
        return found[0] if found else self.outside.get(key) if self.outside else None

    def has(self, key: Key) -> bool:
        """True when there is such an object."""
        return key in self.bodies or (self.outside is not None and self.outside.has(key))

    def scaled_max(self, group: str, kind: str, namespace: str, name: str) -> float | None:
        """Largest replica count that any autoscaler gives the named object; None without an autoscaler."""
        key = Key(group, kind, namespace, name)
        found = [self.scales.get(key), self.outside.scaled_max(key) if self.outside else None]
        return max((most for most in found if most is not None), default=None)

    def is_named(self, namespace: str, name: str, other_than: str) -> bool:
        """True when an object of that name has another kind than this one."""
        mine = self._named.get((namespace, name), set()) - {other_than}
        return bool(mine or (self.outside and set(self.outside.named(namespace, name)) - {other_than}))

    def all(self, *kinds: str) -> list[Body]:
        """Every object of these kinds."""
        return [body for body in self if body.get("kind") in kinds] + (self.outside.all(*kinds) if self.outside else [])

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
        return total(times(pod_demand(pods.spec), pods.count) for pods in (kind.effective(body, self) if kind.effective else ()))

    def embedded(self, body: Body) -> list[tuple[str, Body]]:
        """(path, object) of every object that a manifest carries for somebody else to create, parameters filled in, and what those carry.

        These are the manifests of Argo resource templates, what a Sensor creates, and the trial of a Katib Experiment. A scalar that
        only a run can know is a word in them. They are counted as part of the object that carries them. Unfolded once for each body.
        """
        if id(body) not in self._embedded:
            self._embedded[id(body)] = (body, list(self._unfolded(body, _DEEPEST)))
        return self._embedded[id(body)][1]

    def _unfolded(self, body: Body, depth: int) -> Iterator[tuple[str, Body]]:
        kind = kind_of(body)
        for path, inner in kind.carries(body, self) if kind and kind.carries else ():
            yield path, inner
            for below, deeper in self._unfolded(inner, depth - 1) if depth else ():
                yield f"{path}.{below}", deeper

    def _identity(self, body: Body) -> Key:
        key = key_of(body)
        if key.name:
            return key
        number = sum(1 for known in self.bodies if known[:3] == key[:3] and known.name.startswith("#"))
        return key._replace(name=f"#{number}")


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
