"""Observe: what is watched, what is promised, and what happens when the data drifts.

Must not: know Prometheus or Alertmanager objects.
"""

from __future__ import annotations

from typing import Annotated, Literal

from annotated_types import Gt, Le
from pydantic import Field

from cnai_gitops.spec.base import Cron, Duration, Name, Names, Spec


class Slo(Spec):
    """Service level: share of good answers in percent, and latency bounds in milliseconds that 99 % must meet."""

    availability: Annotated[float, Gt(0), Le(99.999)] | None = None
    p99_ms: Annotated[float, Gt(0)] | None = None


class Drift(Spec):
    """Compare live inputs with the training data by `method`; past `threshold` do `then`.

    psi is the population stability index (0.1 stable, 0.25 drift by convention), ks the Kolmogorov-Smirnov distance.
    """

    method: Literal["psi", "ks"] = "psi"
    threshold: Annotated[float, Gt(0), Le(10)] = 0.2
    window: Duration = "1d"
    schedule: Cron = "17 * * * *"
    reference: Name | None = Field(None, description="dataset to compare with; the first one that the train stage reads unless given")
    then: Literal["alert", "retrain"] = "alert"
    retrain: Name | None = Field(None, description="train stage to start; needed when the app has more than one")


class Observe(Spec):
    """Monitors, alerts and drift detection for the services named in `serves` (all of the app when empty)."""

    name: Name = "service"
    serves: Names = ()
    slo: Slo | None = None
    drift: Drift | None = None
    interval: Duration = "30s"
    runbook: str = ""
