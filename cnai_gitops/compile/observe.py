"""Observe stages: monitors, alerts with burn rates, drift detection, and what drift starts.

Must not: know a serving engine by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from cnai_gitops.compile.monitor import monitors, watches
from cnai_gitops.compile.workflow import workflow
from cnai_gitops.contract.context import Context
from cnai_gitops.contract.roles import Signal, StepPlan
from cnai_gitops.resources.base import Resource
from cnai_gitops.spec.observe import Observe
from cnai_gitops.spec.serve import Serve

if TYPE_CHECKING:
    from cnai_gitops.resources.monitoring.model import Group as RuleGroup
    from cnai_gitops.resources.monitoring.model import PrometheusRule


def compile_observe(context: Context[Observe]) -> Iterator[Resource]:
    """All objects of one observe stage on one target; services that still wait for a model are left out."""
    stage = context.stage
    services: list[Context[Serve]] = [
        context.other(service) for service in context.app.of("serve") if watches(stage, cast(Serve, service.stage))
    ]
    for service in services:
        yield from monitors(context, service, stage.interval)
    groups: list[RuleGroup] = []
    for signal in stage.signals if services else ():
        assert isinstance(signal, Signal)
        groups += signal.rules(context, services)
        scheduled = signal.workflow(context, services)
        if scheduled:
            steps = [StepPlan(scheduled.templates[0]["name"], ())]
            yield from workflow(replace(context, part=scheduled.part), scheduled.run, main=scheduled.templates, steps=steps)
        yield from signal.resources(context, services)
    if groups:
        body: PrometheusRule = {
            "apiVersion": "monitoring.coreos.com/v1",
            "kind": "PrometheusRule",
            "metadata": context.metadata(
                f"{context.blueprint.name}-{stage.name}", release=context.target.environment.endpoints.prometheus_release
            ),
            "spec": {"groups": groups},
        }
        yield context.made(body, ("spec.groups", f"{context.key}.signals"))
