"""The ScaledObject that every scaling engine of ours writes, with its fallback.

Must not: know a trigger type.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def scaled_object(
    metadata: Mapping[str, Any], deployment: str, *, low: int, high: int, cooldown: int, trigger: Mapping[str, Any]
) -> dict[str, Any]:
    """KEDA ScaledObject for a Deployment; `cooldown` is in seconds and also steadies scale-in."""
    behaviour = {
        "scaleDown": {"stabilizationWindowSeconds": cooldown, "policies": [{"type": "Percent", "value": 25, "periodSeconds": 60}]},
        "scaleUp": {"stabilizationWindowSeconds": 0, "policies": [{"type": "Percent", "value": 100, "periodSeconds": 30}]},
    }
    return {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": dict(metadata),
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": deployment},
            "pollingInterval": 15,
            "cooldownPeriod": cooldown,
            "minReplicaCount": low,
            "maxReplicaCount": high,
            "fallback": {"failureThreshold": 3, "replicas": max(low, 1), "behavior": "currentReplicasIfHigher"},
            "advanced": {"horizontalPodAutoscalerConfig": {"behavior": behaviour}},
            "triggers": [dict(trigger)],
        },
    }
