"""Ends: two trials, one at each end of a range.

Must not: judge a trial.
"""

from collections.abc import Sequence
from typing import Any, Literal

from cnai_gitops.contract.context import Context
from cnai_gitops.contract.roles import StepPlan
from cnai_gitops.contract.sweep import TRIALS, SweepEngine
from cnai_gitops.parts.fan_out import fan_out
from cnai_gitops.spec.base import Name
from cnai_gitops.spec.train import Train


class Ends(SweepEngine):
    """The lowest and the highest value of one hyperparameter."""

    kind: Literal["ends"] = "ends"
    of: Name
    """name of the hyperparameter"""

    @property
    def size(self) -> int:
        """One at each end."""
        return 2

    def templates(self, context: Context[Train], trial: StepPlan) -> Sequence[Any]:
        """Two branches."""
        return (fan_out(TRIALS, trial.entry, [{self.of: 0}, {self.of: 1}], self.parallel, go_on=self.max_failed > 0),)


EXAMPLE = """
beside:
  train: {name: scorer, image: train}
example:
  train: {name: scorer, image: train, sweep: {kind: ends, of: nine, maximize: auc}}
other:
  Ends: {of: five, parallel: 2, max_failed: 1, maximize: f1, minimize: loss}
"""
