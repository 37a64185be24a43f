"""Pods of event sources and sensors, and what a Sensor creates.

Must not: describe fields.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from typing import Any

from cnai_gitops.resources.accelerators import pod_count, times
from cnai_gitops.resources.argo_workflows.calls import takes_turns, template_key
from cnai_gitops.resources.argo_workflows.pods import is_plain
from cnai_gitops.resources.base import INFINITE, Body, Change, Demand, Pods, World, Write, kind_of
from cnai_gitops.resources.core.fields import pod_fields

_GROUP, _VERSION = "argoproj.io", "v1alpha1"
_CREATES = ("create", "submit", "submit-from", "update", "")


def controller_pods(body: Body, world: World) -> Iterator[Pods]:
    """The pods that the controller makes, put together as it does: one container from `spec.template.container`."""
    spec = body.get("spec") or {}
    template = spec.get("template") or {}
    pod = {k: v for k, v in template.items() if k in pod_fields()}
    container = {"name": "main", **(template.get("container") or {})}
    labels = (template.get("metadata") or {}).get("labels") or {}
    yield Pods(
        pod_count(spec.get("replicas"), 1),
        {**pod, "containers": [container]},
        "spec.template",
        labels,
        {"containers[0]": "spec.template.container"},
    )


def bus_pods(body: Body, world: World) -> Iterator[Pods]:
    """The pods of an event bus, their containers as far as the bus says: its images are those of the controller's settings."""
    spec = body.get("spec") or {}
    for form in ("jetstream", "native"):
        block = spec.get(form)
        if isinstance(block, Mapping):
            pod = {k: v for k, v in block.items() if k in pod_fields() and k != "containers"}
            containers = [{"name": name, **(block.get(f"{field}Template") or {})} for name, field in _BUS_CONTAINERS]
            own = {"controller": "eventbus-controller", "eventbus-name": str((body.get("metadata") or {}).get("name", ""))}
            labels = {**((block.get("metadata") or {}).get("labels") or {}), **own}
            places = {f"containers[{i}]": f"spec.{form}.{field}Template" for i, (_, field) in enumerate(_BUS_CONTAINERS)}
            count = pod_count(block.get("replicas"), _BUS_REPLICAS)
            yield Pods(count, {**pod, "containers": containers}, f"spec.{form}", labels, places)


_BUS_CONTAINERS = (("main", "container"), ("reloader", "reloaderContainer"), ("metrics", "metricsContainer"))
_BUS_REPLICAS = 3

Made = tuple[str, dict[str, Any]]


def triggered(body: Body) -> Iterator[Made]:
    """Objects that a Sensor creates, with the path where the manifest carries them; those without a namespace get the Sensor's.

    What an event writes into the arguments of a workflow is a placeholder in them.
    """
    namespace = (body.get("metadata") or {}).get("namespace", "")
    for path, action in _actions(body):
        made = (action.get("source") or {}).get("resource")
        if isinstance(made, dict) and action.get("operation", "") in _CREATES:
            meta = {"namespace": namespace, **(made.get("metadata") or {})}
            if any(parameter.get("dest") == "metadata.name" for parameter in action.get("parameters") or ()):
                # the event gives the name, so there are as many as there are names
                meta = {**{k: v for k, v in meta.items() if k != "name"}, "generateName": f"{meta.get('name', '')}-"}
            whole = {**made, "metadata": meta}
            yield f"{path}.source.resource", _told_by_event(whole, action) if action.get("parameters") else whole


def carried(body: Body, world: World) -> Iterator[Made]:
    """The same, each with the name that it may get."""
    for path, made in triggered(body):
        meta = made["metadata"]
        if meta.get("generateName") and not meta.get("name"):
            made = {**made, "metadata": {**meta, "name": f"{meta['generateName']}{_RANDOM}"}}
        yield path, made


def within(body: Body, change: Change, write: Write) -> Body:
    """The Sensor with each object changed that it creates, and what those carry."""
    result = copy.deepcopy(body)
    for _, action in _actions(result):
        source = action.get("source")
        if isinstance(source, dict) and isinstance(source.get("resource"), dict):
            kind = kind_of(source["resource"])
            made = change(source["resource"])
            source["resource"] = kind.within(made, change, write) if kind and kind.within else made
    return result


_RANDOM = "01234"
"""Stands for the five characters that the API server appends."""


def untold(body: Body, world: World) -> Iterator[tuple[str, str]]:
    """What no file tells of what a Sensor has run: objects from elsewhere, changes of objects, fields that an event writes."""
    for path, action in _actions(body):
        source, operation = action.get("source") or {}, action.get("operation", "")
        for name in source:
            if name != "resource":
                yield f"{path}.source.{name}", "what it creates lies elsewhere; write it here as `resource`"
        if operation == "patch":
            yield f"{path}.operation", "it changes an object when an event comes, and no file tells into what"
        for index, parameter in enumerate(action.get("parameters") or ()):
            dest = str(parameter.get("dest", ""))
            if not _HARMLESS.fullmatch(dest):
                yield f"{path}.parameters[{index}].dest", f"an event decides {dest} of what it creates"
    for index, trigger in enumerate((body.get("spec") or {}).get("triggers") or ()):
        for number, parameter in enumerate(trigger.get("parameters") or ()):
            dest = str(parameter.get("dest", ""))
            yield f"spec.triggers[{index}].parameters[{number}].dest", f"an event decides {dest} of the trigger"


_ARGUMENT = re.compile(r"spec\.arguments\.parameters\.(\d+)\.value")
_HARMLESS = re.compile(rf"metadata\.(?:name|generateName|(?:labels|annotations)\..+)|{_ARGUMENT.pattern}")


def _actions(body: Body) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(path, action) of each action of a Sensor that creates or changes objects."""
    for index, trigger in enumerate((body.get("spec") or {}).get("triggers") or ()):
        template = trigger.get("template") or {}
        for name in ("argoWorkflow", "k8s"):
            if isinstance(template.get(name), Mapping):
                yield f"spec.triggers[{index}].template.{name}", template[name]


def _told_by_event(made: dict[str, Any], action: Mapping[str, Any]) -> dict[str, Any]:
    """The object with a placeholder for each argument whose value comes with the event."""
    spec = made.get("spec") or {}
    arguments = (spec.get("arguments") or {}).get("parameters") or []
    places = {int(found[1]) for p in action["parameters"] if (found := _ARGUMENT.fullmatch(str(p.get("dest", ""))))}
    if not places:
        return made
    written = [{**item, "value": "{{event}}"} if i in places else item for i, item in enumerate(arguments)]
    return {**made, "spec": {**spec, "arguments": {**(spec.get("arguments") or {}), "parameters": written}}}


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

    Such a run never runs beside the one that a schedule or a person started, so the template's one count covers it, unless what is
    started says itself that it holds more.
    """
    started = [made for _, made in triggered(body)]
    return bool(started) and all(takes_turns(_template_of(made, world)) and _no_more(made, world) for made in started)


def _no_more(made: Body, world: World) -> bool:
    """Whether a workflow holds no more than the template that it is made from."""
    spec, meta = made.get("spec") or {}, made.get("metadata") or {}
    if is_plain(spec):
        return True
    alone = {**made, "metadata": {"namespace": meta.get("namespace", "")}, "spec": {"workflowTemplateRef": spec.get("workflowTemplateRef")}}
    one, template = world.demand(made), world.demand(alone)
    return set(one.unknown) <= set(template.unknown) and all(n <= template.peak.get(name, 0) for name, n in one.peak.items())


def _template_of(made: Mapping[str, Any], world: World) -> Mapping[str, Any]:
    """Spec of the template that a workflow is made from; empty without one that is known."""
    ref = (made.get("spec") or {}).get("workflowTemplateRef") or {}
    namespace = str((made.get("metadata") or {}).get("namespace", ""))
    found = world.get(*template_key(ref, namespace)) if ref.get("name") else None
    return (found or {}).get("spec") or {}
