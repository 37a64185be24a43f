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

TrainEngine = Annotated[Engine, Variants("train")]
BOUND = re.compile(r"^(>=|<=|>|<|==) -?[0-9]+(\.[0-9]+)?$")


class Uniform(Spec):
    """Real numbers between `low` and `high`, evenly, or evenly in their logarithm."""

    kind: Literal["uniform", "log_uniform"]
    low: float
    high: float

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
    low: int
    high: int

    @model_validator(mode="after")
    def _ordered(self) -> Integers:
        if not self.low < self.high:
            raise ValueError(f"`low` must be below `high`, got {self.low} and {self.high}")
        return self


class Choice(Spec):
    """One of several values."""

    kind: Literal["choice"] = "choice"
    values: Annotated[Sequence[str | int | float], AfterValidator(tuple)] = Field(min_length=2)


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
    parallel: Positive = 1
    space: Mapping[Name, Space] = Field(min_length=1)
    maximize: str = ""
    minimize: str = ""
    seed: Count = 0

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
    keep: Positive = 3


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
    image: Name
    command: Strings = ()
    reads: Names = ()
    model: Name | None = None
    accelerator: AcceleratorRequest | None = None
    nodes: Positive = 1
    resources: Resources = Resources(cpu="8", memory="64Gi")
    sweep: Sweep | None = None
    gate: Annotated[Mapping[str, str], AfterValidator(_bounds)] = {}
    checkpoint: Checkpoint = Checkpoint()
    schedule: Cron | None = None
    timezone: Timezone = "Etc/UTC"
    retries: Count = 1
    timeout: Duration = "24h"
    priority: Literal["training", "opportunistic", "serving"] = "training"
    env: Variables = Field(default_factory=dict)
    engine: TrainEngine = Field(default_factory=lambda: default_engine("train", "trainer"))

    @property
    def makes(self) -> str:
        """Name of the model that this stage makes."""
        return self.model or self.name
