"""Ray: a step that runs a RayJob of KubeRay on a cluster of its own, which is gone afterwards.

Must not: know other engines. Source of what is retried, and when: the RayJob controller of KubeRay 1.6.0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from cnai_gitops.contract.context import Context
from cnai_gitops.contract.embed import Embedded, embed
from cnai_gitops.contract.job import RUN, job
from cnai_gitops.contract.roles import StepEngine, StepPlan
from cnai_gitops.contract.workflow import STEP_PRIORITY
from cnai_gitops.parts.ray import DASHBOARD_PORT, ray_cluster
from cnai_gitops.spec.accelerator import AcceleratorRequest
from cnai_gitops.spec.base import ImageName, Positive, Resources, seconds
from cnai_gitops.spec.prepare import Prepare

if TYPE_CHECKING:
    from cnai_gitops.resources.ray.model import RayJob


class Ray(StepEngine):
    """`entrypoint` (a shell line for `ray job submit`) on `workers` equal workers of a RayCluster."""

    kind: Literal["ray"] = "ray"
    image: ImageName
    """name of the image; the release pins its digest"""
    entrypoint: str = Field(min_length=1)
    """line that `ray job submit` runs"""
    version: str = Field(default="2.56.0", pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$")
    """Ray's version in the image"""
    workers: Positive = 2
    """workers of the cluster"""
    worker: Resources = Resources(cpu="4", memory="16Gi")
    """CPU and memory of each worker"""
    head: Resources = Resources(cpu="2", memory="8Gi")
    """CPU and memory of the head"""
    accelerator: AcceleratorRequest | None = None
    """accelerators of each worker"""

    def step(self, context: Context[Prepare], name: str) -> StepPlan:
        """Two steps, create the RayJob, queued, and wait for its end."""
        image = f"{name}-image"
        embedded = embed(context, name)
        made = self._job(context, name, f"{{{{workflow.parameters.{image}}}}}", embedded)
        run = job(name, f"{name}-create", f"{name}-wait", made)
        return StepPlan(
            entry=name,
            templates=run.templates,
            parameters={image: context.image(self.image), **embedded.parameters},
            rules=run.rules,
            undo=(run.undo,),
            # in HTTP mode it is KubeRay that submits the job, and it asks the head for the job's status in every mode
            ingress=((context.target.environment.endpoints.ray_operator_namespace, DASHBOARD_PORT),),
        )

    def _job(self, context: Context[Prepare], name: str, image: str, embedded: Embedded) -> RayJob:
        labels, queued = context.fixed_labels, context.queued(STEP_PRIORITY)
        number = [step.name for step in context.stage.graph].index(name)
        return {
            "apiVersion": "ray.io/v1",
            "kind": "RayJob",
            "metadata": {
                # KubeRay takes 47 characters and a scheduled workflow's name has up to 43, so the step is a number
                "name": f"{{{{workflow.name}}}}-{number}",
                "namespace": "{{workflow.namespace}}",
                "labels": {**labels, RUN: "{{workflow.name}}", **queued.labels},
            },
            "spec": {
                "entrypoint": self.entrypoint,
                "submissionMode": "HTTPMode",
                # KubeRay itself tries again, on a new cluster, and ends what takes too long
                "backoffLimit": context.stage.retries,
                "activeDeadlineSeconds": seconds(context.stage.timeout),
                "shutdownAfterJobFinishes": True,
                "ttlSecondsAfterFinished": 600,
                "rayClusterSpec": ray_cluster(
                    version=self.version,
                    image=image,
                    env=embedded.env,
                    labels=labels,
                    account=context.workflow_name,
                    head=(self.head.cpu, self.head.memory),
                    worker=(self.worker.cpu, self.worker.memory),
                    workers=(self.workers, self.workers),
                    held=context.held(self.accelerator),
                    scheduler=queued.scheduler,
                    priority=STEP_PRIORITY,
                    data=embedded.data,
                ),
            },
        }


EXAMPLE = """
example:
  prepare: {name: rows, engine: {kind: ray, image: rows, entrypoint: python rows.py}}
other:
  Ray:
    image: other
    entrypoint: python other.py
    version: 2.50.0
    workers: 5
    worker: {cpu: "3", memory: 1Gi}
    head: {cpu: "3", memory: 1Gi}
    accelerator: {type: l4}
"""
