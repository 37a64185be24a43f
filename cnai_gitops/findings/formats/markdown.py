"""A Markdown table for step summaries and comments.

Must not: exceed the budget of a comment, or let text become markup, a link or a mention.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from cnai_gitops.findings import Finding
from cnai_gitops.findings.formats import ReportContext, place, summary, weight
from cnai_gitops.findings.plain import plain

_BUDGET = 60_000  # characters; GitHub takes 65,536
_RESERVE = 200  # for the line that says what was cut
_CELL = 1_000
_SIGNS = ("❌ error", "⚠️ warning", "ℹ️ info", "⏸️ waived")  # noqa: RUF001 - the information sign
_MARKUP = re.compile(r"[&<>\"'\\`*_{}\[\]()#+!|~$-]")


def render(findings: Sequence[Finding], context: ReportContext) -> str:
    """The summary, then a table, the worst first; rows beyond the budget are counted in the last line."""
    head = f"**cnai**: {text(summary(findings, context))}\n"
    if not findings:
        return head
    parts = [head, "\n|  | where | rule | message |\n|---|---|---|---|\n"]
    left = _BUDGET - _RESERVE - sum(map(len, parts))
    ranked = sorted(findings, key=weight)
    shown = 0
    for finding in ranked:
        row = _row(finding)
        if len(row) > left:
            break
        parts.append(row)
        left -= len(row)
        shown += 1
    if shown < len(ranked):
        parts.append(f"\n{len(ranked) - shown} of {len(ranked)} findings are not shown; see the full report.\n")
    return "".join(parts)


def _row(finding: Finding) -> str:
    about = ", ".join(part for part in (finding.target, finding.resource, finding.waiver and f"waiver {finding.waiver}") if part)
    message = text(finding.message)
    message += f" <br>help: {text(finding.help)}" if finding.help else ""
    message += f" <br>{text(about)}" if about else ""
    return f"| {_SIGNS[weight(finding)]} | {text(place(finding))} | {text(finding.code)} | {message} |\n"


def text(value: str) -> str:
    """Words that stay words in Markdown: no markup, HTML, link or mention comes out of them; at most 1,000 characters."""
    short = value if len(value) <= _CELL else f"{value[:_CELL]}… ({len(value) - _CELL} more characters)"
    entities = _MARKUP.sub(lambda match: f"&#{ord(match[0])};", plain(short))
    # An empty comment ends the word, so that "@name", "#12" and "https://" are not made into links.
    return (
        entities.replace("@", "@<!-- -->").replace("&#35;", "&#35;<!-- -->").replace("://", ":<!-- -->//").replace("www.", "www<!-- -->.")
    )
