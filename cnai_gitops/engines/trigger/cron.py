"""Cron: capacity that is ready before a known peak, whatever the load says.

Must not: know other triggers. Source of the metadata: the cron scaler's page of KEDA 2.20, read 2026-11-27.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import model_validator

from cnai_gitops.contract.context import Context
from cnai_gitops.contract.roles import Load, Trigger
from cnai_gitops.spec.base import Cron as Line
from cnai_gitops.spec.base import Positive, Timezone
from cnai_gitops.spec.serve import Serve

if TYPE_CHECKING:
    from cnai_gitops.resources.keda.model import Trigger as ScaleTrigger


class Cron(Trigger):
    """At least `replicas` replicas from each `start` to the next `end`, two cron lines in `timezone`."""

    kind: Literal["cron"] = "cron"
    wakes: ClassVar[bool] = True
    start: Line
    """when the replicas are wanted, in five cron fields"""
    end: Line
    """when they are not wanted any more, in five cron fields"""
    replicas: Positive
    """replicas in between"""
    timezone: Timezone = "Etc/UTC"
    """time zone of both"""

    @model_validator(mode="after")
    def _apart(self) -> Cron:
        if self.start == self.end:
            raise ValueError(f"`start` and `end` must differ, both are {self.start!r}")
        return self

    def trigger(self, context: Context[Serve], load: Load) -> ScaleTrigger:
        """A cron trigger; a service beside the stable one gets its share."""
        replicas = load.part_of(self.replicas)
        return {
            "type": "cron",
            "metadata": {"timezone": self.timezone, "start": self.start, "end": self.end, "desiredReplicas": str(replicas)},
        }


EXAMPLE = """
beside:
  serve: {name: scorer, model: bought}
example:
  serve: {name: scorer, model: bought, scaling: {kind: cron, start: "0 18 * * *", end: "0 2 * * *", replicas: 3}}
other:
  Cron: {start: "0 19 * * *", end: "0 4 * * *", replicas: 4, timezone: Europe/Berlin}
"""
