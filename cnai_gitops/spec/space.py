"""Space: the values that a sweep may give to a hyperparameter.

Must not: choose one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from cnai_gitops.spec.base import Spec

__all__ = ["choice", "integers", "log_uniform", "uniform"]


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
