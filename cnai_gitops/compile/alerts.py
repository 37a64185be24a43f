"""Alerts of a service: two burn rates over two windows each, and drift with its staleness.

Must not: know a serving engine; metric names come from the runtime's facts.
"""

from __future__ import annotations

from typing import Any

from cnai_gitops.contract.context import Context
from cnai_gitops.facts.runtimes import Runtime
from cnai_gitops.spec.base import seconds

BURNS = ((14.4, "1h", "5m", "2m", "page"), (6.0, "6h", "30m", "15m", "page"), (1.0, "3d", "6h", "1h", "ticket"))
"""(factor, long window, short window, for, severity) of multi-window burn-rate alerts; source: SRE workbook, chapter 5."""


def slo_rules(context: Context, service: Context) -> list[dict[str, Any]]:
    """Rule groups for the availability and latency of one service."""
    slo = context.stage.slo
    runtime: Runtime = service.stage.engine.runtime(service.stage, service.facts)
    rules: list[dict[str, Any]] = []
    if slo.availability is not None:
        rules += _availability(context, service, runtime, slo.availability)
    if slo.p99_ms is not None:
        rules.append(_latency(context, service, runtime, slo.p99_ms))
    return [{"name": f"{service.name}.slo", "interval": "30s", "rules": rules}] if rules else []


def _selector(service: Context) -> str:
    return f'namespace="{service.namespace}",service=~"{service.name}(-canary|-previous)?-metrics"'


def _availability(context: Context, service: Context, runtime: Runtime, target: float) -> list[dict[str, Any]]:
    budget = round((100 - target) / 100, 6)
    record = "cnai:errors:ratio_"
    labels = {"app": service.blueprint.name, "service": service.name}
    windows = dict.fromkeys(window for _, long, short, _, _ in BURNS for window in (long, short))
    rules: list[dict[str, Any]] = [
        {"record": record + window, "expr": _error_ratio(service, runtime, window), "labels": labels} for window in windows
    ]
    match = f'{{app="{service.blueprint.name}",service="{service.name}"}}'
    for factor, long, short, wait, severity in BURNS:
        bound = f"{factor * budget:.6g}"
        rules.append(
            _alert(
                context,
                service,
                f"ErrorBudgetBurn{long}",
                f"{record}{long}{match} > {bound} and {record}{short}{match} > {bound}",
                wait,
                severity,
                _burn(service.name, factor, long, target),
            )
        )
    return rules


def _burn(name: str, factor: float, window: str, target: float) -> str:
    pace = "as fast as it may" if factor == 1 else f"{factor:g} times as fast as it may"
    return f"{name} spends its error budget {pace}, over the last {window}; it promises {target:g} %"


def _error_ratio(service: Context, runtime: Runtime, window: str) -> str:
    selector = _selector(service)
    if not runtime.errors:  # a runtime that counts no errors: the share of scrapes that failed stands for them
        return f"1 - avg(avg_over_time(up{{{selector}}}[{window}]))"
    errors = f"sum(rate({runtime.errors}{{{selector}}}[{window}]))"
    return f"{errors} / clamp_min({errors} + sum(rate({runtime.requests}{{{selector}}}[{window}])), 1e-9)".replace("1e-9", "0.000001")


def _latency(context: Context, service: Context, runtime: Runtime, bound_ms: float) -> dict[str, Any]:
    expr = runtime.p99_ms.replace("SELECTOR", _selector(service))
    summary = f"99 % of the answers of {service.name} should take less than {bound_ms:g} ms"
    return _alert(context, service, "LatencyP99", f"{expr} > {bound_ms:g}", "5m", "page", summary)


def drift_rules(context: Context) -> dict[str, Any]:
    """Rule group for drift past its threshold, and for a drift job that stopped reporting."""
    drift = context.stage.drift
    match = f'{{app="{context.blueprint.name}",environment="{context.target.env}",method="{drift.method}"}}'
    age = 2 * seconds(drift.window) + 86400
    return {
        "name": f"{context.blueprint.name}.drift",
        "interval": "1m",
        "rules": [
            _alert(
                context,
                context,
                "DataDrift",
                f"max by (app, model) (cnai_drift_score{match}) > {drift.threshold:g}",
                "15m",
                "ticket",
                f"inputs of {context.blueprint.name} have drifted ({drift.method} above {drift.threshold:g}); {_then(drift.then)}",
            ),
            _alert(
                context,
                context,
                "DriftStale",
                f"time() - max by (app) (cnai_drift_window_end_timestamp{match}) > {age}",
                "15m",
                "ticket",
                f"no drift result of {context.blueprint.name} for more than {age // 3600} hours",
            ),
        ],
    }


def _then(action: str) -> str:
    return "a retraining starts; what it makes is released by a pull request" if action == "retrain" else "decide whether to retrain"


def _alert(context: Context, service: Context, name: str, expr: str, wait: str, severity: str, summary: str) -> dict[str, Any]:
    app = service.blueprint.name
    labels = {
        "severity": severity,
        "app": app,
        "team": service.blueprint.team,
        "environment": context.target.env,
        "namespace": context.namespace,
    }
    notes = {"summary": summary, **({"runbook_url": context.stage.runbook} if context.stage.runbook else {})}
    alert = "".join(part.title() for part in app.split("-")) + name
    return {"alert": alert, "expr": expr, "for": wait, "labels": labels, "annotations": notes}
