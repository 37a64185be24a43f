"""Pods of event sources and sensors, and what a Sensor creates.

Must not: describe fields.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cnai_gitops.resources.accelerators import pod_count, times
from cnai_gitops.resources.argo_workflows.calls import takes_turns, template_key
from cnai_gitops.resources.base import INFINITE, Body, Demand, Pods, World
from cnai_gitops.resources.core.fields import pod_fields

_GROUP, _VERSION = "argoproj.io", "v1alpha1"
_CREATES = ("create", "submit", "submit-from", "")


def controller_pods(body: Body) -> Iterator[Pods]:
    """The pods that the controller makes, put together as it does: one container from `spec.template.container`."""
    spec = body.get("spec") or {}
    template = spec.get("template") or {}
    pod = {k: v for k, v in template.items() if k in pod_fields()}
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


def sensor_demand(body: Body, world: World) -> Demand:
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
    return takes_turns(spec) or takes_turns(_template_of(made, world))


def covered(body: Body, world: World) -> bool:
    """True for a Sensor that only starts templates with a mutex of a fixed name, which are counted already.

    Such a run never runs beside the one that a schedule or a person started, so the template's one count covers it.
    """
    started = [made for _, made in triggered(body)]
    return bool(started) and all(takes_turns(_template_of(made, world)) for made in started)


def _template_of(made: Mapping[str, Any], world: World) -> Mapping[str, Any]:
    """Spec of the template that a workflow is made from; empty without one that is known."""
    ref = (made.get("spec") or {}).get("workflowTemplateRef") or {}
    namespace = str((made.get("metadata") or {}).get("namespace", ""))
    found = world.get(*template_key(ref, namespace)) if ref.get("name") else None
    return (found or {}).get("spec") or {}
