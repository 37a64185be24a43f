"""Grid: every combination of the values that each hyperparameter may have.

Must not: sample; a space that is no list of values is not for a grid.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from cnai_gitops.contract.context import Context
from cnai_gitops.contract.roles import StepPlan
from cnai_gitops.contract.sweep import TRIALS, SweepEngine
from cnai_gitops.parts.fan_out import fan_out
from cnai_gitops.spec.base import Name
from cnai_gitops.spec.space import Choice
from cnai_gitops.spec.train import Train

if TYPE_CHECKING:
    from cnai_gitops.resources.argo_workflows.template import Template

LARGEST = 200
"""Most trials of a grid, as of a sweep."""


class Grid(SweepEngine):
    """Each combination of the values in `space` is one trial."""

    kind: Literal["grid"] = "grid"
    space: Mapping[Name, Choice] = Field(min_length=1)
    """hyperparameters and the values to try; every combination is one trial"""

    @model_validator(mode="after")
    def _small_enough(self) -> Grid:
        trials = self.size
        if trials > LARGEST:
            raise ValueError(f"`space` has {trials} combinations; a grid may have {LARGEST}")
        if self.parallel > trials:
            raise ValueError(f"`parallel` ({self.parallel}) must not be more than the {trials} combinations of `space`")
        return self

    @property
    def size(self) -> int:
        """As many as there are combinations."""
        return prod(len(choice.values) for choice in self.space.values())

    def templates(self, context: Context[Train], trial: StepPlan) -> Sequence[Template]:
        """One branch of the workflow for each combination."""
        names = sorted(self.space)
        trials = [dict(zip(names, values, strict=True)) for values in product(*(self.space[name].values for name in names))]
        return (fan_out(TRIALS, trial.entry, trials, self.parallel, go_on=self.max_failed > 0),)


EXAMPLE = """
beside:
  train: {name: scorer, image: train}
example:
  train:
    name: scorer
    image: train
    sweep: {kind: grid, parallel: 2, minimize: loss, space: {lr: {kind: choice, values: [0.1, 0.01]}}}
other:
  Grid:
    parallel: 1
    max_failed: 1
    space: {depth: {kind: choice, values: [3, 6]}}
    maximize: auc
    minimize: mse
"""
