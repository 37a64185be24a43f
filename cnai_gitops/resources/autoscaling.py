"""The `autoscaling` API group: HorizontalPodAutoscaler.

Must not: count pods (the object that is scaled does).
"""

from __future__ import annotations

from typing import Literal, Required, TypedDict

from cnai_gitops.resources.accelerators import pod_count
from cnai_gitops.resources.base import Body, Key, Kind
from cnai_gitops.resources.core.meta import Quantity


class _ScalingPolicy(TypedDict, total=False):
    type: Required[Literal["Pods", "Percent"]]
    value: Required[int]
    periodSeconds: Required[int]


class ScalingRules(TypedDict, total=False):
    """How fast an autoscaler may move in one direction."""

    policies: list[_ScalingPolicy]
    selectPolicy: Literal["Max", "Min", "Disabled"]
    stabilizationWindowSeconds: int
    tolerance: Quantity


class Behavior(TypedDict, total=False):
    """How fast an autoscaler may move, as KEDA and KServe pass it on to the HorizontalPodAutoscaler."""

    scaleUp: ScalingRules
    scaleDown: ScalingRules


def target_key(body: Body, api_version: str, kind: str) -> Key | None:
    """Identity of what an autoscaler scales, with defaults for apiVersion and kind; None without a name."""
    ref = (body.get("spec") or {}).get("scaleTargetRef")
    if not isinstance(ref, dict) or not ref.get("name"):
        return None
    group = str(ref.get("apiVersion") or api_version).rpartition("/")[0]
    namespace = str((body.get("metadata") or {}).get("namespace", ""))
    return Key(group, str(ref.get("kind") or kind), namespace, str(ref["name"]))


def _scales(body: Body) -> tuple[Key, float] | None:
    key = target_key(body, "", "")
    spec = body.get("spec") or {}
    # maxReplicas is required; the schema check names its absence, here it counts as one.
    return (key, float(max(pod_count(spec.get("maxReplicas"), 1), pod_count(spec.get("minReplicas"), 1)))) if key else None


KINDS: tuple[Kind, ...] = (
    Kind(
        group="autoscaling",
        version="v2",
        kind="HorizontalPodAutoscaler",
        plural="horizontalpodautoscalers",
        rank=60,
        wave=1,
        scales=_scales,
    ),
)
