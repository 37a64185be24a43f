"""The RayCluster inside RayJobs and RayServices: a head without accelerators and one group of equal workers.

Must not: know a stage or a target.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnai_gitops.facts import Accelerator
from cnai_gitops.resources.secure import container_security, placement, pod_security, requirements

NODE = "cnai.dev/ray-node"
"""Label that tells workers from the head; budgets and policies see it in the templates, KubeRay's own they do not."""


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

    Different bounds switch the in-tree autoscaler on; then Ray owns `replicas`, which is left out.
    """
    low, high = workers
    group: dict[str, Any] = {"groupName": "workers", "minReplicas": low, "maxReplicas": high, "rayStartParams": {}}
    if low == high:
        group["replicas"] = low
    cluster: dict[str, Any] = {"rayVersion": version, "enableInTreeAutoscaling": low != high}
    if low != high:
        cluster["autoscalerOptions"] = {"version": "v2", "idleTimeoutSeconds": 300}
    restart = "Never" if low != high else "Always"  # the v2 autoscaler replaces pods itself
    start = {"dashboard-host": "0.0.0.0", "num-gpus": "0"}
    cluster["headGroupSpec"] = {"rayStartParams": start, "template": _pod("ray-head", image, env, labels, account, head, None, restart)}
    cluster["workerGroupSpecs"] = [{**group, "template": _pod("ray-worker", image, env, labels, account, worker, held, restart)}]
    return cluster


def _pod(
    container: str,
    image: str,
    env: list[dict[str, Any]],
    labels: Mapping[str, str],
    account: str,
    size: tuple[str, str],
    held: tuple[Accelerator, int] | None,
    restart: str,
) -> dict[str, Any]:
    # Ray writes below its own session folder in the image, so the root file system stays writable
    security = {key: value for key, value in container_security().items() if key != "readOnlyRootFilesystem"}
    spec = {
        "serviceAccountName": account,
        "automountServiceAccountToken": False,
        **({"restartPolicy": restart} if restart != "Always" else {}),
        "securityContext": pod_security(),
        "containers": [
            {
                "name": container,
                "image": image,
                "env": list(env),
                "resources": requirements(*size, (held[0].resource, held[1]) if held else None),
                "securityContext": security,
            }
        ],
        **placement(held[0] if held else None),
    }
    return {"metadata": {"labels": {**labels, NODE: container}}, "spec": spec}
