"""The graph of data, models and services: what reads, makes, serves and watches what, and as text in several languages.

Must not: compile anything, or need a program to draw. An arrow points the way that data, models and signals flow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from cnai_gitops.errors import UsageError
from cnai_gitops.findings.plain import encode, plain
from cnai_gitops.plan.build import Plan
from cnai_gitops.plan.target import Target
from cnai_gitops.review.graph_svg import svg
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

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": mermaid(self), "image/svg+xml": svg(self)}


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


# -- as text --------------------------------------------------------------------------------------------

_SHAPES = {"dataset": ("[(", ")]"), "model": ("{{", "}}"), "serve": ("([", "])"), "cluster": ("[[", "]]")}
_DOT_SHAPES = {"dataset": "cylinder", "model": "hexagon", "cluster": "box3d"}


def mermaid(graph: Graph) -> str:
    """The graph as a Mermaid flowchart, which GitHub and GitLab draw."""
    ids = {node.id: f"n{i}" for i, node in enumerate(graph.nodes, 1)}
    lines = ["flowchart LR"]
    for group, nodes in _groups(graph).items():
        indent = "        " if group else "    "
        if group:
            lines.append(f'    subgraph {ids[nodes[0].id]}g ["{_mermaid(group)}"]')
        for node in nodes:
            left, right = _SHAPES.get(node.kind, ("[", "]"))
            lines.append(f'{indent}{ids[node.id]}{left}"{_mermaid(_words(node))}"{right}')
        if group:
            lines.append("    end")
    for edge in graph.edges:
        arrow = "-.->" if edge.label in ("retrains", "runs on") else "-->"
        lines.append(f"    {ids[edge.source]} {arrow}|{_mermaid(edge.label)}| {ids[edge.target]}")
    return "\n".join(lines) + "\n"


def dot(graph: Graph) -> str:
    """The graph in the language of Graphviz."""
    lines = ["digraph cnai {", "    rankdir=LR;", f"    label={_dot(graph.title)};", "    node [shape=box];"]
    for group, nodes in _groups(graph).items():
        indent = "        " if group else "    "
        if group:
            lines += [f"    subgraph {_dot(f'cluster_{group}')} {{", f"        label={_dot(group)};"]
        for node in nodes:
            shape = f", shape={_DOT_SHAPES[node.kind]}" if node.kind in _DOT_SHAPES else ""
            lines.append(f"{indent}{_dot(node.id)} [label={_dot(_words(node))}{shape}];")
        if group:
            lines.append("    }")
    for edge in graph.edges:
        style = ", style=dashed" if edge.label in ("retrains", "runs on") else ""
        lines.append(f"    {_dot(edge.source)} -> {_dot(edge.target)} [label={_dot(edge.label)}{style}];")
    return "\n".join([*lines, "}"]) + "\n"


def as_json(graph: Graph) -> str:
    """The graph for programs; fields are only ever added to it."""
    nodes, edges = ([asdict(part) for part in parts] for parts in (graph.nodes, graph.edges))
    return encode({"apiVersion": "cnai/v1", "kind": "Graph", "env": graph.env, "app": graph.app, "nodes": nodes, "edges": edges})


def _groups(graph: Graph) -> dict[str, list[Node]]:
    """Nodes by application, those of none under the empty name."""
    groups: dict[str, list[Node]] = {}
    for node in graph.nodes:
        groups.setdefault(node.group, []).append(node)
    return groups


def _words(node: Node) -> str:
    return node.label if node.kind in ("dataset", "cluster") else f"{node.kind}: {node.label}"


def _mermaid(text: str) -> str:
    """Text that ends no label and is no markup: Mermaid's own entities for all but letters, digits and a few signs."""
    return re.sub(r"[^A-Za-z0-9 ./:-]", lambda match: f"#{ord(match[0])};", plain(text))


def _dot(text: str) -> str:
    escaped = plain(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


__all__ = ["Edge", "Graph", "Node", "as_json", "dot", "graph", "mermaid", "svg"]
