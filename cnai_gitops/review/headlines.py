"""What a reviewer must hear before any detail: nothing compared, deletions, refusals, restarts, escape hatches.

Must not: repeat what is plain to see in the list of changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from cnai_gitops.findings.plain import plain
from cnai_gitops.review.diff import Change, Review
from cnai_gitops.review.wording import count, merged, titles

Weight = Literal["stop", "warn", "note"]

LOSSES = {
    "ClusterQueue": "workloads that wait in it are not admitted any more",
    "CustomResourceDefinition": "every object of this kind is deleted with it",
    "ExternalSecret": "the Secret it keeps is deleted with it",
    "InferenceService": "it stops answering",
    "LocalQueue": "workloads that name it are not admitted any more",
    "Namespace": "everything in it is deleted with it",
    "NetworkPolicy": "traffic that it refused may pass",
    "PersistentVolume": "its data may be deleted with it",
    "PersistentVolumeClaim": "its volume, and the data on it, may be deleted with it",
    "RayService": "it stops answering",
    "ResourceFlavor": "queues that use it stop admitting",
    "StatefulSet": "it stops; claims it made stay",
}
"""What goes with an object when it is deleted."""


@dataclass(frozen=True, slots=True)
class Headline:
    """One statement, how grave it is, and what it is about."""

    weight: Weight
    text: str
    details: tuple[str, ...] = ()


def headlines(review: Review, hatches: Sequence[str] = ()) -> list[Headline]:
    """Everything that is said first, the gravest first."""
    order = ("stop", "warn", "note")
    found = [*_emptiness(review), *_gone(review), *_deleted(review), *_refused(review), *_restarted(review), *_unknown(review)]
    if hatches:
        text = f"{count(len(hatches), 'escape hatch') if len(hatches) == 1 else f'{len(hatches)} escape hatches'} and hand-written patches in use"
        found.append(Headline("note", text, tuple(map(plain, hatches))))
    found += [Headline("note", plain(note)) for note in review.notes]
    return sorted(found, key=lambda headline: order.index(headline.weight))


def _emptiness(review: Review) -> Iterator[Headline]:
    before, after = (sum(getattr(target, side) for target in review.targets) for side in ("before", "after"))
    if not review.counts().compared:
        held = f"the base holds {count(before, 'object')}, this side {count(after, 'object')}, and none of them is on both"
        yield Headline("stop", f"0 objects compared: {held if before or after else 'neither side holds any object'}")
        return
    for target in review.targets:
        if not target.before:
            yield Headline("warn", plain(f"{target.name} is new: its {count(target.after, 'object')} are compared with nothing"))
        elif not target.after:
            yield Headline("stop", plain(f"{target.name} disappears with {count(target.before, 'object')}"))


def _gone(review: Review) -> Iterator[Headline]:
    gone = [(target.name, owner) for target in review.targets if target.after for owner in target.owners_gone]
    for owner in dict.fromkeys(owner for _, owner in gone):
        targets = [target for target, other in gone if other == owner]
        yield Headline("stop", plain(f"{owner} disappears from {', '.join(targets)}"))


def _chosen(review: Review, kind: str = "") -> Iterator[tuple[str, str, Change]]:
    for target in review.targets:
        for title, change in zip(titles(target.changes), target.changes, strict=True):
            if not kind or change.kind == kind:
                yield target.name, title, change


def _deleted(review: Review) -> Iterator[Headline]:
    found = list(_chosen(review, "removed"))
    if found:
        said = merged((plain(target), f"{title}{_loss(change)}") for target, title, change in found)
        grave = any(change.key.kind in LOSSES for _, _, change in found)
        yield Headline("stop" if grave else "warn", f"{count(len(found), 'object')} deleted", tuple(said))


def _loss(change: Change) -> str:
    return f": {LOSSES[change.key.kind]}" if change.key.kind in LOSSES else ""


def _refused(review: Review) -> Iterator[Headline]:
    found = [(plain(target), title, change) for target, title, change in _chosen(review) if change.immutable]
    if found:
        said = merged((target, f"{title}: {plain(', '.join(change.immutable))}") for target, title, change in found)
        text = f"the API server will refuse {count(len(found), 'change')}: delete the object first, or give it another name"
        yield Headline("stop", text, tuple(said))


def _restarted(review: Review) -> Iterator[Headline]:
    found = [(plain(target), title) for target, title, change in _chosen(review) if change.restarts]
    if found:
        yield Headline(
            "warn", f"{count(len(found), 'workload')} replace{'s' if len(found) == 1 else ''} running pods", tuple(merged(found))
        )


def _unknown(review: Review) -> Iterator[Headline]:
    found = [(plain(target), title) for target, title, change in _chosen(review) if not change.known]
    if found:
        text = f"{count(len(found), 'change')} of unknown kinds: restarts and refusals cannot be told"
        yield Headline("warn", text, tuple(merged(found)))
