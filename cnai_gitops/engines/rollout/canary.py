"""Canary: the new model gets a growing share of the requests, in a service of its own beside the stable one.

Must not: know a serving engine, or choose the weight (the release does).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from cnai_gitops.contract.roles import Rollout
from cnai_gitops.spec.base import Percent


class Canary(Rollout):
    """The weights that a release gives to a new model one after the other, in percent, rising."""

    kind: Literal["canary"] = "canary"
    steps: Annotated[Sequence[Percent], AfterValidator(tuple)] = Field(default=(10, 50), min_length=1)
    """shares of requests, in percent, that a promotion goes through"""

    @model_validator(mode="after")
    def _rising(self) -> Canary:
        if list(self.steps) != sorted(set(self.steps)) or not 0 < self.steps[0] <= self.steps[-1] < 100:
            raise ValueError(f"`steps` must rise and lie between 1 and 99, got {list(self.steps)}")
        return self

    def weights(self) -> Sequence[int]:
        """The steps."""
        return tuple(self.steps)

    def share(self, weight: int) -> int:
        """As many replicas as it gets requests."""
        return weight


EXAMPLE = """
beside:
  serve: {name: scorer, model: bought}
example:
  serve: {name: scorer, model: bought, rollout: {kind: canary, steps: [10, 50]}}
  release:
    serve.scorer:
      canary: {model: "sha256:2222222222222222222222222222222222222222222222222222222222222222", weight: 10}
other:
  Canary: {steps: [20]}
"""
