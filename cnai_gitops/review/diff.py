"""The difference between two sets of objects: what is added, removed and changed on each target, and what that does.

Must not: read git or files, judge, or word anything for people (`formats` do).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from cnai_gitops.overlay.read import equal
from cnai_gitops.resources.base import Body, Key, Kind, Pods, key_of, kind_of
from cnai_gitops.review.walk import FieldChange, at_pointer, walk
from cnai_gitops.spec.blueprint import STAGES

Sides = Mapping[tuple[str, str], Sequence[Body]]
"""Objects by (target, owner): `("prod/eu1", "fraud-detection")`."""

STARTS_LATER = frozenset(
    (
        "ClusterTrainingRuntime",
        "ClusterWorkflowTemplate",
        "CronJob",
        "CronWorkflow",
        "ScheduledSparkApplication",
        "TrainingRuntime",
        "WorkflowTemplate",
    )
)
"""Kinds whose pods start with the next run: a change restarts nothing."""


@dataclass(frozen=True, slots=True)
class Change:
    """One object that differs.

    `immutable` lists pointers that the API server refuses to change; `restarts` says that running pods are replaced;
    `known` is false for a kind that this project does not know, whose restarts and immutable fields nobody can tell.
    """

    kind: Literal["added", "removed", "changed"]
    key: Key
    owner: str
    stage: str = ""
    fields: tuple[FieldChange, ...] = ()
    immutable: tuple[str, ...] = ()
    restarts: bool = False
    known: bool = True


@dataclass(frozen=True, slots=True)
class TargetReview:
    """What differs on one target. `compared` counts objects that both sides have; `base` is set when the other side is another target."""

    target: str
    changes: tuple[Change, ...] = ()
    before: int = 0
    after: int = 0
    compared: int = 0
    owners_gone: tuple[str, ...] = ()
    owners_new: tuple[str, ...] = ()
    base: str = ""

    @property
    def env(self) -> str:
        """Name of the environment."""
        return self.target.partition("/")[0]

    @property
    def name(self) -> str:
        """The target, and what it is compared with when that is another one."""
        return f"{self.base} → {self.target}" if self.base else self.target

    def of(self, kind: str) -> list[Change]:
        """Changes of one kind: added, removed or changed."""
        return [change for change in self.changes if change.kind == kind]


@dataclass(frozen=True, slots=True)
class Counts:
    """How much changes: objects added, changed, removed; workloads that restart; changes that are refused; objects compared."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    restarts: int = 0
    immutable: int = 0
    compared: int = 0

    @property
    def total(self) -> int:
        """Objects that differ in any way."""
        return self.added + self.changed + self.removed


@dataclass(frozen=True, slots=True)
class Review:
    """Differences by target, and in `notes` what was not compared and why."""

    targets: tuple[TargetReview, ...]
    notes: tuple[str, ...] = ()

    @property
    def environments(self) -> tuple[str, ...]:
        """Names of all environments, in the order of the targets."""
        return tuple(dict.fromkeys(target.env for target in self.targets))

    def counts(self, env: str | None = None) -> Counts:
        """Sums over all targets, or those of one environment."""
        return counts(target for target in self.targets if env in (None, target.env))

    def __bool__(self) -> bool:
        """True when anything differs."""
        return any(target.changes for target in self.targets)

    def _repr_html_(self) -> str:
        from cnai_gitops.review.cards import diff_card

        return diff_card(self)


def counts(targets: Iterable[TargetReview]) -> Counts:
    """Sums over some targets."""
    chosen = list(targets)
    changes = [change for target in chosen for change in target.changes]
    number = {kind: sum(change.kind == kind for change in changes) for kind in ("added", "changed", "removed")}
    restarts, immutable = sum(change.restarts for change in changes), sum(bool(change.immutable) for change in changes)
    return Counts(**number, restarts=restarts, immutable=immutable, compared=sum(target.compared for target in chosen))


def compare(before: Sides, after: Sides) -> Review:
    """What turns `before` into `after`; objects match by target, owner, group, kind, namespace and name."""
    targets = dict.fromkeys(target for side in (after, before) for target, _ in side)
    return Review(tuple(compare_target(target, owners_of(before, target), owners_of(after, target)) for target in targets))


def owners_of(side: Sides, target: str) -> dict[str, Sequence[Body]]:
    """Objects of one target, by owner."""
    return {owner: bodies for (where, owner), bodies in side.items() if where == target}


def compare_target(target: str, before: Mapping[str, Sequence[Body]], after: Mapping[str, Sequence[Body]], base: str = "") -> TargetReview:
    """The same for the owners of one target."""
    changes: list[Change] = []
    compared = 0
    for owner in sorted({*before, *after}):
        old, new = _by_key(before.get(owner, ())), _by_key(after.get(owner, ()))
        compared += len(old.keys() & new.keys())
        for identity in sorted({*old, *new}):
            change = _change(owner, old.get(identity), new.get(identity))
            changes += [change] if change else []
    return TargetReview(
        target,
        tuple(changes),
        before=sum(map(len, before.values())),
        after=sum(map(len, after.values())),
        compared=compared,
        owners_gone=tuple(sorted(owner for owner in before if before[owner] and not after.get(owner))),
        owners_new=tuple(sorted(owner for owner in after if after[owner] and not before.get(owner))),
        base=base,
    )


def _by_key(bodies: Sequence[Body]) -> dict[tuple[Key, int], Body]:
    """Objects by identity; a second one of the same identity is number 1, and so on."""
    found: dict[tuple[Key, int], Body] = {}
    for body in bodies:
        key, number = key_of(body), 0
        while (key, number) in found:
            number += 1
        found[key, number] = body
    return found


def _change(owner: str, before: Body | None, after: Body | None) -> Change | None:
    body = after or before
    assert body is not None
    known = kind_of(body) is not None
    if before is None or after is None:
        return Change("added" if before is None else "removed", key_of(body), owner, stage_of(body), known=known)
    if equal(before, after):
        return None
    return Change(
        "changed",
        key_of(body),
        owner,
        stage_of(body),
        fields=tuple(walk(before, after)),
        immutable=_immutable(before, after),
        restarts=_restarts(before, after),
        known=known,
    )


def stage_of(body: Body) -> str:
    """The stage that made an object (`serve.scorer`), by its label; empty for other objects."""
    labels = (body.get("metadata") or {}).get("labels") or {}
    kind, _, name = str(labels.get("app.kubernetes.io/component", "")).partition("-")
    return f"{kind}.{name}" if kind in STAGES and name else ""


def _immutable(before: Body, after: Body) -> tuple[str, ...]:
    kind = kind_of(after)
    pointers = kind.immutable if kind else ()
    return tuple(pointer for pointer in pointers if not equal(at_pointer(before, pointer), at_pointer(after, pointer)))


def _restarts(before: Body, after: Body) -> bool:
    kind, was = kind_of(after), kind_of(before)
    if kind is None or was is None or kind.pods is None or kind.kind in STARTS_LATER:
        return False
    return not equal(_running(was, before), _running(kind, after))


def _running(kind: Kind, body: Body) -> list[Any]:
    """Everything that the pods of an object are made from, and nothing that only says how many there are."""
    pods = kind.pods(body) if kind.pods else ()
    images = kind.images(body) if kind.images else ()
    return [[[p.path, dict(p.spec), dict(p.labels), _annotations(body, p)] for p in pods], [list(image) for image in images]]


def _annotations(body: Body, pods: Pods) -> Any:
    """Annotations of a pod template that lies in the object as it is."""
    if not pods.path.endswith(".template.spec"):
        return None
    template = at_pointer(body, "/" + pods.path.removesuffix(".spec").replace(".", "/"))
    return (template.get("metadata") or {}).get("annotations") if isinstance(template, Mapping) else None
