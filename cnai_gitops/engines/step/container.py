"""Container: a step that runs one image to its end.

Must not: know other engines.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from cnai_gitops.contract.context import Context
from cnai_gitops.contract.roles import StepEngine, StepPlan
from cnai_gitops.parts.env import env_list, secret_env
from cnai_gitops.parts.pods import container_security, placement, requirements
from cnai_gitops.spec.accelerator import AcceleratorRequest
from cnai_gitops.spec.base import Name, Resources, Strings, Variables


class Container(StepEngine):
    """One container: `command` replaces the image's entry point, `args` its arguments."""

    kind: Literal["container"] = "container"
    image: Name
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

    def step(self, context: Context, name: str) -> StepPlan:
        """One container template with the container contract's variables."""
        facts = context.accelerator(self.accelerator) if self.accelerator else None
        held = (facts.resource, self.accelerator.per_node) if facts and self.accelerator else None
        template: dict[str, Any] = {"name": name, **placement(facts)}
        template["container"] = {
            "name": "",
            "image": context.image(self.image),
            "command": list(self.command),
            "args": list(self.args),
            "env": env_list({**context.contract(name), **context.stage.env, **self.env}) + secret_env(context.secret_variables()),
            "resources": requirements(self.resources.cpu, self.resources.memory, held),
            "securityContext": container_security(),
            "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}, {"name": "cnai", "mountPath": "/cnai"}],
        }
        container = {key: value for key, value in template["container"].items() if value}
        return StepPlan(entry=name, templates=({**template, "container": container},))
