"""Formats of a review, one file each, found by file name.

Must not: compute; a format only shows.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from typing import Any

from cnai_gitops.errors import UsageError
from cnai_gitops.findings.plain import plain
from cnai_gitops.resources.base import kind_of_key
from cnai_gitops.review.diff import Change, Review
from cnai_gitops.review.page import ReviewPage

LONGEST = 120


def names() -> list[str]:
    """Every format."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def render(name: str, review: Review, context: ReviewPage) -> str:
    """The review in one format; raises UsageError with the list when there is no such format."""
    if name not in names():
        raise UsageError(f"there is no review format {name!r}", help=f"the formats are {', '.join(names())}")
    text: str = importlib.import_module(f"{__name__}.{name}").render(review, context)
    return text


def shown(value: Any) -> str:
    """A value in a few characters, harmless to print; None is a dash."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        text = f"{{{', '.join(map(str, value))}}}" if isinstance(value, dict) else _listed(value)
    else:
        text = str(value)
    text = plain(text)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _listed(value: list[Any]) -> str:
    """A short list as it is, a long one by its length."""
    text = ", ".join(map(str, value))
    return f"[{text}]" if len(text) <= LONGEST // 2 and not any(isinstance(v, dict | list) for v in value) else f"{len(value)} item(s)"


def warnings(review: Review) -> list[str]:
    """What must be read first: what was not compared, owners that are gone, deletions, refused changes, restarts, escape hatches."""
    lines = [*review.notes]
    lines += [f"{owner} is gone: nothing of it is left" for owner in review.gone]
    lines += [f"deletes {name} on {where}" for name, where in _over_targets(review, lambda c: c.sign == "-")]
    lines += [
        f"cannot change {', '.join(c.immutable)} of {plain(t.name(c))} on {t.target}: the API server refuses it"
        for t, c in review.all()
        if c.immutable
    ]
    lines += [f"restarts the pods of {name} on {where}" for name, where in _over_targets(review, lambda c: c.restarts)]
    return [*lines, *(f"escape hatch: {hatch}" for hatch in review.hatches)]


def _over_targets(review: Review, wanted: Callable[[Change], bool]) -> list[tuple[str, str]]:
    """Each object that is meant, services first, with all targets on which it is."""
    found: dict[tuple[bool, str, str], list[str]] = {}
    for target, change in review.all():
        if wanted(change):
            found.setdefault((not _is_service(change), target.owner, plain(target.name(change))), []).append(target.target)
    return [(key[2], ", ".join(found[key])) for key in sorted(found, key=lambda key: key[0])]


def _is_service(change: Change) -> bool:
    kind = kind_of_key(change.key)
    return kind is not None and kind.stands_for == "service"


def headline(review: Review) -> str:
    """One line: how much changes, in how much, and how many owners that leaves out."""
    text = _headline(review)
    return f"{text}; {len(review.uncompared)} owner(s) not compared" if review.uncompared else text


def _headline(review: Review) -> str:
    if not review.compared:
        return "0 objects compared: this review says nothing"
    signs = {sign: sum(c.sign == sign for _, c in review.all()) for sign in "+~-"}
    if not review.changed:
        return f"no change in {review.compared} objects"
    restarts = sum(c.restarts for _, c in review.all())
    return f"+{signs['+']} ~{signs['~']} -{signs['-']} of {review.compared} objects, {restarts} restart(s)"
