"""The graph of data, models and services: what reads, makes, serves and watches what.

Must not: compile anything, or know how a graph is shown. An arrow points the way that data, models and signals flow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cnai_gitops.errors import UsageError
from cnai_gitops.findings.plain import plain
from cnai_gitops.plan.build import Plan
from cnai_gitops.plan.target import Target
from cnai_gitops.spec.blueprint import Blueprint


@dataclass(frozen=True, slots=True)
class Node:
    """One thing. `kind` is dataset, prepare, train, model, serve, observe or cluster; `group` the app it belongs to, if any."""

    id: str
    label: str
    kind: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """One flow from node to node. `label` is reads, writes, makes, serves, watches, retrains or runs on."""

    source: str
    target: str
    label: str


@dataclass(frozen=True, slots=True, repr=False)
class Graph:
    """Nodes and edges in a fixed order, of one environment or application where one is named."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    env: str | None = None
    app: str | None = None

    @property
    def title(self) -> str:
        """What the picture shows, in words."""
        return (self.app or "all applications") + (f" in {self.env}" if self.env else "")

    def __repr__(self) -> str:
        return f"Graph({plain(self.title)}: {len(self.nodes)} nodes, {len(self.edges)} edges)"


def graph(plan: Plan, *, env: str | None = None, app: str | None = None) -> Graph:
    """The graph of all applications, or of one; with `env` only what is deployed there, and on which clusters.

    Raises UsageError when there is no such environment or application, or the one is not released to the other.
    """
    parts = [part for name in _chosen(plan, env, app) for part in _app(plan, plan.project.apps[name].value, env)]
    nodes = {part.id: part for part in parts if isinstance(part, Node)}
    edges = dict.fromkeys(part for part in parts if isinstance(part, Edge) and part.source in nodes and part.target in nodes)
    return Graph(tuple(sorted(nodes.values(), key=_order)), tuple(edges), env, app)


def _order(node: Node) -> tuple[bool, str, str]:
    """Data and models from outside first, then app after app as its stages are written, clusters last."""
    return node.kind == "cluster", node.group, "" if node.group else node.id


def _chosen(plan: Plan, env: str | None, app: str | None) -> list[str]:
    apps, environments = plan.project.apps, plan.project.environments
    if app is not None and app not in apps:
        raise UsageError(f"application {app!r} does not exist", help=f"known: {', '.join(apps)}")
    if env is not None and env not in environments:
        raise UsageError(f"environment {env!r} does not exist", help=f"known: {', '.join(environments)}")
    if env is not None and app is not None and not plan.deployed(app, env):
        known = ", ".join(name for name in environments if plan.deployed(app, name)) or "no environment"
        raise UsageError(f"{app} is not released to {env}", help=f"it is released to {known}")
    return [name for name in apps if app in (None, name) and (env is None or plan.deployed(name, env))]


def _app(plan: Plan, app: Blueprint, env: str | None) -> Iterator[Node | Edge]:
    for target, stages in _places(plan, app, env):
        for key, stage in stages.items():
            kind, _, name = key.partition(".")
            me = f"{app.name}.{key}"
            yield Node(me, name, kind, app.name)
            yield from _data(me, stage)
            yield from _models(app, me, kind, stage)
            if kind == "observe":
                yield from _signals(app, me, stage)
            if target is not None:
                cluster = Node(f"cluster.{target.name}", target.name, "cluster")
                yield from (cluster, Edge(me, cluster.id, "runs on"))


def _places(plan: Plan, app: Blueprint, env: str | None) -> Iterator[tuple[Target | None, Mapping[str, Any]]]:
    """The stages as written, or as they are on each target of one environment."""
    if env is None:
        yield None, dict(app.stages())
        return
    for target in plan.targets_of(app.name):
        if target.env == env:
            yield target, {key: resolved.stage for key, resolved in plan.app(app.name, target).stages.items()}


def _data(me: str, stage: Any) -> Iterator[Node | Edge]:
    for name in getattr(stage, "reads", ()):
        yield from (Node(f"dataset.{name}", name, "dataset"), Edge(f"dataset.{name}", me, "reads"))
    for name in getattr(stage, "writes", ()):
        yield from (Node(f"dataset.{name}", name, "dataset"), Edge(me, f"dataset.{name}", "writes"))


def _models(app: Blueprint, me: str, kind: str, stage: Any) -> Iterator[Node | Edge]:
    name = stage.makes if kind == "train" else stage.model if kind == "serve" else None
    if name is None:
        return
    own = any(train.makes == name for _, train in app.stages("train"))
    model = Node(f"{app.name}.model.{name}", name, "model", app.name) if own else Node(f"model.{name}", name, "model")
    yield model
    yield Edge(me, model.id, "makes") if kind == "train" else Edge(model.id, me, "serves")


def _signals(app: Blueprint, me: str, stage: Any) -> Iterator[Edge]:
    for key, service in app.stages("serve"):
        if not stage.serves or service.name in stage.serves:
            yield Edge(f"{app.name}.{key}", me, "watches")
    trains = [train.name for _, train in app.stages("train")]
    for start in stage.starts:
        started = [start] if start else trains if len(trains) == 1 else []
        yield from (Edge(me, f"{app.name}.train.{name}", "retrains") for name in started)
