"""Train stages: trials, the evaluation gate, the model as an OCI image, and the schedule.

Must not: know an engine by name. Git never holds a run: what is created is named by workflow and trial.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from cnai_gitops.compile.workflow import retries, steps_container, workflow
from cnai_gitops.contract.context import Context
from cnai_gitops.contract.roles import StepPlan, Template
from cnai_gitops.plan.sweep import sample
from cnai_gitops.resources.base import Resource

RUNS = "/cnai/in/runs"


def compile_train(context: Context) -> Iterator[Resource]:
    """All objects of one train stage on one target."""
    stage = context.stage
    plan: StepPlan = stage.engine.trial(context)
    trials = sample(stage.sweep)
    parallel = stage.sweep.parallel if stage.sweep else 1
    items = [{"trial": str(i), "params": json.dumps(values, sort_keys=True)} for i, values in enumerate(trials)]
    arguments = {"parameters": [{"name": name, "value": f"{{{{item.{name}}}}}"} for name in ("trial", "params")]}
    # the direct children of `trials` are composite; its parallelism bounds them, and so the accelerators held at once
    sweep: Template = {
        "name": "trials",
        "parallelism": parallel,
        "steps": [[{"name": "trial", "template": plan.entry, "arguments": arguments, "withItems": items}]],
    }
    main: Template = {
        "name": "main",
        "dag": {
            "tasks": [
                {"name": "start", "template": "start"},
                {"name": "trials", "template": "trials", "depends": "start.Succeeded"},
                {"name": "gate", "template": "gate", "depends": "trials.Succeeded"},
                {"name": "package", "template": "package", "depends": "gate.Succeeded", "arguments": _best()},
            ]
        },
    }
    start = steps_container(context, "start", "lineage", "START")
    yield from workflow(context, main=[main, start, sweep, _gate(context), _package(context)], steps=[_retried(plan, stage.retries)])


def _retried(plan: StepPlan, count: int) -> StepPlan:
    templates = tuple({**t, **retries(count)} if t["name"] == plan.entry and "steps" not in t else t for t in plan.templates)
    return replace(plan, templates=templates)


def _best() -> dict[str, Any]:
    return {"parameters": [{"name": "best", "value": "{{tasks.gate.outputs.parameters.best}}"}]}


def _gate(context: Context) -> Template:
    stage = context.stage
    args = [f"--metrics-dir={RUNS}", "--out=/cnai/out/decision.json", "--best-out=/cnai/out/best"]
    if stage.sweep:
        args.append(f"--maximize={stage.sweep.maximize}" if stage.sweep.maximize else f"--minimize={stage.sweep.minimize}")
    for metric, bound in stage.gate.items():
        args += ["--gate", metric, bound]
    return steps_container(
        context,
        "gate",
        "gate",
        *args,
        inputs={"artifacts": [{"name": "runs", "path": RUNS, "s3": {"key": context.run_key}}]},
        outputs={"parameters": [{"name": "best", "valueFrom": {"path": "/cnai/out/best"}}], "artifacts": [_decision()]},
    )


def _decision() -> dict[str, Any]:
    return {"name": "decision", "path": "/cnai/out/decision.json", "archive": {"none": {}}}


def _package(context: Context) -> Template:
    best = "{{inputs.parameters.best}}"
    return steps_container(
        context,
        "package",
        "package",
        "--model-dir=/cnai/in/model",
        "--layout=/cnai/out/layout",
        "--digest-out=/cnai/out/digest",
        f"--push={context.model_image(context.stage.makes)}",
        "--tag={{workflow.name}}",
        inputs={
            "parameters": [{"name": "best"}],
            "artifacts": [{"name": "model", "path": "/cnai/in/model", "s3": {"key": f"{context.run_key}/{best}/model"}}],
        },
        outputs={"parameters": [{"name": "digest", "valueFrom": {"path": "/cnai/out/digest"}}]},
    )
