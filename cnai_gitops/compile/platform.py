"""The platform's own objects of a cluster: namespaces, quotas, queues, default deny, secrets, priorities.

Must not: know an application. One owner a cluster (`_platform`); applications wait for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cnai_gitops.compile.retrain import BUS_PODS, SECRET
from cnai_gitops.parts.network import network_policy
from cnai_gitops.parts.pods import container_security, pod_security, requirements
from cnai_gitops.plan.build import Plan
from cnai_gitops.plan.target import Target
from cnai_gitops.resources.base import Body, Resource
from cnai_gitops.spec.environment import TeamShare

PRIORITIES = (("serving", 1_000_000, "PreemptLowerPriority"), ("training", 1_000, "PreemptLowerPriority"), ("opportunistic", -100, "Never"))
"""(name, value, preemption) of priority classes: serving wins, opportunistic work uses what is left and never preempts."""

COVERED = ("cpu", "memory")


def compile_platform(plan: Plan, target: Target) -> Iterator[Resource]:
    """All objects of the platform on one cluster."""
    teams = teams_on(plan, target)
    for name, value, preemption in PRIORITIES:
        yield _made(_priority(name, value, preemption))
        yield _made(_workload_priority(name, value))
    for name in target.place.accelerators:
        yield _made(_flavor(plan, name))
    yield _made({"apiVersion": "kueue.x-k8s.io/v1beta2", "kind": "ResourceFlavor", "metadata": _meta("default"), "spec": {}})
    yield _made({"apiVersion": "kueue.x-k8s.io/v1beta2", "kind": "Cohort", "metadata": _meta(f"org-{target.env}"), "spec": {}})
    for team, share in teams.items():
        yield from (_made(body) for body in _team(plan, target, team, share))


def teams_on(plan: Plan, target: Target) -> Mapping[str, TeamShare]:
    """Teams that run something on this cluster; the others get no namespace, queue or secret there."""
    running = {entry.value.team for name, entry in plan.project.apps.items() if plan.runs_on(name, target)}
    return {team: share for team, share in sorted(target.environment.teams.items()) if team in running}


def _made(body: Body) -> Resource:
    return Resource(body)


def _meta(name: str, namespace: str = "", **labels: str) -> dict[str, Any]:
    place = {"namespace": namespace} if namespace else {}
    return {
        "name": name,
        **place,
        "labels": {"app.kubernetes.io/managed-by": "cnai-gitops", "app.kubernetes.io/part-of": "platform", **labels},
    }


def _priority(name: str, value: int, preemption: str) -> Body:
    return {
        "apiVersion": "scheduling.k8s.io/v1",
        "kind": "PriorityClass",
        "metadata": _meta(name),
        "value": value,
        "globalDefault": False,
        "preemptionPolicy": preemption,
    }


def _workload_priority(name: str, value: int) -> Body:
    return {"apiVersion": "kueue.x-k8s.io/v1beta2", "kind": "WorkloadPriorityClass", "metadata": _meta(name), "value": value}


def _flavor(plan: Plan, accelerator: str) -> Body:
    facts = plan.project.facts.accelerators[accelerator]
    spec = {"nodeLabels": dict(facts.selector), "tolerations": [dict(t) for t in facts.tolerations]}
    return {"apiVersion": "kueue.x-k8s.io/v1beta2", "kind": "ResourceFlavor", "metadata": _meta(accelerator), "spec": spec}


def _team(plan: Plan, target: Target, team: str, share: TeamShare) -> Iterator[Body]:
    namespace = target.namespace(team)
    own = {"cnai.dev/team": team, "cnai.dev/environment": target.env}
    level = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "audit", "warn")}
    yield {"apiVersion": "v1", "kind": "Namespace", "metadata": _meta(namespace, **own, **level, **{"kueue.x-k8s.io/managed": "true"})}
    yield _limits(namespace, own)
    yield _default_deny(namespace, own)
    yield _artifacts(target, namespace, own)
    yield _cluster_queue(plan, target, team, share, own)
    queue = {"clusterQueue": namespace}
    yield {"apiVersion": "kueue.x-k8s.io/v1beta2", "kind": "LocalQueue", "metadata": _meta(team, namespace, **own), "spec": queue}
    if retrains(plan, target, team):
        yield from _event_bus(namespace, own)
    for name in secrets_of(plan, target, team):
        yield _external_secret(target, name, namespace, own)


def _limits(namespace: str, own: Mapping[str, str]) -> Body:
    limit = {"type": "Container", "default": {"memory": "1Gi"}, "defaultRequest": {"cpu": "100m", "memory": "256Mi"}}
    return {"apiVersion": "v1", "kind": "LimitRange", "metadata": _meta("defaults", namespace, **own), "spec": {"limits": [limit]}}


def _default_deny(namespace: str, own: Mapping[str, str]) -> Body:
    spec = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    metadata = _meta("default-deny", namespace, **own)
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata, "spec": spec}


def _artifacts(target: Target, namespace: str, own: Mapping[str, str]) -> Body:
    """The artifact repository of Argo Workflows; credentials are those of the pod's own identity."""
    store = target.artifacts
    lines = [
        "s3:",
        f"  bucket: {store.bucket}",
        f"  endpoint: {store.endpoint}",
        f"  region: {store.region}",
        "  useSDKCreds: true",
        "  encryptionOptions:",
        "    enableEncryption: true",
        *([f"    kmsKeyId: {store.kms_key}"] if store.kms_key else []),
    ]
    metadata = _meta("artifacts", namespace, **own)
    metadata["annotations"] = {"workflows.argoproj.io/default-artifact-repository": "default"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"default": "\n".join(lines) + "\n"}}


def _cluster_queue(plan: Plan, target: Target, team: str, share: TeamShare, own: Mapping[str, str]) -> Body:
    """A team's queue: CPU and memory of the default flavor, and one flavor for each accelerator class it has a share of."""
    place = target.place
    groups: list[dict[str, Any]] = [
        {
            "coveredResources": list(COVERED),
            "flavors": [
                {
                    "name": "default",
                    "resources": [{"name": "cpu", "nominalQuota": str(share.cpu)}, {"name": "memory", "nominalQuota": share.memory}],
                }
            ],
        }
    ]
    by_resource: dict[str, list[dict[str, Any]]] = {}
    for name in place.accelerators:
        resource = plan.project.facts.accelerators[name].resource
        quota = min(share.quota.get(name, 0), place.accelerators[name].count)
        flavor = {"name": name, "resources": [{"name": resource, "nominalQuota": str(quota), "borrowingLimit": "0"}]}
        by_resource.setdefault(resource, []).append(flavor)
    groups += [{"coveredResources": [resource], "flavors": flavors} for resource, flavors in sorted(by_resource.items())]
    spec = {
        "cohortName": f"org-{target.env}",
        "namespaceSelector": {"matchLabels": {"cnai.dev/team": team, "cnai.dev/environment": target.env}},
        "queueingStrategy": "BestEffortFIFO",
        "preemption": {"reclaimWithinCohort": "Any", "withinClusterQueue": "LowerPriority"},
        "resourceGroups": groups,
    }
    return {"apiVersion": "kueue.x-k8s.io/v1beta2", "kind": "ClusterQueue", "metadata": _meta(target.namespace(team), **own), "spec": spec}


def retrains(plan: Plan, target: Target, team: str) -> bool:
    """True when an application of the team starts a retraining by event in this environment."""
    apps = (entry.value for name, entry in plan.project.apps.items() if entry.value.team == team and plan.runs_on(name, target))
    return any(o.drift and o.drift.then == "retrain" for app in apps for _, o in app.stages("observe"))


def _event_bus(namespace: str, own: Mapping[str, str]) -> Iterator[Body]:
    """The namespace's event bus, three servers, and who may talk to it."""
    bus = {
        "jetstream": {
            "version": "2.10.10",
            "replicas": 3,
            "metadata": {"labels": dict(own)},
            "securityContext": pod_security(),
            "containerTemplate": {"resources": requirements("100m", "256Mi"), "securityContext": container_security()},
            "metricsContainerTemplate": {"resources": requirements("50m", "64Mi"), "securityContext": container_security()},
            "reloaderContainerTemplate": {"resources": requirements("50m", "64Mi"), "securityContext": container_security()},
        }
    }
    yield {"apiVersion": "argoproj.io/v1alpha1", "kind": "EventBus", "metadata": _meta("default", namespace, **own), "spec": bus}
    body = network_policy(_meta("event-bus", namespace, **own), BUS_PODS, inside=True)
    body["spec"]["ingress"].append({"from": [{"podSelector": {}}], "ports": [{"protocol": "TCP", "port": 4222}]})
    yield body


def secrets_of(plan: Plan, target: Target, team: str) -> list[str]:
    """Secrets of the environment that a team's applications need: those of the datasets they touch, and the retrain token."""
    names: set[str] = set()
    for name, entry in plan.project.apps.items():
        app = entry.value
        if app.team != team or not plan.runs_on(name, target):
            continue
        for use in plan.uses(app):
            place = plan.dataset_place(use.dataset, target)
            if place and place.secret:
                names.add(place.secret)
    if retrains(plan, target, team):
        names.add(SECRET)
    return sorted(names & target.environment.secrets.keys())


def _external_secret(target: Target, name: str, namespace: str, own: Mapping[str, str]) -> Body:
    place = target.environment.secrets[name]
    remote = {"key": place.remote, **({"property": place.property} if place.property else {})}
    spec = {
        "refreshInterval": place.refresh,
        "secretStoreRef": {"kind": "ClusterSecretStore", "name": place.store or target.environment.secret_store},
        "target": {"name": name, "creationPolicy": "Owner", "deletionPolicy": "Retain"},
        "data": [{"secretKey": "value", "remoteRef": remote}],
    }
    return {"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "metadata": _meta(name, namespace, **own), "spec": spec}
