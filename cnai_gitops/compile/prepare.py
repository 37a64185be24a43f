"""Prepare stages: a graph of steps as a WorkflowTemplate, and its schedule.

Must not: know an engine by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from cnai_gitops.compile.workflow import retries, steps_container, workflow
from cnai_gitops.contract.context import Context
from cnai_gitops.contract.roles import StepPlan, Template
from cnai_gitops.resources.base import Resource


def compile_prepare(context: Context) -> Iterator[Resource]:
    """All objects of one prepare stage on one target."""
    plans: list[StepPlan] = []
    tasks: list[dict[str, Any]] = [{"name": "start", "template": "start"}]
    for step in context.stage.graph:
        plan: StepPlan = step.engine.step(context, step.name)
        plans.append(_retried(plan, context.stage.retries))
        after = [f"{other}.Succeeded" for other in step.after] or ["start.Succeeded"]
        tasks.append({"name": step.name, "template": plan.entry, "depends": " && ".join(after)})
    main: Template = {"name": "main", "dag": {"tasks": tasks}}
    start = steps_container(context, "start", "lineage", "START")
    yield from workflow(context, main=[main, start], steps=plans)


def _retried(plan: StepPlan, count: int) -> StepPlan:
    """The step's entry template with the stage's retries, unless the engine brings its own."""
    templates = tuple({**t, **retries(count)} if t["name"] == plan.entry and "retryStrategy" not in t else t for t in plan.templates)
    return replace(plan, templates=templates)
