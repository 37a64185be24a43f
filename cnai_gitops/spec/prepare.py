"""Prepare: a stage that reads datasets and writes datasets.

Must not: know an engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from cnai_gitops.spec.base import Count, Cron, Duration, Name, Names, Spec, Timezone, Variables
from cnai_gitops.spec.engine import Variants
from cnai_gitops.spec.roles import StepRole

StepEngine = Annotated[StepRole, Variants("step")]
RESERVED = ("main", "start", "finish")


class Step(Spec):
    """One step of a preparation. `after` names the steps it waits for; empty means it starts at once."""

    name: Name
    engine: StepEngine
    after: Names = ()


class Prepare(Spec):
    """Prepare data: one `engine`, or several `steps` that form a graph.

    `schedule` is a cron line in `timezone`; without one the workflow is only started by hand or by an event.
    `retries` counts further attempts after the first; `timeout` bounds the whole run.
    """

    name: Name
    engine: StepEngine | None = None
    steps: Annotated[Sequence[Step], AfterValidator(tuple)] = ()
    reads: Names = ()
    writes: Names = ()
    schedule: Cron | None = None
    timezone: Timezone = "Etc/UTC"
    retries: Count = 2
    timeout: Duration = "6h"
    env: Variables = Field(default_factory=dict)

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
