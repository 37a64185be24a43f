"""The RayCluster inside RayJobs and RayServices: a head without accelerators and one group of equal workers.

Must not: know a stage or a target.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnai_gitops.facts import Accelerator
from cnai_gitops.parts.pods import container_security, placement, pod_security, requirements

NODE = "cnai.dev/ray-node"
"""Label that tells workers from the head; budgets and policies see it in the templates, KubeRay's own they do not."""

DASHBOARD_PORT = 8265
"""Port of the head that KubeRay submits jobs to and asks how jobs and applications are."""


def ray_cluster(
    *,
    version: str,
    image: str,
    env: list[dict[str, Any]],
    labels: Mapping[str, str],
    account: str,
    head: tuple[str, str],
    worker: tuple[str, str],
    workers: tuple[int, int],
    held: tuple[Accelerator, int] | None = None,
) -> dict[str, Any]:
    """Spec of a RayCluster. `head` and `worker` are (cpu, memory), `workers` the least and most replicas.

    Different bounds switch the in-tree autoscaler on; then Ray owns `replicas`, which is left out. KubeRay puts the
    autoscaler into the head's pod, where it calls the API server with the pod's token: only that head has one.
    """
    low, high = workers
    scaled = autoscaled(workers)
    group: dict[str, Any] = {"groupName": "workers", "minReplicas": low, "maxReplicas": high, "rayStartParams": {}}
    if not scaled:
        group["replicas"] = low
    cluster: dict[str, Any] = {"rayVersion": version, "enableInTreeAutoscaling": scaled}
    if scaled:
        # KubeRay gives the autoscaler's container resources but no security context: a restricted namespace would refuse the head
        cluster["autoscalerOptions"] = {"version": "v2", "idleTimeoutSeconds": 300, "securityContext": _security()}
    restart = "Never" if scaled else "Always"  # the v2 autoscaler replaces pods itself
    start = {"dashboard-host": "0.0.0.0", "num-gpus": "0"}
    top = _pod("ray-head", image, env, labels, account, head, None, restart, token=scaled)
    cluster["headGroupSpec"] = {"rayStartParams": start, "template": top}
    cluster["workerGroupSpecs"] = [{**group, "template": _pod("ray-worker", image, env, labels, account, worker, held, restart)}]
    return cluster


def autoscaled(workers: tuple[int, int]) -> bool:
    """True when the head runs Ray's autoscaler, which must reach the API server."""
    low, high = workers
    return low != high


def _security() -> dict[str, Any]:
    """Ray writes below its own session folder in the image, so the root file system stays writable."""
    return {key: value for key, value in container_security().items() if key != "readOnlyRootFilesystem"}


def _pod(
    container: str,
    image: str,
    env: list[dict[str, Any]],
    labels: Mapping[str, str],
    account: str,
    size: tuple[str, str],
    held: tuple[Accelerator, int] | None,
    restart: str,
    *,
    token: bool = False,
) -> dict[str, Any]:
    spec = {
        "serviceAccountName": account,
        "automountServiceAccountToken": token,
        **({"restartPolicy": restart} if restart != "Always" else {}),
        "securityContext": pod_security(),
        "containers": [
            {
                "name": container,
                "image": image,
                "env": list(env),
                "resources": requirements(*size, (held[0].resource, held[1]) if held else None),
                "securityContext": _security(),
            }
        ],
        **placement(held[0] if held else None),
    }
    return {"metadata": {"labels": {**labels, NODE: container}}, "spec": spec}
