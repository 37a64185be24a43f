"""Small tables that objects show of themselves in a notebook: static, escaped, without script.

Must not: compute anything that the objects do not hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from cnai_gitops.findings import Finding, ordered
from cnai_gitops.findings.formats import counts, place
from cnai_gitops.resources.base import Resource
from cnai_gitops.review.diff import Review
from cnai_gitops.review.headlines import headlines
from cnai_gitops.review.markup import EMPTY, Content, Markup, join, table, tag
from cnai_gitops.review.wording import SIGNS, count, groups, looked_at, remarks, shown, titles, verdict
from cnai_gitops.spec.blueprint import Blueprint

_MOST = 200
"""Rows of a card; the rest is counted."""


def blueprint_card(blueprint: Blueprint) -> str:
    """Stages of an application: what they read, write, make and need."""
    rows = [(key, *_stage(stage)) for key, stage in blueprint.stages()]
    about = f"{blueprint.name} of team {blueprint.team}, for {blueprint.purpose}"
    text = tag("p", blueprint.description) if blueprint.description else EMPTY
    extra = tag("p", f"{count(len(blueprint.overrides), 'override')} of emitted fields") if blueprint.overrides else EMPTY
    return _card(join((text, table(("stage", "engine", "reads", "writes", "makes or serves", "accelerator", "schedule"), rows, about), extra)))


def _stage(stage: Any) -> Iterator[str]:
    yield str(getattr(getattr(stage, "engine", None), "kind", "") or "")
    yield ", ".join(getattr(stage, "reads", ()))
    yield ", ".join(getattr(stage, "writes", ()))
    model = getattr(stage, "makes", None) or getattr(stage, "model", None)
    yield str(model or "")
    wanted = getattr(stage, "accelerator", None)
    nodes = getattr(stage, "nodes", 1)
    yield f"{nodes} x {wanted.per_node} {wanted.name}" if wanted else ""
    yield str(getattr(stage, "schedule", None) or "")


def resources_card(resources: Sequence[Resource]) -> str:
    """Kubernetes objects: kind, name, namespace and the stage that made them."""
    rows = [(r.key.kind, r.key.name, r.key.namespace, r.stage) for r in resources]
    return _card(_table(("kind", "name", "namespace", "stage"), rows, count(len(resources), "object")))


def findings_card(findings: Sequence[Finding]) -> str:
    """Findings with their weight, place and advice."""
    said = ", ".join(f"{number} {word}" for word, number in counts(findings).items() if number) or "no findings"
    rows = [(f.waiver and f"waived ({f.waiver})" or f.severity.value, f.code, place(f), f.message, f.help) for f in ordered(findings)]
    return _card(_table(("weight", "rule", "where", "what", "help"), rows, said))


def diff_card(review: Review) -> str:
    """What differs, after what must be said first."""
    rows = []
    for group in groups(review):
        for name, change in zip(titles(group.changes), group.changes, strict=True):
            fields = [f"{f.path}: {shown(f.before)} -> {shown(f.after)}" for f in change.fields[:5]]
            fields += [f"and {count(len(change.fields) - 5, 'other field')}"] if len(change.fields) > 5 else []
            what = join((*fields, *remarks(change)), "<br>")
            rows.append((group.where, f"{SIGNS[change.kind]} {name}", what))
    first = [tag("li", f"{headline.text}{': ' if headline.details else ''}{'; '.join(headline.details)}") for headline in headlines(review)]
    caption = f"{verdict(review)}; {looked_at(review)}" if review else verdict(review)
    return _card(join((tag("ul", *first) if first else EMPTY, _table(("target", "object", "fields"), rows, caption))))


def _table(head: Sequence[Content], rows: Sequence[Sequence[Content]], caption: str) -> Markup:
    if not rows:
        return tag("p", caption)
    more = tag("p", f"{len(rows) - _MOST} of {len(rows)} rows are not shown") if len(rows) > _MOST else EMPTY
    return join((table(head, rows[:_MOST], caption), more))


def _card(content: Markup) -> str:
    return str(tag("div", content, class_="cnai-card"))
