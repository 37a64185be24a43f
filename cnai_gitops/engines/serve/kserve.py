"""KServe: a model behind an InferenceService in Standard mode, scaled by triggers of ours.

Must not: know other engines by name. Standard mode is written literally: the webhook would rewrite older words, and
Argo CD would show that as drift.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from cnai_gitops.contract.context import Context
from cnai_gitops.contract.roles import Load, ServeEngine, Trigger, beside
from cnai_gitops.facts.known import Facts
from cnai_gitops.facts.runtimes import Runtime
from cnai_gitops.parts.autoscaling import scaled_object
from cnai_gitops.parts.env import env_list
from cnai_gitops.parts.network import namespace_of, network_policy
from cnai_gitops.parts.pods import container_security, mounts, placement, pod_security, requirements, scratch
from cnai_gitops.parts.rbac import service_account
from cnai_gitops.parts.service import budget, route
from cnai_gitops.parts.serving import runtime_name
from cnai_gitops.resources.base import Resource
from cnai_gitops.spec.base import seconds
from cnai_gitops.spec.engine import Contradiction
from cnai_gitops.spec.environment import Gateway
from cnai_gitops.spec.serve import Serve

if TYPE_CHECKING:
    from cnai_gitops.resources.core.container import ContainerPort, Probe
    from cnai_gitops.resources.kserve.model import InferenceService, PredictorModel, SpecPredictor
    from cnai_gitops.resources.kubernetes import NetworkPolicy


LOGGER_PORT = 9081
"""Where the Service leads once requests are logged: KServe's agent answers there, before the server."""

DRAIN = 5
"""Seconds in which a pod that is to stop still gets requests, until every proxy has heard of it."""

PROGRESS_DEADLINE = 600
"""Seconds after which KServe 0.20 takes a rollout without progress for failed; no field of an InferenceService changes it."""

PLACING = 60
"""Seconds of it that go by before a container starts: a pod is placed and its images are pulled."""

LEAST_GRACE = 30
"""Kubernetes' own default."""


class KServe(ServeEngine):
    """One InferenceService; while a new model is tried, a second one with its share of requests at the gateway."""

    kind: Literal["kserve"] = "kserve"
    # A model is an image that is mounted: `storageUris` know it from KServe 0.20 on, and an older containerd ignores the
    # folder in it that KServe asks for, so that the server finds no model and nobody is told.
    needs: ClassVar[Mapping[str, str]] = {"kserve": "0.20", "kubernetes": "1.33", "containerd": "2.2"}
    honours: ClassVar[frozenset[str]] = frozenset(
        {"model", "runtime", "resources", "scaling", "rollout", "port", "args", "env", "startup", "timeout", "grace", "public"}
    )

    def honoured(self, holder: Serve, facts: Facts) -> frozenset[str]:
        """Beside its own, what the runtime of the stage can use; anything with one that nobody knows."""
        runtime = facts.runtimes.get(holder.runtime)
        return super().honoured(holder, facts) | frozenset(runtime.honours if runtime else type(holder).model_fields)

    def platform_images(self, holder: Serve, facts: Facts) -> Sequence[str]:
        """The image of the runtime; none with one that nobody knows."""
        runtime = facts.runtimes.get(holder.runtime)
        return (runtime.image,) if runtime else ()

    def platform_runtimes(self, holder: Serve, facts: Facts) -> Sequence[str]:
        """The runtime of the stage."""
        return (holder.runtime,) if holder.runtime in facts.runtimes else ()

    def contradictions(self, holder: Serve) -> Iterator[Contradiction]:
        """Times that cannot hold together in a pod, or in the rollout that KServe makes of it."""
        least = seconds(holder.timeout) + DRAIN
        if holder.grace is not None and seconds(holder.grace) < least:
            yield Contradiction(
                "CNAI610",
                "grace",
                f"{holder.grace} is shorter than a request of {holder.timeout} and the {DRAIN}s in which requests still arrive",
                f"{least}s or more, or leave it out: then it follows from `timeout`",
            )
        if seconds(holder.startup) + PLACING > PROGRESS_DEADLINE:
            yield Contradiction(
                "CNAI611",
                "startup",
                f"{holder.startup}, and {PLACING}s to place the pod, are longer than the {PROGRESS_DEADLINE}s that KServe gives a rollout",
                f"{PROGRESS_DEADLINE - PLACING}s at most",
            )

    def resources(self, context: Context[Serve]) -> Iterable[Resource]:
        """InferenceServices, their scalers, budgets, network policy, account, and their route where there is a gateway."""
        scaling = context.stage.replicas
        yield context.made(service_account(context.metadata(context.name)))
        yield self._service(context, Load(context.name), context.model, "model", scaling.min, scaling.max)
        yield self._scaler(context, Load(context.name), scaling.min, scaling.max)
        for other in beside(context):
            load = Load(other.name, other.replicas)
            low, high = load.part_of(scaling.min), load.part_of(scaling.max)
            yield self._service(context, load, other.digest, other.pin, low, high)
            yield self._scaler(context, load, low, high)
        for name in self.workloads(context):
            # one budget a service: a shared one would let a drain take all pods of the stable service
            yield context.made(budget(context.metadata(name), {**context.selector, **self.selects(name)}, unavailable=1))
        yield context.made(self._network(context))
        if context.gateway:
            yield self._route(context, context.gateway)

    def selects(self, workload: str) -> Mapping[str, str]:
        """KServe's own label names the InferenceService."""
        return {"serving.kserve.io/inferenceservice": workload}

    def workloads(self, context: Context[Serve]) -> Iterable[str]:
        """The stable service, and the canary and the previous model while there are such."""
        return (context.name, *(other.name for other in beside(context)))

    def _service(self, context: Context[Serve], load: Load, digest: str, pin: str, low: int, high: int) -> Resource:
        metadata = context.metadata(load.service, **{"networking.kserve.io/visibility": "cluster-local"})
        metadata["annotations"] = {"serving.kserve.io/deploymentMode": "Standard", "serving.kserve.io/autoscalerClass": "external"}
        body: InferenceService = {
            "apiVersion": "serving.kserve.io/v1beta1",
            "kind": "InferenceService",
            "metadata": metadata,
            "spec": {"predictor": _predictor(context, load.service, digest, low, high)},
        }
        stage = context.key
        return context.made(
            body,
            ("spec.predictor.minReplicas", f"{stage}.scaling.min"),
            ("spec.predictor.maxReplicas", f"{stage}.scaling.max"),
            ("spec.predictor.model.resources", f"{stage}.resources"),
            ("spec.predictor.model.runtime", f"{stage}.runtime"),
            ("spec.predictor.storageUris", f"{stage}.{pin}"),
            ("spec.predictor.terminationGracePeriodSeconds", f"{stage}.grace"),
            ("spec.predictor.timeout", f"{stage}.timeout"),
        )

    def _scaler(self, context: Context[Serve], load: Load, low: int, high: int) -> Resource:
        scaling = context.stage.replicas
        triggers = [trigger for trigger in scaling.triggers if isinstance(trigger, Trigger)]
        fallback = max(low, 1) if scaling.fallback is None else load.part_of(scaling.fallback)
        readable = any("fallback" in trigger.honours for trigger in triggers)
        body = scaled_object(
            context.metadata(load.service),
            f"{load.service}-predictor",
            low=low,
            high=high,
            cooldown=seconds(scaling.cooldown),
            fallback=fallback if readable else None,
            triggers=[trigger.trigger(context, load) for trigger in triggers],
        )
        words = f"{context.key}.scaling"
        return context.made(
            body,
            ("spec.maxReplicaCount", f"{words}.max"),
            ("spec.minReplicaCount", f"{words}.min"),
            ("spec.triggers", f"{words}.triggers"),
        )

    def _network(self, context: Context[Serve]) -> NetworkPolicy:
        ingress = [
            (
                context.target.environment.endpoints.monitoring_namespace,
                self.runtime(context.stage, context.facts).metrics_port or context.stage.port,
            )
        ]
        sink = _sink(context)
        if context.gateway:
            # a logged request is for the agent; the server's own port too, since both stand side by side in a rollout
            ports = (context.stage.port, LOGGER_PORT) if sink else (context.stage.port,)
            ingress = [*((context.gateway.proxy_namespace, port) for port in ports), *ingress]
        return network_policy(
            context.metadata(context.name),
            context.selector,
            dns=context.dns,
            ingress=ingress,
            inside=True,
            cidrs=context.target.place.cidrs,
            namespaces=[space for space in [namespace_of(sink)] if space],
        )

    def _route(self, context: Context[Serve], gateway: Gateway) -> Resource:
        others = beside(context)
        weights = [(context.name, 100 - sum(other.requests for other in others)), *((other.name, other.requests) for other in others)]
        return context.made(
            route(
                context.metadata(context.name),
                gateway=(gateway.name, gateway.namespace),
                host=f"{context.name}.{gateway.domain}",
                # only the model's own paths: a runtime's management endpoints stay inside
                paths=self.runtime(context.stage, context.facts).public_paths(str(context.stage.model)),
                backends=[(f"{name}-predictor", 80, weight) for name, weight in weights],
                timeout=context.stage.timeout,
            )
        )


def _predictor(context: Context[Serve], name: str, digest: str, low: int, high: int) -> SpecPredictor:
    stage = context.stage
    predictor: SpecPredictor = {
        "minReplicas": low,
        "maxReplicas": high,
        "timeout": seconds(stage.timeout),
        "deploymentStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
        "serviceAccountName": context.name,
        "automountServiceAccountToken": False,
        "priorityClassName": "serving",
        "terminationGracePeriodSeconds": seconds(stage.grace) if stage.grace else max(LEAST_GRACE, seconds(stage.timeout) + DRAIN),
        "securityContext": pod_security(),
    }
    predictor.update(placement(context.held(stage.accelerator)))  # type: ignore[typeddict-item]  # its pod fields are the predictor's own
    predictor["topologySpreadConstraints"] = [
        {
            "maxSkew": 1,
            "topologyKey": "topology.kubernetes.io/zone",
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {"matchLabels": {"serving.kserve.io/inferenceservice": name}},
        }
    ]
    sink = _sink(context)
    if sink:
        predictor["logger"] = {"mode": "request", "url": sink}
    predictor["model"] = _model(context)
    # mounted as an image by the kubelet: neither a container nor a copy of the model is needed in the pod
    uri = f"oci+native://{context.model_image(str(stage.model))}@{digest}"
    predictor["storageUris"] = [{"uri": uri, "mountPath": "/mnt/models"}]
    predictor["volumes"] = [*scratch("4Gi", shm="2Gi"), *context.data.volumes]
    return predictor


def _model(context: Context[Serve]) -> PredictorModel:
    stage = context.stage
    runtime = context.facts.runtimes[stage.runtime]
    env = {
        "CNAI_APP": context.blueprint.name,
        "CNAI_ENVIRONMENT": context.target.env,
        "CNAI_CLUSTER": context.target.cluster,
        **context.mounted_variables,
        **stage.env,
    }
    model = str(stage.model)
    startup, readiness, liveness = _probes(stage, runtime)
    return {
        "modelFormat": {"name": runtime.format},
        "runtime": runtime_name(stage.runtime, runtime, context.platform_image(runtime.image)),
        "protocolVersion": runtime.protocol,
        "args": [*runtime.arguments(stage.port, model), *stage.args],
        "env": env_list(env),
        "ports": _ports(stage.port, runtime),
        "resources": requirements(stage.resources.cpu, stage.resources.memory, context.held(stage.accelerator)),
        "startupProbe": startup,
        "readinessProbe": readiness,
        "livenessProbe": liveness,
        "lifecycle": {"preStop": {"sleep": {"seconds": DRAIN}}},
        "securityContext": container_security(),
        "volumeMounts": [*mounts("tmp", "shm"), *context.data.mounts],
    }


def _sink(context: Context[Serve]) -> str:
    """Requests go to the collector where drift is watched; it stores them for the drift workflow."""
    watched = any(
        any(signal.logs_requests for signal in observe.signals) and (not observe.serves or context.stage.name in observe.serves)
        for _, observe in context.blueprint.stages("observe")
    )
    return context.target.environment.endpoints.request_log or "" if watched else ""


def _ports(port: int, runtime: Runtime) -> list[ContainerPort]:
    ports: list[ContainerPort] = [{"name": "http1", "containerPort": port, "protocol": "TCP"}]
    if runtime.metrics_port:
        ports.append({"name": "metrics", "containerPort": runtime.metrics_port, "protocol": "TCP"})
    return ports


def _probes(stage: Serve, runtime: Runtime) -> tuple[Probe, Probe, Probe]:
    """Startup, readiness and liveness."""

    def probe(path: str, period: int, failures: int) -> Probe:
        return {"httpGet": {"path": path, "port": stage.port}, "periodSeconds": period, "timeoutSeconds": 5, "failureThreshold": failures}

    # the startup probe covers loading; liveness must never kill a server that is still reading weights
    ready = runtime.ready_path(str(stage.model))
    return probe(ready, 10, max(3, seconds(stage.startup) // 10)), probe(ready, 10, 3), probe(runtime.live, 20, 3)


EXAMPLE = """
example:
  serve: {name: scorer, model: bought, engine: {kind: kserve}}
"""
