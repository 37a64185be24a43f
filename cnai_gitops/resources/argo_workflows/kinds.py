"""Argo Workflows: what is known of its kinds.

Must not: describe fields, count pods.
"""

from __future__ import annotations

from cnai_gitops.resources.argo_workflows.calls import GROUP
from cnai_gitops.resources.argo_workflows.demand import called, carried, demand, within
from cnai_gitops.resources.argo_workflows.pods import effective, untold
from cnai_gitops.resources.base import Ends, Kind, Owned, Queued, State

VERSION = "v1alpha1"


# A CronWorkflow appends `-<seconds>` to the name of its runs, a sweep `-<trial>`, and the pods of a TrainJob of that
# name are `<trial>-node-0-<pod>-<5>`; a host name is one DNS label.
_RUN_LIMIT = 63 - len("-node-0-999-01234") - len("-99")
_CRON_LIMIT = _RUN_LIMIT - len("-1234567890")

TEMPLATE = (GROUP, "WorkflowTemplate")
"""Group and kind of what a `workflowTemplateRef` names in its own namespace."""

_QUEUED = Queued("kueue", "pod")

KINDS = (
    Kind(
        group=GROUP,
        version=VERSION,
        kind="ClusterWorkflowTemplate",
        plural="clusterworkflowtemplates",
        operator="argo-workflows",
        model=f"{__package__}.model",
        namespaced=False,
        name_limit=_CRON_LIMIT,
        rank=41,
        wave=-2,
        runs="named",
        queued=_QUEUED,
        effective=effective,
        untold=untold,
        demand=demand,
        calls=called,
        carries=carried,
        within=within,
    ),
    Kind(
        group=GROUP,
        version=VERSION,
        kind="WorkflowTemplate",
        plural="workflowtemplates",
        stands_for="run",
        operator="argo-workflows",
        model=f"{__package__}.model",
        name_limit=_CRON_LIMIT,  # sensors and people start runs of it under its name and a suffix
        rank=41,
        wave=-2,
        runs="named",
        queued=_QUEUED,
        effective=effective,
        untold=untold,
        demand=demand,
        calls=called,
        carries=carried,
        within=within,
    ),
    Kind(
        group=GROUP,
        version=VERSION,
        kind="Workflow",
        plural="workflows",
        operator="argo-workflows",
        model=f"{__package__}.model",
        name_limit=_RUN_LIMIT,
        queued=_QUEUED,
        ends=Ends(State("phase", ("Succeeded",)), State("phase", ("Failed", "Error"))),
        effective=effective,
        untold=untold,
        demand=demand,
        calls=called,
        carries=carried,
        within=within,
        owned=(Owned("/spec/suspend", "argo", "somebody pauses the run"),),
    ),
    Kind(
        group=GROUP,
        version=VERSION,
        kind="CronWorkflow",
        plural="cronworkflows",
        operator="argo-workflows",
        model=f"{__package__}.model",
        name_limit=_CRON_LIMIT,
        rank=60,
        runs="scheduled",
        queued=_QUEUED,
        effective=effective,
        untold=untold,
        demand=demand,
        calls=called,
        carries=carried,
        within=within,
        owned=(Owned("/spec/suspend", "operators", "paused during an incident"),),
    ),
)
