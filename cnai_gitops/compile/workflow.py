"""The frame of every workflow that we emit: template, schedule, account, rights, network.

Must not: know what the steps do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cnai_gitops.contract.context import Context
from cnai_gitops.contract.roles import StepPlan
from cnai_gitops.contract.workflow import Run, steps_container
from cnai_gitops.parts.network import network_policy
from cnai_gitops.parts.pods import pod_security, scratch
from cnai_gitops.parts.rbac import Rule, role, service_account
from cnai_gitops.parts.workflow import build
from cnai_gitops.resources.base import Body, Key, Resource
from cnai_gitops.spec.base import seconds

if TYPE_CHECKING:
    from cnai_gitops.resources.argo_workflows.blocks import RetryStrategy
    from cnai_gitops.resources.argo_workflows.model import CronWorkflow, WorkflowSpec, WorkflowTemplate
    from cnai_gitops.resources.argo_workflows.template import Step, Template
    from cnai_gitops.resources.kubernetes import NetworkPolicy

FINISH, EXIT = "finish", "exit"
EXECUTOR: Rule = ("argoproj.io", "workflowtaskresults", ("create", "patch"))
"""What the Argo executor itself needs to report a pod's result."""


def workflow(context: Context[Any], run: Run, *, main: Sequence[Template], steps: Sequence[StepPlan]) -> Iterator[Resource]:
    """All objects of one stage's workflow. `main[0]` is the entry point; `steps` bring templates, rights and objects."""
    templates = [*main, *(template for step in steps for template in step.templates), *_exit(context, run, steps)]
    parameters = {name: value for step in steps for name, value in step.parameters.items()}
    yield from _once(resource for step in steps for resource in step.resources)
    metadata = context.metadata(context.workflow_name)
    yield context.made(service_account(metadata, token=True))
    rules = dict.fromkeys([EXECUTOR, *(rule for step in steps for rule in step.rules)])
    for body in role(metadata, rules, context.workflow_name):
        yield context.made(body)
    yield context.made(_network(context, dict.fromkeys(peer for step in steps for peer in step.ingress)))
    key = context.key
    trace = (("spec.activeDeadlineSeconds", f"{key}.timeout"), ("spec.arguments", f"{key}.images"), ("spec.templates", key))
    yield context.made(build(_template(context, run, templates, parameters)), *trace)
    if run.schedule:
        cron = build(_cron(context, run, run.schedule))
        yield context.made(cron, ("spec.schedules", f"{key}.schedule"), ("spec.suspend", f"{key}.suspend"))


def _once(resources: Iterable[Resource]) -> Iterator[Resource]:
    """Two steps of one engine bring the same account; it is one object."""
    made: dict[Key, Body] = {}
    for resource in resources:
        if made.get(resource.key) != resource.body:
            made[resource.key] = resource.body
            yield resource


def _template(context: Context[Any], run: Run, templates: Sequence[Template], parameters: Mapping[str, str]) -> WorkflowTemplate:
    spec: WorkflowSpec = {
        "entrypoint": templates[0]["name"],
        "onExit": EXIT if any(template["name"] == EXIT for template in templates) else FINISH,
        "serviceAccountName": context.workflow_name,
        "activeDeadlineSeconds": seconds(run.timeout),
        # one run of a stage at a time, whether a schedule, an alert or a person starts it
        "synchronization": {"mutexes": [{"name": context.workflow_name}]},
        "archiveLogs": True,
        "artifactRepositoryRef": {"configMap": "artifacts", "key": "default"},
        "podGC": {"strategy": "OnWorkflowSuccess", "deleteDelayDuration": "60s"},
        "ttlStrategy": {"secondsAfterSuccess": 86400, "secondsAfterFailure": 604800},
        "securityContext": pod_security(),
        "podMetadata": {"labels": context.labels},
        "workflowMetadata": {"labels": context.labels},
        "volumes": scratch("8Gi", run.scratch),
    }
    if parameters:
        spec["arguments"] = {"parameters": [{"name": name, "value": value} for name, value in sorted(parameters.items())]}
    spec["templates"] = list(templates)
    metadata = context.metadata(context.workflow_name)
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": "WorkflowTemplate", "metadata": metadata, "spec": spec}


def _cron(context: Context[Any], run: Run, schedule: str) -> CronWorkflow:
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "CronWorkflow",
        "metadata": context.metadata(context.workflow_name),
        "spec": {
            "schedules": [schedule],
            "timezone": run.timezone,
            "concurrencyPolicy": "Forbid",
            "startingDeadlineSeconds": 600,
            "suspend": context.suspended,
            "successfulJobsHistoryLimit": 3,
            "failedJobsHistoryLimit": 5,
            "workflowSpec": {"workflowTemplateRef": {"name": context.workflow_name}},
        },
    }


def _exit(context: Context[Any], run: Run, steps: Sequence[StepPlan]) -> Iterator[Template]:
    """The exit handler, which also runs after a timeout: it ends what a run that did not succeed has left running."""
    undo = {template["name"]: template for step in steps for template in step.undo}
    if undo:
        ends: list[Step] = [{"name": name, "template": name, "when": "{{workflow.status}} != Succeeded"} for name in undo]
        yield {"name": EXIT, "steps": [[{"name": FINISH, "template": FINISH}, *ends]]}
        yield from undo.values()
    yield finish(context, run)


def finish(context: Context[Any], run: Run) -> Template:
    """Says how the run ended, to the lineage service and in the log."""
    return steps_container(context, FINISH, "lineage", "{{workflow.status}}", reads=run.reads)


def retried(plan: StepPlan, count: int) -> StepPlan:
    """A step whose entry is tried `count` further times; an entry of several steps, or with retries of its own, stays as it is."""
    if not count:
        return plan
    # for pod errors and failures, with a growing pause; a `maxDuration` would bound all attempts together, the first one included
    retry: RetryStrategy = {"limit": str(count), "retryPolicy": "Always", "backoff": {"duration": "30", "factor": "2", "cap": "10m"}}
    templates: list[Template] = []
    for template in plan.templates:
        own = template["name"] != plan.entry or "steps" in template or "retryStrategy" in template
        templates.append(template if own else {**template, "retryStrategy": retry})
    return replace(plan, templates=templates)


def _network(context: Context[Any], ingress: Iterable[tuple[str, int]]) -> NetworkPolicy:
    place = context.target.place
    return network_policy(
        context.metadata(context.workflow_name),
        context.selector,
        dns=context.dns,
        ingress=ingress,
        inside=True,
        cidrs=[*place.api_cidrs, *place.cidrs],
        namespaces=context.lineage_namespaces,
    )
