"""Observe: what is watched, what is promised, and what happens when the data drifts.

Must not: know Prometheus or Alertmanager objects.
"""

from __future__ import annotations

from typing import Annotated, Literal

from annotated_types import Gt, Le

from cnai_gitops.spec.base import Cron, Duration, Name, Names, Spec

__all__ = ["Drift", "Observe", "Slo"]


class Slo(Spec):
    """Service level: share of good answers in percent, and latency bounds in milliseconds that 99 % must meet."""

    availability: Annotated[float, Gt(0), Le(99.999)] | None = None
    """good answers in percent"""
    p99_ms: Annotated[float, Gt(0)] | None = None
    """milliseconds within which 99 % of the answers come"""


class Drift(Spec):
    """Compare live inputs with the training data by `method`; past `threshold` do `then`.

    psi is the population stability index (0.1 stable, 0.25 drift by convention), ks the Kolmogorov-Smirnov distance.
    """

    method: Literal["psi", "ks"] = "psi"
    """`psi`: population stability index; `ks`: Kolmogorov-Smirnov distance"""
    threshold: Annotated[float, Gt(0), Le(10)] = 0.2
    """score above which the data has drifted"""
    window: Duration = "1d"
    """how much of the recent inputs is compared"""
    schedule: Cron = "17 * * * *"
    """when it is compared, in UTC"""
    reference: Name | None = None
    """dataset to compare with; the first one that the train stage reads unless given"""
    then: Literal["alert", "retrain"] = "alert"
    """`alert` tells people; `retrain` also starts the train stage"""
    retrain: Name | None = None
    """train stage to start; needed when the app has more than one"""


class Observe(Spec):
    """Monitors, alerts and drift detection for the services named in `serves` (all of the app when empty)."""

    name: Name = "service"
    """unique among the observe stages"""
    serves: Names = ()
    """serve stages that are watched; all of the application when empty"""
    slo: Slo | None = None
    """what is promised"""
    drift: Drift | None = None
    """how inputs are compared with the training data"""
    interval: Duration = "30s"
    """time between two scrapes"""
    runbook: str = ""
    """address that alerts carry"""
