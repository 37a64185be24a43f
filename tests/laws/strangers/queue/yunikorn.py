"""Yunikorn: queues that a scheduler of its own reads from labels.

Must not: know what the work is.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from cnai_gitops.contract.queue import Queue, Queued, Share, platform_metadata
from cnai_gitops.plan.target import Target
from cnai_gitops.spec.base import Name


class Yunikorn(Queue):
    """A queue for each team below one root."""

    kind: Literal["yunikorn"] = "yunikorn"
    root: Name = "root"
    """the queue above those of the teams"""

    def queued(self, namespace: str, team: str, priority: str = "") -> Queued:
        """Its label names the queue."""
        return Queued(labels={"queue": f"{self.root}.{namespace}"}, scheduler="yunikorn")

    def team(self, target: Target, share: Share) -> Iterator[Mapping[str, Any]]:
        """What the scheduler reads."""
        data = {"queue": f"{self.root}.{share.namespace}", "memory": share.memory}
        yield {"apiVersion": "v1", "kind": "ConfigMap", "metadata": platform_metadata("yunikorn", share.namespace), "data": data}


EXAMPLE = """
beside:
  train: {name: scorer, image: train}
example:
  environment:
    clusters: {dev1: {queue: {kind: yunikorn, root: nine}}}
other:
  Yunikorn: {root: five}
"""
