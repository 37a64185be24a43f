"""The ScaledObject of a service, with any mix of triggers and its fallback.

Must not: know a trigger type.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnai_gitops.resources.core.meta import ObjectMeta
    from cnai_gitops.resources.keda.model import ScaledObject, Trigger


def scaled_object(
    metadata: ObjectMeta, deployment: str, *, low: int, high: int, cooldown: int, fallback: int | None, triggers: Sequence[Trigger]
) -> ScaledObject:
    """KEDA ScaledObject for a Deployment; `cooldown` is in seconds and also steadies scale-in.

    `fallback` replicas run (or the current number, if that is more) while a metric cannot be read; None where no trigger
    reads one.
    """
    body: ScaledObject = {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": {**metadata},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": deployment},
            "pollingInterval": 15,
            "cooldownPeriod": cooldown,
            "minReplicaCount": low,
            "maxReplicaCount": high,
            "fallback": {"failureThreshold": 3, "replicas": fallback or 0, "behavior": "currentReplicasIfHigher"},
            "advanced": {
                "horizontalPodAutoscalerConfig": {
                    "behavior": {
                        "scaleDown": {
                            "stabilizationWindowSeconds": cooldown,
                            "policies": [{"type": "Percent", "value": 25, "periodSeconds": 60}],
                        },
                        "scaleUp": {"stabilizationWindowSeconds": 0, "policies": [{"type": "Percent", "value": 100, "periodSeconds": 30}]},
                    }
                }
            },
            "triggers": list(triggers),
        },
    }
    if fallback is None:
        del body["spec"]["fallback"]
    return body
