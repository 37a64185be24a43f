"""The graph as JSON, apiVersion cnai/v1.

Must not: lose a field in a minor release.
"""

from __future__ import annotations

from dataclasses import asdict

from cnai_gitops.findings.plain import encode
from cnai_gitops.review.graph import Graph


def draw(graph: Graph) -> str:
    """One JSON object with nodes and edges."""
    parts = {"nodes": [asdict(node) for node in graph.nodes], "edges": [asdict(edge) for edge in graph.edges]}
    return encode({"apiVersion": "cnai/v1", "kind": "Graph", "title": graph.title, **parts})
