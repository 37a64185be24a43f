"""Train: a stage that reads datasets and makes a model.

Must not: know an engine, or sample a sweep (`compile.train` does).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from annotated_types import Ge, Le
from pydantic import AfterValidator, Field, model_validator

from cnai_gitops.spec.accelerator import AcceleratorRequest
from cnai_gitops.spec.base import Count, Cron, Duration, Name, Names, Positive, Resources, Spec, Strings, Timezone, Variables
from cnai_gitops.spec.engine import Engine, Variants, default_engine

__all__ = ["Checkpoint", "Sweep", "Train", "choice", "integers", "log_uniform", "uniform"]

TrainEngine = Annotated[Engine, Variants("train")]
BOUND = re.compile(r"^(>=|<=|>|<|==) -?[0-9]+(\.[0-9]+)?$")


class Uniform(Spec):
    """Real numbers between `low` and `high`, evenly, or evenly in their logarithm."""

    kind: Literal["uniform", "log_uniform"]
    """whether the numbers or their logarithms are spread evenly"""
    low: float
    """smallest value"""
    high: float
    """largest value"""

    @model_validator(mode="after")
    def _ordered(self) -> Uniform:
        if not self.low < self.high:
            raise ValueError(f"`low` must be below `high`, got {self.low} and {self.high}")
        if self.kind == "log_uniform" and self.low <= 0:
            raise ValueError(f"a logarithmic range must be above 0, got {self.low}")
        return self


class Integers(Spec):
    """Whole numbers from `low` to `high`, both included."""

    kind: Literal["integers"] = "integers"
    """tells the kinds of values apart"""
    low: int
    """smallest value"""
    high: int
    """largest value"""

    @model_validator(mode="after")
    def _ordered(self) -> Integers:
        if not self.low < self.high:
            raise ValueError(f"`low` must be below `high`, got {self.low} and {self.high}")
        return self


class Choice(Spec):
    """One of several values."""

    kind: Literal["choice"] = "choice"
    """tells the kinds of values apart"""
    values: Annotated[Sequence[str | int | float], AfterValidator(tuple)] = Field(min_length=2)
    """the values to choose from"""


Space = Annotated[Uniform | Integers | Choice, Field(discriminator="kind")]


def uniform(low: float, high: float) -> Uniform:
    """Evenly between two numbers."""
    return Uniform(kind="uniform", low=float(low), high=float(high))


def log_uniform(low: float, high: float) -> Uniform:
    """Evenly between two numbers in their logarithm."""
    return Uniform(kind="log_uniform", low=float(low), high=float(high))


def integers(low: int, high: int) -> Integers:
    """A whole number between two, both included."""
    return Integers(low=low, high=high)


def choice(*values: str | float) -> Choice:
    """One of the values."""
    return Choice(values=list(values))


class Sweep(Spec):
    """Several trainings of one stage with other hyperparameters, `parallel` at a time; the best one goes on.

    The trials are fixed by `seed` and `space`, so that the same blueprint always tries the same values.
    """

    trials: Annotated[int, Ge(1), Le(200)]
    """how many trainings"""
    parallel: Positive = 1
    """how many of them at once; this bounds the accelerators that are held"""
    space: Mapping[Name, Space] = Field(min_length=1)
    """hyperparameters and the values each may have"""
    maximize: str = ""
    """metric of which the largest value wins"""
    minimize: str = ""
    """metric of which the smallest value wins"""
    seed: Count = 0
    """another seed tries other values"""

    @model_validator(mode="after")
    def _one_objective(self) -> Sweep:
        if bool(self.maximize) == bool(self.minimize):
            raise ValueError("needs either `maximize` or `minimize`, the name of a metric in metrics.json")
        if self.parallel > self.trials:
            raise ValueError(f"`parallel` ({self.parallel}) must not be more than `trials` ({self.trials})")
        return self


class Checkpoint(Spec):
    """Where a training continues after it was interrupted: saved every `interval`, the last `keep` kept."""

    interval: Duration = "15m"
    """time between two checkpoints"""
    keep: Positive = 3
    """checkpoints that are kept"""


def _bounds(value: Mapping[str, str]) -> dict[str, str]:
    for metric, bound in value.items():
        if not BOUND.match(bound):
            raise ValueError(f"{metric}: must be a comparison such as '>= 0.92', got {bound!r}")
    return dict(sorted(value.items()))


class Train(Spec):
    """Train a model on `nodes` nodes with `accelerator`, under the team's queue.

    `gate` must hold on metrics.json before the model is packaged as an OCI image named after `model`
    (this stage's name unless given). `command` replaces the entry point of `image`.
    """

    name: Name
    """unique among the train stages"""
    image: Name
    """name of the image; the release pins its digest"""
    command: Strings = ()
    """replaces the entry point of the image"""
    reads: Names = ()
    """datasets it reads"""
    model: Name | None = None
    """name of the model it makes; the stage's name unless given"""
    accelerator: AcceleratorRequest | None = None
    """accelerators of each node; none trains on CPUs"""
    nodes: Positive = 1
    """nodes of one training"""
    resources: Resources = Resources(cpu="8", memory="64Gi")
    """CPU and memory of each node"""
    sweep: Sweep | None = None
    """several trainings with other hyperparameters"""
    gate: Annotated[Mapping[str, str], AfterValidator(_bounds)] = {}
    """metrics and bounds (`auc: ">= 0.92"`) that must hold before the model is packaged"""
    checkpoint: Checkpoint = Checkpoint()
    """how an interrupted training continues"""
    schedule: Cron | None = None
    """when it starts; without one it is started by hand or by drift"""
    timezone: Timezone = "Etc/UTC"
    """time zone of the schedule"""
    retries: Count = 1
    """further attempts after the first"""
    timeout: Duration = "24h"
    """longest time of a whole run, all trials together"""
    priority: Literal["training", "opportunistic", "serving"] = "training"
    """Kueue priority class: `serving`, `training` or `opportunistic` (takes what is left and yields it)"""
    env: Variables = Field(default_factory=dict)
    """environment variables of the training"""
    engine: TrainEngine = Field(default_factory=lambda: default_engine("train", "trainer"))
    """what runs one training"""

    @property
    def makes(self) -> str:
        """Name of the model that this stage makes."""
        return self.model or self.name
