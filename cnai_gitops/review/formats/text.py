"""A review for the terminal.

Must not: colour anything; words and signs say it all.
"""

from __future__ import annotations

from cnai_gitops.findings import Severity
from cnai_gitops.findings.plain import plain
from cnai_gitops.review.diff import Review
from cnai_gitops.review.formats import headline, shown, warnings
from cnai_gitops.review.page import ReviewPage
from cnai_gitops.review.quota import bar


def render(review: Review, context: ReviewPage) -> str:
    """Warnings first, then every object with its fields, then quotas and the count."""
    lines = [plain(f"{context.title} (base: {context.base})"), ""]
    first = warnings(review)
    lines += [f"!  {plain(line)}" for line in first] + ([""] if first else [])
    for target in review.targets:
        if not target.changes:
            continue
        lines.append(plain(f"{target.target}  {target.owner}"))
        for change in target.changes:
            lines.append(f"  {change.sign} {plain(target.name(change))}")
            lines += [f"      {plain(f.path):<56} {shown(f.before)} -> {shown(f.after)}" for f in change.fields]
        lines.append("")
    if context.quota:
        lines.append("accelerators at the peak, of the quota")
        lines += [f"  {r.env:<9} {r.team:<10} {r.accelerator:<8} {bar(r)}" for r in context.quota]
        lines.append("")
    if context.judged:
        failing = [f for f in context.findings if f.fails]
        warned = sum(f.severity is Severity.WARNING and not f.waiver for f in context.findings)
        waived = sum(bool(f.waiver) for f in context.findings)
        lines.append(f"checks: {len(failing)} error(s), {warned} warning(s), {waived} waived")
        lines += [*dict.fromkeys(plain(f"  {f.location or f.resource}: {f.code}: {f.message}") for f in failing)][:20]
    lines.append(headline(review))
    return "\n".join(lines) + "\n"
