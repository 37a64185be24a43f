"""Trainer: a training as a TrainJob of Kubeflow Trainer, queued by Kueue.

Must not: know other engines. A TrainJob has no status that Argo can wait for (its conditions are a list), so the
workflow creates it and then waits for the JobSet of the same name, which has `status.terminalState`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from cnai_gitops.contract.context import Context
from cnai_gitops.contract.embed import Embedded, embed
from cnai_gitops.contract.job import RUN, job
from cnai_gitops.contract.roles import StepPlan, TrainEngine
from cnai_gitops.parts.pods import container_security, mounts, placement, pod_security, requirements, scratch
from cnai_gitops.plan.names import fit
from cnai_gitops.spec.base import seconds
from cnai_gitops.spec.train import Train

if TYPE_CHECKING:
    from cnai_gitops.resources.argo_workflows.template import Arguments
    from cnai_gitops.resources.core.job import PodFailureRule
    from cnai_gitops.resources.core.pod import PodSpec
    from cnai_gitops.resources.jobset.model import JobSetSpec
    from cnai_gitops.resources.trainer.model import MlPolicy, PodGroupPolicy, TrainingRuntime, TrainJob
    from cnai_gitops.resources.trainer.model import Trainer as TrainerSpec

STEP = "trainer.kubeflow.org/trainjob-ancestor-step"


class Trainer(TrainEngine):
    """Kubeflow Trainer v2: torchrun on `nodes` pods, one process for each accelerator."""

    kind: Literal["trainer"] = "trainer"
    honours: ClassVar[frozenset[str]] = frozenset(
        {"command", "accelerator", "nodes", "resources", "checkpoint", "retries", "priority", "scratch"}
    )
    framework: Literal["torch", "jax"] = "torch"
    """`torch` (torchrun) or `jax`"""

    def trial(self, context: Context[Train]) -> StepPlan:
        """Two steps, create and wait, and the TrainingRuntime that the TrainJobs refer to."""
        embedded = _embedded(context)
        inputs: Arguments = {"parameters": [{"name": "trial"}, {"name": "params"}]}
        made = _job(context, "{{workflow.name}}-{{inputs.parameters.trial}}", embedded)
        run = job("trial", "create-trainjob", "wait-for-jobset", made, awaits=("jobset.x-k8s.io/v1alpha2", "JobSet"), inputs=inputs)
        return StepPlan(
            entry="trial",
            templates=run.templates,
            parameters={
                "image": context.image(context.stage.image),
                "bucket": context.target.artifacts.bucket,
                **embedded.parameters,
            },
            rules=run.rules,
            undo=(run.undo,),
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
    trial = f"s3://{{{{workflow.parameters.bucket}}}}/{context.run_key}/{{{{inputs.parameters.trial}}}}"
    return embed(
        context,
        "trial",
        CNAI_TRIAL="{{inputs.parameters.params}}",
        CNAI_SEED="{{inputs.parameters.trial}}",
        CNAI_CHECKPOINT_INTERVAL=str(seconds(context.stage.checkpoint.interval)),
        CNAI_CHECKPOINT_KEEP=str(context.stage.checkpoint.keep),
        CNAI_OUTPUT_URI=trial,
        # below the run: the next one, with other data or code, must not resume from this one's
        CNAI_CHECKPOINT_URI=f"{trial}/checkpoints",
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
                RUN: "{{workflow.name}}",
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
        "volumes": [*scratch("32Gi", stage.scratch, "16Gi"), *context.data.volumes],
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
