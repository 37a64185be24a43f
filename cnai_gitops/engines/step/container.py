"""Container: a step that runs one image to its end.

Must not: know other engines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from cnai_gitops.contract.context import Context
from cnai_gitops.contract.roles import StepEngine, StepPlan
from cnai_gitops.contract.workflow import STEP_PRIORITY
from cnai_gitops.parts.env import env_list, secret_env
from cnai_gitops.parts.pods import container_security, mounts, placement, requirements
from cnai_gitops.spec.accelerator import AcceleratorRequest
from cnai_gitops.spec.base import ImageName, Resources, Strings, Variables
from cnai_gitops.spec.prepare import Prepare

if TYPE_CHECKING:
    from cnai_gitops.resources.argo_workflows.template import MainContainer, Template


class Container(StepEngine):
    """One container: `command` replaces the image's entry point, `args` its arguments."""

    kind: Literal["container"] = "container"
    honours: ClassVar[frozenset[str]] = StepEngine.honours | {"scratch"}
    image: ImageName
    """name of the image; the release pins its digest"""
    command: Strings = ()
    """replaces the entry point of the image"""
    args: Strings = ()
    """arguments"""
    resources: Resources = Resources(cpu="1", memory="2Gi")
    """CPU and memory"""
    accelerator: AcceleratorRequest | None = None
    """accelerators of the container"""
    env: Variables = Field(default_factory=dict)
    """environment variables of this step"""

    def step(self, context: Context[Prepare], name: str) -> StepPlan:
        """One container template with the container contract's variables."""
        held = context.held(self.accelerator)
        container: MainContainer = {"image": context.image(self.image)}
        if self.command:
            container["command"] = list(self.command)
        if self.args:
            container["args"] = list(self.args)
        values = {**context.contract(name), **context.stage.env, **self.env}
        container["env"] = env_list(values) + secret_env(context.secret_variables())
        container["resources"] = requirements(self.resources.cpu, self.resources.memory, held)
        container["securityContext"] = container_security()
        container["volumeMounts"] = [*mounts("tmp", "cnai"), *context.data.mounts]
        template: Template = {"name": name}
        where = placement(held)
        if "nodeSelector" in where:
            template["nodeSelector"] = where["nodeSelector"]
        if "tolerations" in where:
            template["tolerations"] = where["tolerations"]
        if held:  # the queue admits the pod itself
            queued = context.queued(STEP_PRIORITY)
            template["metadata"] = {"labels": {**queued.labels}}
            if queued.annotations:
                template["metadata"]["annotations"] = {**queued.annotations}
            template["priorityClassName"] = STEP_PRIORITY
            if queued.scheduler:
                template["schedulerName"] = queued.scheduler
        if context.data.volumes:
            template["volumes"] = list(context.data.volumes)
        template["container"] = container
        return StepPlan(entry=name, templates=(template,))


EXAMPLE = """
example:
  prepare: {name: rows, engine: {kind: container, image: rows, args: ["--window=1d"]}}
other:
  Container:
    image: other
    command: [sh]
    args: ["--window=2d"]
    resources: {cpu: "3", memory: 1Gi}
    accelerator: {type: l4}
    env: {A: "1"}
"""
