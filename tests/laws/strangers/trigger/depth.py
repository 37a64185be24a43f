"""Depth: scale a service with the length of a queue that an HTTP endpoint tells.

Must not: know other triggers.
"""

from typing import ClassVar, Literal

from cnai_gitops.contract.context import Context
from cnai_gitops.contract.roles import Load, Trigger
from cnai_gitops.spec.base import Positive
from cnai_gitops.spec.serve import Serve


class Depth(Trigger):
    """So many waiting items for each replica."""

    kind: Literal["depth"] = "depth"
    honours: ClassVar[frozenset[str]] = frozenset({"fallback"})
    items: Positive = 7
    """waiting items for each replica"""

    def trigger(self, context: Context[Serve], load: Load) -> dict[str, object]:
        """A trigger of KEDA's metrics API scaler."""
        url = f"http://depth.{context.namespace}.svc/{load.service}"
        return {"type": "metrics-api", "metadata": {"url": url, "valueLocation": "depth", "targetValue": str(self.items)}}


EXAMPLE = """
beside:
  serve: {name: scorer, model: bought}
example:
  serve: {name: scorer, model: bought, scaling: {kind: depth, items: 9}}
other:
  Depth: {items: 5}
"""
