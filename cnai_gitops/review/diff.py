"""What changes between two sets of manifests: objects, fields, restarts, deletions, and what the API server will refuse.

Must not: read files or git, or know how a change is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cnai_gitops.overlay import equal
from cnai_gitops.resources.base import ALONE, Body, Key, key_of, kind_of

Sides = Mapping[tuple[str, str], Sequence[Body]]
"""Objects by (target, owner)."""

IDENTIFIERS = ("name", "key", "containerPort", "port", "mountPath", "alert", "record")
"""Fields that tell the items of a list apart; the first one that every item has, once each, is used."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field: its path, and the values before and after (None: it was or is not there)."""

    path: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Change:
    """One object. `sign` is + (new), ~ (changed) or - (gone); `immutable` lists changed fields that cannot be changed."""

    sign: str
    key: Key
    fields: tuple[FieldChange, ...] = ()
    restarts: bool = False
    immutable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TargetReview:
    """All changes of one owner on one target, and how many objects were compared."""

    target: str
    owner: str
    changes: tuple[Change, ...]
    compared: int

    def count(self, sign: str) -> int:
        """How many objects have this sign."""
        return sum(change.sign == sign for change in self.changes)

    def name(self, change: Change) -> str:
        """`Kind/name`, with the namespace where the changes of this owner lie in several (those of the platform do)."""
        several = len({one.key.namespace for one in self.changes} - {""}) > 1
        return f"{change.key.kind}/{change.key.name}" + (f" in {change.key.namespace}" if several and change.key.namespace else "")


@dataclass(frozen=True, slots=True)
class Review:
    """A comparison. `gone` are owners that have no object left on any target, `notes` say what was not compared as it lies in git."""

    targets: tuple[TargetReview, ...] = ()
    gone: tuple[str, ...] = ()
    hatches: tuple[str, ...] = field(default=())
    notes: tuple[str, ...] = ()
    uncompared: tuple[str, ...] = ()
    """Owners of which nothing is known on the other side."""

    @property
    def compared(self) -> int:
        """How many objects were looked at; 0 means that nothing was compared, which is no good news."""
        return sum(target.compared for target in self.targets)

    @property
    def changed(self) -> bool:
        """True when anything differs."""
        return any(target.changes for target in self.targets)

    def all(self) -> Iterator[tuple[TargetReview, Change]]:
        """Every change with where it is."""
        return ((target, change) for target in self.targets for change in target.changes)


def compare(
    before: Sides, after: Sides, hatches: Sequence[str] = (), *, applied: bool = True, same: Mapping[tuple[str, str], int] | None = None
) -> Review:
    """Compare two sides, by target and owner, then by identity of the object.

    `applied` means that one side takes the other's place on a cluster: pods restart, and some changes are refused. `same` says
    how many objects there are where both sides are known to be equal.
    """
    same = same or {}
    targets = []
    for target, owner in sorted(before.keys() | after.keys() | same.keys()):
        if (target, owner) in same:
            targets.append(TargetReview(target, owner, (), same[target, owner]))
            continue
        old = {key_of(body): body for body in before.get((target, owner), ())}
        new = {key_of(body): body for body in after.get((target, owner), ())}
        changes = tuple(_changes(old, new, applied))
        targets.append(TargetReview(target, owner, changes, len(old.keys() | new.keys())))
    left = {owner for (_, owner), bodies in after.items() if bodies} | {owner for (_, owner), count in same.items() if count}
    gone = sorted({owner for _, owner in before} - left)
    return Review(tuple(targets), tuple(gone), tuple(hatches))


def between(side: Sides, one: str, other: str, clusters: Mapping[str, str], hatches: Sequence[str] = ()) -> Review:
    """Compare environment `one` with `other`, as if both had the same name; `clusters` pairs their cluster names."""
    names = {f"{one}/{mine}": f"{one}/{mine} -> {other}/{theirs}" for mine, theirs in clusters.items()}
    names |= {f"{other}/{theirs}": names[f"{one}/{mine}"] for mine, theirs in clusters.items()}
    sides: dict[str, dict[tuple[str, str], list[Body]]] = {one: {}, other: {}}
    for (target, owner), bodies in side.items():
        env, _, cluster = target.partition("/")
        if env in sides and target in names:
            sides[env][names[target], owner] = _renamed(bodies, env, cluster)
    return compare(sides[one], sides[other], hatches, applied=False)


def _renamed(bodies: Sequence[Body], env: str, cluster: str) -> list[Body]:
    """The bodies with the names of environment and cluster, where they stand for these themselves, put as `*`."""
    # a namespace ends in the name (`risk-prod`); "dev" in "cnai.dev" or "/dev/shm" is another word
    space = re.compile(rf"(?<![a-z0-9.])([a-z][-a-z0-9]*-){re.escape(env)}(?![-a-z0-9])")

    def walk(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: walk(value) for key, value in node.items()}
        if isinstance(node, list):
            return [walk(item) for item in node]
        if node in (cluster, env):
            return "*"
        return space.sub(r"\1*", node) if isinstance(node, str) else node

    return [walk(body) for body in bodies]


def _changes(old: Mapping[Key, Body], new: Mapping[Key, Body], applied: bool) -> Iterator[Change]:
    for key in sorted(old.keys() | new.keys()):
        if key not in new:
            yield Change("-", key)
        elif key not in old:
            yield Change("+", key)
        elif not equal(old[key], new[key]):
            fields = tuple(_fields(old[key], new[key], ""))
            restarts, refused = (_restarts(old[key], new[key]), tuple(_immutable(old[key], new[key]))) if applied else (False, ())
            yield Change("~", key, fields, restarts, refused)


def _restarts(old: Body, new: Body) -> bool:
    """True when running pods are replaced: a pod template of a long-running object changed, or what becomes part of it."""
    kind = kind_of(new)
    if kind is None or kind.effective is None or kind.runs != "now":
        return False

    def running(body: Body) -> list[Any]:
        # a model's image stands beside the pod template, and still is what runs
        pods = [(pod.spec, pod.labels) for pod in kind.effective(body, ALONE)] if kind.effective else []
        return [pods, list(kind.images(body)) if kind.images else [], [_at(body, pointer) for pointer in kind.rolls]]

    return running(old) != running(new)


def _immutable(old: Body, new: Body) -> Iterator[str]:
    kind = kind_of(new)
    for pointer in kind.immutable if kind else ():
        if _at(old, pointer) != _at(new, pointer):
            yield ".".join(_steps(pointer))


def _steps(pointer: str) -> list[str]:
    """The keys of a JSON pointer (RFC 6901)."""
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def _at(node: Any, pointer: str) -> Any:
    for part in _steps(pointer):
        node = node.get(part) if isinstance(node, Mapping) else None
    return node


def _fields(old: Any, new: Any, path: str) -> Iterator[FieldChange]:
    if equal(old, new):
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys([*old, *new]):
            step = f"{path}.{key}" if path and "." not in key and "/" not in key else f"{path}[{key}]" if path else key
            yield from _fields(old.get(key), new.get(key), step)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _items(old, new, path)
    elif isinstance(old, str) and isinstance(new, str) and ("\n" in old or "\n" in new):
        yield from _text(old, new, path)
    else:
        yield FieldChange(path, old, new)


def _items(old: list[Any], new: list[Any], path: str) -> Iterator[FieldChange]:
    identifier = next((name for name in IDENTIFIERS if _tells_apart(old, name) and _tells_apart(new, name)), None)
    if identifier:
        first, second = ({item[identifier]: item for item in items} for items in (old, new))
        for name in dict.fromkeys([*first, *second]):
            yield from _fields(first.get(name), second.get(name), f"{path}[{name}]")
        return
    shorter = min(len(old), len(new))
    for i in range(shorter):
        yield from _fields(old[i], new[i], f"{path}[{i}]")
    if len(old) != len(new):
        yield FieldChange(path, old, new)


def _tells_apart(items: Iterable[Any], name: str) -> bool:
    names = [item.get(name) if isinstance(item, dict) else None for item in items]
    return bool(names) and all(isinstance(n, str | int) for n in names) and len(set(names)) == len(names)


def _text(old: str, new: str, path: str) -> Iterator[FieldChange]:
    """Changed lines of a text, for example of a manifest that a workflow carries."""
    from difflib import SequenceMatcher

    before, after = old.splitlines(), new.splitlines()
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            removed, added = "\n".join(before[a:b]) or None, "\n".join(after[c:d]) or None
            yield FieldChange(f"{path} (line {a + 1})", removed, added)
