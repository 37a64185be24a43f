"""Kueue queues against the workloads that name them: a workload that its queue can never admit waits forever.

Must not: judge what a team may hold (policies do), simulate admission over time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from cnai_gitops.check.inventory import Inventory, embedded
from cnai_gitops.findings import Finding
from cnai_gitops.resources.accelerators import class_of, count_of, is_accelerator, pod_demand
from cnai_gitops.resources.base import INFINITE, Body, Demand, World, key_of, kind_of
from cnai_gitops.resources.kueue import GROUP, QUEUE_LABEL

Amount = Fraction | float
Quota = dict[tuple[str, str], Mapping[str, Any]]

_BY_POD = frozenset({"Deployment", "StatefulSet", "ReplicaSet", "Pod", "Workflow", "WorkflowTemplate", "CronWorkflow"})
_DEEPEST = 16


def never_admitted(inventory: Inventory, target: str = "") -> list[Finding]:
    """CNAI604 for each workload, embedded ones too, whose smallest need is above all that its queue can ever give."""
    found = []
    for body in inventory:
        for path, workload in (("", body), *embedded(body, inventory)):
            for name, need, limit in _too_large(workload, inventory):
                queue = _labels(workload)[QUEUE_LABEL]
                message = (
                    f"{workload.get('kind')} needs {_text(need)} {name} at once; queue {queue} can never give more than {_text(limit)}"
                )
                found.append(Finding(code="CNAI604", message=message, path=path, resource=str(key_of(body)), target=target))
    return found


def single_workload(body: Body, world: World) -> Demand:
    """The least that one workload needs at once to be admitted, by class.

    A service is admitted pod by pod, anything else as a whole: at its smallest size, and without the second cluster of
    an upgrade.
    """
    kind = kind_of(body)
    if kind is not None and kind.kind in _BY_POD:
        result = Demand()
        for pods in kind.pods(body) if kind.pods else ():
            result = result.join(pod_demand(pods.spec))
        return result
    return world.demand(_smallest(body))


def ceilings(queue: Body, members: list[Body]) -> dict[tuple[str, str], Amount]:
    """Most that a ClusterQueue can ever give of each (flavor, resource): its own quota and what its cohort can lend.

    `members` are all ClusterQueues and Cohorts of the cluster, the queue itself among them. Cohorts that name each other
    in a circle are followed only so far.
    """
    return {pair: _Tree(members, pair).ceiling(queue) for pair in _quotas(queue)}


def _too_large(body: Body, inventory: Inventory) -> Iterator[tuple[str, Amount, Amount]]:
    """(class, need, limit) of each class that the workload's queue cannot give enough of."""
    local = inventory.get(GROUP, "LocalQueue", key_of(body).namespace, str(_labels(body).get(QUEUE_LABEL, "")))
    queue = inventory.get(GROUP, "ClusterQueue", "", str((local.get("spec") or {}).get("clusterQueue"))) if local else None
    if queue is None:
        return
    members = [b for b in inventory.all("ClusterQueue", "Cohort") if key_of(b).group == GROUP]
    limits = ceilings(queue, members)
    for name, need in single_workload(body, inventory).peak.items():
        limit = sum((amount for pair, amount in limits.items() if _serves(pair, name, inventory)), Fraction(0))
        if need > limit:
            yield name, need, limit


def _serves(pair: tuple[str, str], name: str, inventory: Inventory) -> bool:
    """Whether a (flavor, resource) can serve a need of this class; a flavor without labels may be any class."""
    flavor, resource = pair
    if not is_accelerator(resource):
        return False
    body = inventory.get(GROUP, "ResourceFlavor", "", flavor) or {}
    class_name = class_of(resource, {"nodeSelector": (body.get("spec") or {}).get("nodeLabels")})
    return name in (class_name, resource) or class_name == resource


def _smallest(body: Body) -> Body:
    """The same workload at the smallest size that it starts with."""
    spec = dict(body.get("spec") or {})
    if body.get("kind") == "RayCluster":
        spec = _fixed_cluster(spec)
    if isinstance(spec.get("rayClusterSpec"), Mapping):
        spec["rayClusterSpec"] = _fixed_cluster(spec["rayClusterSpec"])
    if isinstance(spec.get("rayClusterConfig"), Mapping):
        spec |= {"rayClusterConfig": _fixed_cluster(spec["rayClusterConfig"]), "upgradeStrategy": {"type": "None"}}
    dynamic = spec.get("dynamicAllocation") or {}
    if dynamic.get("enabled"):
        smallest = {"instances": dynamic.get("minExecutors") or 0}
        spec |= {"dynamicAllocation": {}, "executor": {**(spec.get("executor") or {}), **smallest}}
    return {**body, "spec": spec}


def _fixed_cluster(cluster: Mapping[str, Any]) -> dict[str, Any]:
    groups = [{**g, "replicas": g.get("minReplicas") or 0} for g in cluster.get("workerGroupSpecs") or ()]
    scaled = bool(cluster.get("enableInTreeAutoscaling"))
    return {**cluster, "enableInTreeAutoscaling": False, **({"workerGroupSpecs": groups} if scaled else {})}


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


def _labels(body: Body) -> Mapping[str, Any]:
    return (body.get("metadata") or {}).get("labels") or {}


def _text(amount: Amount) -> str:
    return str(amount if amount == INFINITE or Fraction(amount).denominator > 1 else int(amount))
