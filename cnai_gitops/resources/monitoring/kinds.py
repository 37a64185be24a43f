"""Prometheus operator: what is known of its kinds.

Must not: describe fields.
"""

from __future__ import annotations

from cnai_gitops.resources.base import Kind

_GROUP = "monitoring.coreos.com"
# Nothing is named after these; scrape jobs and rule files carry namespace and name as they are.
_LIMIT = 253

KINDS = (
    Kind(
        group=_GROUP,
        version="v1",
        kind="ServiceMonitor",
        plural="servicemonitors",
        operator="prometheus-operator",
        model=f"{__package__}.model",
        name_limit=_LIMIT,
        rank=70,
        wave=2,
    ),
    Kind(
        group=_GROUP,
        version="v1",
        kind="PodMonitor",
        plural="podmonitors",
        operator="prometheus-operator",
        model=f"{__package__}.model",
        name_limit=_LIMIT,
        rank=70,
        wave=2,
    ),
    Kind(
        group=_GROUP,
        version="v1",
        kind="PrometheusRule",
        plural="prometheusrules",
        operator="prometheus-operator",
        model=f"{__package__}.model",
        name_limit=_LIMIT,
        rank=71,
        wave=2,
    ),
    Kind(
        group=_GROUP,
        version="v1alpha1",
        kind="AlertmanagerConfig",
        plural="alertmanagerconfigs",
        operator="prometheus-operator",
        model=f"{__package__}.alerts",
        name_limit=_LIMIT,
        rank=72,
        wave=2,
    ),
)
