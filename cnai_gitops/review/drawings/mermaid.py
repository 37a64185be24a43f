"""The graph as Mermaid text, which GitHub and GitLab draw in Markdown.

Must not: let a name become syntax or markup.
"""

from __future__ import annotations

import re

from cnai_gitops.findings.plain import plain
from cnai_gitops.review.graph import Graph, Node

_SHAPES = {
    "dataset": ("[(", ")]"),
    "stage": ("[", "]"),
    "model": ("([", "])"),
    "service": ("[[", "]]"),
    "alert": ("{{", "}}"),
    "cluster": ("[/", "/]"),
}
_SPECIAL = re.compile(r"[^A-Za-z0-9 ./%,_-]")


def draw(graph: Graph) -> str:
    """A flowchart from left to right; what waits for a digest is dashed."""
    ids = {node.id: f"n{i}" for i, node in enumerate(graph.nodes)}
    rows = ["flowchart LR", *(f"  {ids[node.id]}{_shape(node)}" for node in graph.nodes)]
    for edge in graph.edges:
        arrow = "-." if edge.kind == "retrains" else "--"
        rows.append(f"  {ids[edge.source]} {arrow} {edge.kind} {'.->' if edge.kind == 'retrains' else '-->'} {ids[edge.target]}")
    waiting = [ids[node.id] for node in graph.nodes if node.pending]
    if waiting:
        rows += ["  classDef pending stroke-dasharray: 4 4", f"  class {','.join(waiting)} pending"]
    return "\n".join(rows) + "\n"


def _shape(node: Node) -> str:
    left, right = _SHAPES[node.kind]
    words = "<br/>".join(_text(part) for part in (node.says, node.name, node.detail) if part)
    return f'{left}"{words}"{right}'


def _text(value: str) -> str:
    return _SPECIAL.sub(lambda match: f"#{ord(match[0])};", plain(value))
