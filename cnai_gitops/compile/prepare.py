"""Prepare stages: a graph of steps as a WorkflowTemplate, and its schedule.

Must not: know an engine by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cnai_gitops.compile.workflow import retried, workflow
from cnai_gitops.contract.context import Context
from cnai_gitops.contract.roles import StepEngine, StepPlan
from cnai_gitops.contract.workflow import Run, steps_container
from cnai_gitops.resources.base import Resource
from cnai_gitops.spec.prepare import Prepare

if TYPE_CHECKING:
    from cnai_gitops.resources.argo_workflows.template import Task, Template


def compile_prepare(context: Context[Prepare]) -> Iterator[Resource]:
    """All objects of one prepare stage on one target."""
    plans: list[StepPlan] = []
    tasks: list[Task] = [{"name": "start", "template": "start"}]
    for step in context.stage.graph:
        assert isinstance(step.engine, StepEngine)
        plan = step.engine.step(context, step.name)
        plans.append(retried(plan, context.stage.retries))
        after = [f"{other}.Succeeded" for other in step.after] or ["start.Succeeded"]
        tasks.append({"name": step.name, "template": plan.entry, "depends": " && ".join(after)})
    main: Template = {"name": "main", "dag": {"tasks": tasks}}
    start = steps_container(context, "start", "lineage", "START")
    yield from workflow(context, Run.of(context.stage), main=[main, start], steps=plans)
