"""The graph of an organisation's data and models: who reads, writes, trains, serves and watches what.

Must not: draw (`drawings` do) or know Kubernetes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from cnai_gitops.errors import UsageError
from cnai_gitops.plan.build import Plan
from cnai_gitops.plan.target import Target
from cnai_gitops.spec.blueprint import Blueprint

NodeKind = Literal["dataset", "stage", "model", "service", "alert", "cluster"]
EdgeKind = Literal["reads", "writes", "trains", "serves", "watches", "promises", "retrains", "runs on"]


@dataclass(frozen=True, slots=True, order=True)
class Node:
    """One thing. `says` is its kind in the words of the field (`prepare`, `dataset`), `detail` a few words more."""

    id: str
    kind: NodeKind
    name: str
    says: str
    detail: str = ""
    pending: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Edge:
    """A relation, in the direction in which data, models and signals go."""

    source: str
    target: str
    kind: EdgeKind


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes and edges, sorted. Shows itself as a picture in a notebook."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    title: str = ""

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        from cnai_gitops.review.drawings import draw

        return {"text/html": draw("svg", self), "text/vnd.mermaid": draw("mermaid", self), "text/plain": repr(self)}

    def __repr__(self) -> str:
        return f"Graph({self.title}: {len(self.nodes)} nodes, {len(self.edges)} edges)"


def graph(plan: Plan, *, env: str | None = None, app: str | None = None) -> Graph:
    """Everything, or one application; as written, or as an environment has it (only there are clusters and pending stages).

    Raises UsageError for an environment or application that does not exist.
    """
    for what, name, known in (("environment", env, plan.project.environments), ("application", app, plan.project.apps)):
        if name is not None and name not in known:
            raise UsageError(f"{what} {name!r} does not exist", help=f"known: {', '.join(sorted(known)) or 'none'}")
    quiet = Plan(plan.project)  # what resolving finds was said when the plan was made
    names = [name for name in quiet.project.apps if app in (None, name) and (env is None or quiet.deployed(name, env))]
    nodes: set[Node] = set()
    edges: set[Edge] = set()
    for name in names:
        for item in _app(quiet, quiet.project.apps[name].value, env):
            if isinstance(item, Node):
                nodes.add(item)
            else:
                edges.add(item)
    title = " in ".join(part for part in (app or "all applications", env) if part)
    known_ids = {node.id for node in nodes}  # what refers to nothing is a finding of the plan
    return Graph(tuple(sorted(nodes)), tuple(sorted(e for e in edges if {e.source, e.target} <= known_ids)), title)


def _app(plan: Plan, app: Blueprint, env: str | None) -> Iterator[Node | Edge]:
    targets = [target for target in plan.targets_of(app.name) if target.env == env]
    pending = {key for target in targets for key in plan.app(app.name, target).pending}
    for key, stage in app.stages():
        kind = key.partition(".")[0]
        detail = getattr(stage, "schedule", None) or ""
        yield Node(_stage(app, key), "service" if kind == "serve" else "stage", key.partition(".")[2], kind, f"{app.name} {detail}".strip(), key in pending)
        yield from _data(plan, app, key, stage)
    yield from _models(plan, app)
    yield from _watching(app)
    yield from _placed(app, targets)


def _stage(app: Blueprint, key: str) -> str:
    return f"stage:{app.name}/{key}"


def _data(plan: Plan, app: Blueprint, key: str, stage: Any) -> Iterator[Node | Edge]:
    for access in ("reads", "writes"):
        for name in getattr(stage, access, ()):
            entry = plan.project.datasets.get(name)
            yield Node(f"dataset:{name}", "dataset", name, "dataset", f"{entry.value.owner}, {entry.value.classification}" if entry else "not declared")
            ends = (f"dataset:{name}", _stage(app, key))
            yield Edge(*ends, "reads") if access == "reads" else Edge(*reversed(ends), "writes")


def _models(plan: Plan, app: Blueprint) -> Iterator[Node | Edge]:
    made = set()
    for key, train in app.stages("train"):
        made.add(train.makes)
        node = f"model:{app.name}/{train.makes}"
        yield Node(node, "model", train.makes, "model", app.name)
        yield Edge(_stage(app, key), node, "trains")
    for key, serve in app.stages("serve"):
        if serve.model is None:
            continue
        node = f"model:{app.name}/{serve.model}" if serve.model in made else f"model:{serve.model}"
        if serve.model not in made:
            entry = plan.project.models.get(serve.model)
            yield Node(node, "model", serve.model, "model", entry.value.owner if entry else "not declared")
        yield Edge(node, _stage(app, key), "serves")


def _watching(app: Blueprint) -> Iterator[Node | Edge]:
    trains = [train.name for _, train in app.stages("train")]
    for key, observe in app.stages("observe"):
        watched = observe.serves or [serve.name for _, serve in app.stages("serve")]
        for name in watched:
            yield Edge(_stage(app, f"serve.{name}"), _stage(app, key), "watches")
        for what, words in _promises(observe):
            node = f"alert:{app.name}/{key}/{what}"
            yield Node(node, "alert", words, "alert", app.name)
            yield Edge(_stage(app, key), node, "promises")
            if what == "drift" and observe.drift.then == "retrain":
                for name in [observe.drift.retrain] if observe.drift.retrain else trains:
                    yield Edge(node, _stage(app, f"train.{name}"), "retrains")


def _promises(observe: Any) -> Iterator[tuple[str, str]]:
    if observe.slo and observe.slo.availability is not None:
        yield "availability", f"availability < {observe.slo.availability:g} %"
    if observe.slo and observe.slo.p99_ms is not None:
        yield "latency", f"p99 > {observe.slo.p99_ms:g} ms"
    if observe.drift:
        yield "drift", f"drift {observe.drift.method} > {observe.drift.threshold:g}"


def _placed(app: Blueprint, targets: list[Target]) -> Iterator[Node | Edge]:
    """Clusters of the services, or of all stages where an app serves nothing."""
    keys = [key for key, _ in app.stages("serve")] or [key for key, _ in app.stages() if not key.startswith("observe.")]
    for target in targets:
        node = f"cluster:{target.name}"
        yield Node(node, "cluster", target.name, f"{target.place.role} cluster", f"{target.place.region}, {target.place.jurisdiction}")
        for key in keys:
            yield Edge(_stage(app, key), node, "runs on")
