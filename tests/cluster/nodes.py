"""Fake nodes with accelerators, and pods as a test asks about them.

Must not: talk to a server.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from api_client import Manifest


@dataclass(frozen=True, slots=True)
class Pod:
    """Where a pod went: `node` is empty and `reason` says why while it cannot be placed."""

    namespace: str
    name: str
    node: str
    phase: str
    reason: str


def gpu_node(name: str, resource: str, number: int, labels: Manifest | None = None, taints: Sequence[Manifest] = ()) -> dict[str, Any]:
    """A fake node of 192 CPUs, 2 TiB and `number` accelerators."""
    capacity = {"cpu": "192", "memory": "2Ti", "pods": "250", "ephemeral-storage": "4Ti", resource: str(number)}
    own = {"kubernetes.io/arch": "amd64", "kubernetes.io/os": "linux", "kubernetes.io/hostname": name}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "annotations": {"kwok.x-k8s.io/node": "fake"}, "labels": {**own, **(labels or {})}},
        "spec": {"taints": [dict(taint) for taint in taints]} if taints else {},
        "status": {"allocatable": capacity, "capacity": capacity},
    }


def of_a_new_node(taint: Manifest) -> bool:
    """True for a taint that goes once the node is up."""
    return str(taint["key"]).startswith("node.kubernetes.io/")


def condition(item: Manifest, name: str) -> str:
    """Status of one condition of an object; empty when it has none of that name."""
    return next((c["status"] for c in item.get("status", {}).get("conditions") or () if c["type"] == name), "")


def pod_of(item: Manifest) -> Pod:
    """A pod as the server has it, in short."""
    metadata, status = item["metadata"], item["status"]
    conditions: Iterable[Manifest] = status.get("conditions", ())
    reason = next((c.get("message", "") for c in conditions if c["type"] == "PodScheduled" and c["status"] == "False"), "")
    return Pod(metadata["namespace"], metadata["name"], item["spec"].get("nodeName", ""), status.get("phase", ""), reason)
