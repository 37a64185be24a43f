"""Container: a step that runs one image to its end.

Must not: know other engines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from cnai_gitops.contract.context import Context
from cnai_gitops.contract.roles import StepEngine, StepPlan
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
        if context.data.volumes:
            template["volumes"] = list(context.data.volumes)
        template["container"] = container
        return StepPlan(entry=name, templates=(template,))
