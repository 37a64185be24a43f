"""Train stages: trials, the evaluation gate, the model as an OCI image, and the schedule.

Must not: know an engine by name. Git never holds a run: what is created is named by workflow and trial.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cnai_gitops.compile.workflow import retried, workflow
from cnai_gitops.contract.context import Context
from cnai_gitops.contract.roles import TrainEngine
from cnai_gitops.contract.sweep import TRIALS, SweepEngine
from cnai_gitops.contract.workflow import Run, steps_container
from cnai_gitops.parts.fan_out import fan_out
from cnai_gitops.parts.pods import mounts
from cnai_gitops.resources.base import Resource
from cnai_gitops.spec.train import Train

if TYPE_CHECKING:
    from cnai_gitops.resources.argo_workflows.artifacts import Artifact
    from cnai_gitops.resources.argo_workflows.template import Arguments, Template
    from cnai_gitops.resources.core.volume import KeyToPath

RUNS = "/cnai/in/runs"
LOGIN = "/var/run/cnai/registry"
"""Where the packaging step finds the credentials of the registry."""


def compile_train(context: Context[Train]) -> Iterator[Resource]:
    """All objects of one train stage on one target."""
    stage = context.stage
    assert isinstance(stage.engine, TrainEngine)
    plan = stage.engine.trial(context)
    trials = _sweep(stage).templates(context, plan) if stage.sweep else (fan_out(TRIALS, plan.entry, [{}], 1),)
    main: Template = {
        "name": "main",
        "dag": {
            "tasks": [
                {"name": "start", "template": "start"},
                {"name": "trials", "template": TRIALS, "depends": "start.Succeeded"},
                {"name": "gate", "template": "gate", "depends": "trials.Succeeded"},
                {"name": "package", "template": "package", "depends": "gate.Succeeded", "arguments": _best()},
            ]
        },
    }
    templates = [main, steps_container(context, "start", "lineage", "START"), *trials, _gate(context), _package(context)]
    yield from workflow(context, Run.of(stage), main=templates, steps=[retried(plan, stage.retries)])


def _best() -> Arguments:
    return {"parameters": [{"name": "best", "value": "{{tasks.gate.outputs.parameters.best}}"}]}


def _gate(context: Context[Train]) -> Template:
    stage = context.stage
    trials, may_fail = (_sweep(stage).size, _sweep(stage).max_failed) if stage.sweep else (1, 0)
    args = [f"--metrics-dir={RUNS}", f"--trials={trials}", "--out=/cnai/out/decision.json", "--best-out=/cnai/out/best"]
    if stage.sweep:
        args += [f"--allow-refused={may_fail}", _sweep(stage).objective]
    for metric, bound in stage.gate.items():
        args += ["--gate", metric, bound]
    return steps_container(
        context,
        "gate",
        "gate",
        *args,
        inputs={"artifacts": [_metrics(context, str(trial)) for trial in range(trials)]},
        outputs={"parameters": [{"name": "best", "valueFrom": {"path": "/cnai/out/best"}}], "artifacts": [_decision()]},
    )


def _sweep(stage: Train) -> SweepEngine:
    assert isinstance(stage.sweep, SweepEngine)
    return stage.sweep


def _metrics(context: Context[Train], trial: str) -> Artifact:
    """The metrics of one trial and nothing else of it; the gate itself says which are missing."""
    key = f"{context.run_key}/{trial}/metrics.json"
    return {"name": f"metrics-{trial}", "path": f"{RUNS}/{trial}/metrics.json", "optional": True, "s3": {"key": key}}


def _decision() -> Artifact:
    return {"name": "decision", "path": "/cnai/out/decision.json", "archive": {"none": {}}}


def _package(context: Context[Train]) -> Template:
    best = "{{inputs.parameters.best}}"
    secret = context.target.environment.registry_secret
    login = [f"--docker-config={LOGIN}/config.json"] if secret else []
    template = steps_container(
        context,
        "package",
        "package",
        "--model-dir=/cnai/in/model",
        "--layout=/cnai/out/layout",
        "--digest-out=/cnai/out/digest",
        f"--push={context.model_image(context.stage.makes)}",
        "--tag={{workflow.name}}",
        *login,
        inputs={
            "parameters": [{"name": "best"}],
            "artifacts": [{"name": "model", "path": "/cnai/in/model", "s3": {"key": f"{context.run_key}/{best}/model"}}],
        },
        outputs={"parameters": [{"name": "digest", "valueFrom": {"path": "/cnai/out/digest"}}]},
    )
    if secret:
        items: list[KeyToPath] = [{"key": "value", "path": "config.json"}]
        template["volumes"] = [{"name": "login", "secret": {"secretName": secret, "items": items}}]
        template["container"]["volumeMounts"] = [*mounts("tmp", "cnai"), {"name": "login", "mountPath": LOGIN, "readOnly": True}]
    return template
