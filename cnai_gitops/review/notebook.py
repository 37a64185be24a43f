"""Reviews and graphs that show themselves in a notebook.

Must not: compute anything.
"""

from __future__ import annotations

from typing import Any

from cnai_gitops.review.cards import diff_card
from cnai_gitops.review.diff import Review
from cnai_gitops.review.graph import Graph
from cnai_gitops.review.graph_svg import svg
from cnai_gitops.review.graph_text import mermaid


class ShownReview(Review):
    """A review that shows itself as a table."""

    __slots__ = ()

    @classmethod
    def of(cls, review: Review) -> ShownReview:
        """The same review."""
        return cls(review.targets, review.gone, review.hatches)

    def _repr_html_(self) -> str:
        return diff_card(self)


class ShownGraph(Graph):
    """A graph that shows itself as a picture."""

    __slots__ = ()

    @classmethod
    def of(cls, graph: Graph) -> ShownGraph:
        """The same graph."""
        return cls(graph.nodes, graph.edges, graph.env, graph.app)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": mermaid(self), "image/svg+xml": svg(self)}
