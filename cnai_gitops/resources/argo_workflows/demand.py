"""What workflows and their schedules hold at the peak, which objects they carry, and which templates they are made from.

Must not: build workflows, count the pods of one template.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from fractions import Fraction
from typing import Any

from cnai_gitops.resources.accelerators import pod_count, times
from cnai_gitops.resources.argo_workflows.calls import template_key
from cnai_gitops.resources.argo_workflows.pods import every_template, is_plain, joined, spec_below, workflow_spec
from cnai_gitops.resources.argo_workflows.text import changed
from cnai_gitops.resources.argo_workflows.walk import Walk, inline_name
from cnai_gitops.resources.base import INFINITE, Body, Change, Demand, Key, World, Write, key_of
from cnai_gitops.resources.schedule import overlap


def demand(body: Body, world: World) -> Demand:
    """Peak of one run, times the runs of a schedule that can overlap. A template counts as if it was run once."""
    spec, words = _resolved(body, world)
    namespace = key_of(body).namespace
    first = Walk(spec, namespace, world)
    first.peak()
    peak = {name: Walk(spec, namespace, world, name).peak() for name in sorted(first.classes)}
    one = Demand({name: amount for name, amount in peak.items() if amount}, (*words, *first.words))
    return times(one, _runs(body, spec))


def carried(body: Body, world: World) -> Iterator[tuple[str, Body]]:
    """(path, object) of every manifest that a resource template carries, its parameters filled in.

    Of a workflow over a template only those objects that are others than the template's own.
    """
    spec, path = workflow_spec(body)
    below = spec_below(body, world)
    if below is None:
        yield from _carried(spec, path, body, world)
        return
    if is_plain(spec):
        return
    known = [made for _, made in _carried(below, path, body, world)]
    place = f"{path}.arguments" if spec.get("arguments") else path
    yield from ((place, made) for _, made in _carried(joined(below, spec), path, body, world) if made not in known)


def _carried(spec: Mapping[str, Any], path: str, body: Body, world: World) -> Iterator[tuple[str, Body]]:
    places = {}
    for place, template in every_template(spec, path):
        if "resource" in template:
            places[inline_name(template) if place.endswith(".inline") else str(template.get("name"))] = place
    if not places:
        return
    for name, objects in Walk(spec, key_of(body).namespace, world).every_manifest().items():
        for position, found in enumerate(objects):
            suffix = f"[{position}]" if len(objects) > 1 else ""
            yield f"{places[name]}.resource.manifest{suffix}", found


def within(body: Body, change: Change, write: Write) -> Body:
    """The workflow with each object changed that one of its resource templates creates; text that cannot be read stays."""

    def rewritten(node: Any) -> Any:
        if isinstance(node, Mapping):
            result = {key: rewritten(value) for key, value in node.items()}
            made = node.get("resource")
            if isinstance(made, Mapping) and isinstance(made.get("manifest"), str):
                with suppress(ValueError):
                    result["resource"] = {**result["resource"], "manifest": changed(made["manifest"], change, write)}
            return result
        return [rewritten(item) for item in node] if isinstance(node, list) else node

    found: Body = rewritten(body)
    return found


def called(body: Body, world: World) -> Iterator[Key]:
    """Templates that a workflow has run, named by itself or by what it creates."""
    below = spec_below(body, world)
    specs = [workflow_spec(body)[0], *([below] if below else [])]
    texts = ((template.get("resource") or {}).get("manifest") for spec in specs for _, template in every_template(spec, ""))
    names_one = any("emplateRef" in str(text) for text in texts)  # most create nothing that runs a template
    for part in (body, *(made for _, made in (carried(body, world) if names_one else ()))):
        queue: list[Any] = [part]
        while queue:
            node = queue.pop()
            if isinstance(node, Mapping):
                refs = (node.get("workflowTemplateRef"), node.get("templateRef"))
                yield from (template_key(ref, key_of(part).namespace or key_of(body).namespace) for ref in refs if isinstance(ref, Mapping))
                queue += node.values()
            elif isinstance(node, list):
                queue += node


def _resolved(body: Body, world: World) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """The workflow spec with the template it is made from under it; words when that is unknown."""
    spec, path = workflow_spec(body)
    ref = spec.get("workflowTemplateRef")
    if not isinstance(ref, Mapping):
        return spec, ()
    key = template_key(ref, key_of(body).namespace)
    found = world.get(*key)
    if found is None:
        return spec, (f"{path}.workflowTemplateRef: {key.kind} {key.name} is not among the manifests",)
    return joined(found.get("spec") or {}, spec), ()


def _runs(body: Body, spec: Mapping[str, Any]) -> Fraction | float:
    if body.get("kind") != "CronWorkflow":
        return Fraction(1)
    cron = body.get("spec") or {}
    schedules = [str(line) for line in cron.get("schedules") or ()]
    runs = overlap(str(cron.get("concurrencyPolicy") or ""), schedules, pod_count(spec.get("activeDeadlineSeconds"), None))
    return runs if runs == INFINITE else Fraction(runs)
