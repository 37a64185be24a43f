"""A review for programs.

Must not: leave out what another format shows.
"""

from __future__ import annotations

from dataclasses import asdict

from cnai_gitops.findings.plain import encode
from cnai_gitops.review.diff import Review
from cnai_gitops.review.formats import headline, warnings
from cnai_gitops.review.page import ReviewPage


def render(review: Review, context: ReviewPage) -> str:
    """The whole review as JSON; fields are only ever added to it."""
    targets = [
        {
            "target": t.target,
            "owner": t.owner,
            "compared": t.compared,
            "changes": [
                {
                    "sign": c.sign,
                    "resource": str(c.key),
                    "restarts": c.restarts,
                    "immutable": list(c.immutable),
                    "fields": [{"path": f.path, "before": f.before, "after": f.after} for f in c.fields],
                }
                for c in t.changes
            ],
        }
        for t in review.targets
    ]
    return encode(
        {
            "apiVersion": "cnai/v1",
            "kind": "Review",
            "version": context.version,
            "title": context.title,
            "base": context.base,
            "summary": headline(review),
            "warnings": warnings(review),
            "gone": list(review.gone),
            "uncompared": list(review.uncompared),
            "hatches": list(review.hatches),
            "targets": targets,
            "quota": [asdict(row) for row in context.quota],
            "findings": [{"code": f.code, "message": f.message, "fails": f.fails, "waiver": f.waiver} for f in context.findings],
        }
    )
