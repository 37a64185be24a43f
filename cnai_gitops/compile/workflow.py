"""The frame of every workflow that we emit: template, schedule, account, rights, network.

Must not: know what the steps do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from cnai_gitops.contract.context import STEPS_IMAGE, Context
from cnai_gitops.contract.roles import StepPlan, Template
from cnai_gitops.parts.env import env_list
from cnai_gitops.parts.network import network_policy
from cnai_gitops.parts.pods import container_security, pod_security, requirements
from cnai_gitops.parts.rbac import role, service_account
from cnai_gitops.parts.workflow import build
from cnai_gitops.resources.base import Body, Key, Resource
from cnai_gitops.spec.base import seconds

FINISH = "finish"
EXECUTOR = ("argoproj.io", "workflowtaskresults", ("create", "patch"))
"""What the Argo executor itself needs to report a pod's result."""


def workflow(
    context: Context,
    *,
    main: Sequence[Template],
    steps: Sequence[StepPlan],
    parallelism: int | None = None,
    parameters: Mapping[str, str] | None = None,
) -> Iterator[Resource]:
    """All objects of one stage's workflow. `main[0]` is the entry point; `steps` bring templates, rights and objects."""
    templates = [*main, *(template for step in steps for template in step.templates), finish(context)]
    values = {**(parameters or {}), **{k: v for step in steps for k, v in step.parameters.items()}}
    yield from _once(resource for step in steps for resource in step.resources)
    account = context.metadata(context.workflow_name)
    yield Resource(service_account(account) | {"automountServiceAccountToken": True}, context.key)
    rules = dict.fromkeys([EXECUTOR, *(rule for step in steps for rule in step.rules)])
    for body in role(account, rules, context.workflow_name):
        yield Resource(body, context.key)
    yield Resource(_network(context, dict.fromkeys(peer for step in steps for peer in step.ingress)), context.key)
    yield Resource(build(_template(context, templates, values, parallelism)), context.key, _trace(context))
    if context.stage.schedule:
        yield Resource(
            build(_cron(context)), context.key, (("spec.schedules", f"{context.key}.schedule"), ("spec.suspend", f"{context.key}.suspend"))
        )


def _once(resources: Iterable[Resource]) -> Iterator[Resource]:
    """Two steps of one engine bring the same account; it is one object."""
    made: dict[Key, Body] = {}
    for resource in resources:
        if made.get(resource.key) != resource.body:
            made[resource.key] = resource.body
            yield resource


def _trace(context: Context) -> tuple[tuple[str, str], ...]:
    key = context.key
    return (("spec.activeDeadlineSeconds", f"{key}.timeout"), ("spec.arguments", f"{key}.images"), ("spec.templates", key))


def _template(context: Context, templates: list[Template], parameters: Mapping[str, str], parallelism: int | None) -> Body:
    spec: dict[str, Any] = {
        "entrypoint": templates[0]["name"],
        "onExit": FINISH,
        "serviceAccountName": context.workflow_name,
        "activeDeadlineSeconds": seconds(context.stage.timeout),
        **({"parallelism": parallelism} if parallelism else {}),
        # one run of a stage at a time, whether a schedule, an alert or a person starts it
        "synchronization": {"mutexes": [{"name": context.workflow_name}]},
        "archiveLogs": True,
        "artifactRepositoryRef": {"configMap": "artifacts", "key": "default"},
        "podGC": {"strategy": "OnWorkflowSuccess", "deleteDelayDuration": "60s"},
        "ttlStrategy": {"secondsAfterSuccess": 86400, "secondsAfterFailure": 604800},
        "securityContext": pod_security(),
        "podMetadata": {"labels": context.labels},
        "workflowMetadata": {"labels": context.labels},
        "volumes": [{"name": "tmp", "emptyDir": {"sizeLimit": "8Gi"}}, {"name": "cnai", "emptyDir": {"sizeLimit": "50Gi"}}],
    }
    if parameters:
        spec["arguments"] = {"parameters": [{"name": name, "value": value} for name, value in sorted(parameters.items())]}
    spec["templates"] = templates
    metadata = context.metadata(context.workflow_name)
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": "WorkflowTemplate", "metadata": metadata, "spec": spec}


def _cron(context: Context) -> Body:
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "CronWorkflow",
        "metadata": context.metadata(context.workflow_name),
        "spec": {
            "schedules": [context.stage.schedule],
            "timezone": context.stage.timezone,
            "concurrencyPolicy": "Forbid",
            "startingDeadlineSeconds": 600,
            "suspend": context.target.standby or context.resolved.pins.suspend,
            "successfulJobsHistoryLimit": 3,
            "failedJobsHistoryLimit": 5,
            "workflowSpec": {"workflowTemplateRef": {"name": context.workflow_name}},
        },
    }


def steps_container(context: Context, name: str, module: str, *args: str, env: Mapping[str, str] | None = None, **more: Any) -> Template:
    """A template that runs a module of `cnai_gitops.steps` in the platform's steps image."""
    container = {
        "image": context.platform_image(STEPS_IMAGE),
        "command": ["python", "-m", f"cnai_gitops.steps.{module}"],
        "args": list(args),
        "env": env_list({**context.contract(name), **(env or {})}),
        "resources": requirements("500m", "1Gi"),
        "securityContext": container_security(),
        "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}, {"name": "cnai", "mountPath": "/cnai"}],
    }
    return {"name": name, **more, "container": container}


def finish(context: Context) -> Template:
    """The exit handler: says how the run ended, to the lineage service and in the log."""
    return steps_container(context, FINISH, "lineage", "{{workflow.status}}")


def retries(count: int) -> Mapping[str, Any]:
    """Retry of a step: `count` further attempts, for pod errors and failures, with a growing pause."""
    if not count:
        return {}
    return {
        "retryStrategy": {"limit": str(count), "retryPolicy": "Always", "backoff": {"duration": "30", "factor": "2", "maxDuration": "30m"}}
    }


def _network(context: Context, ingress: Iterable[tuple[str, int]]) -> Body:
    selector = {"app.kubernetes.io/component": context.key.replace(".", "-"), "app.kubernetes.io/name": context.blueprint.name}
    place = context.target.place
    metadata = context.metadata(context.workflow_name)
    cidrs = [*place.api_cidrs, *place.cidrs]
    return network_policy(metadata, selector, ingress=ingress, inside=True, cidrs=cidrs, namespaces=context.lineage_namespaces)
