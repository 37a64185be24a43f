"""Plain: a service as a Deployment of one's own image.

Must not: know other engines.
"""

from collections.abc import Iterable
from typing import ClassVar, Literal

from cnai_gitops.contract.context import Context
from cnai_gitops.contract.roles import ServeEngine
from cnai_gitops.parts.env import env_list
from cnai_gitops.parts.network import network_policy
from cnai_gitops.parts.pods import container_security, mounts, pod_security, requirements, scratch
from cnai_gitops.parts.rbac import service_account
from cnai_gitops.resources.base import Resource
from cnai_gitops.spec.base import ImageName, Positive
from cnai_gitops.spec.serve import Serve


class Plain(ServeEngine):
    """So many replicas, always."""

    kind: Literal["plain"] = "plain"
    needs_model: ClassVar[bool] = False
    honours: ClassVar[frozenset[str]] = frozenset({"port", "env", "resources", "runtime"})
    image: ImageName
    """the image that serves"""
    replicas: Positive = 2
    """how many of them"""

    def resources(self, context: Context[Serve]) -> Iterable[Resource]:
        """Account, Deployment and network policy."""
        stage = context.stage
        metadata = context.metadata(context.name)
        container = {
            "name": "main",
            "image": context.image(self.image),
            "ports": [{"containerPort": stage.port}],
            "env": env_list(stage.env),
            "resources": requirements(stage.resources.cpu, stage.resources.memory),
            "securityContext": container_security(),
            "volumeMounts": mounts("tmp"),
        }
        pod = {
            "serviceAccountName": context.name,
            "automountServiceAccountToken": False,
            "securityContext": pod_security(),
            "containers": [container],
            "volumes": scratch("1Gi"),
        }
        template = {"metadata": {"labels": context.labels}, "spec": pod}
        spec = {"replicas": self.replicas, "selector": {"matchLabels": context.selector}, "template": template}
        yield context.made(service_account(metadata))
        yield context.made({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec})
        ingress = [(context.target.environment.endpoints.monitoring_namespace, stage.port)]
        yield context.made(network_policy(metadata, context.selector, dns=context.dns, ingress=ingress, inside=True))

    def least(self, stage: Serve) -> int:
        """All of them."""
        return self.replicas


EXAMPLE = """
example:
  serve: {name: scorer, engine: {kind: plain, image: scorer, replicas: 9}}
other:
  Plain: {image: other, replicas: 5}
"""
