"""Observe stages: monitors, alerts with burn rates, drift detection, and what drift starts.

Must not: know a serving engine by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from cnai_gitops.compile.alerts import drift_rules, slo_rules
from cnai_gitops.compile.retrain import retrain
from cnai_gitops.compile.workflow import steps_container, workflow
from cnai_gitops.contract.context import Context
from cnai_gitops.contract.roles import ServeEngine, StepPlan
from cnai_gitops.plan.layers import ResolvedStage
from cnai_gitops.resources.base import Resource


def compile_observe(context: Context) -> Iterator[Resource]:
    """All objects of one observe stage on one target; services that still wait for a model are left out."""
    services = [s for s in context.app.of("serve") if not context.stage.serves or s.stage.name in context.stage.serves]
    for service in services:
        yield from _monitor(context, replace(context, resolved=service))
    groups = [g for s in services if context.stage.slo for g in slo_rules(context, replace(context, resolved=s))]
    if context.stage.drift and services:
        groups.append(drift_rules(context))
        yield from _drift(context, services)
        if context.stage.drift.then == "retrain":
            yield from retrain(context)
    if groups:
        metadata = context.metadata(
            f"{context.blueprint.name}-{context.stage.name}", release=context.target.environment.endpoints.prometheus_release
        )
        body = {"apiVersion": "monitoring.coreos.com/v1", "kind": "PrometheusRule", "metadata": metadata, "spec": {"groups": groups}}
        yield Resource(body, context.key, (("spec.groups", f"{context.key}.slo"),))


def _monitor(context: Context, service: Context) -> Iterator[Resource]:
    """A Service that selects the serving pods for scraping, and its ServiceMonitor.

    Engines name their own Services differently; one of ours stays the same when an engine changes.
    """
    engine: ServeEngine = service.stage.engine
    runtime = engine.runtime(service.stage, service.facts)
    for workload in engine.workloads(service):
        name = f"{workload}-metrics"
        metadata = context.metadata(name, **{"cnai.dev/monitors": workload})
        selector = {**engine.pods(service), **engine.selects(workload)}
        port = {"name": "metrics", "port": 9090, "targetPort": runtime.metrics_port or service.stage.port, "protocol": "TCP"}
        spec: dict[str, Any] = {"clusterIP": "None", "selector": selector, "ports": [port]}
        yield Resource({"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}, context.key)
        monitor = {**context.metadata(name, release=context.target.environment.endpoints.prometheus_release)}
        endpoint = {"port": "metrics", "path": runtime.metrics_path, "interval": context.stage.interval}
        yield Resource(
            {
                "apiVersion": "monitoring.coreos.com/v1",
                "kind": "ServiceMonitor",
                "metadata": monitor,
                "spec": {"selector": {"matchLabels": {"cnai.dev/monitors": workload}}, "endpoints": [endpoint]},
            },
            context.key,
        )


def _drift(context: Context, services: list[ResolvedStage]) -> Iterator[Resource]:
    """A scheduled workflow that compares the window's inputs with the reference and pushes scores."""
    drift = context.stage.drift
    reference = drift.reference or next((name for _, t in context.blueprint.stages("train") for name in t.reads), "")
    view = replace(context, resolved=replace(context.resolved, stage=_Scheduled(context.stage, reference)))
    endpoints = context.target.environment.endpoints
    args = [
        f"--method={drift.method}",
        "--reference=/cnai/in/reference",
        "--current=/cnai/in/current",
        f"--model={services[0].stage.name}",
        f"--label=app={context.blueprint.name}",
        f"--label=environment={context.target.env}",
        "--window-end={{workflow.creationTimestamp.RFC3339}}",
        *([f"--pushgateway={endpoints.pushgateway}"] if endpoints.pushgateway else []),
    ]
    artifacts = [
        {"name": "reference", "path": "/cnai/in/reference", "s3": {"key": f"{context.namespace}/reference/{reference}"}},
        {
            "name": "current",
            "path": "/cnai/in/current",
            "s3": {"key": f"{context.namespace}/requests/{services[0].stage.name}/{drift.window}"},
        },
    ]
    main = steps_container(view, "compare", "drift", *args, inputs={"artifacts": artifacts})
    yield from workflow(view, main=[main], steps=[StepPlan("compare", ())])


class _Scheduled:
    """An observe stage seen as the stage of a workflow: with a schedule, a timeout and the data it reads."""

    def __init__(self, stage: Any, reference: str) -> None:
        self.name = stage.name
        self.schedule = stage.drift.schedule
        self.timezone = "Etc/UTC"
        self.timeout = "30m"
        self.reads = (reference,) if reference else ()
        self.env: dict[str, str] = {}
