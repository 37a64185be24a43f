"""Quotas of Kueue: which queue a workload names, and the most that the queue can ever give.

Must not: judge a workload, simulate admission over time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from cnai_gitops.resources.accelerators import count_of
from cnai_gitops.resources.base import INFINITE, Body, World, key_of

GROUP = "kueue.x-k8s.io"
QUEUE_LABEL = f"{GROUP}/queue-name"
PRIORITY_LABEL = f"{GROUP}/priority-class"
MEMBERS = ("ClusterQueue", "Cohort")
"""Kinds that are members of cohorts."""

Amount = Fraction | float
Quota = dict[tuple[str, str], Mapping[str, Any]]

_DEEPEST = 16


def queue_of(body: Body, world: World) -> Body | None:
    """The ClusterQueue behind the LocalQueue that a workload's label names, or None."""
    labels = (body.get("metadata") or {}).get("labels") or {}
    local = world.get(GROUP, "LocalQueue", key_of(body).namespace, str(labels.get(QUEUE_LABEL, "")))
    return world.get(GROUP, "ClusterQueue", "", str((local.get("spec") or {}).get("clusterQueue"))) if local else None


def flavor_labels(name: str, world: World) -> Any:
    """Node labels of a ResourceFlavor; None without any."""
    return ((world.get(GROUP, "ResourceFlavor", "", name) or {}).get("spec") or {}).get("nodeLabels")


def ceilings(queue: Body, bodies: Iterable[Body]) -> dict[tuple[str, str], Amount]:
    """Most that a ClusterQueue can ever give of each (flavor, resource): its own quota and what its cohort can lend.

    `bodies` are all objects of the cluster, the queue itself among them. Cohorts that name each other in a circle are
    followed only so far.
    """
    members = [body for body in bodies if body.get("kind") in MEMBERS and key_of(body).group == GROUP]
    return {pair: _Tree(members, pair).ceiling(queue) for pair in _quotas(queue)}


class _Tree:
    """ClusterQueues and Cohorts as members of cohorts, for one (flavor, resource)."""

    def __init__(self, members: list[Body], pair: tuple[str, str]) -> None:
        self._members, self._pair = members, pair

    def ceiling(self, member: Body) -> Amount:
        """Own quota of a queue and what it may borrow."""
        return self._own(member, 0) + min(self._limit(member, "borrowingLimit"), self._outside(member, 0))

    def _outside(self, member: Body, depth: int) -> Amount:
        """What the cohort of a member can give it: its own quota, what siblings lend, what it borrows itself."""
        parent = _parent(member)
        if not parent or depth > _DEEPEST:
            return Fraction(0)
        siblings = (m for m in self._members if _parent(m) == parent and m is not member)
        amount = sum((self._lends(m, depth + 1) for m in siblings), Fraction(0))
        cohort = next((m for m in self._members if m.get("kind") == "Cohort" and key_of(m).name == parent), None)
        if cohort is None:
            return amount
        return amount + self._nominal(cohort) + min(self._limit(cohort, "borrowingLimit"), self._outside(cohort, depth + 1))

    def _lends(self, member: Body, depth: int) -> Amount:
        return min(self._own(member, depth), self._limit(member, "lendingLimit"))

    def _own(self, member: Body, depth: int) -> Amount:
        """Quota of a member and, if it is a cohort, what its own members lend."""
        if member.get("kind") != "Cohort" or depth > _DEEPEST:
            return self._nominal(member)
        inside = (m for m in self._members if _parent(m) == key_of(member).name and m is not member)
        return sum((self._lends(m, depth + 1) for m in inside), self._nominal(member))

    def _nominal(self, member: Body) -> Amount:
        value = _quotas(member).get(self._pair, {}).get("nominalQuota", 0)
        count = count_of(value)
        return INFINITE if count is None else Fraction(count)  # unreadable: the schema check says so, nothing is refused for it

    def _limit(self, member: Body, name: str) -> Amount:
        count = count_of(_quotas(member).get(self._pair, {}).get(name))
        return INFINITE if count is None else Fraction(count)


def _parent(member: Body) -> str:
    spec = member.get("spec") or {}
    return str(spec.get("cohortName" if member.get("kind") == "ClusterQueue" else "parentName") or "")


def _quotas(member: Body) -> Quota:
    return {
        (str(flavor.get("name")), str(resource.get("name"))): resource
        for group in (member.get("spec") or {}).get("resourceGroups") or ()
        for flavor in group.get("flavors") or ()
        for resource in flavor.get("resources") or ()
    }
