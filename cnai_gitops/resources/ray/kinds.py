"""KubeRay: what is known of its kinds.

Must not: describe fields, count pods.
"""

from __future__ import annotations

from cnai_gitops.resources.base import Ends, Kind, Owned, Queued, State
from cnai_gitops.resources.health import by_conditions, by_field
from cnai_gitops.resources.ray.pods import (
    cluster_demand,
    cluster_pods,
    job_demand,
    job_pods,
    least_cluster,
    least_job,
    least_service,
    service_demand,
    service_pods,
)

GROUP = "ray.io"
VERSION = "v1"


def _scaled(path: str) -> tuple[Owned, ...]:
    """Worker replicas under the in-tree autoscaler, for as many groups as Kueue admits."""
    when = "enableInTreeAutoscaling is true"
    return tuple(Owned(f"{path}/workerGroupSpecs/{i}/replicas", "ray-autoscaler", when) for i in range(_MAX_GROUPS))


_MAX_GROUPS = 17
_SUSPEND = Owned("/spec/suspend", "kueue", "the object has a queue label")

KINDS = (
    Kind(
        group=GROUP,
        version=VERSION,
        kind="RayCluster",
        plural="rayclusters",
        operator="kuberay",
        model=f"{__package__}.model",
        name_limit=53,  # the operator refuses more: it appends group and pod
        effective=cluster_pods,
        demand=cluster_demand,
        queued=Queued("kueue", least=least_cluster),
        owned=(_SUSPEND, *_scaled("/spec")),
        health=by_field("state", {"ready": "Healthy", "suspended": "Suspended", "failed": "Degraded"}),
    ),
    Kind(
        group=GROUP,
        version=VERSION,
        kind="RayJob",
        plural="rayjobs",
        operator="kuberay",
        model=f"{__package__}.model",
        name_limit=47,  # its RayCluster is `<name>-<5>`
        effective=job_pods,
        demand=job_demand,
        queued=Queued("kueue", least=least_job),
        # Its cluster stands on, for hours or for ever.
        # A job that somebody stopped is Complete, and only its own status says that it did not succeed.
        ends=Ends(
            State("jobStatus", ("SUCCEEDED",)),
            State("jobDeploymentStatus", ("Failed", "ValidationFailed")),
            frees=False,
            stopped=State("jobStatus", ("STOPPED",)),
        ),
        owned=(_SUSPEND, *_scaled("/spec/rayClusterSpec")),
        health=by_field(
            "jobDeploymentStatus",
            {"Running": "Healthy", "Complete": "Healthy", "Suspended": "Suspended", "Failed": "Degraded", "ValidationFailed": "Degraded"},
        ),
    ),
    Kind(
        group=GROUP,
        version=VERSION,
        kind="RayService",
        plural="rayservices",
        stands_for="service",
        operator="kuberay",
        model=f"{__package__}.model",
        name_limit=47,  # its RayCluster is `<name>-<5>`
        effective=service_pods,
        demand=service_demand,
        queued=Queued("kueue", least=least_service),
        owned=_scaled("/spec/rayClusterConfig"),
        health=by_conditions({"Ready=True": "Healthy", "Ready=False": "Progressing"}),
    ),
)
