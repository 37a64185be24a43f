"""Prepare: a stage that reads datasets and writes datasets.

Must not: know an engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from cnai_gitops.spec.base import Count, Cron, Duration, Name, Names, Quantity, Spec, Timezone, Variables
from cnai_gitops.spec.engine import Variants
from cnai_gitops.spec.roles import StepRole

__all__ = ["Prepare", "Step"]

StepEngine = Annotated[StepRole, Variants("step")]
RESERVED = ("main", "start", "finish", "exit")


class Step(Spec):
    """One step of a preparation. `after` names the steps it waits for; empty means it starts at once."""

    name: Name
    """unique in the stage"""
    engine: StepEngine
    """what runs the step"""
    after: Names = ()
    """steps that must have succeeded before; none means it starts at once"""


class Prepare(Spec):
    """Prepare data: one `engine`, or several `steps` that form a graph.

    `schedule` is a cron line in `timezone`; without one the workflow is only started by hand or by an event.
    `retries` counts further attempts after the first; `timeout` bounds the whole run.
    """

    name: Name
    """unique among the prepare stages"""
    engine: StepEngine | None = None
    """what runs the stage when it is one step"""
    steps: Annotated[Sequence[Step], AfterValidator(tuple)] = ()
    """steps that form a graph, instead of one `engine`"""
    reads: Names = ()
    """datasets it reads"""
    writes: Names = ()
    """datasets it writes; the team must own them"""
    schedule: Cron | None = None
    """when it starts; without one it is started by hand or by an event"""
    timezone: Timezone = "Etc/UTC"
    """time zone of the schedule"""
    retries: Count = 2
    """further attempts after the first"""
    timeout: Duration = "6h"
    """longest time of a whole run"""
    scratch: Quantity = "50Gi"
    """size of `/cnai`, where steps find inputs and leave outputs"""
    env: Variables = Field(default_factory=dict)
    """environment variables of every step"""

    @model_validator(mode="after")
    def _one_form(self) -> Prepare:
        if (self.engine is None) == (not self.steps):
            raise ValueError("needs either `engine` or `steps`, and not both")
        names = [step.name for step in self.steps]
        for step in self.steps:
            if names.count(step.name) > 1:
                raise ValueError(f"two steps are called {step.name!r}")
            if step.name in RESERVED:
                raise ValueError(f"no step can be called {step.name!r}: {', '.join(RESERVED)} are steps of every workflow")
            for other in step.after:
                if other not in names:
                    raise ValueError(f"step {step.name!r} waits for {other!r}, but the steps are {', '.join(names)}")
        _acyclic({step.name: tuple(step.after) for step in self.steps})
        return self

    @property
    def engines(self) -> tuple[StepRole, ...]:
        """The engines of all steps: what is said of the stage holds for each of them."""
        return (self.engine,) if self.engine else tuple(step.engine for step in self.steps)

    @property
    def graph(self) -> tuple[Step, ...]:
        """The steps; one engine alone is a step called `run`."""
        return (Step(name="run", engine=self.engine),) if self.engine else tuple(self.steps)


def _acyclic(waits: dict[str, Any]) -> None:
    from graphlib import CycleError, TopologicalSorter

    try:
        TopologicalSorter(waits).prepare()
    except CycleError as error:
        raise ValueError(f"steps wait for each other: {' -> '.join(error.args[1])}") from error
