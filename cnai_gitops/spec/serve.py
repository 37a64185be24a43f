"""Serve: a stage that answers requests with a model.

Must not: know an engine or an autoscaler.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from annotated_types import Ge, Le
from pydantic import AfterValidator, Field, model_validator

from cnai_gitops.spec.accelerator import AcceleratorRequest
from cnai_gitops.spec.base import Duration, Name, Names, Percent, Resources, Spec, Strings, Variables
from cnai_gitops.spec.engine import Engine, Variants, default_engine
from cnai_gitops.spec.words import RuntimeName

__all__ = ["Canary", "Serve"]

ServeEngine = Annotated[Engine, Variants("serve")]
Scaling = Annotated[Engine, Variants("scaling")]
Port = Annotated[int, Ge(1024), Le(65535)]


class Canary(Spec):
    """How a new model takes over: the weights that a release gives it one after the other, in percent, rising."""

    steps: Annotated[Sequence[Percent], AfterValidator(tuple)] = Field(default=(10, 50), min_length=1)
    """shares of requests, in percent, that a promotion goes through"""

    @model_validator(mode="after")
    def _rising(self) -> Canary:
        if list(self.steps) != sorted(set(self.steps)) or not 0 < self.steps[0] <= self.steps[-1] < 100:
            raise ValueError(f"`steps` must rise and lie between 1 and 99, got {list(self.steps)}")
        return self


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
    scaling: Scaling = Field(default_factory=lambda: default_engine("scaling", "rate"))
    """what decides the number of replicas"""
    canary: Canary | None = None
    """how a new model takes over; needs a gateway"""
    port: Port = 8080
    """port that the server listens on"""
    args: Strings = ()
    """further arguments of the server"""
    env: Variables = Field(default_factory=dict)
    """environment variables of the server"""
    startup: Duration = "10m"
    """longest time from container start to a loaded model"""
    timeout: Duration = "60s"
    """longest time of one request"""
    grace: Duration = "60s"
    """time to finish running requests after a stop was asked for"""
    public: bool = False
    """true makes it reachable through the public gateway instead of the internal one"""
    engine: ServeEngine = Field(default_factory=lambda: default_engine("serve", "kserve"))
    """what runs the service"""
