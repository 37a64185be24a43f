"""Volcano: what is known of its kinds, and the pods of its Job.

Must not: be mixed with Kueue on the same pods; two systems would count one quota.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cnai_gitops.resources.accelerators import pod_count, pod_demand, repeated, total
from cnai_gitops.resources.base import Body, Demand, Ends, Kind, Pods, Queued, State, World
from cnai_gitops.resources.health import by_field


def _tasks(body: Body) -> Iterator[tuple[str, dict[str, Any]]]:
    for index, task in enumerate((body.get("spec") or {}).get("tasks") or ()):
        yield f"spec.tasks[{index}]", task


def _pods(body: Body, world: World) -> Iterator[Pods]:
    for path, task in _tasks(body):
        template = task.get("template") or {}
        labels = (template.get("metadata") or {}).get("labels") or {}
        yield Pods(pod_count(task.get("replicas"), 1), template.get("spec") or {}, f"{path}.template.spec", labels)


def _demand(body: Body, world: World) -> Demand:
    """The sum over tasks; `dependsOn` only orders their start."""
    return total(
        repeated(pod_demand((task.get("template") or {}).get("spec") or {}), task.get("replicas"), 1, f"{path}.replicas")
        for path, task in _tasks(body)
    )


KINDS = (
    Kind(
        group="scheduling.volcano.sh",
        version="v1beta1",
        kind="Queue",
        plural="queues",
        operator="volcano",
        model=f"{__package__}.model",
        namespaced=False,
        rank=13,
        wave=-5,
        health=by_field("state", {"Open": "Healthy", "Closed": "Suspended", "Closing": "Suspended", "Unknown": "Degraded"}),
    ),
    Kind(
        group="scheduling.volcano.sh",
        version="v1beta1",
        kind="PodGroup",
        plural="podgroups",
        operator="volcano",
        model=f"{__package__}.model",
        health=by_field("phase", {"Running": "Healthy", "Completed": "Healthy", "Unknown": "Degraded"}),
    ),
    Kind(
        group="batch.volcano.sh",
        version="v1alpha1",
        kind="Job",
        plural="jobs",
        operator="volcano",
        model=f"{__package__}.model",
        # Pods are `<name>-<task>-<index>`.
        name_limit=63 - len("-worker-999") - len("-01234"),
        effective=_pods,
        demand=_demand,
        queued=Queued("volcano"),
        ends=Ends(State("state.phase", ("Completed",)), State("state.phase", ("Failed", "Terminated"))),
        health=by_field(
            "state.phase",
            {"Running": "Healthy", "Completed": "Healthy", "Failed": "Degraded", "Aborted": "Suspended", "Terminated": "Degraded"},
        ),
    ),
)
