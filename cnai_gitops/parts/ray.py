"""The RayCluster inside RayJobs and RayServices: a head without accelerators and one group of equal workers.

Must not: know a stage or a target.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from cnai_gitops.parts.pods import Data, Held, container_security, placement, pod_security, requirements

if TYPE_CHECKING:
    from cnai_gitops.resources.core.container import Container, EnvVar
    from cnai_gitops.resources.core.pod import PodFields, PodTemplateSpec
    from cnai_gitops.resources.ray.model import HeadGroupSpec, RayClusterSpec

NODE = "cnai.dev/ray-node"
"""Label that tells workers from the head; budgets and policies see it in the templates, KubeRay's own they do not."""

DASHBOARD_PORT = 8265
"""Port of the head that KubeRay submits jobs to and asks how jobs and applications are."""


def ray_cluster(
    *,
    version: str,
    image: str,
    env: Sequence[EnvVar],
    labels: Mapping[str, str],
    account: str,
    head: tuple[str, str],
    worker: tuple[str, str],
    workers: tuple[int, int],
    held: Held | None = None,
    scheduler: str = "",
    priority: str = "",
    data: Data | None = None,
) -> RayClusterSpec:
    """Spec of a RayCluster. `head` and `worker` are (cpu, memory), `workers` the least and most replicas.

    Different bounds switch the in-tree autoscaler on; then Ray owns `replicas`, which is left out. KubeRay puts the
    autoscaler into the head's pod, where it calls the API server with the pod's token: only that head has one.
    """
    low, high = workers
    scaled = autoscaled(workers)
    make = partial(_pod, never_restarts=scaled, scheduler=scheduler, priority=priority, data=data)
    top = make("ray-head", image, env, labels, account, head, None, token=scaled)
    group = make("ray-worker", image, env, labels, account, worker, held)
    heads: HeadGroupSpec = {"rayStartParams": {"dashboard-host": "0.0.0.0", "num-gpus": "0"}, "template": top}
    if not scaled:
        return {
            "rayVersion": version,
            "enableInTreeAutoscaling": False,
            "headGroupSpec": heads,
            "workerGroupSpecs": [
                {"groupName": "workers", "minReplicas": low, "maxReplicas": high, "rayStartParams": {}, "replicas": low, "template": group}
            ],
        }
    return {
        "rayVersion": version,
        "enableInTreeAutoscaling": True,
        # KubeRay gives the autoscaler's container resources but no security context: a restricted namespace would refuse the head
        "autoscalerOptions": {"version": "v2", "idleTimeoutSeconds": 300, "securityContext": container_security(writable=True)},
        "headGroupSpec": heads,
        "workerGroupSpecs": [{"groupName": "workers", "minReplicas": low, "maxReplicas": high, "rayStartParams": {}, "template": group}],
    }


def autoscaled(workers: tuple[int, int]) -> bool:
    """True when the head runs Ray's autoscaler, which must reach the API server."""
    low, high = workers
    return low != high


def _pod(
    name: str,
    image: str,
    env: Sequence[EnvVar],
    labels: Mapping[str, str],
    account: str,
    size: tuple[str, str],
    held: Held | None,
    *,
    never_restarts: bool,
    token: bool = False,
    scheduler: str = "",
    priority: str = "",
    data: Data | None,
) -> PodTemplateSpec:
    fields: PodFields = {"serviceAccountName": account, "automountServiceAccountToken": token}
    if never_restarts:  # the v2 autoscaler replaces pods itself
        fields["restartPolicy"] = "Never"
    fields["securityContext"] = pod_security()
    if priority:
        fields["priorityClassName"] = priority
    if scheduler:
        fields["schedulerName"] = scheduler
    container: Container = {
        "name": name,
        "image": image,
        "env": list(env),
        "resources": requirements(*size, held),
        # Ray writes below its own session folder in the image, so the root file system stays writable
        "securityContext": container_security(writable=True),
    }
    if data and data.volumes:
        container["volumeMounts"] = list(data.mounts)
        fields["volumes"] = list(data.volumes)
    return {"metadata": {"labels": {**labels, NODE: name}}, "spec": {**fields, "containers": [container], **placement(held)}}
