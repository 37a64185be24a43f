"""Slo: what a service promises, as alerts on the speed at which it spends its error budget.

Must not: know a serving engine; metric names come from the runtime's facts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Literal

from annotated_types import Gt, Le

from cnai_gitops.contract.context import Context
from cnai_gitops.contract.roles import Signal, engine_of
from cnai_gitops.facts.runtimes import Runtime
from cnai_gitops.parts.alerts import alert
from cnai_gitops.spec.observe import Observe
from cnai_gitops.spec.serve import Serve

if TYPE_CHECKING:
    from cnai_gitops.resources.monitoring.model import Group as RuleGroup
    from cnai_gitops.resources.monitoring.model import Rule

BURNS = ((14.4, "1h", "5m", "2m", "page"), (6.0, "6h", "30m", "15m", "page"), (1.0, "3d", "6h", "1h", "ticket"))
"""(factor, long window, short window, for, severity) of multi-window burn-rate alerts; source: SRE workbook, chapter 5."""


class Slo(Signal):
    """Service level: share of good answers in percent, and the latency in milliseconds that 99 % of them must meet."""

    kind: Literal["slo"] = "slo"
    availability: Annotated[float, Gt(0), Le(99.999)] | None = None
    """good answers in percent"""
    p99_ms: Annotated[float, Gt(0)] | None = None
    """milliseconds within which 99 % of the answers come"""

    def rules(self, context: Context[Observe], services: Sequence[Context[Serve]]) -> Iterator[RuleGroup]:
        """A group for each service that has a promise to keep. No answer at all has neither errors nor a latency: that is an alert, too."""
        for service in services:
            runtime = engine_of(service).runtime(service.stage, service.facts)
            rules: list[Rule] = []
            if self.availability is not None:
                rules += _availability(context, service, runtime, self.availability)
            if self.p99_ms is not None:
                rules.append(_latency(context, service, runtime, self.p99_ms))
            if rules:
                if engine_of(service).least(service.stage):
                    rules.append(_outage(context, service))
                yield {"name": f"{service.name}.slo", "interval": "30s", "rules": rules}


def _selector(service: Context[Serve]) -> str:
    return f'namespace="{service.namespace}",service=~"{service.name}(-canary|-previous)?-metrics"'


def _availability(context: Context[Observe], service: Context[Serve], runtime: Runtime, target: float) -> Iterator[Rule]:
    app = service.blueprint.name
    budget = round((100 - target) / 100, 6)
    record = "cnai:errors:ratio_"
    labels = {"app": app, "service": service.name}
    for window in dict.fromkeys(window for _, long, short, _, _ in BURNS for window in (long, short)):
        yield {"record": record + window, "expr": _error_ratio(service, runtime, window), "labels": labels}
    match = f'{{app="{app}",service="{service.name}"}}'
    for factor, long, short, wait, severity in BURNS:
        bound = f"{factor * budget:.6g}"
        pace = "as fast as it may" if factor == 1 else f"{factor:g} times as fast as it may"
        yield alert(
            app,
            f"ErrorBudgetBurn{long}",
            f"{record}{long}{match} > {bound} and {record}{short}{match} > {bound}",
            wait=wait,
            severity=severity,
            summary=f"{service.name} spends its error budget {pace}, over the last {long}; it promises {target:g} %",
            labels=context.alert_labels,
            runbook=context.stage.runbook,
        )


def _error_ratio(service: Context[Serve], runtime: Runtime, window: str) -> str:
    selector = _selector(service)
    if not runtime.errors:  # a runtime that counts no errors: the share of scrapes that failed stands for them
        return f"1 - avg(avg_over_time(up{{{selector}}}[{window}]))"
    errors, total = (f"sum(rate({counter}{{{selector}}}[{window}]))" for counter in (runtime.errors, runtime.requests))
    if not runtime.requests_count_errors:
        # a counter that has no sample yet is a sum of nothing, and anything plus that is nothing
        total = f"({errors} + ({total} or vector(0)))"
    return f"{errors} / clamp_min({total}, 0.000001)"


def _outage(context: Context[Observe], service: Context[Serve]) -> Rule:
    """No replica answers Prometheus, or those that there are say that they are not ready (kube-state-metrics tells)."""
    endpoints = _selector(service).replace("service=~", "endpoint=~")
    ready, waiting = (f'count(kube_endpoint_address{{{endpoints},ready="{word}"}})' for word in ("true", "false"))
    return alert(
        service.blueprint.name,
        "Outage",
        f"absent(up{{{_selector(service)}}} == 1) or ({waiting} unless {ready})",
        wait="5m",
        severity="page",
        summary=f"no replica of {service.name} is ready",
        labels={**context.alert_labels, "service": service.name},
        runbook=context.stage.runbook,
    )


def _latency(context: Context[Observe], service: Context[Serve], runtime: Runtime, bound_ms: float) -> Rule:
    expr = runtime.p99_ms.replace("SELECTOR", _selector(service))
    return alert(
        service.blueprint.name,
        "LatencyP99",
        f"{expr} > {bound_ms:g}",
        wait="5m",
        severity="page",
        summary=f"99 % of the answers of {service.name} should take less than {bound_ms:g} ms",
        labels=context.alert_labels,
        runbook=context.stage.runbook,
    )


EXAMPLE = """
beside:
  serve: {name: scorer, model: bought}
  observe: {}
example:
  observe: {signals: [{kind: slo, availability: 99.9, p99_ms: 80}]}
other:
  Slo: {availability: 99.5, p99_ms: 70}
"""
