"""Serve: a stage that answers requests with a model.

Must not: know an engine, a trigger or a rollout.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import Annotated

from annotated_types import Ge, Le
from pydantic import Field, field_validator

from cnai_gitops.facts.runtimes import runtimes
from cnai_gitops.spec.accelerator import AcceleratorRequest
from cnai_gitops.spec.base import Duration, Name, Names, Resources, Spec, Strings, Variables
from cnai_gitops.spec.engine import Variants, default_engine
from cnai_gitops.spec.roles import RolloutRole, ServeRole
from cnai_gitops.spec.scaling import Scaling, ScalingOrTrigger

ServeEngine = Annotated[ServeRole, Variants("serve")]
Rollout = Annotated[RolloutRole, Variants("rollout")]
Port = Annotated[int, Ge(1024), Le(65535)]


class Serve(Spec):
    """Serve `model` with a `runtime` (triton, sklearn, vllm ... : an image pinned by the environment).

    `reads` names datasets that are read while answering (features). `public` exposes it at the public gateway, and not at
    the internal one.
    """

    name: Name
    model: Name | None = None
    runtime: Name = "triton"
    reads: Names = ()
    resources: Resources = Resources(cpu="4", memory="16Gi")
    accelerator: AcceleratorRequest | None = None
    scaling: ScalingOrTrigger = Field(default_factory=Scaling)
    rollout: Rollout | None = None
    port: Port = 8080
    args: Strings = ()
    env: Variables = Field(default_factory=dict)
    startup: Duration = Field("10m", description="longest time from container start to a loaded model")
    timeout: Duration = "60s"
    grace: Duration = Field("60s", description="time to finish running requests after a stop was asked for")
    public: bool = False
    engine: ServeEngine = Field(default_factory=lambda: default_engine("serve", "kserve"))

    @field_validator("runtime")
    @classmethod
    def _known_runtime(cls, value: str) -> str:
        known = [name for name, facts in runtimes().items() if facts.runtime]  # the others come with their engine
        if value not in known:
            near = get_close_matches(value, known, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise ValueError(f"must be one of {', '.join(sorted(known))}, got {value!r}{hint}")
        return value

    @property
    def replicas(self) -> Scaling:
        """The scaling in its full form."""
        assert isinstance(self.scaling, Scaling)
        return self.scaling
