"""Disruption budgets: which of them select the pods of a service.

Must not: judge whether a budget lets a pod go (policies do).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cnai_gitops.check.objects.selectors import Selectors
from cnai_gitops.resources.base import ALONE, Body, kind_of


def templates_of(body: Body) -> Iterator[dict[str, Any]]:
    """The pod templates of a service's replicas, with the labels of their pods."""
    kind = kind_of(body)
    for pod in kind.effective(body, ALONE) if kind and kind.effective else ():
        if not pod.beside:
            yield {"path": pod.path, "namespace": body["metadata"].get("namespace", ""), "labels": dict(pod.labels)}


class Budgets:
    """The PodDisruptionBudgets of a target ({namespace, selector, id, spec}), filed so that a service finds its own."""

    def __init__(self, budgets: Iterable[Mapping[str, Any]]) -> None:
        """File them by namespace."""
        pairs: dict[str, list[tuple[Any, dict[str, Any]]]] = {}
        for budget in budgets:
            pairs.setdefault(budget["namespace"], []).append((budget["selector"], {"id": budget["id"], "spec": budget["spec"]}))
        self._selectors = {namespace: Selectors(mine) for namespace, mine in pairs.items()}

    def of(self, services: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Services with, for each template, the budgets ({id, spec}) that select its pods."""
        return [
            {**service, "templates": [{"path": one["path"], "budgets": self._chosen(one)} for one in service["templates"]]}
            for service in services
        ]

    def _chosen(self, template: Mapping[str, Any]) -> list[dict[str, Any]]:
        mine = self._selectors.get(template["namespace"])
        return mine.of(template["labels"]) if mine else []
