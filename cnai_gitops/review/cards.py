"""Cards for notebooks: small tables of a blueprint, of objects, of findings and of a comparison.

Must not: hold a script, or an unescaped character of a name or a value; colour says nothing that words do not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Any

from cnai_gitops.facts.known import built_in
from cnai_gitops.findings import Finding
from cnai_gitops.findings.plain import plain
from cnai_gitops.resources.base import Resource
from cnai_gitops.review.diff import Change, Review
from cnai_gitops.review.formats import headline, shown
from cnai_gitops.spec.blueprint import Blueprint

MOST = 200  # rows of a card; a cell's output is no place for a report
SIGNS = {"+": "+ new", "~": "~ changed", "-": "- gone"}
LEFT = ' style="text-align:left;vertical-align:top"'  # notebooks align cells to the right


def blueprint_card(blueprint: Blueprint) -> str:
    """An application and its stages: engine, data and models, capacity, and when each runs."""
    rows = [(key, _engine(stage), _flow(stage), _capacity(stage), _when(stage)) for key, stage in blueprint.stages()]
    caption = f"{blueprint.name}: team {blueprint.team}, purpose {blueprint.purpose}"
    about = f"<p>{_text(blueprint.description)}</p>" if blueprint.description else ""
    return about + _table(caption, ("stage", "engine", "data and models", "capacity", "runs"), rows)


def resources_card(resources: Sequence[Resource]) -> str:
    """Objects in file order: kind, name, namespace, and the stage that made each."""
    rows = [(r.key.kind, r.key.name, r.key.namespace, r.stage or "-", str(r.body.get("apiVersion", ""))) for r in resources]
    return _table(f"{len(resources)} objects", ("kind", "name", "namespace", "stage", "API"), rows)


def findings_card(findings: Iterable[Finding]) -> str:
    """Findings in their order: weight, place, rule, what is wrong and what to do."""
    found = list(findings)
    if not found:
        return "<p>no findings</p>"
    failing = sum(finding.fails for finding in found)
    rows = [
        (
            f"waived ({f.waiver})" if f.waiver else f.severity.value,
            str(f.location or f.resource or f.target),
            f.code,
            f.message,
            f.help,
        )
        for f in found
    ]
    return _table(f"{failing} of {len(found)} findings fail", ("weight", "where", "rule", "what", "help"), rows)


def diff_card(review: Review) -> str:
    """Owners that are gone and escape hatches, then what changes, a row for each field; restarts and refusals before the fields."""
    rows: list[tuple[str, ...]] = [("", owner, "all its objects are gone", "", "", "") for owner in review.gone]
    rows += [("", "", "escape hatch", hatch, "", "") for hatch in review.hatches]
    rows += [(target.target, target.owner, *row) for target, change in review.all() for row in _change(target.name(change), change)]
    return _table(headline(review), ("target", "owner", "object", "field", "before", "after"), rows)


def _change(name: str, change: Change) -> Iterator[tuple[str, ...]]:
    name = f"{SIGNS[change.sign]} {name}"
    notes = ["restarts its pods"] if change.restarts else []
    notes += [f"cannot change: {', '.join(change.immutable)}"] if change.immutable else []
    if notes or not change.fields:
        yield name, "; ".join(notes), "", ""
    yield from ((name, field.path, shown(field.before), shown(field.after)) for field in change.fields)


# -- stages in words ------------------------------------------------------------------------------------


def _engine(stage: Any) -> str:
    engine = getattr(stage, "engine", None)
    if engine is None:
        return ", ".join(f"{step.name}: {step.engine.kind}" for step in getattr(stage, "steps", ())) or "-"
    return f"{engine.kind}, {stage.runtime}" if _counts(stage, "runtime") else str(engine.kind)


def _flow(stage: Any) -> str:
    if hasattr(stage, "serves"):
        return f"watches {', '.join(stage.serves) or 'every service'}"
    comes, goes = list(stage.reads), list(getattr(stage, "writes", ()))
    if hasattr(stage, "makes"):
        goes.append(f"model {stage.makes}")
    elif getattr(stage, "model", None):
        comes.append(f"model {stage.model}")
    return f"{', '.join(comes) or '-'} → {', '.join(goes)}" if goes else ", ".join(comes) or "-"


def _capacity(stage: Any) -> str:
    request, nodes = getattr(stage, "accelerator", None), getattr(stage, "nodes", 1)
    if request is None:
        return "-"
    return f"{request.per_node} {request.type}" + (f" on each of {nodes} nodes" if nodes > 1 else "")


def _when(stage: Any) -> str:
    if hasattr(stage, "signals"):
        return ", ".join(signal.words for signal in stage.signals if signal.words != signal.kind) or "always"
    if hasattr(stage, "scaling"):
        kinds = ", ".join(trigger.kind for trigger in stage.replicas.triggers)
        return f"always, scaled by {kinds}" if _counts(stage, "scaling") else "always"
    return f"{stage.schedule} {stage.timezone}" if stage.schedule else "when started"


def _counts(stage: Any, field: str) -> bool:
    """True when the stage has this field and its engine honours it."""
    return hasattr(stage, field) and field in stage.engine.honoured(stage, built_in())


# -- HTML -----------------------------------------------------------------------------------------------


def _table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    parts = [f"<table><caption{LEFT}><strong>{_text(caption)}</strong></caption>"]
    if rows:
        parts.append(f"<thead><tr>{''.join(f'<th{LEFT}>{_text(title)}</th>' for title in head)}</tr></thead><tbody>")
        parts += [f"<tr>{''.join(f'<td{LEFT}>{_text(cell)}</td>' for cell in row)}</tr>" for row in rows[:MOST]]
        if len(rows) > MOST:
            parts.append(f'<tr><td{LEFT} colspan="{len(head)}">{len(rows) - MOST} more rows are not shown</td></tr>')
        parts.append("</tbody>")
    return "\n".join([*parts, "</table>"])


def _text(text: str) -> str:
    return escape(plain(text))
