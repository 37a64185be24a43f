"""KServe: a model behind an InferenceService in Standard mode, scaled by an engine of ours.

Must not: know other engines by name. Standard mode is written literally: the webhook would rewrite older words, and
Argo CD would show that as drift.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from cnai_gitops.contract.context import Context
from cnai_gitops.contract.roles import Scaler, ServeEngine
from cnai_gitops.facts.runtimes import Runtime
from cnai_gitops.parts.env import env_list
from cnai_gitops.parts.network import network_policy
from cnai_gitops.parts.pods import container_security, placement, pod_security, requirements
from cnai_gitops.parts.rbac import service_account
from cnai_gitops.plan.target import ZERO
from cnai_gitops.resources.base import Resource
from cnai_gitops.spec.base import seconds
from cnai_gitops.spec.environment import Gateway

CANARY_IN_SPEC = "0.21"
"""First KServe whose spec.canary[] also splits traffic; 0.20 makes the Deployments and sends them nothing (kserve#5672, #5912)."""


class KServe(ServeEngine):
    """One InferenceService; while a canary is on, a second one with its share of requests at the gateway."""

    kind: Literal["kserve"] = "kserve"

    def resources(self, context: Context) -> Iterable[Resource]:
        """InferenceServices, their scalers, budget, network policy, account, and their route where there is a gateway."""
        scaler: Scaler = context.stage.scaling
        yield _made(context, service_account(context.metadata(context.name)))
        yield self._service(context, context.name, context.resolved.pins.model or ZERO, scaler.min, scaler.max)
        yield scaler.scaler(context, f"{context.name}-predictor", low=scaler.min, high=scaler.max)
        for name, digest, share, _ in beside(context):
            low, high = part_of(scaler.min, scaler.max, share)
            yield self._service(context, name, digest, low, high, "canary.model" if name.endswith("-canary") else "previous")
            yield scaler.scaler(context, f"{name}-predictor", low=low, high=high)
        for name in self.workloads(context):
            yield _made(context, self._budget(context, name))
        yield _made(context, self._network(context))
        if context.gateway:
            yield _made(context, self._route(context, context.gateway))

    def pods(self, context: Context) -> Mapping[str, str]:
        """KServe copies an InferenceService's labels to its pods, so ours select stable and canary together."""
        return {"app.kubernetes.io/component": context.key.replace(".", "-"), "app.kubernetes.io/name": context.blueprint.name}

    def selects(self, workload: str) -> Mapping[str, str]:
        """KServe's own label names the InferenceService."""
        return {"serving.kserve.io/inferenceservice": workload}

    def workloads(self, context: Context) -> Iterable[str]:
        """The stable service, and the canary and the previous model while there are such."""
        return (context.name, *(name for name, *_ in beside(context)))

    def _service(self, context: Context, name: str, digest: str, low: int, high: int, pin: str = "model") -> Resource:
        metadata = context.metadata(name, **{"networking.kserve.io/visibility": "cluster-local"})
        metadata["annotations"] = {"serving.kserve.io/deploymentMode": "Standard", "serving.kserve.io/autoscalerClass": "external"}
        body = {
            "apiVersion": "serving.kserve.io/v1beta1",
            "kind": "InferenceService",
            "metadata": metadata,
            "spec": {"predictor": self._predictor(context, name, digest, low, high)},
        }
        stage = context.key
        trace = (
            ("spec.predictor.minReplicas", f"{stage}.scaling.min"),
            ("spec.predictor.maxReplicas", f"{stage}.scaling.max"),
            ("spec.predictor.model.resources", f"{stage}.resources"),
            ("spec.predictor.model.storageUri", f"{stage}.{pin}"),
            ("spec.predictor.model.image", f"{stage}.runtime"),
        )
        return Resource(body, stage, trace)

    def _predictor(self, context: Context, name: str, digest: str, low: int, high: int) -> dict[str, Any]:
        stage = context.stage
        facts = context.accelerator(stage.accelerator) if stage.accelerator else None
        return {
            "minReplicas": low,
            "maxReplicas": high,
            "timeout": seconds(stage.timeout),
            "deploymentStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
            "serviceAccountName": context.name,
            "automountServiceAccountToken": False,
            "priorityClassName": "serving",
            "terminationGracePeriodSeconds": seconds(stage.grace),
            "securityContext": pod_security(),
            **placement(facts),
            "topologySpreadConstraints": [
                {
                    "maxSkew": 1,
                    "topologyKey": "topology.kubernetes.io/zone",
                    "whenUnsatisfiable": "ScheduleAnyway",
                    "labelSelector": {"matchLabels": {"serving.kserve.io/inferenceservice": name}},
                }
            ],
            **_logger(context),
            "model": self._model(context, digest),
            "volumes": [
                {"name": "tmp", "emptyDir": {"sizeLimit": "4Gi"}},
                {"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": "2Gi"}},
            ],
        }

    def _model(self, context: Context, digest: str) -> dict[str, Any]:
        stage = context.stage
        runtime = context.facts.runtimes[stage.runtime]
        facts = context.accelerator(stage.accelerator) if stage.accelerator else None
        held = (facts.resource, stage.accelerator.per_node) if facts else None
        env = {
            "CNAI_APP": context.blueprint.name,
            "CNAI_ENVIRONMENT": context.target.env,
            "CNAI_CLUSTER": context.target.cluster,
            **stage.env,
        }
        return {
            "modelFormat": {"name": runtime.format},
            "runtime": runtime.runtime,
            "protocolVersion": runtime.protocol,
            "storageUri": f"oci://{context.model_image(stage.model)}@{digest}",
            "image": context.platform_image(runtime.image),
            "args": [*runtime.arguments(stage.port, stage.model), *stage.args],
            "env": env_list(env),
            "ports": _ports(stage.port, runtime),
            "resources": requirements(stage.resources.cpu, stage.resources.memory, held),
            **_probes(stage, runtime),
            "securityContext": container_security(),
            "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}, {"name": "shm", "mountPath": "/dev/shm"}],
        }

    def _budget(self, context: Context, name: str) -> dict[str, Any]:
        """One budget a service: a shared one would let a drain take all pods of the stable service."""
        return {
            "apiVersion": "policy/v1",
            "kind": "PodDisruptionBudget",
            "metadata": context.metadata(name),
            "spec": {
                "maxUnavailable": 1,
                "selector": {"matchLabels": {**self.pods(context), **self.selects(name)}},
                "unhealthyPodEvictionPolicy": "AlwaysAllow",
            },
        }

    def _network(self, context: Context) -> dict[str, Any]:
        endpoints = context.target.environment.endpoints
        runtime = context.facts.runtimes[context.stage.runtime]
        ingress = [(endpoints.monitoring_namespace, runtime.metrics_port or context.stage.port)]
        if context.gateway:
            ingress.insert(0, (context.gateway.namespace, context.stage.port))
        cidrs = context.target.place.cidrs
        return network_policy(context.metadata(context.name), self.pods(context), ingress=ingress, inside=True, cidrs=cidrs)

    def _route(self, context: Context, gateway: Gateway) -> dict[str, Any]:
        others = [(name, weight) for name, _, _, weight in beside(context)]
        weights = [(context.name, 100 - sum(weight for _, weight in others)), *others]
        backends = [{"name": f"{name}-predictor", "port": 80, "weight": weight} for name, weight in weights]
        return {
            "apiVersion": "gateway.networking.k8s.io/v1",
            "kind": "HTTPRoute",
            "metadata": context.metadata(context.name),
            "spec": {
                "parentRefs": [{"name": gateway.name, "namespace": gateway.namespace}],
                "hostnames": [f"{context.name}.{gateway.domain}"],
                # only the model's own paths: a runtime's management endpoints stay inside
                "rules": [{"matches": _paths(context), "backendRefs": backends, "timeouts": {"request": context.stage.timeout}}],
            },
        }


def beside(context: Context) -> list[tuple[str, str, int, int]]:
    """Services beside the stable one: (name, model digest, share of its replicas in percent, share of requests in percent)."""
    pins = context.resolved.pins
    found = []
    if pins.canary:
        found.append((f"{context.name}-canary", pins.canary.model, pins.canary.weight, 0 if pins.rollback else pins.canary.weight))
    if pins.previous:
        # as large as the stable one from its first replica on: after a rollback there is no time to scale out
        found.append((f"{context.name}-previous", pins.previous, 100, 100 if pins.rollback else 0))
    return found


def part_of(low: int, high: int, share: int) -> tuple[int, int]:
    """Least and most replicas of a service that takes `share` percent: rounded up, at least one."""
    return max(1, -(-low * share // 100)), max(1, -(-high * share // 100))


def _logger(context: Context) -> dict[str, Any]:
    """Requests go to the collector where drift is watched; it stores them for the drift workflow."""
    url = context.target.environment.endpoints.request_log
    watched = any(
        observe.drift and (not observe.serves or context.stage.name in observe.serves) for _, observe in context.blueprint.stages("observe")
    )
    return {"logger": {"mode": "request", "url": url}} if url and watched else {}


def _paths(context: Context) -> list[dict[str, Any]]:
    runtime = context.facts.runtimes[context.stage.runtime]
    prefixes = [path.replace("MODEL", str(context.stage.model)) for path in runtime.paths]
    return [{"path": {"type": "PathPrefix", "value": prefix}} for prefix in prefixes]


def _made(context: Context, body: dict[str, Any]) -> Resource:
    return Resource(body, context.key)


def _ports(port: int, runtime: Runtime) -> list[dict[str, Any]]:
    ports = [{"name": "http1", "containerPort": port, "protocol": "TCP"}]
    if runtime.metrics_port:
        ports.append({"name": "metrics", "containerPort": runtime.metrics_port, "protocol": "TCP"})
    return ports


def _probes(stage: Any, runtime: Runtime) -> dict[str, Any]:
    def probe(path: str, period: int, failures: int) -> dict[str, Any]:
        return {"httpGet": {"path": path, "port": stage.port}, "periodSeconds": period, "timeoutSeconds": 5, "failureThreshold": failures}

    # the startup probe covers loading; liveness must never kill a server that is still reading weights
    return {
        "startupProbe": probe(runtime.ready, 10, max(3, seconds(stage.startup) // 10)),
        "readinessProbe": probe(runtime.ready, 10, 3),
        "livenessProbe": probe(runtime.live, 20, 3),
    }
