"""The `apps` API group: Deployment, StatefulSet, DaemonSet, ReplicaSet.

Must not: describe fields (the schemas that Kubernetes publishes check these kinds), count accelerators of one pod.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from cnai_gitops.resources.accelerators import pod_count, pod_demand, times
from cnai_gitops.resources.base import INFINITE, Body, Demand, Kind, Owned, Pods, Queued, World, key_of

_PERCENT = re.compile(r"([0-9]{1,9})%")
_REPLICAS = (Owned("/spec/replicas", "horizontal-pod-autoscaler", "an autoscaler targets it"),)


def exact(count: float) -> Fraction | float:
    """A number of pods as an exact number, unless it is INFINITE."""
    return count if count == INFINITE else Fraction(count)


def template(body: Body) -> Mapping[str, Any]:
    """`spec.template` of an object, empty when absent."""
    return (body.get("spec") or {}).get("template") or {}


def template_pods(body: Body, count: Fraction | float) -> Pods:
    """`count` pods of `spec.template`."""
    made = template(body)
    return Pods(count, made.get("spec") or {}, "spec.template.spec", (made.get("metadata") or {}).get("labels") or {})


def surge(strategy: Any, replicas: Fraction | float) -> Fraction | float:
    """Pods above `replicas` during a rollout of a Deployment: 25 % unless told otherwise, rounded up; none for Recreate."""
    strategy = strategy if isinstance(strategy, Mapping) else {}
    if strategy.get("type") == "Recreate":
        return Fraction(0)
    extra = (strategy.get("rollingUpdate") or {}).get("maxSurge", "25%")
    percent = _PERCENT.fullmatch(extra) if isinstance(extra, str) else None
    if percent is None:
        return pod_count(extra, 0)
    share = Fraction(int(percent[1]), 100)
    if replicas == INFINITE:
        return INFINITE if share else Fraction(0)
    return Fraction(math.ceil(replicas * share))


def replicas(body: Body, world: World) -> Fraction | float:
    """Most replicas that an object can have: its own number, and the maximum of every autoscaler that targets it."""
    scaled = world.scaled_max(*key_of(body))
    own = (body.get("spec") or {}).get("replicas")
    # An explicit number is what every sync sets again, so it counts even under a smaller autoscaler.
    return pod_count(own, 1) if scaled is None else max(pod_count(own, 0), exact(scaled))


def _deployment_pods(body: Body, world: World) -> Iterator[Pods]:
    spec = body.get("spec") or {}
    count = pod_count(spec.get("replicas"), 1)
    yield template_pods(body, count + surge(spec.get("strategy"), count))


def _deployment_demand(body: Body, world: World) -> Demand:
    count = replicas(body, world)
    return times(pod_demand(template_pods(body, 1).spec), count + surge((body.get("spec") or {}).get("strategy"), count))


def _steady_pods(body: Body, world: World) -> Iterator[Pods]:
    yield template_pods(body, pod_count((body.get("spec") or {}).get("replicas"), 1))


def _steady_demand(body: Body, world: World) -> Demand:
    return times(pod_demand(template_pods(body, 1).spec), replicas(body, world))


def _node_pods(body: Body, world: World) -> Iterator[Pods]:
    yield template_pods(body, 1)


def _node_demand(body: Body, world: World) -> Demand:
    """One pod a node: how many nodes match is a fact of the cluster, so only a pod without accelerators has a number."""
    one = pod_demand(template_pods(body, 1).spec)
    if not any(one.peak.values()):
        return one
    return one + Demand(unknown=("a DaemonSet runs on every matching node, and no manifest says how many there are",))


_QUEUED = Queued("kueue", "pod")

KINDS = (
    Kind(
        group="apps",
        version="v1",
        kind="Deployment",
        plural="deployments",
        stands_for="run",
        # Pods are `<name>-<10 of the template's hash>-<5>`, and a host name is one DNS label.
        name_limit=63 - len("-0123456789-01234"),
        effective=_deployment_pods,
        demand=_deployment_demand,
        queued=_QUEUED,
        owned=_REPLICAS,
        rolls=("/spec/template/metadata",),
        immutable=("/spec/selector",),
    ),
    Kind(
        group="apps",
        version="v1",
        kind="StatefulSet",
        plural="statefulsets",
        # The pods' label controller-revision-hash is `<name>-<10>` and must fit a label value.
        name_limit=63 - len("-0123456789"),
        effective=_steady_pods,
        demand=_steady_demand,
        queued=_QUEUED,
        owned=_REPLICAS,
        rolls=("/spec/template/metadata",),
        immutable=("/spec/selector", "/spec/serviceName", "/spec/podManagementPolicy", "/spec/volumeClaimTemplates"),
    ),
    Kind(
        group="apps",
        version="v1",
        kind="DaemonSet",
        plural="daemonsets",
        name_limit=63 - len("-01234"),
        effective=_node_pods,
        demand=_node_demand,
        rolls=("/spec/template/metadata",),
        immutable=("/spec/selector",),
    ),
    Kind(
        group="apps",
        version="v1",
        kind="ReplicaSet",
        plural="replicasets",
        name_limit=63 - len("-01234"),
        effective=_steady_pods,
        demand=_steady_demand,
        queued=_QUEUED,
        owned=_REPLICAS,
        immutable=("/spec/selector",),
    ),
)
