"""What people read in a terminal: what must be said first, then every change, then sums.

Must not: cut the list of changes; only long values are cut, and say so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnai_gitops.findings import ordered
from cnai_gitops.findings.formats import table
from cnai_gitops.findings.plain import plain
from cnai_gitops.review.diff import Change, Review
from cnai_gitops.review.formats import ReviewContext
from cnai_gitops.review.headlines import headlines
from cnai_gitops.review.quota import bars, changed
from cnai_gitops.review.wording import SIGNS, Group, count, groups, lines, looked_at, remarks, summary, titles, verdict

_COLORS = {"+": "32", "-": "31", "~": "33", "stop": "1;31", "warn": "1;33", "note": "36"}
_MARKS = {"stop": "!!", "warn": "! ", "note": "  "}


def render(review: Review, context: ReviewContext) -> str:
    """The whole review; an empty one says what was compared."""
    blocks = [_headlines(review, context)]
    blocks += [_group(group, context) for group in groups(review)]
    if context.findings:
        blocks.append([table.render(ordered(context.findings), context.of_findings(review)).rstrip("\n")])
    moved = changed(context.quota)
    if moved:
        blocks.append(["accelerators at the peak, of the quota", *bars(moved)])
    blocks.append(_summary(review, context))
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _headlines(review: Review, context: ReviewContext) -> list[str]:
    said: list[str] = []
    for headline in headlines(review, context.hatches):
        said.append(_painted(f"{_MARKS[headline.weight]} {headline.text}", headline.weight, context))
        said += [f"     {detail}" for detail in headline.details]
    return said


def _group(group: Group, context: ReviewContext) -> list[str]:
    said = [f"{group.where}  {plain(group.owner)}"]
    names = titles(group.changes)
    room = max(map(len, names))
    for name, change in zip(names, group.changes, strict=True):
        said.append(_object(name, room, change, context))
        said += [f"      {line}" for field in change.fields for line in _field(lines(field, whole=True), context)]
    return said


def _object(name: str, room: int, change: Change, context: ReviewContext) -> str:
    sign = SIGNS[change.kind]
    about = [plain(context.place(change.owner, change.stage)), *remarks(change)]
    said = "   ".join(part for part in about if part)
    return _painted(f"  {sign} {name:{room if said else 0}}", sign, context) + (f"   {said}" if said else "")


def _field(found: Sequence[object], context: ReviewContext) -> Iterator[str]:
    for line in found:
        sign, path, value = (getattr(line, name) for name in ("sign", "path", "value"))
        yield _painted(f"{sign} {path}  {value}".rstrip() if path else f"    {sign}{value}".rstrip(), sign, context)


def _summary(review: Review, context: ReviewContext) -> list[str]:
    parts = [f"{plain(env)}: {summary(review.counts(env))}" for env in review.environments]
    number = review.counts()
    parts.append(f"restarts: {count(number.restarts, 'workload')}")
    base = f" against {plain(context.base)}" if context.base else ""
    return [f"Summary  {'   '.join(parts)}", f"{looked_at(review)}{base}" if review else f"{verdict(review)}{base}"]


def _painted(text: str, what: str, context: ReviewContext) -> str:
    return f"\033[{_COLORS[what]}m{text}\033[0m" if context.color and what in _COLORS else text
