"""Volcano: the scheduler itself holds queues; pods of one training start together or not at all.

Must not: be mixed with another queue on one cluster; two systems would count one quota. Source of the annotations and of
`podGroupPolicy`: Volcano 1.15 and the Volcano plugin of Kubeflow Trainer 2.3, read 2026-11-27.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from cnai_gitops.contract.queue import Queue, Queued, Share, platform_metadata
from cnai_gitops.plan.target import Target

if TYPE_CHECKING:
    from cnai_gitops.resources.volcano.model import Queue as QueueObject


class Volcano(Queue):
    """A Queue of the cluster for each team, capped at the team's quota."""

    kind: Literal["volcano"] = "volcano"
    cluster_kinds: ClassVar[tuple[tuple[str, str], ...]] = (("scheduling.volcano.sh", "Queue"),)

    def queued(self, namespace: str, team: str, priority: str) -> Queued:
        """Annotations for PodGroups, labels for Ray's operator, and the scheduler of the pods."""
        return Queued(
            labels={"ray.io/scheduler-name": "volcano", "volcano.sh/queue-name": namespace},
            annotations={"scheduling.volcano.sh/queue-name": namespace},
            scheduler="volcano",
            gang="volcano",
        )

    def team(self, target: Target, share: Share) -> Iterator[Mapping[str, Any]]:
        """The team's queue."""
        capability: dict[str, int | str] = {"cpu": str(share.cpu), "memory": share.memory}
        for one in share.devices:
            capability[one.resource] = str(int(capability.get(one.resource, 0)) + one.most)
        queue: QueueObject = {
            "apiVersion": "scheduling.volcano.sh/v1beta1",
            "kind": "Queue",
            "metadata": platform_metadata(share.namespace, **share.labels),
            "spec": {"capability": capability, "reclaimable": True, "weight": 1},
        }
        yield queue


EXAMPLE = """
beside:
  train: {name: scorer, image: train}
example:
  environment:
    clusters: {dev1: {queue: {kind: volcano}}}
"""
