"""Kueue: what is known of its kinds.

Must not: describe fields, add up quotas.
"""

from __future__ import annotations

from cnai_gitops.resources.base import Kind, Owned
from cnai_gitops.resources.health import by_conditions
from cnai_gitops.resources.kueue.quotas import GROUP

VERSION = "v1beta2"

# A queue that is held on purpose must neither fail a sync (Degraded) nor keep it waiting (Suspended).
_ACTIVE = {"Active=True": "Healthy", "Active=False": "Degraded", "Active=False/Stopped": "Healthy"}
_STOP = (Owned("/spec/stopPolicy", "operators", "a queue is held by hand or by a carbon schedule"),)

# Queue names are label values of workloads, so 63 characters everywhere although objects may have 253.
KINDS = (
    Kind(
        group=GROUP,
        version=VERSION,
        kind="Topology",
        plural="topologies",
        operator="kueue",
        model=f"{__package__}.model",
        namespaced=False,
        rank=10,
        wave=-5,
        immutable=("/spec/levels",),
    ),
    Kind(
        group=GROUP,
        version=VERSION,
        kind="ResourceFlavor",
        plural="resourceflavors",
        operator="kueue",
        model=f"{__package__}.model",
        namespaced=False,
        rank=11,
        wave=-5,
        immutable=("/spec/topologyName",),
    ),
    Kind(
        group=GROUP,
        version=VERSION,
        kind="Cohort",
        plural="cohorts",
        operator="kueue",
        model=f"{__package__}.model",
        namespaced=False,
        rank=12,
        wave=-5,
    ),
    Kind(
        group=GROUP,
        version=VERSION,
        kind="ClusterQueue",
        plural="clusterqueues",
        operator="kueue",
        model=f"{__package__}.model",
        namespaced=False,
        rank=13,
        wave=-5,
        owned=_STOP,
        health=by_conditions(_ACTIVE),
    ),
    Kind(
        group=GROUP,
        version=VERSION,
        kind="LocalQueue",
        plural="localqueues",
        operator="kueue",
        model=f"{__package__}.model",
        rank=14,
        wave=-5,
        owned=_STOP,
        health=by_conditions({**_ACTIVE, "Active=False/ClusterQueueIsInactive": "Healthy"}),  # its ClusterQueue says why
        immutable=("/spec/clusterQueue",),
    ),
    Kind(
        group=GROUP,
        version=VERSION,
        kind="WorkloadPriorityClass",
        plural="workloadpriorityclasses",
        operator="kueue",
        model=f"{__package__}.model",
        namespaced=False,
        rank=15,
        wave=-5,
    ),
)
