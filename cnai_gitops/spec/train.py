"""Train: a stage that reads datasets and makes a model.

Must not: know an engine or a sweep.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from cnai_gitops.spec.accelerator import AcceleratorRequest
from cnai_gitops.spec.base import Count, Cron, Duration, ImageName, Name, Names, Positive, Resources, Spec, Strings, Timezone, Variables
from cnai_gitops.spec.engine import Variants, default_engine
from cnai_gitops.spec.roles import SweepRole, TrainRole

TrainEngine = Annotated[TrainRole, Variants("train")]
Sweep = Annotated[SweepRole, Variants("sweep")]
BOUND = re.compile(r"^(>=|<=|>|<|==) -?[0-9]+(\.[0-9]+)?$")


class Checkpoint(Spec):
    """Where a training continues after it was interrupted: saved every `interval`, the last `keep` kept."""

    interval: Duration = "15m"
    keep: Positive = 3


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
    image: ImageName
    command: Strings = ()
    reads: Names = ()
    model: Name | None = None
    accelerator: AcceleratorRequest | None = None
    nodes: Positive = 1
    resources: Resources = Resources(cpu="8", memory="64Gi")
    sweep: Sweep | None = None
    gate: Annotated[Mapping[str, str], AfterValidator(_bounds)] = {}
    checkpoint: Checkpoint = Checkpoint()
    schedule: Cron | None = None
    timezone: Timezone = "Etc/UTC"
    retries: Count = 1
    timeout: Duration = "24h"
    priority: Literal["training", "opportunistic", "serving"] = "training"
    env: Variables = Field(default_factory=dict)
    engine: TrainEngine = Field(default_factory=lambda: default_engine("train", "trainer"))

    @property
    def makes(self) -> str:
        """Name of the model that this stage makes."""
        return self.model or self.name
