"""How an alert starts a workflow: a webhook for Alertmanager, and a Sensor that submits a WorkflowTemplate.

Must not: deploy anything; what the workflow makes is released by a reviewed change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cnai_gitops.parts.network import Dns, network_policy
from cnai_gitops.parts.pods import container_security, pod_security, requirements
from cnai_gitops.parts.rbac import role, service_account

if TYPE_CHECKING:
    from cnai_gitops.resources.argo_events.blocks import Template
    from cnai_gitops.resources.argo_events.sensors import Filters, Sensor, TriggerParameter
    from cnai_gitops.resources.argo_events.sources import EventSource
    from cnai_gitops.resources.core.meta import ObjectMeta
    from cnai_gitops.resources.monitoring.alerts import AlertmanagerConfig

PORT = 12000
KEPT = 7 * 86400
"""Seconds for which a run that an alert started is kept."""
SINCE = (
    "{{ $since := list }}{{ range .Input.body.alerts }}{{ $since = append $since .startsAt }}{{ end }}"
    '{{ $since | sortAlpha | first | toDate "2006-01-02T15:04:05Z07:00" | unixEpoch }}'
)
"""When the alert began to fire, in Unix seconds: the same however often Alertmanager and the event bus deliver it.

Ten digits, as many as a schedule appends to the name of its runs.
"""
SECRET = "retrain-token"
MARK = "cnai.dev/retrain"
BUS_PODS = {"controller": "eventbus-controller", "eventbus-name": "default"}
"""Labels that Argo Events puts on the pods of the namespace's event bus."""


def retraining(
    metadata: ObjectMeta, *, alert: str, workflow: str, monitoring_namespace: str, dns: Dns, cidrs: Sequence[str]
) -> Iterator[Mapping[str, Any]]:
    """EventSource, Sensor, their account and network: the alert `alert` submits the WorkflowTemplate `workflow`.

    `cidrs` are networks that they may reach, the API server among them.
    """
    name = metadata["name"]
    yield service_account(metadata, token=True)
    # after it has submitted a workflow, the sensor lists it
    rules = [("argoproj.io", "workflows", ("create", "list")), ("argoproj.io", "workflowtemplates", ("get", "list"))]
    yield from role(metadata, rules, name)
    yield _event_source(metadata)
    yield _sensor(metadata, alert, workflow)
    yield _receiver(metadata, alert)
    ingress = [(monitoring_namespace, PORT)]
    yield network_policy(metadata, {MARK: name}, dns=dns, ingress=ingress, inside=True, cidrs=cidrs, pods=[BUS_PODS])


def _template(metadata: ObjectMeta) -> Template:
    return {
        "serviceAccountName": metadata["name"],
        # a component of their own: what lets the pods of the observe stage out and in is not meant for these
        "metadata": {"labels": {**metadata["labels"], "app.kubernetes.io/component": "retrain", MARK: metadata["name"]}},
        "securityContext": pod_security(),
        "container": {"resources": requirements("100m", "128Mi"), "securityContext": container_security()},
    }


def _url(metadata: ObjectMeta) -> str:
    return f"http://{metadata['name']}-eventsource-svc.{metadata['namespace']}.svc:{PORT}"


def _event_source(metadata: ObjectMeta) -> EventSource:
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "EventSource",
        "metadata": metadata,
        "spec": {
            "eventBusName": "default",
            "service": {"ports": [{"port": PORT, "targetPort": PORT}]},
            "template": _template(metadata),
            "webhook": {
                "drift": {
                    "port": str(PORT),
                    "endpoint": "/drift",
                    "method": "POST",
                    "url": _url(metadata),
                    "authSecret": {"name": SECRET, "key": "value"},
                    "maxPayloadSize": 65536,
                }
            },
        },
    }


def _receiver(metadata: ObjectMeta, alert: str) -> AlertmanagerConfig:
    """How the alert reaches the EventSource: Alertmanager posts it with the token that the EventSource asks for."""
    return {
        "apiVersion": "monitoring.coreos.com/v1alpha1",
        "kind": "AlertmanagerConfig",
        "metadata": metadata,
        "spec": {
            "route": {
                "receiver": "retrain",
                "matchers": [{"name": "alertname", "value": alert, "matchType": "="}],
                "groupBy": ["app"],
                "repeatInterval": "24h",
            },
            "receivers": [
                {
                    "name": "retrain",
                    "webhookConfigs": [
                        {
                            "url": f"{_url(metadata)}/drift",
                            "sendResolved": False,
                            "httpConfig": {"authorization": {"type": "Bearer", "credentials": {"name": SECRET, "key": "value"}}},
                        }
                    ],
                }
            ],
        },
    }


def _sensor(metadata: ObjectMeta, alert: str, workflow: str) -> Sensor:
    run = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {"name": workflow, "namespace": metadata["namespace"], "labels": {"cnai.dev/cause": "drift"}},
        # as long as a run is kept its name is taken, and the same alert, which is repeated while it fires, starts nothing
        "spec": {"workflowTemplateRef": {"name": workflow}, "ttlStrategy": {"secondsAfterCompletion": KEPT}},
    }
    named: TriggerParameter = {"src": {"dependencyName": "drift", "dataTemplate": f"{workflow}-{SINCE}"}, "dest": "metadata.name"}
    filters: Filters = {
        "data": [
            {"path": "body.status", "type": "string", "value": ["firing"]},
            {"path": "body.commonLabels.alertname", "type": "string", "value": [alert]},
        ]
    }
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Sensor",
        "metadata": metadata,
        "spec": {
            "eventBusName": "default",
            "template": _template(metadata),
            "dependencies": [{"name": "drift", "eventSourceName": metadata["name"], "eventName": "drift", "filters": filters}],
            "triggers": [
                {
                    "template": {
                        "name": "retrain",
                        "argoWorkflow": {"operation": "submit", "source": {"resource": run}, "parameters": [named]},
                    }
                }
            ],
        },
    }
