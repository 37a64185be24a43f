"""Argo Events: what is known of its kinds.

Must not: describe fields.
"""

from __future__ import annotations

from cnai_gitops.resources.argo_events.pods import bus_pods, carried, controller_pods, covered, sensor_demand, untold, within
from cnai_gitops.resources.base import Kind
from cnai_gitops.resources.health import by_conditions

_GROUP, _VERSION = "argoproj.io", "v1alpha1"


KINDS = (
    # Its StatefulSet is `eventbus-<name>-js`, and the label controller-revision-hash adds `-<10>` to that.
    Kind(
        group=_GROUP,
        version=_VERSION,
        kind="EventBus",
        plural="eventbus",
        operator="argo-events",
        model=f"{__package__}.sources",
        name_limit=63 - len("eventbus-") - len("-js") - len("-0123456789"),
        rank=30,
        wave=-2,
        effective=bus_pods,
    ),
    # Its Deployment is `<name>-eventsource-<5>`, and a pod's name keeps 58 characters before its own suffix.
    Kind(
        group=_GROUP,
        version=_VERSION,
        kind="EventSource",
        plural="eventsources",
        operator="argo-events",
        model=f"{__package__}.sources",
        name_limit=58 - len("-eventsource-01234"),
        effective=controller_pods,
        health=by_conditions({"Deployed=True": "Healthy", "Deployed=False": "Progressing", "SourcesProvided=False": "Degraded"}),
    ),
    Kind(
        group=_GROUP,
        version=_VERSION,
        kind="Sensor",
        plural="sensors",
        operator="argo-events",
        model=f"{__package__}.sensors",
        name_limit=58 - len("-sensor-01234"),
        rank=51,
        effective=controller_pods,
        demand=sensor_demand,
        carries=carried,
        within=within,
        untold=untold,
        covered=covered,
        health=by_conditions(
            {
                "Deployed=True": "Healthy",
                "Deployed=False": "Progressing",
                "DependenciesProvided=False": "Degraded",
                "TriggersProvided=False": "Degraded",
            }
        ),
    ),
)
