"""One self-contained page: what must be said first, what runs where, accelerators, findings, changes.

Must not: hold a script, fetch anything, or say by colour alone.
"""

from __future__ import annotations

from cnai_gitops.findings import Finding, ordered
from cnai_gitops.findings.formats import place, weight
from cnai_gitops.review import style
from cnai_gitops.review.diff import Review
from cnai_gitops.review.formats import ReviewContext
from cnai_gitops.review.headlines import headlines
from cnai_gitops.review.markup import EMPTY, Markup, join, table, tag
from cnai_gitops.review.overview import Cell, Matrix
from cnai_gitops.review.quota import QuotaRow
from cnai_gitops.review.wording import SIGNS, Group, count, groups, lines, looked_at, remarks, shown, titles, verdict

_LINES = 2_000  # of one owner's changes; the rest is counted
_BAR = 240
_WORDS = {"stop": "Stop", "warn": "Mind", "note": "Note"}
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def render(review: Review, context: ReviewContext) -> str:
    """The page as a whole document."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", context.title),
        tag("style", Markup(style.page())),
    )
    sections = (_top(review, context), _environments(review), _matrix(review, context.matrix), _quota(context), _findings(context), _changes(review, context))
    return f"<!doctype html>\n{tag('html', head, tag('body', tag('main', join(sections))), lang='en')}\n"


def _top(review: Review, context: ReviewContext) -> Markup:
    about = [f"cnai {context.version}" if context.version else "", f"base {context.base}" if context.base else "", looked_at(review)]
    items = []
    for headline in headlines(review, context.hatches):
        details = tag("ul", *(tag("li", detail) for detail in headline.details)) if headline.details else EMPTY
        items.append(tag("li", tag("strong", f"{_WORDS[headline.weight]}: "), headline.text, details, class_=headline.weight))
    first = tag("ul", *items, class_="first") if items else EMPTY
    return join((tag("h1", context.title), tag("p", verdict(review)), tag("p", " · ".join(filter(None, about)), class_="quiet"), first))


def _environments(review: Review) -> Markup:
    rows = []
    for env in review.environments:
        n = review.counts(env)
        rows.append((env, n.added, n.changed, n.removed, n.restarts, n.immutable, n.compared))
    heads = ("environment", "new", "changed", "deleted", "restarts", "refused", "compared")
    return join((tag("h2", "Environments"), table(heads, rows, "objects by environment"))) if rows else EMPTY


def _matrix(review: Review, matrix: Matrix | None) -> Markup:
    if matrix is None or not matrix.rows:
        return EMPTY
    touched = {(change.owner, target.env) for target in review.targets for change in target.changes}
    rows = [(app, *(_cells(row.get(env), (app, env) in touched) for env in matrix.environments)) for app, row in matrix.rows.items()]
    head = tag("h2", "What runs where")
    return join((head, table(("application", *matrix.environments), rows, "models and images by environment; Δ marks what this change touches")))


def _cells(cells: tuple[Cell, ...] | None, touched: bool) -> Markup:
    if cells is None:
        return tag("span", "not deployed", class_="quiet")
    items = [tag("li", tag("strong", "Δ changes"), class_="warn")] if touched else []
    for cell in cells:
        where = f" ({', '.join(cell.clusters)})" if cell.clusters else ""
        what = f"{cell.stage} {cell.what}{where} "
        items.append(tag("li", what, tag("code", shown(cell.digest), title=cell.digest) if cell.digest else EMPTY, class_=None if cell.digest else "warn"))
    return tag("ul", *items, class_="cells")


def _quota(context: ReviewContext) -> Markup:
    if not context.quota:
        return EMPTY
    rows = [(row.env, row.team, row.accelerator, _bar(row), row.words, row.state) for row in context.quota]
    heads = ("environment", "team", "class", "share of the quota", "peak / quota", "state")
    return join((tag("h2", "Accelerators"), table(heads, rows, "most that each team can hold at once")))


def _bar(row: QuotaRow) -> Markup:
    """A bar with a mark where the peak was before."""
    color = {"ok": "taken", "near": "near"}.get(row.state, "over")
    parts = [tag("rect", x=0.5, y=0.5, width=_BAR - 1, height=15, class_="track")]
    parts.append(tag("rect", x=1, y=1, width=round((_BAR - 2) * row.share, 1), height=14, class_=color))
    if row.before is not None and row.before != row.after and row.quota and row.before <= row.quota:
        at = round(_BAR * row.before / row.quota, 1)
        parts.append(tag("line", x1=at, x2=at, y1=0, y2=16, stroke="var(--ink)", stroke_width=2))
    return tag("svg", *parts, viewBox=f"0 0 {_BAR} 16", width=_BAR, height=16, role="img", aria_label=row.words)


def _findings(context: ReviewContext) -> Markup:
    if not context.findings:
        return EMPTY
    rows = [_finding(finding, context) for finding in sorted(ordered(context.findings), key=weight)]
    return join((tag("h2", "Findings"), table(("weight", "rule", "where", "what"), rows, count(len(rows), "finding"))))


def _finding(finding: Finding, context: ReviewContext) -> tuple[Markup, ...]:
    word = "waived" if finding.waiver else finding.severity.value
    color = {"error": "bad", "warning": "warn"}.get(word)
    title = context.titles.get(finding.code, "")
    about = " ".join(part for part in (finding.target, finding.resource, finding.waiver and f"waiver {finding.waiver}") if part)
    notes = [tag("p", part, class_="quiet") for part in (f"help: {finding.help}" if finding.help else "", about, title) if part]
    return tag("span", word, class_=color), tag("code", finding.code), tag("span", place(finding)), join((tag("span", finding.message), *notes))


def _changes(review: Review, context: ReviewContext) -> Markup:
    found = groups(review)
    return join((tag("h2", "Changes"), *(_group(group, context) for group in found))) if found else EMPTY


def _group(group: Group, context: ReviewContext) -> Markup:
    rows: list[Markup] = []
    for name, change in zip(titles(group.changes), group.changes, strict=True):
        source = context.place(change.owner, change.stage)
        rows.append(tag("strong", f"{SIGNS[change.kind]} {name}") if not source else join((tag("strong", f"{SIGNS[change.kind]} {name}"), f"  {source}")))
        rows += [tag("span", f"! {remark}", class_="warn") for remark in remarks(change)]
        for field in change.fields:
            for line in lines(field):
                color = {"+": "good", "-": "bad"}.get(line.sign)
                said = f"{line.path}: {line.value}" if line.path else f"    {line.value}"
                rows.append(tag("span", f"  {line.sign} {said}", class_=color))
    cut = [Markup(f"… {len(rows) - _LINES} of {len(rows)} lines are not shown")] if len(rows) > _LINES else []
    summary = tag("summary", f"{group.where} / {group.owner}: {count(len(group.changes), 'object')}")
    return tag("details", summary, tag("pre", join([*rows[:_LINES], *cut], "\n")))
