"""The role of queues: what admits work within the quotas of teams, on one cluster.

Must not: know a stage, or count accelerators.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from cnai_gitops.plan.target import Target
from cnai_gitops.spec.roles import QueueRole

__all__ = ["Queue"]

if TYPE_CHECKING:
    from cnai_gitops.resources.core.meta import ObjectMeta


@dataclass(frozen=True, slots=True)
class Queued:
    """What the queue reads on work: labels and annotations of the object, and what its pods and training runtimes need.

    `scheduler` is the pods' schedulerName, `gang` the word of Kubeflow Trainer's pod group policy; empty for the usual ones.
    """

    labels: Mapping[str, str]
    annotations: Mapping[str, str] = field(default_factory=dict)
    scheduler: str = ""
    gang: str = ""


class Devices(NamedTuple):
    """Accelerators of one class that a team has on a cluster: `sure` are its own, `most` what it may hold while others leave some idle."""

    accelerator: str
    resource: str
    sure: int
    most: int


@dataclass(frozen=True, slots=True)
class Share:
    """What a team may use on one cluster. What all teams are sure of is never more than the cluster has."""

    team: str
    namespace: str
    labels: Mapping[str, str]
    cpu: int
    memory: str
    devices: Sequence[Devices]


def platform_metadata(name: str, namespace: str = "", **labels: str) -> ObjectMeta:
    """Metadata of an object of the platform."""
    metadata: ObjectMeta = {
        "name": name,
        "namespace": namespace,
        "labels": {"app.kubernetes.io/managed-by": "cnai-gitops", "app.kubernetes.io/part-of": "platform", **labels},
    }
    if not namespace:
        del metadata["namespace"]
    return metadata


class Queue(QueueRole):
    """Admits work within the quotas of teams.

    `cluster_kinds` are its kinds (API group, kind) outside of namespaces, which only the platform may make; `team_kinds` those
    inside a team's namespace that the team may not make itself. `namespace_labels` mark namespaces that it looks after.
    """

    cluster_kinds: ClassVar[tuple[tuple[str, str], ...]] = ()
    team_kinds: ClassVar[tuple[tuple[str, str], ...]] = ()
    namespace_labels: ClassVar[Mapping[str, str]] = {}

    @abstractmethod
    def queued(self, namespace: str, team: str, priority: str) -> Queued:
        """What work of a team, of a priority class, must carry to be admitted in its namespace."""

    def cluster(self, target: Target, priorities: Mapping[str, int]) -> Iterable[Mapping[str, Any]]:
        """Objects of the cluster that all teams share; `priorities` are values of the platform's priority classes."""
        return ()

    @abstractmethod
    def team(self, target: Target, share: Share) -> Iterable[Mapping[str, Any]]:
        """Objects that hold the share of one team."""


def queue_of(target: Target) -> Queue:
    """The queue of a cluster."""
    queue = target.place.queue
    assert isinstance(queue, Queue)
    return queue
