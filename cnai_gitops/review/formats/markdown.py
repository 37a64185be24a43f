"""A review as the one comment of a pull request, within what hosts take.

Must not: exceed the budget, leave a tag open, or let hostile names become markup.
"""

from __future__ import annotations

from collections.abc import Iterable

from cnai_gitops.findings.plain import plain
from cnai_gitops.review.diff import Review, TargetReview
from cnai_gitops.review.formats import headline, shown, warnings
from cnai_gitops.review.page import ReviewPage
from cnai_gitops.review.quota import bar

MARKER = "<!-- cnai:report -->"
BUDGET = 60_000
"""Characters; GitHub takes 65,536."""


def render(review: Review, context: ReviewPage) -> str:
    """Verdict, what to read first, a table, findings, quotas, then collapsed details as far as the budget goes."""
    failing = [f for f in context.findings if f.fails]
    verdict = f" · {len(failing)} error(s)" if context.judged else ""
    head = [MARKER, f"### cnai: {headline(review)}{verdict}", "", f"{_text(context.title)}, base {_text(context.base)}", ""]
    head += [f"- **{_text(line)}**" for line in warnings(review)[:40]]
    more = len(warnings(review)) - 40
    head += [f"- … and {more} more"] if more > 0 else []
    head += ["", "| target | owner | + | ~ | - | restarts |", "|---|---|---|---|---|---|"]
    head += [_row(target) for target in review.targets if target.changes] or ["| - | - | 0 | 0 | 0 | 0 |"]
    if failing:
        head += ["", *_once(f"- `{_code(str(f.location or f.resource))}` {_text(f.code)}: {_text(f.message)}" for f in failing)[:30]]
    if context.quota:
        head += ["", "```", *(f"{r.env:<9} {r.team:<10} {r.accelerator:<8} {bar(r)}" for r in context.quota), "```"]
    foot = f"\n<sub>cnai {context.version} · {review.compared} objects compared</sub>\n"
    text = "\n".join(_fitting(head)) + "\n"
    left_out = []
    for target in sorted((t for t in review.targets if t.changes), key=_weight):
        block = _details(target)
        if len(text) + len(block) + len(foot) + 2000 > BUDGET:
            left_out.append(f"{target.target} {target.owner}")
        else:
            text += block
    if left_out:
        text += f"\n{len(left_out)} more not shown for length: {_text(', '.join(left_out))[:1500]}\n"
    return text + foot


def _once(lines: Iterable[str]) -> list[str]:
    """The lines without repetitions: one sentence may hold for many targets."""
    return list(dict.fromkeys(lines))


def _fitting(lines: list[str]) -> list[str]:
    """The lines that fit into half of the budget, whole, and how many did not; a code fence is never left open."""
    kept: list[str] = []
    size = 0
    for i, line in enumerate(lines):
        size += len(line) + 1
        if size > BUDGET // 2:
            return [*kept, *(["```"] if kept.count("```") % 2 else []), f"… {len(lines) - i} more line(s) not shown for length"]
        kept.append(line)
    return kept


def _weight(target: TargetReview) -> tuple[int, int]:
    """Deletions and restarts first, then the small ones."""
    return (-sum(c.sign == "-" or c.restarts for c in target.changes), len(target.changes))


def _row(target: TargetReview) -> str:
    restarts = sum(change.restarts for change in target.changes)
    cells = (_text(target.target), _text(target.owner), *(target.count(sign) for sign in "+~-"), restarts)
    return "| " + " | ".join(map(str, cells)) + " |"


def _details(target: TargetReview) -> str:
    lines = ["", f"<details><summary>{_text(target.target)} {_text(target.owner)}</summary>", "", "```diff"]
    for change in target.changes:
        sign = " " if change.sign == "~" else change.sign
        lines.append(_code(f"{sign}{target.name(change)}"))
        for field in change.fields:
            lines += [_code(f"-  {field.path}  {shown(field.before)}")] if field.before is not None else []
            lines += [_code(f"+  {field.path}  {shown(field.after)}")] if field.after is not None else []
    return "\n".join([*lines, "```", "</details>", ""])


def _code(text: str) -> str:
    """Text inside a code block or span: it cannot end it."""
    return plain(text).replace("`", "'")


def _text(text: str) -> str:
    """Text outside code: no markup, no HTML, no mention."""
    safe = plain(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("@", "&#64;")
    return "".join(f"\\{c}" if c in "\\`*_[]|~" else c for c in safe)
