"""What scrapes the pods of a service: a Service that selects them, and its ServiceMonitor.

Must not: say what is watched (signals do). Engines name their own Services differently; one of ours stays when an engine changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cnai_gitops.contract.context import Context
from cnai_gitops.contract.roles import engine_of
from cnai_gitops.parts.service import metrics_service, monitor
from cnai_gitops.resources.base import Resource
from cnai_gitops.spec.observe import Observe
from cnai_gitops.spec.serve import Serve

INTERVAL = "30s"
"""Time between two scrapes where no observe stage says it: KEDA asks every 15 seconds for the rate of two minutes."""


def monitors(context: Context[Any], service: Context[Serve], interval: str = INTERVAL) -> Iterator[Resource]:
    """For each of the service's main objects, as a part of the stage that wants it."""
    engine = engine_of(service)
    runtime = engine.runtime(service.stage, service.facts)
    for workload in engine.workloads(service):
        name, mark = f"{workload}-metrics", {"cnai.dev/monitors": workload}
        port = runtime.metrics_port or service.stage.port
        yield context.made(metrics_service(context.metadata(name, **mark), {**service.selector, **engine.selects(workload)}, port))
        metadata = context.metadata(name, release=context.target.environment.endpoints.prometheus_release)
        yield context.made(monitor(metadata, mark, path=runtime.metrics_path, interval=interval))


def watches(stage: Observe, service: Serve) -> bool:
    """An observe stage without names watches every service of its application."""
    return not stage.serves or service.name in stage.serves
