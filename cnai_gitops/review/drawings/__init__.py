"""Drawings of a graph, one module a format: the file's name is what `-o` takes.

Must not: choose what is in the graph, or print. Each module has `draw(graph) -> str`, the same text for the same graph.
"""

from __future__ import annotations

import importlib
import pkgutil

from cnai_gitops.errors import UsageError
from cnai_gitops.review.graph import Graph


def drawings() -> tuple[str, ...]:
    """Names of all drawings; a new file in this folder is a new one."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def draw(name: str, graph: Graph) -> str:
    """The graph as `name` (mermaid, svg, dot, json); raises UsageError with the list when there is no such drawing."""
    known = drawings()
    if name not in known:
        raise UsageError(f"there is no drawing {name!r}", help=f"the drawings are {', '.join(known)}")
    return str(importlib.import_module(f"{__name__}.{name}").draw(graph))
