"""What a variant may say of a workflow of its own, and the container that runs a module of `cnai_gitops.steps` in it.

Must not: assemble a workflow (`compile.workflow` does).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cnai_gitops.contract.context import STEPS_IMAGE, Context
from cnai_gitops.parts.env import env_list
from cnai_gitops.parts.pods import container_security, mounts, requirements
from cnai_gitops.spec.prepare import Prepare
from cnai_gitops.spec.train import Train

if TYPE_CHECKING:
    from cnai_gitops.resources.argo_workflows.template import Arguments, Outputs, Template


@dataclass(frozen=True, slots=True)
class Run:
    """When a workflow runs and for how long; `reads` are datasets that its own steps are told of (None: those of the stage).

    `scratch` is the size of the contract's `/cnai` in each pod.
    """

    schedule: str | None
    timezone: str
    timeout: str
    reads: Sequence[str] | None = None
    scratch: str = "50Gi"

    @classmethod
    def of(cls, stage: Prepare | Train) -> Run:
        """As the stage says."""
        return cls(stage.schedule, stage.timezone, stage.timeout, scratch=stage.scratch)


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A workflow that a signal needs beside its rules: when, and its templates, the entry point first.

    `part` goes into its name, so that those of several signals differ.
    """

    run: Run
    templates: Sequence[Template]
    part: str = ""


STEP_PRIORITY = "training"
"""Priority class of steps that hold accelerators."""


def steps_container(
    context: Context[Any],
    name: str,
    module: str,
    *args: str,
    inputs: Arguments | None = None,
    outputs: Outputs | None = None,
    reads: Sequence[str] | None = None,
) -> Template:
    """A template that runs a module of `cnai_gitops.steps` in the platform's steps image."""
    template: Template = {"name": name}
    if inputs:
        template["inputs"] = inputs
    if outputs:
        template["outputs"] = outputs
    template["container"] = {
        "image": context.platform_image(STEPS_IMAGE),
        "command": ["python", "-m", f"cnai_gitops.steps.{module}"],
        "args": list(args),
        "env": env_list(context.contract(name, reads, mounts=False)),
        "resources": requirements("500m", "1Gi"),
        "securityContext": container_security(),
        "volumeMounts": mounts("tmp", "cnai"),
    }
    return template
