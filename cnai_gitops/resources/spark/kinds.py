"""Spark operator: what is known of its kinds.

Must not: describe fields, count pods.
"""

from __future__ import annotations

from cnai_gitops.resources.base import Ends, Kind, Owned, Queued, State
from cnai_gitops.resources.spark.pods import (
    application_demand,
    application_pods,
    application_untold,
    least,
    scheduled_demand,
    scheduled_pods,
    scheduled_untold,
)

GROUP = "sparkoperator.k8s.io"
VERSION = "v1beta2"


# Executors are `<name>-<16>-exec-<n>`.
_NAME_LIMIT = 63 - len("-0123456789012345-exec-")

KINDS = (
    Kind(
        group=GROUP,
        version=VERSION,
        kind="SparkApplication",
        plural="sparkapplications",
        operator="spark-operator",
        model=f"{__package__}.model",
        name_limit=_NAME_LIMIT,
        effective=application_pods,
        untold=application_untold,
        demand=application_demand,
        queued=Queued("kueue", least=least),
        ends=Ends(State("applicationState.state", ("COMPLETED",)), State("applicationState.state", ("FAILED",))),
        owned=(Owned("/spec/suspend", "kueue", "the object has a queue label"),),
    ),
    Kind(
        group=GROUP,
        version=VERSION,
        kind="ScheduledSparkApplication",
        plural="scheduledsparkapplications",
        operator="spark-operator",
        model=f"{__package__}.model",
        name_limit=_NAME_LIMIT - len("-0123456789012345678"),  # its runs are `<name>-<nanoseconds since 1970>`
        rank=60,
        effective=scheduled_pods,
        untold=scheduled_untold,
        demand=scheduled_demand,
        runs="scheduled",
        owned=(Owned("/spec/suspend", "kubectl", "paused during an incident"),),
    ),
)
