"""Local: a training in one container of the workflow itself.

Must not: know other engines.
"""

from typing import ClassVar, Literal

from cnai_gitops.contract.context import Context
from cnai_gitops.contract.roles import StepPlan, TrainEngine
from cnai_gitops.parts.pods import container_security, mounts, requirements
from cnai_gitops.spec.base import Positive
from cnai_gitops.spec.train import Train


class Local(TrainEngine):
    """One container with so many threads."""

    kind: Literal["local"] = "local"
    honours: ClassVar[frozenset[str]] = frozenset({"resources"})
    threads: Positive = 2
    """threads of the process"""

    def trial(self, context: Context[Train]) -> StepPlan:
        """One container template."""
        size = context.stage.resources
        env = {**context.contract("trial"), **context.stage.env, "CNAI_TRIAL": "{{inputs.parameters.params}}"}
        container = {
            "image": context.image(context.stage.image),
            "args": [f"--threads={self.threads}"],
            "env": [{"name": name, "value": value} for name, value in env.items()],
            "resources": requirements(size.cpu, size.memory),
            "securityContext": container_security(),
            "volumeMounts": mounts("tmp", "cnai"),
        }
        inputs = {"parameters": [{"name": "trial"}, {"name": "params"}]}
        return StepPlan(entry="trial", templates=({"name": "trial", "inputs": inputs, "container": container},))


EXAMPLE = """
example:
  train: {name: scorer, image: train, engine: {kind: local, threads: 9}}
other:
  Local: {threads: 5}
"""
