"""Spark: a step that runs a SparkApplication of the Spark operator.

Must not: know other engines. Source of the condition paths: status.applicationState.state of sparkoperator.k8s.io/v1beta2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Literal

from annotated_types import Ge, Le
from pydantic import AfterValidator, Field

from cnai_gitops.contract.context import Context
from cnai_gitops.contract.embed import Embedded, embed
from cnai_gitops.contract.roles import StepEngine, StepPlan
from cnai_gitops.parts.pods import container_security, pod_security
from cnai_gitops.parts.rbac import role, service_account
from cnai_gitops.spec.base import ImageName, Positive, Spec, Strings, seconds
from cnai_gitops.spec.prepare import Prepare

if TYPE_CHECKING:
    from cnai_gitops.resources.argo_workflows.template import Template
    from cnai_gitops.resources.spark.model import Driver, Executor, SparkApplication, SparkApplicationSpec

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
        """A resource template that creates the application and waits for its end, and the driver's account."""
        account = f"{context.workflow_name}-spark"
        image = f"{name}-image"
        embedded = embed(context, name)
        manifest = self._application(context, name, account, f"{{{{workflow.parameters.{image}}}}}", embedded)
        template: Template = {
            "name": name,
            "activeDeadlineSeconds": str(seconds(context.stage.timeout)),
            "resource": {
                "action": "create",
                "setOwnerReference": True,
                "successCondition": "status.applicationState.state == COMPLETED",
                "failureCondition": "status.applicationState.state == FAILED",
                "manifest": embedded.text(manifest),
            },
        }
        metadata = context.metadata(account)
        objects = (service_account(metadata, token=True), *role(metadata, DRIVER_RULES, account))
        return StepPlan(
            entry=name,
            templates=(template,),
            parameters={image: context.image(self.image), **embedded.parameters},
            rules=(("sparkoperator.k8s.io", "sparkapplications", ("create", "get", "list", "watch")),),
            resources=tuple(context.made(body) for body in objects),
        )

    def _application(self, context: Context[Prepare], name: str, account: str, image: str, embedded: Embedded) -> SparkApplication:
        labels = context.fixed_labels
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
            "restartPolicy": {"type": "Never"},
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
            # {{retries}} keeps a retried step from meeting the object of the failed attempt
            "metadata": {"name": f"{{{{workflow.name}}}}-{name}-{{{{retries}}}}", "namespace": "{{workflow.namespace}}", "labels": labels},
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


SECURE = {
    "spark.authenticate": "true",
    "spark.network.crypto.enabled": "true",
    "spark.io.encryption.enabled": "true",
}
