"""JobSet: what is known of the kind.

Must not: describe fields, count pods.
"""

from __future__ import annotations

from cnai_gitops.resources.base import Ends, Kind, Owned, Queued, State
from cnai_gitops.resources.health import by_field
from cnai_gitops.resources.jobset.pods import demand, pods

GROUP = "jobset.x-k8s.io"
VERSION = "v1alpha2"


KINDS = (
    Kind(
        group=GROUP,
        version=VERSION,
        kind="JobSet",
        plural="jobsets",
        operator="jobset",
        model=f"{__package__}.model",
        # Pods are `<name>-<replicated job>-<job>-<pod>-<5>`, and a host name is one DNS label.
        name_limit=63 - len("-node-0-999-01234"),
        effective=pods,
        demand=demand,
        queued=Queued("kueue"),
        ends=Ends(State("terminalState", ("Completed",)), State("terminalState", ("Failed",))),
        owned=(Owned("/spec/suspend", "kueue", "the object has a queue label"),),
        immutable=("/spec/replicatedJobs", "/spec/network", "/spec/successPolicy", "/spec/managedBy", "/spec/coordinator"),
        health=by_field("terminalState", {"Completed": "Healthy", "Failed": "Degraded"}),
    ),
)
