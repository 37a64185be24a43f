"""RayService: dozens of models behind one Ray Serve cluster of KubeRay.

Must not: know other engines. KubeRay owns the pods; Ray's autoscaler owns the number of workers when the bounds differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from annotated_types import Ge, Le
from pydantic import AfterValidator, Field, model_validator

from cnai_gitops.contract.context import Context
from cnai_gitops.contract.roles import ServeEngine
from cnai_gitops.emit import emit_one
from cnai_gitops.facts.known import Facts
from cnai_gitops.facts.runtimes import Runtime
from cnai_gitops.parts.env import env_list
from cnai_gitops.parts.network import network_policy
from cnai_gitops.parts.ray import DASHBOARD_PORT, NODE, autoscaled, ray_cluster
from cnai_gitops.parts.rbac import service_account
from cnai_gitops.parts.service import ROUTE_MATCHES, budget, route
from cnai_gitops.resources.base import Resource
from cnai_gitops.spec.accelerator import AcceleratorRequest
from cnai_gitops.spec.base import Count, ImageName, Name, Positive, Resources, Spec
from cnai_gitops.spec.environment import Gateway
from cnai_gitops.spec.serve import Serve

if TYPE_CHECKING:
    from cnai_gitops.resources.kubernetes import NetworkPolicy
    from cnai_gitops.resources.ray.model import RayService as RayServiceObject

SERVE_PORT = 8000


class RayApplication(Spec):
    """One model of the service: its import path in the image, its route, and how many replicas it may have."""

    name: Name
    """the model; its route is `/<name>`"""
    import_path: str = Field(pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$")
    """`module:attribute` in the image"""
    min: Count = 1
    """replicas that always run"""
    max: Positive = 2
    """most replicas"""
    cpus: Positive | None = None
    """cores of each replica; what the code says, when it is left out"""
    gpus: Annotated[float, Ge(0), Le(64)] | None = None
    """accelerators of each replica, 0.5 for half of one; said with `cpus`, as Ray then takes neither from the code"""

    @model_validator(mode="after")
    def _together(self) -> RayApplication:
        if (self.cpus is None) != (self.gpus is None):
            given, missing = ("cpus", "gpus") if self.gpus is None else ("gpus", "cpus")
            raise ValueError(f"`{given}` needs `{missing}` beside it: Ray takes both from here, or both from the code")
        return self


class RayService(ServeEngine):
    """One Ray cluster that serves `applications`; workers scale between `min_workers` and `max_workers`."""

    kind: Literal["rayservice"] = "rayservice"
    needs_model: ClassVar[bool] = False
    honours: ClassVar[frozenset[str]] = frozenset({"env", "public"})
    image: ImageName
    """name of the image; the release pins its digest"""
    version: str = Field(default="2.56.0", pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$")
    """Ray's version in the image"""
    applications: Annotated[Sequence[RayApplication], AfterValidator(tuple)] = Field(min_length=1)
    """the models that the cluster serves"""
    min_workers: Positive = 2
    """workers that always run"""
    max_workers: Positive = 4
    """most workers"""
    worker: Resources = Resources(cpu="8", memory="32Gi")
    """CPU and memory of each worker"""
    head: Resources = Resources(cpu="4", memory="16Gi")
    """CPU and memory of the head"""
    accelerator: AcceleratorRequest | None = None
    """accelerators of each worker"""

    def resources(self, context: Context[Serve]) -> Iterable[Resource]:
        """The RayService, its account, its network policy, the budget of its workers and its routes where there is a gateway."""
        name = context.metadata(context.name)
        yield context.made(service_account(name))
        yield context.made(self._service(context), ("spec.rayClusterConfig.workerGroupSpecs", f"{context.key}.engine"))
        if self.min_workers > 1:
            # A number that stays, not one that goes: Kubernetes cannot ask a RayCluster how many pods it should have, and where it
            # cannot, it lets no pod go at all. A single pod (the head, the only worker) has none, since a drain would wait for ever.
            yield context.made(budget(name, {**context.selector, NODE: "ray-worker"}, available=self.min_workers - 1))
        yield context.made(self._network(context))
        if context.gateway:
            yield from self._routes(context, context.gateway)

    def runtime(self, stage: Serve, facts: Facts) -> Runtime:
        """Ray Serve's own metrics."""
        return facts.runtimes["ray"]

    def least(self, stage: Serve) -> int:
        """Workers that always run."""
        return self.min_workers

    @property
    def _workers(self) -> tuple[int, int]:
        return self.min_workers, self.max_workers

    def _service(self, context: Context[Serve]) -> RayServiceObject:
        env = {
            "CNAI_APP": context.blueprint.name,
            "CNAI_ENVIRONMENT": context.target.env,
            "CNAI_CLUSTER": context.target.cluster,
            **context.mounted_variables,
            **context.stage.env,
        }
        cluster = ray_cluster(
            version=self.version,
            image=context.image(self.image),
            env=env_list(env),
            labels=context.labels,
            account=context.name,
            head=(self.head.cpu, self.head.memory),
            worker=(self.worker.cpu, self.worker.memory),
            workers=self._workers,
            held=context.held(self.accelerator),
            priority="serving",
            data=context.data,
        )
        return {
            "apiVersion": "ray.io/v1",
            "kind": "RayService",
            "metadata": context.metadata(context.name),
            "spec": {
                "serveConfigV2": emit_one({"applications": [_application(application) for application in self.applications]}),
                # the old cluster serves until the new one is healthy, so a rollout holds twice the workers
                "upgradeStrategy": {"type": "NewCluster"},
                "excludeHeadPodFromServeSvc": True,
                "rayClusterConfig": cluster,
            },
        }

    def _routes(self, context: Context[Serve], gateway: Gateway) -> Iterator[Resource]:
        """One route, or several of the same host where one cannot hold every application."""
        for i in range(0, len(self.applications), ROUTE_MATCHES):
            yield context.made(
                route(
                    context.metadata(f"{context.name}-{i // ROUTE_MATCHES + 1}" if i else context.name),
                    gateway=(gateway.name, gateway.namespace),
                    host=f"{context.name}.{gateway.domain}",
                    paths=[f"/{application.name}/" for application in self.applications[i : i + ROUTE_MATCHES]],
                    backends=[(f"{context.name}-serve-svc", SERVE_PORT, None)],
                )
            )

    def _network(self, context: Context[Serve]) -> NetworkPolicy:
        endpoints = context.target.environment.endpoints
        ingress = [(endpoints.monitoring_namespace, 8080)]
        # KubeRay gives the head its applications and asks its proxy for its health: without an answer the service is never ready
        ingress += [(endpoints.ray_operator_namespace, port) for port in (DASHBOARD_PORT, SERVE_PORT)]
        if context.gateway:
            ingress.insert(0, (context.gateway.proxy_namespace, SERVE_PORT))
        place = context.target.place
        cidrs = [*(place.api_cidrs if autoscaled(self._workers) else ()), *place.cidrs]
        metadata = context.metadata(context.name)
        return network_policy(metadata, context.selector, dns=context.dns, ingress=ingress, inside=True, cidrs=cidrs)


def _application(application: RayApplication) -> dict[str, Any]:
    """One application of Ray Serve's own configuration file."""
    scaling = {"min_replicas": application.min, "max_replicas": application.max}
    deployment: dict[str, Any] = {"name": application.name, "autoscaling_config": scaling}
    if application.cpus is not None and application.gpus is not None:
        # these options replace those of the code as a whole: what is not said here would be 0
        deployment["ray_actor_options"] = {"num_cpus": application.cpus, "num_gpus": _number(application.gpus)}
    return {
        "name": application.name,
        "import_path": application.import_path,
        "route_prefix": f"/{application.name}",
        "deployments": [deployment],
    }


def _number(value: float) -> int | float:
    return int(value) if value == int(value) else value


EXAMPLE = """
example:
  serve:
    name: models
    engine: {kind: rayservice, image: models, applications: [{name: eta, import_path: "models.eta:app"}]}
other:
  RayService:
    image: other
    version: 2.50.0
    applications: [{name: route, import_path: "models.route:app"}]
    min_workers: 3
    max_workers: 9
    worker: {cpu: "3", memory: 1Gi}
    head: {cpu: "3", memory: 1Gi}
    accelerator: {type: l4}
  RayApplication: {name: other, import_path: "models.other:app", min: 0, max: 7, cpus: 3, gpus: 0.5}
"""
