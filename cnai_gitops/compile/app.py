"""One application on one target: all its stages, then the escape hatches, in a fixed order.

Must not: write anything; a finding names what an escape hatch missed.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from cnai_gitops.compile.identity import identified
from cnai_gitops.compile.observe import compile_observe
from cnai_gitops.compile.prepare import compile_prepare
from cnai_gitops.compile.serve import compile_serve
from cnai_gitops.compile.train import compile_train
from cnai_gitops.contract.context import Context
from cnai_gitops.contract.form import form_of
from cnai_gitops.emit import emit_one
from cnai_gitops.findings import Finding, Location
from cnai_gitops.plan.build import App, Placed, Plan
from cnai_gitops.plan.images import accelerators_of
from cnai_gitops.resources.base import Body, Resource, kind_of, kinds

COMPILERS: dict[str, Callable[[Context[Any]], Iterable[Resource]]] = {
    "prepare": compile_prepare,
    "train": compile_train,
    "serve": compile_serve,
    "observe": compile_observe,
}


def compile_app(plan: Plan, app: App) -> tuple[list[Resource], list[Finding]]:
    """All objects of an application on one target, in file order."""
    made: list[Resource] = []
    for key, resolved in app.stages.items():
        context: Context[Any] = Context(plan, app, resolved)
        made += COMPILERS[key.partition(".")[0]](context)
        made += _devices(context)
    made = list(identified(app, made))
    findings: list[Finding] = []
    for placed in app.overrides:
        made, missed = _override(app, placed, made)
        findings += missed
    return ordered(made), findings + _duplicates(plan, app, made)


def _devices(context: Context[Any]) -> Iterator[Resource]:
    """What the pods of a stage refer to for their accelerators, where the form of these needs an object; one for equal requests."""
    for request in {context.claim(request): request for request in accelerators_of(context.stage)}.values():
        metadata = context.metadata(context.claim(request))
        for body in form_of(request).objects(context.facts.accelerators[request.type], request.per_node, metadata):
            yield context.made(body)


def ordered(resources: Iterable[Resource]) -> list[Resource]:
    """By rank of the kind, then kind, namespace and name: the order of every file that we write."""
    known = kinds()

    def key(resource: Resource) -> tuple[int, str, str, str]:
        body = resource.body
        kind = known.get((body["apiVersion"], body["kind"]))
        meta = body["metadata"]
        return (kind.rank if kind else 99, body["kind"], meta.get("namespace", ""), meta.get("name", ""))

    return sorted(resources, key=key)


def _duplicates(plan: Plan, app: App, resources: Sequence[Resource]) -> list[Finding]:
    seen: dict[Any, str] = {}
    findings: list[Finding] = []
    for resource in resources if len(app.stages) > 1 else ():  # one alone meets nobody
        first = seen.setdefault(resource.key, resource.stage)
        if first != resource.stage:
            place = plan.project.apps[app.blueprint.name].place
            message = f"{first} and {resource.stage} both make {resource.key.kind}/{resource.key.name}"
            at = place.locate(tuple(resource.stage.split(".", 1)))
            findings.append(Finding(code="CNAI301", message=message, location=at, target=app.target.name, help="rename one of the stages"))
    return findings


# -- the escape hatch -----------------------------------------------------------------------------------


def _override(app: App, placed: Placed, resources: list[Resource]) -> tuple[list[Resource], list[Finding]]:
    """Objects with an override in those that it names, or in those inside of them that a workflow or a sensor will create."""
    override = placed.override
    result: list[Resource] = []
    hit: list[str] = []
    inner: set[str] = set()
    findings: list[Finding] = []

    def apply(body: Body, name: str) -> Body:
        hit.append(name)
        changed = copy.deepcopy(body)
        for wrong in filter(None, [set_pointer(changed, pointer, value) for pointer, value in override.set.items()]):
            help_ = "look at the rendered object for the right path"
            findings.append(_finding("CNAI311", f"{override.kind}/{name}: {wrong}", app, placed.location, help_))
        return changed

    for resource in resources:
        body, key = resource.body, resource.key

        def inside(made: Body, carrier: str = key.name) -> Body:
            name = str((made.get("metadata") or {}).get("name", ""))
            inner.add(f"{made.get('kind')}/{name}")
            fits = made.get("kind") == override.kind and override.name in ("", name, carrier)
            return apply(made, name) if fits else made

        kind = kind_of(body)
        changes = len(hit)
        if kind and kind.within:
            body = kind.within(body, inside, emit_one)
        if key.kind == override.kind and override.name in ("", key.name):
            body = apply(body, key.name)
        trace = tuple((pointer, f"overrides ({placed.layer})") for pointer in override.set)
        result.append(Resource(body, resource.stage, (*resource.trace, *trace)) if len(hit) > changes else resource)
    if not hit and not app.target.neutral:
        all_names = {f"{r.key.kind}/{r.key.name}" for r in resources} | inner
        names = sorted(n for n in all_names if n.startswith(f"{override.kind}/")) or sorted({n.partition("/")[0] for n in all_names})
        message = f"override of {override.kind}{'/' + override.name if override.name else ''} changes nothing: no such object"
        findings.append(_finding("CNAI310", message, app, placed.location, f"known: {', '.join(names[:8])}"))
    return result, findings


def _finding(code: str, message: str, app: App, location: Location | None, help_: str) -> Finding:
    return Finding(code=code, message=message, location=location, help=help_, target=app.target.name)


def set_pointer(body: Body, pointer: str, value: Any) -> str:
    """Set a JSON pointer in place, making maps on the way; `-` appends to a list. Returns what went wrong, or nothing."""
    *parents, last = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    node: Any = body
    for part in parents:
        if isinstance(node, list):
            if not part.isdigit() or int(part) >= len(node):
                return f"{pointer}: no item {part} in a list of {len(node)}"
            node = node[int(part)]
        elif isinstance(node, dict):
            node = node.setdefault(part, {})
        else:
            return f"{pointer}: {part!r} is below a plain value"
    if isinstance(node, list):
        if last == "-":
            node.append(value)
        elif last.isdigit() and int(last) < len(node):
            node[int(last)] = value
        else:
            return f"{pointer}: no item {last} in a list of {len(node)}"
    elif isinstance(node, dict):
        node[last] = value
    else:
        return f"{pointer}: {last!r} is below a plain value"
    return ""
