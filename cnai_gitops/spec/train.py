"""Train: a stage that reads datasets and makes a model.

Must not: know an engine or a sweep.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from cnai_gitops.spec.accelerator import AcceleratorRequest
from cnai_gitops.spec.base import (
    Count,
    Cron,
    Duration,
    ImageName,
    Name,
    Names,
    Positive,
    Quantity,
    Resources,
    Spec,
    Strings,
    Timezone,
    Variables,
)
from cnai_gitops.spec.engine import Variants, default_engine
from cnai_gitops.spec.roles import SweepRole, TrainRole

__all__ = ["Checkpoint", "Train"]

TrainEngine = Annotated[TrainRole, Variants("train")]
Sweep = Annotated[SweepRole, Variants("sweep")]
BOUND = re.compile(r"^(>=|<=|>|<|==) -?[0-9]+(\.[0-9]+)?$")


class Checkpoint(Spec):
    """Where a training continues after it was interrupted: saved every `interval`, the last `keep` kept."""

    interval: Duration = "15m"
    """time between two checkpoints"""
    keep: Positive = 3
    """checkpoints that are kept"""


def _bounds(value: Mapping[str, str]) -> dict[str, str]:
    for metric, bound in value.items():
        if not BOUND.match(bound):
            raise ValueError(f"{metric}: must be a comparison such as '>= 0.92', got {bound!r}")
    return dict(sorted(value.items()))


class Train(Spec):
    """Train a model on `nodes` nodes with `accelerator`, under the team's queue.

    `gate` must hold on metrics.json before the model is packaged as an OCI image named after `model`
    (this stage's name unless given). `command` replaces the entry point of `image`.
    """

    name: Name
    """unique among the train stages"""
    image: ImageName
    """name of the image; the release pins its digest"""
    command: Strings = ()
    """replaces the entry point of the image"""
    reads: Names = ()
    """datasets it reads"""
    model: Name | None = None
    """name of the model it makes; the stage's name unless given"""
    accelerator: AcceleratorRequest | None = None
    """accelerators of each node; none trains on CPUs"""
    nodes: Positive = 1
    """nodes of one training"""
    resources: Resources = Resources(cpu="8", memory="64Gi")
    """CPU and memory of each node"""
    sweep: Sweep | None = None
    """several trainings with other hyperparameters"""
    gate: Annotated[Mapping[str, str], AfterValidator(_bounds)] = {}
    """metrics and bounds (`auc: ">= 0.92"`) that must hold before the model is packaged"""
    checkpoint: Checkpoint = Checkpoint()
    """how an interrupted training continues"""
    schedule: Cron | None = None
    """when it starts; without one it is started by hand or by drift"""
    timezone: Timezone = "Etc/UTC"
    """time zone of the schedule"""
    retries: Count = 1
    """further attempts after the first"""
    timeout: Duration = "24h"
    """longest time of a whole run, all trials together"""
    priority: Literal["training", "opportunistic", "serving"] = "training"
    """Kueue priority class: `serving`, `training` or `opportunistic` (takes what is left and yields it)"""
    scratch: Quantity = "200Gi"
    """size of `/cnai` on each node, and of the step that packages the model, which holds it twice"""
    env: Variables = Field(default_factory=dict)
    """environment variables of the training"""
    engine: TrainEngine = Field(default_factory=lambda: default_engine("train", "trainer"))
    """what runs one training"""

    @property
    def makes(self) -> str:
        """Name of the model that this stage makes."""
        return self.model or self.name
