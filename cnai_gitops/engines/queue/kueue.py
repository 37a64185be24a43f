"""Kueue: work is admitted within its team's quota, and borrows what other teams of the environment leave idle.

Must not: know what the work is; labels on it are all that Kueue reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from cnai_gitops.contract.queue import Queue, Queued, Share, platform_metadata
from cnai_gitops.facts import Accelerator
from cnai_gitops.plan.target import Target

if TYPE_CHECKING:
    from cnai_gitops.resources.kueue.model import (
        ClusterQueue,
        Cohort,
        Flavor,
        LocalQueue,
        ResourceFlavor,
        ResourceGroup,
        WorkloadPriorityClass,
    )

COVERED = ("cpu", "memory")


class Kueue(Queue):
    """A ClusterQueue for each team, in one cohort for each environment."""

    kind: Literal["kueue"] = "kueue"
    cluster_kinds: ClassVar[tuple[tuple[str, str], ...]] = tuple(
        ("kueue.x-k8s.io", kind) for kind in ("ClusterQueue", "Cohort", "ResourceFlavor", "WorkloadPriorityClass")
    )
    team_kinds: ClassVar[tuple[tuple[str, str], ...]] = (("kueue.x-k8s.io", "LocalQueue"),)
    namespace_labels: ClassVar[Mapping[str, str]] = {"kueue.x-k8s.io/managed": "true"}

    def queued(self, namespace: str, team: str, priority: str) -> Queued:
        """Its labels name the team's LocalQueue and the priority; without the second work has 0, less than any other."""
        return Queued({"kueue.x-k8s.io/queue-name": team, "kueue.x-k8s.io/priority-class": priority})

    def cluster(self, target: Target, priorities: Mapping[str, int]) -> Iterator[Mapping[str, Any]]:
        """Priorities of workloads, a flavor for each accelerator class, and the cohort."""
        for name, value in priorities.items():
            yield _priority(name, value)
        for name in target.place.accelerators:
            yield _flavor(name, target.facts.accelerators[name])
        default: ResourceFlavor = {
            "apiVersion": "kueue.x-k8s.io/v1beta2",
            "kind": "ResourceFlavor",
            "metadata": platform_metadata("default"),
            "spec": {},
        }
        yield default
        cohort: Cohort = {
            "apiVersion": "kueue.x-k8s.io/v1beta2",
            "kind": "Cohort",
            "metadata": platform_metadata(f"org-{target.env}"),
            "spec": {},
        }
        yield cohort

    def team(self, target: Target, share: Share) -> Iterator[Mapping[str, Any]]:
        """The team's queue, and its name in the team's namespace."""
        yield _cluster_queue(target, share)
        local: LocalQueue = {
            "apiVersion": "kueue.x-k8s.io/v1beta2",
            "kind": "LocalQueue",
            "metadata": platform_metadata(share.team, share.namespace, **share.labels),
            "spec": {"clusterQueue": share.namespace},
        }
        yield local


def _priority(name: str, value: int) -> WorkloadPriorityClass:
    return {
        "apiVersion": "kueue.x-k8s.io/v1beta2",
        "kind": "WorkloadPriorityClass",
        "metadata": platform_metadata(name),
        "value": value,
    }


def _flavor(name: str, card: Accelerator) -> ResourceFlavor:
    return {
        "apiVersion": "kueue.x-k8s.io/v1beta2",
        "kind": "ResourceFlavor",
        "metadata": platform_metadata(name),
        "spec": {"nodeLabels": {**card.selector}, "tolerations": [{**toleration} for toleration in card.tolerations]},  # type: ignore[typeddict-item]
    }


def _cluster_queue(target: Target, share: Share) -> ClusterQueue:
    """CPU and memory of the default flavor, and one flavor for each accelerator class that the cluster has."""
    groups: list[ResourceGroup] = [
        {
            "coveredResources": list(COVERED),
            "flavors": [
                {
                    "name": "default",
                    "resources": [{"name": "cpu", "nominalQuota": str(share.cpu)}, {"name": "memory", "nominalQuota": share.memory}],
                }
            ],
        }
    ]
    by_resource: dict[str, list[Flavor]] = {}
    for one in share.devices:
        flavor: Flavor = {
            "name": one.accelerator,
            "resources": [{"name": one.resource, "nominalQuota": str(one.sure), "borrowingLimit": str(one.most - one.sure)}],
        }
        by_resource.setdefault(one.resource, []).append(flavor)
    groups += [{"coveredResources": [resource], "flavors": flavors} for resource, flavors in sorted(by_resource.items())]
    return {
        "apiVersion": "kueue.x-k8s.io/v1beta2",
        "kind": "ClusterQueue",
        "metadata": platform_metadata(share.namespace, **share.labels),
        "spec": {
            "cohortName": f"org-{target.env}",
            "namespaceSelector": {"matchLabels": {**share.labels}},
            "queueingStrategy": "BestEffortFIFO",
            "preemption": {"reclaimWithinCohort": "Any", "withinClusterQueue": "LowerPriority"},
            "resourceGroups": groups,
        },
    }


EXAMPLE = """
beside:
  train: {name: scorer, image: train}
  environment:
    clusters: {dev1: {queue: {kind: volcano}}}
example:
  environment:
    clusters: {dev1: {queue: {kind: kueue}}}
"""
