"""Halves: a new model gets half of the replicas, whatever requests it gets.

Must not: know a serving engine.
"""

from collections.abc import Sequence
from typing import Literal

from cnai_gitops.contract.roles import Rollout
from cnai_gitops.spec.base import Percent


class Halves(Rollout):
    """Half of the replicas, and of the requests first `first` percent."""

    kind: Literal["halves"] = "halves"
    first: Percent = 10
    """share of the requests that it gets at first, in percent"""

    def weights(self) -> Sequence[int]:
        """The first share alone."""
        return (self.first,)

    def share(self, weight: int) -> int:
        """Half."""
        return 50


EXAMPLE = """
beside:
  serve: {name: scorer, model: bought}
example:
  serve: {name: scorer, model: bought, rollout: {kind: halves, first: 9}}
  release:
    serve.scorer:
      canary: {model: "sha256:2222222222222222222222222222222222222222222222222222222222222222", weight: 9}
other:
  Halves: {first: 5}
"""
