"""Sweep: trials spread evenly over the space, fixed values that are the same for the same blueprint.

Must not: use a random number generator; Halton's sequence needs none and covers the space better.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from annotated_types import Ge, Le
from pydantic import Field, model_validator

from cnai_gitops.contract.context import Context
from cnai_gitops.contract.roles import StepPlan
from cnai_gitops.contract.sweep import TRIALS, SweepEngine
from cnai_gitops.parts.fan_out import fan_out
from cnai_gitops.spec.base import Count, Name
from cnai_gitops.spec.space import Choice, Integers, Space, Uniform
from cnai_gitops.spec.train import Train

if TYPE_CHECKING:
    from cnai_gitops.resources.argo_workflows.template import Template

PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53)
DIGITS = 6
"""Significant digits of a sampled number: enough for any learning rate, few enough to read."""


class Sweep(SweepEngine):
    """`trials` points of `space`, fixed by `seed`, so that the same blueprint always tries the same values."""

    kind: Literal["halton"] = "halton"
    trials: Annotated[int, Ge(1), Le(200)]
    """how many trainings"""
    space: Mapping[Name, Space] = Field(min_length=1)
    """hyperparameters and the values each may have"""
    seed: Count = 0
    """another seed tries other values"""

    @model_validator(mode="after")
    def _enough(self) -> Sweep:
        if self.parallel > self.trials:
            raise ValueError(f"`parallel` ({self.parallel}) must not be more than `trials` ({self.trials})")
        return self

    @property
    def size(self) -> int:
        """As many as there are points."""
        return self.trials

    def templates(self, context: Context[Train], trial: StepPlan) -> Sequence[Template]:
        """One branch of the workflow for each point."""
        return (fan_out(TRIALS, trial.entry, sample(self), self.parallel, go_on=self.max_failed > 0),)


def sample(sweep: Sweep) -> list[dict[str, Any]]:
    """Parameters of each trial."""
    # the first points of the sequence are alike in all dimensions, so it starts behind them
    start = 20 + sweep.seed * sweep.trials
    return [
        {name: _value(space, halton(start + i, PRIMES[d % len(PRIMES)])) for d, (name, space) in enumerate(sorted(sweep.space.items()))}
        for i in range(sweep.trials)
    ]


def halton(index: int, base: int) -> float:
    """The `index`-th number of Halton's sequence in `base`, between 0 and 1."""
    result, fraction = 0.0, 1.0
    while index:
        fraction /= base
        index, digit = divmod(index, base)
        result += fraction * digit
    return result


def _value(space: Any, at: float) -> Any:
    if isinstance(space, Choice):
        return space.values[min(int(at * len(space.values)), len(space.values) - 1)]
    if isinstance(space, Integers):
        return min(space.low + int(at * (space.high - space.low + 1)), space.high)
    assert isinstance(space, Uniform)
    low, high = (math.log(space.low), math.log(space.high)) if space.kind == "log_uniform" else (space.low, space.high)
    value = low + at * (high - low)
    return float(f"{math.exp(value) if space.kind == 'log_uniform' else value:.{DIGITS}g}")


EXAMPLE = """
beside:
  train: {name: scorer, image: train}
example:
  train:
    name: scorer
    image: train
    sweep: {kind: halton, trials: 3, parallel: 2, maximize: auc, space: {lr: {kind: log_uniform, low: 0.0001, high: 0.01}}}
other:
  Sweep:
    trials: 5
    parallel: 3
    space: {depth: {kind: integers, low: 1, high: 9}}
    maximize: f1
    minimize: loss
    max_failed: 1
    seed: 5
"""
