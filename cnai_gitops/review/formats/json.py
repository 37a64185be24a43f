"""JSON for programs, apiVersion cnai/v1.

Must not: lose a field in a minor release, or cut a value.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from cnai_gitops.findings import ordered
from cnai_gitops.findings.formats import document
from cnai_gitops.findings.plain import encode
from cnai_gitops.resources.base import INFINITE
from cnai_gitops.review.diff import Change, Review, TargetReview
from cnai_gitops.review.formats import API_VERSION, ReviewContext
from cnai_gitops.review.headlines import headlines
from cnai_gitops.review.overview import Matrix
from cnai_gitops.review.quota import QuotaRow
from cnai_gitops.review.walk import ABSENT, FieldChange


def render(review: Review, context: ReviewContext) -> str:
    """One JSON object. A field that one side lacks has no `before` or no `after`; null there is a null."""
    return encode(
        {
            "apiVersion": API_VERSION,
            "kind": "Review",
            "title": context.title,
            "base": context.base,
            "version": context.version,
            "summary": asdict(review.counts()),
            "headlines": [asdict(headline) for headline in headlines(review, context.hatches)],
            "notes": list(review.notes),
            "targets": [_target(target, context) for target in review.targets],
            "findings": document(ordered(context.findings), context.of_findings(review))["findings"],
            "quota": [_quota(row) for row in context.quota],
            "hatches": list(context.hatches),
            "matrix": _matrix(context.matrix) if context.matrix else None,
        }
    )


def _target(target: TargetReview, context: ReviewContext) -> dict[str, Any]:
    return {
        "target": target.target,
        **({"base": target.base} if target.base else {}),
        "before": target.before,
        "after": target.after,
        "compared": target.compared,
        "ownersGone": list(target.owners_gone),
        "ownersNew": list(target.owners_new),
        "changes": [_change(change, context) for change in target.changes],
    }


def _change(change: Change, context: ReviewContext) -> dict[str, Any]:
    place = context.place(change.owner, change.stage)
    return {
        "change": change.kind,
        "resource": str(change.key),
        "owner": change.owner,
        "stage": change.stage,
        **({"source": place} if place else {}),
        "restarts": change.restarts,
        "immutable": list(change.immutable),
        "known": change.known,
        "fields": [_field(field) for field in change.fields],
    }


def _field(field: FieldChange) -> dict[str, Any]:
    sides = {"before": field.before, "after": field.after}
    return {"path": field.path, **{side: value for side, value in sides.items() if value is not ABSENT}}


def _quota(row: QuotaRow) -> dict[str, Any]:
    data = {name: getattr(row, name) for name in ("env", "team", "accelerator", "before", "after", "quota", "state")}
    finite = {name: "unbounded" if value == INFINITE else value for name, value in data.items()}
    return {**finite, "unknown": list(row.unknown)}


def _matrix(matrix: Matrix) -> dict[str, Any]:
    return {
        "environments": list(matrix.environments),
        "apps": {app: {env: [asdict(cell) for cell in cells] for env, cells in row.items()} for app, row in matrix.rows.items()},
    }
