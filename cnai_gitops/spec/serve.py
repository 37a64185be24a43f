"""Serve: a stage that answers requests with a model.

Must not: know an engine, a trigger or a rollout.
"""

from __future__ import annotations

from typing import Annotated

from annotated_types import Ge, Le
from pydantic import Field

from cnai_gitops.spec.accelerator import AcceleratorRequest
from cnai_gitops.spec.base import Duration, Name, Names, Resources, Spec, Strings, Variables
from cnai_gitops.spec.engine import Variants, default_engine
from cnai_gitops.spec.roles import RolloutRole, ServeRole
from cnai_gitops.spec.scaling import Scaling, ScalingOrTrigger
from cnai_gitops.spec.words import RuntimeName

__all__ = ["Serve"]

ServeEngine = Annotated[ServeRole, Variants("serve")]
Rollout = Annotated[RolloutRole, Variants("rollout")]
Port = Annotated[int, Ge(1024), Le(65535)]


class Serve(Spec):
    """Serve `model` with a `runtime` (triton, sklearn, vllm ... : an image pinned by the environment).

    `reads` names datasets that are read while answering (features). `public` exposes it at the public gateway, and not at
    the internal one.
    """

    name: Name
    """unique among the serve stages"""
    model: Name | None = None
    """name of the model, made by a train stage or listed under `blueprints/models/`"""
    runtime: RuntimeName = "triton"
    """what serves it: triton, sklearn, vllm ..."""
    reads: Names = ()
    """datasets that are read while answering"""
    resources: Resources = Resources(cpu="4", memory="16Gi")
    """CPU and memory of each replica"""
    accelerator: AcceleratorRequest | None = None
    """accelerators of each replica"""
    scaling: ScalingOrTrigger = Field(default_factory=Scaling)
    """how many replicas run; a trigger alone is the short form"""
    rollout: Rollout | None = None
    """how a new model takes over; needs a gateway"""
    port: Port = 8080
    """port that the server listens on"""
    args: Strings = ()
    """further arguments of the server"""
    env: Variables = Field(default_factory=dict)
    """environment variables of the server"""
    startup: Duration = "8m"
    """longest time from container start to a loaded model"""
    timeout: Duration = "60s"
    """longest time of one request"""
    grace: Duration | None = None
    """time to finish running requests after a stop was asked for; longer than `timeout`, which it follows when it is left out"""
    public: bool = False
    """true makes it reachable through the public gateway instead of the internal one"""
    engine: ServeEngine = Field(default_factory=lambda: default_engine("serve", "kserve"))
    """what runs the service"""

    @property
    def replicas(self) -> Scaling:
        """The scaling in its full form."""
        assert isinstance(self.scaling, Scaling)
        return self.scaling
