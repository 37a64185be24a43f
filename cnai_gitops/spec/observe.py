"""Observe: a stage that watches services.

Must not: know a signal.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import AfterValidator, model_validator

from cnai_gitops.spec.base import Duration, Name, Names, Spec
from cnai_gitops.spec.engine import Variants
from cnai_gitops.spec.roles import SignalRole

__all__ = ["Observe"]

Signal = Annotated[SignalRole, Variants("signal")]


class Observe(Spec):
    """Monitors of the services named in `serves` (all of the app when empty), and `signals`: promises, drift, and what they start."""

    name: Name = "service"
    """unique among the observe stages"""
    serves: Names = ()
    """serve stages that are watched; all of the application when empty"""
    signals: Annotated[Sequence[Signal], AfterValidator(tuple)] = ()
    """what is watched and emitted: promises, drift"""
    interval: Duration = "30s"
    """time between two scrapes"""
    runbook: str = ""
    """address that alerts carry"""

    @model_validator(mode="after")
    def _one_of_a_kind(self) -> Observe:
        kinds = [signal.kind for signal in self.signals]
        for kind in kinds:
            if kinds.count(kind) > 1:
                raise ValueError(f"has two signals of kind {kind}; an observe stage takes one of each, and an app several such stages")
        return self

    @property
    def starts(self) -> tuple[str, ...]:
        """Train stages that its signals start; an empty name stands for the app's only one."""
        return tuple(signal.starts for signal in self.signals if signal.starts is not None)
