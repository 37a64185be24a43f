"""What drift starts: a webhook for Alertmanager, and a Sensor that submits the train stage's workflow.

Must not: deploy anything; the retrained model is released by a reviewed change.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from cnai_gitops.contract.context import Context
from cnai_gitops.parts.network import network_policy
from cnai_gitops.parts.pods import pod_security, requirements
from cnai_gitops.parts.rbac import role, service_account
from cnai_gitops.resources.base import Resource

PORT = 12000
SECRET = "retrain-token"
MARK = "cnai.dev/retrain"
BUS_PODS = {"controller": "eventbus-controller", "eventbus-name": "default"}
"""Labels that Argo Events puts on the pods of the namespace's event bus."""


def retrain(context: Context) -> Iterator[Resource]:
    """EventSource, Sensor and their account; empty where schedules do not run (a standby cluster)."""
    trains = context.app.of("train")
    chosen = [t for t in trains if context.stage.drift.retrain in (None, t.stage.name)]
    if not chosen or context.target.standby:
        return
    train = replace(context, resolved=chosen[0])
    name = f"{context.blueprint.name}-retrain"
    metadata = context.metadata(name)
    yield Resource(service_account(metadata) | {"automountServiceAccountToken": True}, context.key)
    for body in role(metadata, [("argoproj.io", "workflows", ("create",)), ("argoproj.io", "workflowtemplates", ("get", "list"))], name):
        yield Resource(body, context.key)
    yield Resource(_event_source(metadata, name), context.key)
    yield Resource(_sensor(context, metadata, name, train.workflow_name), context.key)
    yield Resource(_receiver(context, metadata, name), context.key)
    endpoints = context.target.environment.endpoints
    ingress = [(endpoints.monitoring_namespace, PORT)]
    body = network_policy(metadata, {MARK: name}, ingress=ingress, inside=True, cidrs=context.target.place.api_cidrs, pods=[BUS_PODS])
    yield Resource(body, context.key)


def _template(name: str, labels: dict[str, Any]) -> dict[str, Any]:
    security = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "runAsNonRoot": True, "capabilities": {"drop": ["ALL"]}}
    return {
        "serviceAccountName": name,
        "metadata": {"labels": {**labels, MARK: name}},
        "securityContext": pod_security(),
        "container": {"resources": requirements("100m", "128Mi"), "securityContext": security},
    }


def _event_source(metadata: dict[str, Any], name: str) -> dict[str, Any]:
    hook = {
        "port": str(PORT),
        "endpoint": "/drift",
        "method": "POST",
        "url": f"http://{name}-eventsource-svc.{metadata['namespace']}.svc:{PORT}",
        "authSecret": {"name": SECRET, "key": "value"},
        "maxPayloadSize": 65536,
    }
    spec = {
        "eventBusName": "default",
        "service": {"ports": [{"port": PORT, "targetPort": PORT}]},
        "template": _template(name, metadata["labels"]),
        "webhook": {"drift": hook},
    }
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": "EventSource", "metadata": metadata, "spec": spec}


def drift_alert(context: Context) -> str:
    """Name of the alert that asks for a retraining."""
    return "".join(part.title() for part in context.blueprint.name.split("-")) + "DataDrift"


def _receiver(context: Context, metadata: dict[str, Any], name: str) -> dict[str, Any]:
    """How the alert reaches the EventSource: Alertmanager posts it with the token that the EventSource asks for."""
    authorization = {"type": "Bearer", "credentials": {"name": SECRET, "key": "value"}}
    url = f"http://{name}-eventsource-svc.{metadata['namespace']}.svc:{PORT}/drift"
    webhook = {"url": url, "sendResolved": False, "httpConfig": {"authorization": authorization}}
    route = {
        "receiver": "retrain",
        "matchers": [{"name": "alertname", "value": drift_alert(context), "matchType": "="}],
        "groupBy": ["app"],
        "repeatInterval": "24h",
    }
    spec = {"route": route, "receivers": [{"name": "retrain", "webhookConfigs": [webhook]}]}
    return {"apiVersion": "monitoring.coreos.com/v1alpha1", "kind": "AlertmanagerConfig", "metadata": metadata, "spec": spec}


def _sensor(context: Context, metadata: dict[str, Any], name: str, template: str) -> dict[str, Any]:
    workflow = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {"generateName": f"{template}-", "namespace": context.namespace, "labels": {"cnai.dev/cause": "drift"}},
        "spec": {"workflowTemplateRef": {"name": template}},
    }
    trigger = {
        "template": {"name": "retrain", "argoWorkflow": {"operation": "submit", "source": {"resource": workflow}}},
        "retryStrategy": {"steps": 3, "duration": "10s", "factor": 2},
        "rateLimit": {"unit": "Hour", "requestsPerUnit": 1},
    }
    filters = {
        "data": [
            {"path": "body.status", "type": "string", "value": ["firing"]},
            {"path": "body.commonLabels.alertname", "type": "string", "value": [drift_alert(context)]},
        ]
    }
    spec = {
        "eventBusName": "default",
        "template": _template(name, metadata["labels"]),
        "dependencies": [{"name": "drift", "eventSourceName": name, "eventName": "drift", "filters": filters}],
        "triggers": [trigger],
    }
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": "Sensor", "metadata": metadata, "spec": spec}
