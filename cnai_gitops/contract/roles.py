"""What variants give to the rooms above them, role by role: steps of workflows, objects of services, triggers, queues.

Must not: assemble workflows (`compile.workflow` does) or name a variant.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from cnai_gitops.contract.context import Context
from cnai_gitops.contract.workflow import Scheduled
from cnai_gitops.facts.known import Facts
from cnai_gitops.facts.runtimes import Runtime
from cnai_gitops.parts.rbac import Rule
from cnai_gitops.resources.base import Resource
from cnai_gitops.spec.observe import Observe
from cnai_gitops.spec.prepare import Prepare
from cnai_gitops.spec.roles import RolloutRole, ServeRole, SignalRole, StepRole, TrainRole, TriggerRole
from cnai_gitops.spec.serve import Serve
from cnai_gitops.spec.train import Train

__all__ = ["Load", "Resource", "Rollout", "ServeEngine", "Signal", "StepEngine", "StepPlan", "TrainEngine", "Trigger"]

if TYPE_CHECKING:
    from cnai_gitops.resources.argo_workflows.template import Template
    from cnai_gitops.resources.keda.model import Trigger as ScaleTrigger
    from cnai_gitops.resources.monitoring.model import Group as RuleGroup


@dataclass(frozen=True, slots=True)
class StepPlan:
    """One step of a workflow.

    `entry` is the template to run and `templates` all that belong to it. `parameters` are workflow parameters
    with their values on this target: a manifest that a template carries as text refers to them and holds no
    value of an environment itself. `rules` are (API group, resource, verbs) that the workflow's account needs,
    `resources` further objects of the namespace (an account for a driver, a training runtime), `ingress` the
    (namespace, port) that must reach the step's pods from outside. `undo` are templates without inputs that take away what a run
    started and did not finish; steps that bring the same one mean one.
    """

    entry: str
    templates: Sequence[Template]
    parameters: Mapping[str, str] = field(default_factory=dict)
    rules: Sequence[Rule] = ()
    resources: Sequence[Resource] = ()
    ingress: Sequence[tuple[str, int]] = ()
    undo: Sequence[Template] = ()


class StepEngine(StepRole):
    """Runs one step of a `prepare` stage."""

    honours: ClassVar[frozenset[str]] = frozenset({"retries", "timeout", "env"})

    @abstractmethod
    def step(self, context: Context[Prepare], name: str) -> StepPlan:
        """The templates that run the step called `name`."""


class TrainEngine(TrainRole):
    """Runs one training (one trial of a sweep) of a `train` stage."""

    @abstractmethod
    def trial(self, context: Context[Train]) -> StepPlan:
        """The templates of one trial; they take the inputs `trial` (its number) and `params` (JSON)."""


class ServeEngine(ServeRole):
    """Serves a model."""

    @abstractmethod
    def resources(self, context: Context[Serve]) -> Iterable[Resource]:
        """All objects of the service on one target."""

    def runtime(self, stage: Serve, facts: Facts) -> Runtime:
        """Facts of the server that answers: its metrics, ports and paths."""
        return facts.runtimes[stage.runtime]

    def least(self, stage: Serve) -> int:
        """Replicas that always run."""
        return stage.replicas.min

    def selects(self, workload: str) -> Mapping[str, str]:
        """Labels that tell the pods of one of `workloads` from the others."""
        return {}

    def workloads(self, context: Context[Serve]) -> Iterable[str]:
        """Names of the services' main objects, the stable one first."""
        return (context.name,)


def engine_of(context: Context[Serve]) -> ServeEngine:
    """What serves the stage."""
    assert isinstance(context.stage.engine, ServeEngine)
    return context.stage.engine


@dataclass(frozen=True, slots=True)
class Load:
    """What a trigger scales: the service's name, and its share of the stage's replicas in percent."""

    service: str
    share: int = 100

    def part_of(self, replicas: int) -> int:
        """The share of a number of replicas: rounded up, at least one."""
        return max(1, -(-replicas * self.share // 100))


class Trigger(TriggerRole):
    """Decides how many replicas a service has, beside others."""

    @abstractmethod
    def trigger(self, context: Context[Serve], load: Load) -> ScaleTrigger:
        """The trigger of a KEDA ScaledObject for one service of the stage."""


@dataclass(frozen=True, slots=True)
class Beside:
    """A service beside the stable one: its name, its model's digest, the release's word for that, and its shares in percent.

    `replicas` is its share of the stage's replicas, `requests` that of the requests.
    """

    name: str
    digest: str
    pin: str
    replicas: int
    requests: int


class Rollout(RolloutRole):
    """How a new model takes over from the one that serves."""

    @abstractmethod
    def weights(self) -> Sequence[int]:
        """Shares of requests that the new model gets one after the other, in percent, rising, without 0 and 100."""

    @abstractmethod
    def share(self, weight: int) -> int:
        """Share of the stage's replicas that the new model's service has while it gets `weight` percent of the requests."""


def beside(context: Context[Serve]) -> Sequence[Beside]:
    """Services beside the stable one: the new model while it is tried, and the previous one that is kept warm."""
    pins, rollout = context.resolved.pins, context.stage.rollout
    found = []
    if pins.canary and isinstance(rollout, Rollout):
        weight = pins.canary.weight
        share, requests = rollout.share(weight), 0 if pins.rollback else weight
        found.append(Beside(f"{context.name}-canary", pins.canary.model, "canary.model", share, requests))
    if pins.previous:
        # as large as the stable one from its first replica on: after a rollback there is no time to scale out
        found.append(Beside(f"{context.name}-previous", pins.previous, "previous", 100, 100 if pins.rollback else 0))
    return found


class Signal(SignalRole):
    """What an `observe` stage watches and emits, for the services that it watches."""

    def rules(self, context: Context[Observe], services: Sequence[Context[Serve]]) -> Iterable[RuleGroup]:
        """Groups of the stage's PrometheusRule."""
        return ()

    def workflow(self, context: Context[Observe], services: Sequence[Context[Serve]]) -> Scheduled | None:
        """A workflow that it needs beside."""
        return None

    def resources(self, context: Context[Observe], services: Sequence[Context[Serve]]) -> Iterable[Resource]:
        """Further objects."""
        return ()
