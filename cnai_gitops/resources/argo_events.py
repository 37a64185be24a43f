"""Argo Events 1.9 (`argoproj.io/v1alpha1`): EventBus, EventSource and Sensor.

Must not: describe fields (`argo_event_sources`, `argo_sensors`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cnai_gitops.resources.accelerators import pod_count, times
from cnai_gitops.resources.argo_event_sources import EventBus, EventSource
from cnai_gitops.resources.argo_sensors import Sensor
from cnai_gitops.resources.base import INFINITE, Body, Demand, Kind, Pods, World
from cnai_gitops.resources.health import by_conditions
from cnai_gitops.resources.pod import PodFields

_GROUP, _VERSION = "argoproj.io", "v1alpha1"
_POD = frozenset(PodFields.__annotations__)
_CREATES = ("create", "submit", "submit-from", "")


def _controller_pods(body: Body) -> Iterator[Pods]:
    """The pods that the controller makes, put together as it does: one container from `spec.template.container`."""
    spec = body.get("spec") or {}
    template = spec.get("template") or {}
    pod = {k: v for k, v in template.items() if k in _POD}
    container = {"name": "main", **(template.get("container") or {})}
    labels = (template.get("metadata") or {}).get("labels") or {}
    yield Pods(pod_count(spec.get("replicas"), 1), {**pod, "containers": [container]}, "spec.template", labels)


def triggered(body: Body) -> Iterator[tuple[str, dict[str, Any]]]:
    """Objects that a Sensor creates, with the path where the manifest carries them; those without a namespace get the Sensor's."""
    namespace = (body.get("metadata") or {}).get("namespace", "")
    for index, trigger in enumerate((body.get("spec") or {}).get("triggers") or []):
        template = trigger.get("template") or {}
        for name in ("argoWorkflow", "k8s"):
            action = template.get(name) or {}
            made = (action.get("source") or {}).get("resource")
            if isinstance(made, dict) and action.get("operation", "") in _CREATES:
                meta = {"namespace": namespace, **(made.get("metadata") or {})}
                yield f"spec.triggers[{index}].template.{name}.source.resource", {**made, "metadata": meta}


def _sensor_demand(body: Body, world: World) -> Demand:
    """Each event creates one more object, so only a fixed name or a mutex keeps the number at one."""
    total = Demand()
    for _, made in triggered(body):
        one = world.demand(made)
        total += times(one, 1 if _alone(made, world) else INFINITE)
    return total


def _alone(made: Mapping[str, Any], world: World) -> bool:
    meta = made.get("metadata") or {}
    if meta.get("name") and not meta.get("generateName"):
        return True
    spec = made.get("spec") or {}
    ref = spec.get("workflowTemplateRef") or {}
    kind, namespace = ("ClusterWorkflowTemplate", "") if ref.get("clusterScope") else ("WorkflowTemplate", str(meta.get("namespace", "")))
    template = world.get(_GROUP, kind, namespace, str(ref["name"])) if ref.get("name") else None
    return any(_has_mutex(s) for s in (spec, (template or {}).get("spec") or {}))


def _has_mutex(spec: Mapping[str, Any]) -> bool:
    """Whether one workflow at a time runs; a mutex whose name is a parameter may be many."""
    return any("{{" not in str(m.get("name", "{{")) for m in (spec.get("synchronization") or {}).get("mutexes") or [])


KINDS: tuple[Kind, ...] = (
    # Its StatefulSet is `eventbus-<name>-js`, and the label controller-revision-hash adds `-<10>` to that.
    Kind(
        group=_GROUP,
        version=_VERSION,
        kind="EventBus",
        plural="eventbus",
        model=EventBus,
        name_limit=63 - len("eventbus-") - len("-js") - len("-0123456789"),
        rank=30,
        wave=-2,
    ),
    # Its Deployment is `<name>-eventsource-<5>`, and a pod's name keeps 58 characters before its own suffix.
    Kind(
        group=_GROUP,
        version=_VERSION,
        kind="EventSource",
        plural="eventsources",
        model=EventSource,
        name_limit=58 - len("-eventsource-01234"),
        pods=_controller_pods,
        health=by_conditions({"Deployed=True": "Healthy", "Deployed=False": "Progressing", "SourcesProvided=False": "Degraded"}),
    ),
    Kind(
        group=_GROUP,
        version=_VERSION,
        kind="Sensor",
        plural="sensors",
        model=Sensor,
        name_limit=58 - len("-sensor-01234"),
        rank=51,
        pods=_controller_pods,
        demand=_sensor_demand,
        health=by_conditions(
            {
                "Deployed=True": "Healthy",
                "Deployed=False": "Progressing",
                "DependenciesProvided=False": "Degraded",
                "TriggersProvided=False": "Degraded",
            }
        ),
    ),
)
