"""The one comment on a pull request: verdict, table, findings, then differences as far as they fit.

Must not: exceed the budget of a comment, leave a tag open, or let others' text become markup, a link or a mention.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cnai_gitops.findings import Finding, ordered
from cnai_gitops.findings.formats import counts, place, weight
from cnai_gitops.findings.formats.markdown import text
from cnai_gitops.findings.plain import plain
from cnai_gitops.review.diff import Change, Review
from cnai_gitops.review.formats import ReviewContext
from cnai_gitops.review.headlines import Headline, headlines
from cnai_gitops.review.quota import bars, changed
from cnai_gitops.review.wording import SIGNS, Group, count, groups, lines, looked_at, remarks, titles, verdict

MARKER = "<!-- cnai:report -->"
BUDGET = 60_000
"""Characters; GitHub takes 65,536."""

_RESERVE = 2_500  # for names of what did not fit, and the last line
_SHARE = 12_000  # most that headlines, findings or quotas take each
_BLOCK = 10_000  # most that one collapsed difference takes
_MARKS = {"stop": "⛔", "warn": "⚠️", "note": "▪️"}
_SIGNS = ("❌ **error**", "⚠️ **warning**", "▪️ info", "⏸️ waived")


def render(review: Review, context: ReviewContext) -> str:
    """The comment, found again by its first line; one sentence when there is nothing to say."""
    said = counts(context.findings)
    found = [count(number, word) for word, number in said.items() if number and word in ("error", "warning")]
    found += [f"{said['waived']} waived"] if said["waived"] else []
    first = headlines(review, context.hatches)
    if not review and not found and not any(headline.weight == "stop" for headline in first):
        return f"{MARKER}\ncnai: {text(verdict(review))}.\n"
    parts = [f"{MARKER}\n### cnai: {_verdict(review)}{''.join(f' · {part}' for part in found)}\n\n"]
    parts += [_table(review, context.findings), _first(first), _findings(context), _quota(context)]
    left = BUDGET - _RESERVE - sum(map(len, parts))
    blocks, names = _blocks(review, context, left)
    return "".join([*parts, *blocks, _cut(names), _foot(review, context)])


def _verdict(review: Review) -> str:
    if not review:
        return text(verdict(review))
    number = [(env, n) for env in review.environments if (n := review.counts(env).total)]
    said = [f"{count(n, 'object')} change{'s' if n == 1 else ''} in **{text(env[:50])}**" for env, n in number[:6]]
    return ", ".join(said) + (f" and in {count(len(number) - 6, 'other environment')}" if len(number) > 6 else "")


def _table(review: Review, findings: Sequence[Finding]) -> str:
    rows = ["| env | + | ~ | - | restarts | refused | findings | compared |\n|---|---|---|---|---|---|---|---|\n"]
    for env in review.environments:
        number = review.counts(env)
        mine = counts([finding for finding in findings if finding.target.partition("/")[0] == env])
        said = ", ".join(f"{n} waived" if word == "waived" else count(n, word) for word, n in mine.items() if n) or "none"
        cells = (text(env), number.added, number.changed, number.removed, number.restarts, number.immutable, said, number.compared)
        rows.append(f"| {' | '.join(map(str, cells))} |\n")
    return _fitting(rows, "environments") + "\n"


def _first(found: Sequence[Headline]) -> str:
    rows = []
    for headline in found:
        rows.append(f"- {_MARKS[headline.weight]} **{text(headline.text)}**\n")
        rows += [f"  - {text(detail)}\n" for detail in headline.details[:10]]
        rows += [f"  - and {len(headline.details) - 10} more\n"] if len(headline.details) > 10 else []
    return _fitting(rows, "statements") + "\n" if rows else ""


def _findings(context: ReviewContext) -> str:
    rows = []
    titles_ = {finding.code: context.titles.get(finding.code, "") for finding in context.findings}
    for finding in sorted(ordered(context.findings), key=weight):
        about = ", ".join(part for part in (finding.target, finding.waiver and f"waiver {finding.waiver}") if part)
        title = titles_[finding.code]
        said = f"- {_SIGNS[weight(finding)]} {text(finding.code)} {text(place(finding))} {text(finding.message)}"
        said += f" ({text(about)})" if about else ""
        said += f"<br>{text(title)}" if title else ""
        said += f"<br>help: {text(finding.help)}" if finding.help else ""
        rows.append(f"{said}\n")
    return "**Findings**\n\n" + _fitting(rows, "findings") + "\n" if rows else ""


def _quota(context: ReviewContext) -> str:
    moved = changed(context.quota)
    if not moved:
        return ""
    body = _fitting([f"{line}\n" for line in bars(moved)], "lines")
    return _details(f"accelerators at the peak, of the quota ({count(len(moved), 'row')})", body, "text")


def _fitting(rows: Sequence[str], word: str) -> str:
    """As many rows as the share allows, and how many were left out."""
    size = 0
    for i, row in enumerate(rows):
        size += len(row)
        if size > _SHARE:
            return "".join(rows[:i]) + f"\n{len(rows) - i} of {len(rows)} {word} are not shown; see the full report.\n"
    return "".join(rows)


# -- collapsed differences ------------------------------------------------------------------------------


def _blocks(review: Review, context: ReviewContext, left: int) -> tuple[list[str], list[str]]:
    """Whole blocks in order of weight while they fit, and the names of the others."""
    ranked = sorted(groups(review), key=_weight)
    blocks: list[str] = []
    names: list[str] = []
    for group in ranked:
        block = _details(f"{group.where} / {plain(group.owner)}: {_said(group.changes)}", _body(group, context), "diff")
        if len(block) <= left:
            blocks.append(block)
            left -= len(block)
        else:
            names.append(f"{group.where} / {plain(group.owner)} ({_said(group.changes)})")
    return blocks, names


def _weight(group: Group) -> tuple[int, int]:
    """Deletions and refusals first, then restarts, then the rest, the small before the large."""
    grave = any(change.kind == "removed" or change.immutable for change in group.changes)
    rank = 0 if grave else 1 if any(change.restarts for change in group.changes) else 2
    return rank, len(group.changes)


def _said(changes: Sequence[Change]) -> str:
    words = {"changed": "changed", "added": "new", "removed": "deleted"}
    numbers = [(sum(change.kind == kind for change in changes), word) for kind, word in words.items()]
    return ", ".join(f"{n} {word}" for n, word in numbers if n)


def _body(group: Group, context: ReviewContext) -> str:
    rows: list[str] = []
    for name, change in zip(titles(group.changes), group.changes, strict=True):
        rows += _object(name, change, context)
    size = 0
    for i, row in enumerate(rows):
        size += len(row) + 1
        if size > _BLOCK:
            return "\n".join(rows[:i]) + f"\n… {len(rows) - i} of {len(rows)} lines are not shown; see the full report\n"
    return "\n".join(rows) + "\n"


def _object(name: str, change: Change, context: ReviewContext) -> Iterator[str]:
    sign = {"~": " "}.get(SIGNS[change.kind], SIGNS[change.kind])
    source = plain(context.place(change.owner, change.stage))
    yield f"{sign} {name}" + (f"  ({source})" if source else "")
    yield from (f"! {remark}" for remark in remarks(change))
    for field in change.fields:
        for line in lines(field):
            shown = f"{line.path}: {line.value}" if line.path else f"  {line.value}"
            yield f"{line.sign if line.sign in '+-' else ' '}   {shown}".rstrip()


def _details(title: str, body: str, language: str) -> str:
    """A collapsed block of code; its fence is longer than any that the body has."""
    longest = max((len(run) for run in re.findall(r"`+", body)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"<details><summary>{text(title)}</summary>\n\n{fence}{language}\n{body}{fence}\n</details>\n\n"


def _cut(names: Sequence[str]) -> str:
    if not names:
        return ""
    said, room = [], _RESERVE - 1_000
    for name in names:
        item = text(name)
        room -= len(item) + 2
        if room < 0:
            break
        said.append(item)
    more = f"{', and' if said else ''} {len(names) - len(said)} more" if len(said) < len(names) else ""
    return f"{count(len(names), 'difference')} did not fit into this comment: {', '.join(said)}{more}.\n\n"


def _foot(review: Review, context: ReviewContext) -> str:
    parts = [f"cnai {text(context.version)}" if context.version else "cnai", looked_at(review)]
    parts += [f"base {text(context.base[:100])}"] if context.base else []
    parts += [f"full report: {text(context.report[:300])}"] if context.report else []
    return f"<sub>{' · '.join(parts)}</sub>\n"
