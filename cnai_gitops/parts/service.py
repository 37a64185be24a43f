"""What a service has around its pods, whichever engine runs them: route, budget, monitor.

Must not: know a stage, a target or an engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnai_gitops.resources.core.meta import IntOrString, ObjectMeta
    from cnai_gitops.resources.gateway.model import BackendRef, HTTPRoute, Match
    from cnai_gitops.resources.gateway.model import Rule as RouteRule
    from cnai_gitops.resources.kubernetes import PodDisruptionBudget, PodDisruptionBudgetSpec, Service
    from cnai_gitops.resources.monitoring.model import ServiceMonitor

MATCHES = 64
"""Most matches of one rule that the Gateway API takes."""

ROUTE_MATCHES = 128
"""Most matches of all rules of one route that it takes."""


def route(
    metadata: ObjectMeta,
    *,
    gateway: tuple[str, str],
    host: str,
    paths: Sequence[str],
    backends: Iterable[tuple[str, int, int | None]],
    timeout: str = "",
) -> HTTPRoute:
    """An HTTPRoute at a gateway (name, namespace): requests for `paths` of `host` go to (Service, port, weight).

    A path that ends in `/` stands for all below it, every other one for itself alone: a prefix ends where a `/` does, so that
    `/v1/models/NAME` would not be one of `/v1/models/NAME:predict`.
    """
    to: list[BackendRef] = [_backend(*backend) for backend in backends]
    rules: list[RouteRule] = []
    for i in range(0, len(paths), MATCHES):
        rule: RouteRule = {
            "matches": [_match(path) for path in paths[i : i + MATCHES]],
            "backendRefs": [*to],
        }
        if timeout:
            rule["timeouts"] = {"request": timeout}
        rules.append(rule)
    name, namespace = gateway
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {**metadata},
        "spec": {"parentRefs": [{"name": name, "namespace": namespace}], "hostnames": [host], "rules": rules},
    }


def _match(path: str) -> Match:
    if path.endswith("/"):
        return {"path": {"type": "PathPrefix", "value": path.rstrip("/") or "/"}}
    return {"path": {"type": "Exact", "value": path}}


def _backend(name: str, port: int, weight: int | None) -> BackendRef:
    return {"name": name, "port": port} if weight is None else {"name": name, "port": port, "weight": weight}


def budget(
    metadata: ObjectMeta,
    labels: Mapping[str, str],
    *,
    unavailable: IntOrString | None = None,
    available: IntOrString | None = None,
) -> PodDisruptionBudget:
    """A budget for pods with these labels: at most `unavailable` are taken by drains, or at least `available` stay."""
    spec: PodDisruptionBudgetSpec = {"selector": {"matchLabels": {**labels}}, "unhealthyPodEvictionPolicy": "AlwaysAllow"}
    if unavailable is not None:
        spec = {"maxUnavailable": unavailable, **spec}
    if available is not None:
        spec = {"minAvailable": available, **spec}
    return {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {**metadata}, "spec": spec}


def metrics_service(metadata: ObjectMeta, labels: Mapping[str, str], port: int) -> Service:
    """A headless Service that selects pods for scraping only; the port of the Service is 9090, whatever theirs is."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {**metadata},
        "spec": {
            "clusterIP": "None",
            "selector": {**labels},
            "ports": [{"name": "metrics", "port": 9090, "targetPort": port, "protocol": "TCP"}],
        },
    }


def monitor(metadata: ObjectMeta, labels: Mapping[str, str], *, path: str, interval: str) -> ServiceMonitor:
    """A ServiceMonitor of the metrics Service with these labels."""
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "ServiceMonitor",
        "metadata": {**metadata},
        "spec": {"selector": {"matchLabels": {**labels}}, "endpoints": [{"port": "metrics", "path": path, "interval": interval}]},
    }
