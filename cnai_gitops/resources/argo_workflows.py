"""Argo Workflows v1alpha1: Workflow, WorkflowTemplate, ClusterWorkflowTemplate, CronWorkflow.

Must not: build workflows (`workflow_builder` does), count pods (`argo_demand` does).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from cnai_gitops.resources.accelerators import pod_count, times
from cnai_gitops.resources.argo_demand import Walk
from cnai_gitops.resources.argo_model import ClusterWorkflowTemplate, CronWorkflow, Workflow, WorkflowTemplate
from cnai_gitops.resources.argo_pods import images, pods, workflow_spec
from cnai_gitops.resources.base import INFINITE, Body, Demand, Kind, Owned, World, key_of
from cnai_gitops.resources.schedule import overlap

GROUP = "argoproj.io"
VERSION = "v1alpha1"


def template_key(body: Body) -> tuple[str, str, str] | None:
    """(kind, namespace, name) of the template that a Workflow or CronWorkflow is made from, or None."""
    ref = workflow_spec(body)[0].get("workflowTemplateRef")
    if not isinstance(ref, Mapping):
        return None
    if ref.get("clusterScope"):
        return "ClusterWorkflowTemplate", "", str(ref.get("name"))
    return "WorkflowTemplate", key_of(body).namespace, str(ref.get("name"))


def demand(body: Body, world: World) -> Demand:
    """Peak of one run, times the runs of a schedule that can overlap. A template counts as if it was run once."""
    spec, words = _resolved(body, world)
    namespace = key_of(body).namespace
    first = Walk(spec, namespace, world)
    first.peak()
    peak = {name: Walk(spec, namespace, world, name).peak() for name in sorted(first.classes)}
    one = Demand({name: amount for name, amount in peak.items() if amount}, (*words, *first.words))
    return times(one, _runs(body, spec))


def embedded(body: Body, world: World) -> Iterator[tuple[str, Body]]:
    """(path, object) of every manifest that a resource template carries, its parameters filled in."""
    own, path = workflow_spec(body)
    index = {str(template.get("name")): i for i, template in enumerate(own.get("templates") or ())}
    if not any("resource" in template for template in own.get("templates") or ()):
        return
    for name, objects in Walk(own, key_of(body).namespace, world).every_manifest().items():
        for position, found in enumerate(objects):
            suffix = f"[{position}]" if len(objects) > 1 else ""
            yield f"{path}.templates[{index[name]}].resource.manifest{suffix}", found


def _resolved(body: Body, world: World) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """The workflow spec with the template it is made from under it; words when that is unknown."""
    spec, path = workflow_spec(body)
    key = template_key(body)
    if key is None:
        return spec, ()
    found = world.get(GROUP, *key)
    if found is None:
        return spec, (f"{path}.workflowTemplateRef: {key[0]} {key[2]} is not among the manifests",)
    below = found.get("spec") or {}
    lists = [{str(p.get("name")): p for p in (s.get("arguments") or {}).get("parameters") or ()} for s in (below, spec)]
    merged = {**below, **spec, "arguments": {"parameters": list({**lists[0], **lists[1]}.values())}}
    return merged, ()


def _runs(body: Body, spec: Mapping[str, Any]) -> Fraction | float:
    if body.get("kind") != "CronWorkflow":
        return Fraction(1)
    cron = body.get("spec") or {}
    schedules = [str(line) for line in cron.get("schedules") or ()]
    runs = overlap(str(cron.get("concurrencyPolicy") or ""), schedules, pod_count(spec.get("activeDeadlineSeconds"), None))
    return runs if runs == INFINITE else Fraction(runs)


# A CronWorkflow appends `-<seconds>` to the name of its runs, a sweep `-<trial>`, and the pods of a TrainJob of that
# name are `<trial>-node-0-<pod>-<5>`; a host name is one DNS label.
_RUN_LIMIT = 63 - len("-node-0-999-01234") - len("-99")
_CRON_LIMIT = _RUN_LIMIT - len("-1234567890")

KINDS = (
    Kind(
        group=GROUP,
        version=VERSION,
        kind="ClusterWorkflowTemplate",
        plural="clusterworkflowtemplates",
        model=ClusterWorkflowTemplate,
        namespaced=False,
        name_limit=_CRON_LIMIT,
        rank=41,
        wave=-2,
        pods=pods,
        demand=demand,
        images=images,
    ),
    Kind(
        group=GROUP,
        version=VERSION,
        kind="WorkflowTemplate",
        plural="workflowtemplates",
        model=WorkflowTemplate,
        name_limit=_CRON_LIMIT,  # sensors and people start runs of it under its name and a suffix
        rank=41,
        wave=-2,
        pods=pods,
        demand=demand,
        images=images,
    ),
    Kind(
        group=GROUP,
        version=VERSION,
        kind="Workflow",
        plural="workflows",
        model=Workflow,
        name_limit=_RUN_LIMIT,
        pods=pods,
        demand=demand,
        images=images,
        owned=(Owned("/spec/suspend", "argo", "somebody pauses the run"),),
    ),
    Kind(
        group=GROUP,
        version=VERSION,
        kind="CronWorkflow",
        plural="cronworkflows",
        model=CronWorkflow,
        name_limit=_CRON_LIMIT,
        rank=60,
        pods=pods,
        demand=demand,
        images=images,
        owned=(Owned("/spec/suspend", "operators", "paused during an incident"),),
    ),
)
