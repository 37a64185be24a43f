"""A review as one page that needs nothing else: no script, no request, light and dark.

Must not: hold an unescaped character of a name or a value.
"""

from __future__ import annotations

from html import escape

from cnai_gitops.findings.plain import plain
from cnai_gitops.review.diff import Review, TargetReview
from cnai_gitops.review.formats import headline, shown, warnings
from cnai_gitops.review.page import QuotaRow, ReviewPage

STYLE = """
:root{color-scheme:light dark;--ink:#1b1f24;--paper:#fff;--line:#8c959f;--add:#0b5d2a;--del:#8f1414;--mod:#0a4a8f;--soft:#eef1f4}
@media(prefers-color-scheme:dark){:root{--ink:#e8ebee;--paper:#14171a;--line:#6b7580;--add:#7ee2a0;--del:#ffa0a0;--mod:#9cc8ff;
  --soft:#20252a}
}
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);margin:2rem auto;max-width:72rem;padding:0 1rem}
table{border-collapse:collapse;width:100%}
th,td{border:1px solid var(--line);padding:.3rem .6rem;text-align:left;vertical-align:top;overflow-wrap:break-word}
th{background:var(--soft)}
.box{overflow-x:auto}
code{font-size:.9em}
.add{color:var(--add)}
.del{color:var(--del)}
.mod{color:var(--mod)}
summary{cursor:pointer;font-weight:600;margin:.5rem 0}
.first{border-left:.4rem solid var(--del);padding-left:.8rem}
"""
CLASSES = {"+": "add", "-": "del", "~": "mod"}


def render(review: Review, context: ReviewPage) -> str:
    """The whole page."""
    first = warnings(review)
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        f"<title>{_text(context.title)}</title><style>{STYLE}</style></head><body>",
        f"<h1>{_text(context.title)}</h1><p><strong>{_text(headline(review))}</strong> Base: {_text(context.base)}.</p>",
    ]
    if first:
        parts.append(
            "<section class=first><h2>Read first</h2><ul>" + "".join(f"<li>{_text(line)}</li>" for line in first) + "</ul></section>"
        )
    if context.judged:
        parts.append(_findings(context))
    if context.quota:
        parts.append("<h2>Accelerators at the peak</h2>" + "".join(_bar(row) for row in context.quota))
    parts.append("<h2>Changes</h2>" + _matrix(review) + "".join(_target(target) for target in review.targets if target.changes))
    parts.append(f"<p>cnai {_text(context.version)}, {review.compared} objects compared.</p></body></html>")
    return "\n".join(parts) + "\n"


def _text(text: object) -> str:
    return escape(plain(str(text)))


def _matrix(review: Review) -> str:
    rows = "".join(
        f"<tr><td>{_text(t.target)}</td><td>{_text(t.owner)}</td><td class=add>+{t.count('+')}</td><td class=mod>~{t.count('~')}</td>"
        f"<td class=del>-{t.count('-')}</td><td>{sum(c.restarts for c in t.changes)}</td><td>{t.compared}</td></tr>"
        for t in review.targets
    )
    names = ("target", "owner", "new", "changed", "gone", "restarts", "compared")
    head = "<tr>" + "".join(f"<th>{name}</th>" for name in names) + "</tr>"
    return f"<div class=box><table>{head}{rows}</table></div>"


def _target(target: TargetReview) -> str:
    rows = []
    for change in target.changes:
        name = _text(f"{change.sign} {target.name(change)}")
        rows.append(f'<tr><th colspan=3 class="{CLASSES[change.sign]}">{name}</th></tr>')
        for field in change.fields:
            before, after = _text(shown(field.before)), _text(shown(field.after))
            rows.append(f"<tr><td><code>{_text(field.path)}</code></td><td class=del>{before}</td><td class=add>{after}</td></tr>")
    head = "<tr><th>field</th><th>before</th><th>after</th></tr>"
    title = f"{_text(target.target)} {_text(target.owner)}"
    return f"<details><summary>{title}</summary><div class=box><table>{head}{''.join(rows)}</table></div></details>"


def _findings(context: ReviewPage) -> str:
    if not context.findings:
        return "<h2>Checks</h2><p>No findings.</p>"
    cells = ((("waived" if f.waiver else f.severity.value), f.code, f.location or f.resource, f.message) for f in context.findings)
    rows = "".join("<tr>" + "".join(f"<td>{_text(cell)}</td>" for cell in row) + "</tr>" for row in cells)
    head = "<tr><th>weight</th><th>rule</th><th>place</th><th>what</th></tr>"
    return f"<h2>Checks</h2><div class=box><table>{head}{rows}</table></div>"


def _bar(row: QuotaRow) -> str:
    """One bar: what is held of the quota, in words and as a picture."""
    peak, quota = row.after, row.quota
    words = (
        f"{row.env} {row.team} {row.accelerator}: "
        + ("unbounded" if peak is None else f"{peak:g}")
        + (f" of {quota:g}" if quota else ", no quota")
    )
    share = 1.0 if peak is None or not quota else min(1.0, peak / quota)
    over = peak is None or (quota is not None and peak > quota)
    color = "var(--del)" if over else "var(--mod)"
    picture = (
        f'<svg role="img" width="320" height="16" viewBox="0 0 320 16"><title>{_text(words)}</title>'
        f'<rect width="320" height="16" fill="var(--soft)"/><rect width="{round(320 * share)}" height="16" fill="{color}"/></svg>'
    )
    return f"<p>{_text(words)}{' (over)' if over else ''}<br>{picture}</p>"
