"""Trainer: a training as a TrainJob of Kubeflow Trainer, queued by Kueue.

Must not: know other engines. A TrainJob has no status that Argo can wait for (its conditions are a list), so the
workflow creates it and then waits for the JobSet of the same name, which has `status.terminalState`.
"""

from __future__ import annotations

from typing import Any, Literal

from cnai_gitops.contract.context import Context
from cnai_gitops.contract.embed import Embedded, embed
from cnai_gitops.contract.roles import StepPlan, Template, TrainEngine
from cnai_gitops.parts.pods import container_security, placement, pod_security, requirements
from cnai_gitops.plan.names import fit
from cnai_gitops.resources.base import Resource
from cnai_gitops.spec.base import seconds

STEP = "trainer.kubeflow.org/trainjob-ancestor-step"


class Trainer(TrainEngine):
    """Kubeflow Trainer v2: torchrun on `nodes` pods, one process for each accelerator."""

    kind: Literal["trainer"] = "trainer"
    framework: Literal["torch", "jax"] = "torch"
    """`torch` (torchrun) or `jax`"""

    def trial(self, context: Context) -> StepPlan:
        """Two steps, create and wait, and the TrainingRuntime that the TrainJobs refer to."""
        embedded = embed(
            context,
            "trial",
            CNAI_TRIAL="{{inputs.parameters.params}}",
            CNAI_SEED="{{inputs.parameters.trial}}",
            CNAI_CHECKPOINT_INTERVAL=str(seconds(context.stage.checkpoint.interval)),
            CNAI_CHECKPOINT_KEEP=str(context.stage.checkpoint.keep),
            CNAI_OUTPUT_URI=f"s3://{{{{workflow.parameters.bucket}}}}/{{{{workflow.namespace}}}}/{context.workflow_name}/{{{{workflow.name}}}}/{{{{inputs.parameters.trial}}}}",
            CNAI_CHECKPOINT_URI=f"s3://{{{{workflow.parameters.bucket}}}}/{{{{workflow.namespace}}}}/{context.workflow_name}/checkpoints/{{{{inputs.parameters.trial}}}}",
        )
        name = "{{workflow.name}}-{{inputs.parameters.trial}}"
        inputs = {"parameters": [{"name": "trial"}, {"name": "params"}]}
        group = [("create", "create-trainjob"), ("wait", "wait-for-jobset")]
        arguments = {"parameters": [{"name": n, "value": f"{{{{inputs.parameters.{n}}}}}"} for n in ("trial", "params")]}
        trial = {"name": "trial", "inputs": inputs, "steps": [[{"name": n, "template": t, "arguments": arguments}] for n, t in group]}
        create = {
            "name": "create-trainjob",
            "inputs": inputs,
            "resource": {"action": "create", "setOwnerReference": True, "manifest": embedded.text(self._job(context, name, embedded))},
        }
        return StepPlan(
            entry="trial",
            templates=(trial, create, {**_wait(name, embedded), "inputs": inputs}),
            parameters={
                "image": context.image(context.stage.image),
                "bucket": context.target.artifacts.bucket,
                **embedded.parameters,
            },
            rules=(
                ("trainer.kubeflow.org", "trainjobs", ("create", "get", "list", "watch")),
                ("jobset.x-k8s.io", "jobsets", ("get", "list", "watch")),
            ),
            resources=(Resource(self._runtime(context), context.key),),
        )

    def _job(self, context: Context, name: str, embedded: Embedded) -> dict[str, Any]:
        stage = context.stage
        facts = context.accelerator(stage.accelerator) if stage.accelerator else None
        held = (facts.resource, stage.accelerator.per_node) if facts else None
        labels = {key: value for key, value in context.labels.items() if key != "cnai.dev/environment"}
        trainer: dict[str, Any] = {
            "image": "{{workflow.parameters.image}}",
            "numNodes": stage.nodes,
            "numProcPerNode": stage.accelerator.per_node if stage.accelerator else 1,
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
                    **labels,
                    "cnai.dev/run": "{{workflow.name}}",
                    "cnai.dev/trial": "{{inputs.parameters.trial}}",
                    "kueue.x-k8s.io/queue-name": context.blueprint.team,
                    "kueue.x-k8s.io/priority-class": stage.priority,
                },
            },
            "spec": {
                "runtimeRef": {"apiGroup": "trainer.kubeflow.org", "kind": "TrainingRuntime", "name": runtime_name(context)},
                "activeDeadlineSeconds": seconds(stage.timeout),
                "trainer": trainer,
            },
        }

    def _runtime(self, context: Context) -> dict[str, Any]:
        labels = {key: value for key, value in context.labels.items() if key != "cnai.dev/environment"}
        job_spec = {
            "backoffLimit": 0,
            "podFailurePolicy": {"rules": [{"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]}]},
            "template": {"metadata": {"labels": labels}, "spec": _pod(context)},
        }
        return {
            "apiVersion": "trainer.kubeflow.org/v1alpha1",
            "kind": "TrainingRuntime",
            "metadata": context.metadata(runtime_name(context), **{"trainer.kubeflow.org/framework": self.framework}),
            "spec": {
                "mlPolicy": {"numNodes": context.stage.nodes, self.framework: {}},
                "template": {
                    "spec": {
                        "replicatedJobs": [
                            {"name": "node", "template": {"metadata": {"labels": {STEP: "trainer"}}, "spec": job_spec}},
                        ],
                        "failurePolicy": {"maxRestarts": context.stage.retries},
                    }
                },
            },
        }


def _wait(name: str, embedded: Embedded) -> Template:
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
    }


def _pod(context: Context) -> dict[str, Any]:
    """Pod of one node of a training; image and size are here for schedulers that read the runtime only."""
    stage = context.stage
    facts = context.accelerator(stage.accelerator) if stage.accelerator else None
    mounts = {"tmp": "/tmp", "cnai": "/cnai", "shm": "/dev/shm"}
    node = {
        "name": "node",
        "image": context.image(stage.image),
        "resources": requirements(stage.resources.cpu, stage.resources.memory),
        "securityContext": container_security(),
        "volumeMounts": [{"name": name, "mountPath": path} for name, path in mounts.items()],
    }
    return {
        "serviceAccountName": context.workflow_name,
        "automountServiceAccountToken": False,
        "securityContext": pod_security(),
        "priorityClassName": stage.priority,
        "terminationGracePeriodSeconds": 120,
        "containers": [node],
        "volumes": [
            {"name": "tmp", "emptyDir": {"sizeLimit": "32Gi"}},
            {"name": "cnai", "emptyDir": {"sizeLimit": "200Gi"}},
            {"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": "16Gi"}},
        ],
        "restartPolicy": "Never",
        **placement(facts),
    }


def runtime_name(context: Context) -> str:
    """Name of the TrainingRuntime of a stage."""
    return fit(context.workflow_name, 63)
