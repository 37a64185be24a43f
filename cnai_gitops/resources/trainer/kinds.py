"""Kubeflow Trainer: what is known of a TrainJob and the runtimes it names.

Must not: describe fields, count pods.
"""

from __future__ import annotations

from cnai_gitops.resources.base import Ends, Kind, Owned, Queued, State
from cnai_gitops.resources.health import by_conditions
from cnai_gitops.resources.trainer.pods import GROUP, nothing, runtime_pods, train_job_demand, train_job_pods

VERSION = "v1alpha1"


KINDS = (
    Kind(
        group=GROUP,
        version=VERSION,
        kind="ClusterTrainingRuntime",
        plural="clustertrainingruntimes",
        operator="trainer",
        model=f"{__package__}.model",
        namespaced=False,
        rank=40,
        wave=-2,
        effective=runtime_pods,
        demand=nothing,
        runs="named",
    ),
    Kind(
        group=GROUP,
        version=VERSION,
        kind="TrainingRuntime",
        plural="trainingruntimes",
        operator="trainer",
        model=f"{__package__}.model",
        rank=40,
        wave=-2,
        effective=runtime_pods,
        demand=nothing,
        runs="named",
    ),
    Kind(
        group=GROUP,
        version=VERSION,
        kind="TrainJob",
        plural="trainjobs",
        operator="trainer",
        model=f"{__package__}.model",
        # The JobSet has its name, so the pods are `<name>-node-0-<pod>-<5>`.
        name_limit=63 - len("-node-0-999-01234"),
        effective=train_job_pods,
        demand=train_job_demand,
        queued=Queued("kueue"),
        ends=Ends(State("conditions[Complete]", ("True",)), State("conditions[Failed]", ("True",))),
        owned=(Owned("/spec/suspend", "kueue", "the object has a queue label"),),
        immutable=("/spec/runtimeRef", "/spec/trainer", "/spec/initializer", "/spec/activeDeadlineSeconds", "/spec/managedBy"),
        health=by_conditions({"Complete=True": "Healthy", "Failed=True": "Degraded", "Suspended=True": "Suspended"}),
    ),
)
