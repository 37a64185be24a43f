"""What engines give to the rooms above them: steps of workflows, and objects of services.

Must not: assemble workflows (`compile.workflow` does) or name an engine.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from cnai_gitops.contract.context import Context
from cnai_gitops.facts.known import Facts
from cnai_gitops.facts.runtimes import Runtime
from cnai_gitops.resources.base import Resource
from cnai_gitops.spec.engine import Engine

__all__ = ["Resource", "Scaler", "ServeEngine", "StepEngine", "StepPlan", "TrainEngine"]

Template = dict[str, Any]
"""An Argo Workflows template as plain data; hera checks it when the workflow is built."""


@dataclass(frozen=True, slots=True)
class StepPlan:
    """One step of a workflow.

    `entry` is the template to run and `templates` all that belong to it. `parameters` are workflow parameters
    with their values on this target: a manifest that a template carries as text refers to them and holds no
    value of an environment itself. `rules` are (API group, resource, verbs) that the workflow's account needs,
    `resources` further objects of the namespace (an account for a driver, a training runtime), `ingress` the
    (namespace, port) that must reach the step's pods from outside.
    """

    entry: str
    templates: tuple[Template, ...]
    parameters: Mapping[str, str] = field(default_factory=dict)
    rules: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    resources: tuple[Resource, ...] = ()
    ingress: tuple[tuple[str, int], ...] = ()


class StepEngine(Engine):
    """Runs one step of a `prepare` stage."""

    role: ClassVar[str] = "prepare"

    @abstractmethod
    def step(self, context: Context, name: str) -> StepPlan:
        """The templates that run the step called `name`."""


class TrainEngine(Engine):
    """Runs one training (one trial of a sweep) of a `train` stage."""

    role: ClassVar[str] = "train"

    @abstractmethod
    def trial(self, context: Context) -> StepPlan:
        """The templates of one trial; they take the inputs `trial` (its number) and `params` (JSON)."""


class ServeEngine(Engine):
    """Serves a model. `needs_model` is False for engines whose models are not the release's business.

    `ignores` lists fields of the stage that have no effect with this engine; setting one is an error.
    """

    role: ClassVar[str] = "serve"
    needs_model: ClassVar[bool] = True
    ignores: ClassVar[frozenset[str]] = frozenset()

    @abstractmethod
    def resources(self, context: Context) -> Iterable[Resource]:
        """All objects of the service on one target."""

    def pods(self, context: Context) -> Mapping[str, str]:
        """Labels that select the service's pods, for monitors and budgets."""
        return {"app.kubernetes.io/name": context.blueprint.name, "app.kubernetes.io/component": context.key.replace(".", "-")}

    def platform_image(self, stage: Any, facts: Facts) -> str:
        """Name of the platform's image that serves; empty when the blueprint brings its own."""
        return self.runtime(stage, facts).image if self.needs_model else ""

    def runtime(self, stage: Any, facts: Facts) -> Runtime:
        """Facts of the server that answers: its metrics, ports and paths."""
        return facts.runtimes[stage.runtime]

    def least(self, stage: Any) -> int:
        """Replicas that always run."""
        return int(stage.scaling.min)

    def selects(self, workload: str) -> Mapping[str, str]:
        """Labels that tell the pods of one of `workloads` from the others."""
        return {}

    def workloads(self, context: Context) -> Iterable[str]:
        """Names of the services' main objects, the stable one first."""
        return (context.name,)


class Scaler(Engine):
    """Decides how many replicas a service has."""

    role: ClassVar[str] = "scaling"
    min: int
    max: int

    @abstractmethod
    def scaler(self, context: Context, deployment: str, *, low: int, high: int) -> Resource:
        """The object that scales `deployment` between `low` and `high` replicas."""
