"""Formats of a review, one file each, found by file name.

Must not: compute; a format only shows.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

from cnai_gitops.errors import UsageError
from cnai_gitops.findings.plain import plain
from cnai_gitops.review.context import ReviewContext
from cnai_gitops.review.diff import Change, Review

LONGEST = 120


def names() -> list[str]:
    """Every format."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def render(name: str, review: Review, context: ReviewContext) -> str:
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
    """What must be read first: owners that are gone, deletions, refused changes, restarts, escape hatches."""
    lines = [f"{owner} is gone: nothing of it is left" for owner in review.gone]
    lines += [f"deletes {_name(c)} on {t.target}" for t, c in review.all() if c.sign == "-"]
    lines += [
        f"cannot change {', '.join(c.immutable)} of {_name(c)} on {t.target}: the API server refuses it"
        for t, c in review.all()
        if c.immutable
    ]
    restarted = [(t, c) for t, c in review.all() if c.restarts]
    lines += [f"restarts the pods of {_name(c)} on {t.target}" for t, c in restarted]
    return [*lines, *(f"escape hatch: {hatch}" for hatch in review.hatches)]


def _name(change: Change) -> str:
    return plain(f"{change.key.kind}/{change.key.name}")


def headline(review: Review) -> str:
    """One line: how much changes, in how much."""
    if not review.compared:
        return "0 objects compared: this review says nothing"
    signs = {sign: sum(c.sign == sign for _, c in review.all()) for sign in "+~-"}
    if not review.changed:
        return f"no change in {review.compared} objects"
    restarts = sum(c.restarts for _, c in review.all())
    return f"+{signs['+']} ~{signs['~']} -{signs['-']} of {review.compared} objects, {restarts} restart(s)"
