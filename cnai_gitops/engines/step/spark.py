"""Spark: a step that runs a SparkApplication of the Spark operator.

Must not: know other engines. Source of what is retried, and when: `ShouldRetry` of the Spark operator 2.5.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Literal

from annotated_types import Ge, Le
from pydantic import AfterValidator, Field

from cnai_gitops.contract.context import Context
from cnai_gitops.contract.embed import Embedded, embed
from cnai_gitops.contract.job import RUN, job
from cnai_gitops.contract.roles import StepEngine, StepPlan
from cnai_gitops.parts.pods import container_security, pod_security
from cnai_gitops.parts.rbac import role, service_account
from cnai_gitops.spec.base import ImageName, Positive, Spec, Strings
from cnai_gitops.spec.prepare import Prepare

if TYPE_CHECKING:
    from cnai_gitops.resources.spark.model import Driver, Executor, RestartPolicy, SparkApplication, SparkApplicationSpec

Cores = Annotated[int, Ge(1), Le(128)]
JvmMemory = Annotated[str, Field(pattern=r"^[1-9][0-9]*(m|g)$")]
DRIVER_RULES = tuple((("", kind, ("create", "get", "list", "watch", "delete", "deletecollection", "patch", "update"))) for kind in
                     ("pods", "services", "configmaps", "persistentvolumeclaims"))  # fmt: skip


def _sorted(value: Mapping[str, str]) -> dict[str, str]:
    return dict(sorted(value.items()))


class SparkPods(Spec):
    """Size of a driver or an executor; `memory` is the JVM heap ("4g"), the pod gets the overhead on top."""

    cores: Cores = 2
    """cores of each pod"""
    memory: JvmMemory = "4g"
    """JVM heap (`4g`); the pod gets the overhead on top"""


class Spark(StepEngine):
    """`main` (a file in the image, or a path) on `executors` executors. `conf` adds Spark properties."""

    kind: Literal["spark"] = "spark"
    image: ImageName
    """name of the image; the release pins its digest"""
    main: Annotated[str, Field(min_length=1)]
    """main file, in `/opt/app` of the image unless it is a full address"""
    args: Strings = ()
    """arguments"""
    version: str = Field(default="3.5.6", pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$")
    """Spark's version in the image"""
    executors: Positive = 2
    """number of executors"""
    executor: SparkPods = SparkPods()
    """size of each executor"""
    driver: SparkPods = SparkPods(cores=1, memory="2g")
    """size of the driver"""
    conf: Annotated[Mapping[str, str], AfterValidator(_sorted)] = {}
    """further Spark properties; they win over ours"""

    def step(self, context: Context[Prepare], name: str) -> StepPlan:
        """Two steps, create the application and wait for its end, and the driver's account."""
        account = f"{context.workflow_name}-spark"
        image = f"{name}-image"
        embedded = embed(context, name)
        made = self._application(context, name, account, f"{{{{workflow.parameters.{image}}}}}", embedded)
        run = job(name, f"{name}-create", f"{name}-wait", made)
        metadata = context.metadata(account)
        objects = (service_account(metadata, token=True), *role(metadata, DRIVER_RULES, account))
        return StepPlan(
            entry=name,
            templates=run.templates,
            parameters={image: context.image(self.image), **embedded.parameters},
            rules=run.rules,
            undo=(run.undo,),
            resources=tuple(context.made(body) for body in objects),
        )

    def _application(self, context: Context[Prepare], name: str, account: str, image: str, embedded: Embedded) -> SparkApplication:
        labels = context.fixed_labels
        number = [step.name for step in context.stage.graph].index(name)
        main = self.main if "://" in self.main else f"local:///opt/app/{self.main}"
        spec: SparkApplicationSpec = {
            "type": "Python" if main.endswith(".py") else "Scala",
            "pythonVersion": "3",
            "mode": "cluster",
            "image": image,
            "imagePullPolicy": "IfNotPresent",
            "sparkVersion": self.version,
            "mainApplicationFile": main,
            "arguments": list(self.args),
            "sparkConf": {**self._lineage(context), **SECURE, **self.conf},
            "restartPolicy": _restarts(context.stage.retries),
            "timeToLiveSeconds": 86400,
            "driver": self._driver(account, labels, embedded),
            "executor": self._executor(account, labels, embedded),
        }
        if not self.args:
            del spec["arguments"]
        if embedded.data.volumes:
            spec["volumes"] = list(embedded.data.volumes)
        return {
            "apiVersion": "sparkoperator.k8s.io/v1beta2",
            "kind": "SparkApplication",
            "metadata": {
                # drivers and executors append to it and a scheduled workflow's name has up to 43 characters, so the step is a number
                "name": f"{{{{workflow.name}}}}-{number}",
                "namespace": "{{workflow.namespace}}",
                "labels": {**labels, RUN: "{{workflow.name}}"},
            },
            "spec": spec,
        }

    def _driver(self, account: str, labels: dict[str, str], embedded: Embedded) -> Driver:
        driver: Driver = {
            "cores": self.driver.cores,
            "memory": self.driver.memory,
            "serviceAccount": account,
            "labels": labels,
            "env": embedded.env,
            "securityContext": container_security(writable=True),
            "podSecurityContext": pod_security(),
        }
        if embedded.data.mounts:
            driver["volumeMounts"] = list(embedded.data.mounts)
        return driver

    def _executor(self, account: str, labels: dict[str, str], embedded: Embedded) -> Executor:
        executor: Executor = {
            "instances": self.executors,
            "cores": self.executor.cores,
            "memory": self.executor.memory,
            "serviceAccount": account,
            "labels": labels,
            "env": embedded.env,
            "securityContext": container_security(writable=True),
            "podSecurityContext": pod_security(),
        }
        if embedded.data.mounts:
            executor["volumeMounts"] = list(embedded.data.mounts)
        return executor

    def _lineage(self, context: Context[Prepare]) -> dict[str, str]:
        if not context.target.environment.endpoints.openlineage and not context.target.neutral:
            return {}
        return {
            "spark.extraListeners": "io.openlineage.spark.agent.OpenLineageSparkListener",
            "spark.openlineage.transport.type": "http",
            "spark.openlineage.transport.url": "{{workflow.parameters.openlineage-url}}",
            "spark.openlineage.namespace": f"{{{{workflow.parameters.environment}}}}.{context.blueprint.team}",
            "spark.openlineage.parentJobName": context.workflow_name,
            "spark.openlineage.parentJobNamespace": f"{{{{workflow.parameters.environment}}}}.{context.blueprint.team}",
            "spark.openlineage.parentRunId": "{{workflow.uid}}",
            "spark.openlineage.jobName.appendDatasetName": "false",
        }


def _restarts(retries: int) -> RestartPolicy:
    """The operator itself tries again, so that an application is one object whatever becomes of the pod that waits for it."""
    if not retries:
        return {"type": "Never"}
    return {
        "type": "OnFailure",
        "onFailureRetries": retries,
        "onFailureRetryInterval": 30,
        "onSubmissionFailureRetries": retries,
        "onSubmissionFailureRetryInterval": 30,
    }


SECURE = {
    "spark.authenticate": "true",
    "spark.network.crypto.enabled": "true",
    "spark.io.encryption.enabled": "true",
}


EXAMPLE = """
example:
  prepare: {name: rows, engine: {kind: spark, image: rows, main: rows.py}}
other:
  Spark:
    image: other
    main: other.py
    args: ["--window=2d"]
    version: 3.5.1
    executors: 9
    executor: {cores: 4}
    driver: {cores: 4}
    conf: {spark.a: "1"}
  SparkPods: {cores: 9, memory: 9g}
"""
