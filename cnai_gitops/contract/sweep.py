"""The role of sweeps: who chooses the trials of a training and runs them.

Must not: judge a trial (the evaluation gate does).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import model_validator

from cnai_gitops.contract.context import Context
from cnai_gitops.contract.roles import StepPlan
from cnai_gitops.spec.base import Count, Positive
from cnai_gitops.spec.roles import SweepRole
from cnai_gitops.spec.train import Train

__all__ = ["SweepEngine"]

if TYPE_CHECKING:
    from cnai_gitops.resources.argo_workflows.template import Template

TRIALS = "trials"
"""Name of the template that runs all trials."""


class SweepEngine(SweepRole):
    """Several trainings of one stage with other hyperparameters, `parallel` at a time; the best one goes on.

    `max_failed` of them may fail, or end without metrics; the others are judged without them.

    The best has the largest value of the metric `maximize`, or the smallest of `minimize`, in metrics.json.
    """

    parallel: Positive = 1
    """how many trainings at once; this bounds the accelerators that are held"""
    max_failed: Count = 0
    """how many trainings may fail without failing the sweep"""
    maximize: str = ""
    """metric of which the largest value wins"""
    minimize: str = ""
    """metric of which the smallest value wins"""

    @model_validator(mode="after")
    def _one_objective(self) -> SweepEngine:
        if bool(self.maximize) == bool(self.minimize):
            raise ValueError("needs either `maximize` or `minimize`, the name of a metric in metrics.json")
        return self

    @model_validator(mode="after")
    def _one_is_left(self) -> SweepEngine:
        if self.max_failed >= self.size:
            raise ValueError(f"`max_failed` ({self.max_failed}) must be less than the {self.size} trials: one must be left to judge")
        return self

    @property
    def objective(self) -> str:
        """How the gate is told what is best: `--maximize=auc`."""
        return f"--maximize={self.maximize}" if self.maximize else f"--minimize={self.minimize}"

    @property
    @abstractmethod
    def size(self) -> int:
        """How many trials there are; they are numbered from 0."""

    @abstractmethod
    def templates(self, context: Context[Train], trial: StepPlan) -> Sequence[Template]:
        """The template `trials`, which runs every trial by the entry of `trial`, and those that it needs itself."""
