"""Trainer: a training as a TrainJob of Kubeflow Trainer, queued by Kueue.

Must not: know other engines. A TrainJob has no status that Argo can wait for (its conditions are a list), so the
workflow creates it and then waits for the JobSet of the same name, which has `status.terminalState`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from cnai_gitops.contract.context import Context
from cnai_gitops.contract.embed import Embedded, embed
from cnai_gitops.contract.roles import StepPlan, TrainEngine
from cnai_gitops.parts.pods import container_security, mounts, placement, pod_security, requirements, scratch
from cnai_gitops.plan.names import fit
from cnai_gitops.spec.base import seconds
from cnai_gitops.spec.train import Train

if TYPE_CHECKING:
    from cnai_gitops.resources.argo_workflows.template import Arguments, Template
    from cnai_gitops.resources.core.job import PodFailureRule
    from cnai_gitops.resources.core.pod import PodSpec
    from cnai_gitops.resources.jobset.model import JobSetSpec
    from cnai_gitops.resources.trainer.model import MlPolicy, PodGroupPolicy, TrainingRuntime, TrainJob
    from cnai_gitops.resources.trainer.model import Trainer as TrainerSpec

STEP = "trainer.kubeflow.org/trainjob-ancestor-step"


class Trainer(TrainEngine):
    """Kubeflow Trainer v2: torchrun on `nodes` pods, one process for each accelerator."""

    kind: Literal["trainer"] = "trainer"
    honours: ClassVar[frozenset[str]] = frozenset({"command", "accelerator", "nodes", "resources", "checkpoint", "retries", "priority"})
    framework: Literal["torch", "jax"] = "torch"
    """`torch` (torchrun) or `jax`"""

    def trial(self, context: Context[Train]) -> StepPlan:
        """Two steps, create and wait, and the TrainingRuntime that the TrainJobs refer to."""
        embedded = _embedded(context)
        name = "{{workflow.name}}-{{inputs.parameters.trial}}"
        inputs: Arguments = {"parameters": [{"name": "trial"}, {"name": "params"}]}
        arguments: Arguments = {"parameters": [{"name": n, "value": f"{{{{inputs.parameters.{n}}}}}"} for n in ("trial", "params")]}
        trial: Template = {
            "name": "trial",
            "inputs": inputs,
            "steps": [
                [{"name": "create", "template": "create-trainjob", "arguments": arguments}],
                [{"name": "wait", "template": "wait-for-jobset", "arguments": arguments}],
            ],
        }
        create: Template = {
            "name": "create-trainjob",
            "inputs": inputs,
            "resource": {"action": "create", "setOwnerReference": True, "manifest": embedded.text(_job(context, name, embedded))},
        }
        return StepPlan(
            entry="trial",
            templates=(trial, create, _wait(name, embedded, inputs)),
            parameters={
                "image": context.image(context.stage.image),
                "bucket": context.target.artifacts.bucket,
                **embedded.parameters,
            },
            rules=(
                ("trainer.kubeflow.org", "trainjobs", ("create", "get", "list", "watch")),
                ("jobset.x-k8s.io", "jobsets", ("get", "list", "watch")),
            ),
            resources=(context.made(self._runtime(context)),),
        )

    def _runtime(self, context: Context[Train]) -> TrainingRuntime:
        policy: MlPolicy = {"numNodes": context.stage.nodes}
        policy[self.framework] = {}
        queued = context.queued(context.stage.priority)
        metadata = context.metadata(runtime_name(context), **{"trainer.kubeflow.org/framework": self.framework})
        if queued.annotations:
            metadata["annotations"] = {**queued.annotations}
        gang: PodGroupPolicy = {"volcano": {}} if queued.gang == "volcano" else {}
        runtime: TrainingRuntime = {
            "apiVersion": "trainer.kubeflow.org/v1alpha1",
            "kind": "TrainingRuntime",
            "metadata": metadata,
            "spec": {
                "mlPolicy": policy,
                "podGroupPolicy": gang,
                "template": {"spec": _job_set(context)},
            },
        }
        if not gang:
            del runtime["spec"]["podGroupPolicy"]
        return runtime


def _embedded(context: Context[Train]) -> Embedded:
    runs = f"s3://{{{{workflow.parameters.bucket}}}}/{{{{workflow.namespace}}}}/{context.workflow_name}"
    return embed(
        context,
        "trial",
        CNAI_TRIAL="{{inputs.parameters.params}}",
        CNAI_SEED="{{inputs.parameters.trial}}",
        CNAI_CHECKPOINT_INTERVAL=str(seconds(context.stage.checkpoint.interval)),
        CNAI_CHECKPOINT_KEEP=str(context.stage.checkpoint.keep),
        CNAI_OUTPUT_URI=f"{runs}/{{{{workflow.name}}}}/{{{{inputs.parameters.trial}}}}",
        CNAI_CHECKPOINT_URI=f"{runs}/checkpoints/{{{{inputs.parameters.trial}}}}",
    )


def _job_set(context: Context[Train]) -> JobSetSpec:
    """One Job of as many pods as the training has nodes; an evicted pod is no failure."""
    ignored: PodFailureRule = {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]}
    return {
        "replicatedJobs": [
            {
                "name": "node",
                "template": {
                    "metadata": {"labels": {STEP: "trainer"}},
                    "spec": {
                        "backoffLimit": 0,
                        "podFailurePolicy": {"rules": [ignored]},
                        "template": {"metadata": {"labels": context.fixed_labels}, "spec": _pod(context)},
                    },
                },
            },
        ],
        "failurePolicy": {"maxRestarts": context.stage.retries},
    }


def _job(context: Context[Train], name: str, embedded: Embedded) -> TrainJob:
    stage = context.stage
    held = context.held(stage.accelerator)
    trainer: TrainerSpec = {
        "image": "{{workflow.parameters.image}}",
        "numNodes": stage.nodes,
        "numProcPerNode": held.devices if held else 1,
        "resourcesPerNode": requirements(stage.resources.cpu, stage.resources.memory, held),
        "env": embedded.env,
    }
    if stage.command:
        trainer["command"] = list(stage.command)
    return {
        "apiVersion": "trainer.kubeflow.org/v1alpha1",
        "kind": "TrainJob",
        "metadata": {
            "name": name,
            "namespace": "{{workflow.namespace}}",
            "labels": {
                **context.fixed_labels,
                "cnai.dev/run": "{{workflow.name}}",
                "cnai.dev/trial": "{{inputs.parameters.trial}}",
                **context.queued(stage.priority).labels,
            },
        },
        "spec": {
            "runtimeRef": {"apiGroup": "trainer.kubeflow.org", "kind": "TrainingRuntime", "name": runtime_name(context)},
            "activeDeadlineSeconds": seconds(stage.timeout),
            "trainer": trainer,
        },
    }


def _wait(name: str, embedded: Embedded, inputs: Arguments) -> Template:
    metadata = {"name": name, "namespace": "{{workflow.namespace}}"}
    return {
        "name": "wait-for-jobset",
        # the JobSet appears some seconds after its TrainJob; until then `get` fails and is tried again
        "retryStrategy": {"limit": "30", "retryPolicy": "OnError", "backoff": {"duration": "10", "factor": "1"}},
        "resource": {
            "action": "get",
            "successCondition": "status.terminalState == Completed",
            "failureCondition": "status.terminalState == Failed",
            "manifest": embedded.text({"apiVersion": "jobset.x-k8s.io/v1alpha2", "kind": "JobSet", "metadata": metadata}),
        },
        "inputs": inputs,
    }


def _pod(context: Context[Train]) -> PodSpec:
    """Pod of one node of a training; image and size are here for schedulers that read the runtime only."""
    stage = context.stage
    pod: PodSpec = {
        "serviceAccountName": context.workflow_name,
        "automountServiceAccountToken": False,
        "securityContext": pod_security(),
        "priorityClassName": stage.priority,
        "terminationGracePeriodSeconds": 120,
        "containers": [
            {
                "name": "node",
                "image": context.image(stage.image),
                "resources": requirements(stage.resources.cpu, stage.resources.memory),
                "securityContext": container_security(),
                "volumeMounts": [*mounts("tmp", "cnai", "shm"), *context.data.mounts],
            }
        ],
        "volumes": [*scratch("32Gi", "200Gi", "16Gi"), *context.data.volumes],
        "restartPolicy": "Never",
        **placement(context.held(stage.accelerator)),
    }
    scheduler = context.queued(stage.priority).scheduler
    if scheduler:
        pod["schedulerName"] = scheduler
    return pod


def runtime_name(context: Context[Train]) -> str:
    """Name of the TrainingRuntime of a stage."""
    return fit(context.workflow_name, 63)


EXAMPLE = """
example:
  train: {name: scorer, image: train, accelerator: {type: h100}, engine: {kind: trainer}}
other:
  Trainer: {framework: jax}
"""
