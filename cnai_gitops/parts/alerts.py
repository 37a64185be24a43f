"""One alert of a PrometheusRule, in the form that all of ours have.

Must not: know a metric.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnai_gitops.resources.monitoring.model import Rule


def alert(app: str, name: str, expr: str, *, wait: str, severity: str, summary: str, labels: Mapping[str, str], runbook: str = "") -> Rule:
    """An alert that fires when `expr` has held for `wait`; `labels` say whose it is."""
    notes = {"summary": summary, **({"runbook_url": runbook} if runbook else {})}
    return {
        "alert": alert_name(app, name),
        "expr": expr,
        "for": wait,
        "labels": {"severity": severity, "app": app, **labels},
        "annotations": notes,
    }


def alert_name(app: str, name: str) -> str:
    """`FraudDetectionDataDrift`."""
    return "".join(part.title() for part in app.split("-")) + name
