"""A graph as text: Mermaid, the language of Graphviz, and JSON.

Must not: need a program to draw, or decide what is in a graph.
"""

from __future__ import annotations

import re
from dataclasses import asdict

from cnai_gitops.findings.plain import encode, plain
from cnai_gitops.review.graph import Graph, Node

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
