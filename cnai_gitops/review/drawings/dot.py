"""The graph in Graphviz' language, for those who have it.

Must not: need Graphviz.
"""

from __future__ import annotations

from cnai_gitops.findings.plain import plain
from cnai_gitops.review.graph import Graph

_SHAPES = {"dataset": "cylinder", "stage": "box", "model": "ellipse", "service": "component", "alert": "octagon", "cluster": "folder"}


def draw(graph: Graph) -> str:
    """A digraph from left to right; what waits for a digest is dashed."""
    rows = ["digraph cnai {", "  rankdir=LR;", "  node [fontname=monospace];"]
    for node in graph.nodes:
        label = "\\n".join(_text(part) for part in (node.says, node.name, node.detail) if part)
        style = ", style=dashed" if node.pending else ""
        rows.append(f'  {_quoted(node.id)} [label="{label}", shape={_SHAPES[node.kind]}{style}];')
    for edge in graph.edges:
        style = ", style=dashed, constraint=false" if edge.kind == "retrains" else ""
        rows.append(f'  {_quoted(edge.source)} -> {_quoted(edge.target)} [label="{edge.kind}"{style}];')
    return "\n".join([*rows, "}"]) + "\n"


def _quoted(value: str) -> str:
    return f'"{_text(value)}"'


def _text(value: str) -> str:
    return plain(value).replace("\\", "\\\\").replace('"', '\\"')
