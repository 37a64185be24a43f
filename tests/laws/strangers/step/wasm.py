"""Wasm: a step that runs one module.

Must not: know other engines.
"""

from typing import Literal

from cnai_gitops.contract.context import Context
from cnai_gitops.contract.roles import StepEngine, StepPlan
from cnai_gitops.parts.pods import container_security, mounts, requirements
from cnai_gitops.spec.base import ImageName, Positive
from cnai_gitops.spec.prepare import Prepare


class Wasm(StepEngine):
    """One module with so much fuel."""

    kind: Literal["wasm"] = "wasm"
    image: ImageName
    """the image that holds the module"""
    fuel: Positive = 7
    """instructions that it may run"""

    def step(self, context: Context[Prepare], name: str) -> StepPlan:
        """One container."""
        env = [{"name": key, "value": value} for key, value in {**context.contract(name), **context.stage.env}.items()]
        container = {"image": context.image(self.image), "args": [f"--fuel={self.fuel}"], "env": env}
        container |= {"resources": requirements("1", "1Gi"), "securityContext": container_security(), "volumeMounts": mounts("tmp", "cnai")}
        return StepPlan(entry=name, templates=({"name": name, "container": container},))


EXAMPLE = """
example:
  prepare: {name: rows, engine: {kind: wasm, image: rows, fuel: 9}}
other:
  Wasm: {image: other, fuel: 5}
"""
