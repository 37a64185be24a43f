"""The platform's own objects of a cluster: namespaces, quotas, queues, default deny, secrets, priorities.

Must not: know more of an application than its Tenant says. One owner a cluster (`_platform`); applications wait for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast

from cnai_gitops.contract.form import form_of
from cnai_gitops.contract.network import dns_of
from cnai_gitops.contract.queue import Devices, Share, platform_metadata, queue_of
from cnai_gitops.parts.network import network_policy
from cnai_gitops.parts.pods import container_security, pod_security, requirements
from cnai_gitops.parts.rbac import service_account
from cnai_gitops.parts.retraining import BUS_PODS, SECRET
from cnai_gitops.parts.service import budget
from cnai_gitops.parts.serving import runtime_name, serving_runtime
from cnai_gitops.plan.build import Plan
from cnai_gitops.plan.target import Target
from cnai_gitops.resources.base import Body, Resource
from cnai_gitops.spec.environment import TeamShare

if TYPE_CHECKING:
    from cnai_gitops.resources.argo_events.sources import EventBus
    from cnai_gitops.resources.external_secrets.model import ExternalSecret
    from cnai_gitops.resources.kserve.model import ServingRuntime
    from cnai_gitops.resources.kubernetes import ConfigMap, LimitRange, Namespace, NetworkPolicy, PriorityClass

Preemption = Literal["PreemptLowerPriority", "Never"]
PRIORITIES: tuple[tuple[str, int, Preemption], ...] = (
    ("serving", 1_000_000, "PreemptLowerPriority"),
    ("training", 1_000, "PreemptLowerPriority"),
    ("opportunistic", 0, "Never"),
)
"""(name, value, preemption) of priority classes: serving wins, opportunistic work uses what is left and never preempts.

No value is below 0: JobSet writes it into a label, which cannot begin with a minus, and then no pod is ever made.
"""


MODES = ("enforce", "audit", "warn")


@dataclass(frozen=True, slots=True)
class Tenant:
    """What one application asks of the platform of a cluster: a place for its team, `secrets` by name, an event bus if it
    `retrains`, and the serving `runtimes` that its services name.
    """

    team: str
    secrets: tuple[str, ...] = ()
    retrains: bool = False
    runtimes: tuple[str, ...] = ()

    def plain(self) -> dict[str, Any]:
        """As plain data."""
        return {"team": self.team, "secrets": self.secrets, "retrains": self.retrains, "runtimes": self.runtimes}


def tenant(plan: Plan, app: str, target: Target) -> Tenant:
    """What an application asks of the platform where it runs: secrets of the datasets that it touches, the retrain token, runtimes."""
    blueprint = plan.project.apps[app].value
    places = (plan.dataset_place(use.dataset, target) for use in plan.uses(blueprint))
    retrains = any(observe.starts for _, observe in blueprint.stages("observe"))
    secrets = {place.secret for place in places if place and place.secret} | ({SECRET} if retrains else set())
    if target.environment.registry_secret and any(True for _ in blueprint.stages("train")):
        secrets.add(target.environment.registry_secret)
    named = {name for one in plan.app(app, target).of("serve") for name in one.stage.engine.platform_runtimes(one.stage, target.facts)}
    return Tenant(blueprint.team, tuple(sorted(secrets & target.environment.secrets.keys())), retrains, tuple(sorted(named)))


def compile_platform(target: Target, tenants: Iterable[Tenant], registry: str) -> Iterator[Resource]:
    """All objects of the platform on one cluster; a team that runs nothing there gets no namespace, queue or secret.

    `registry` holds the platform's own images.
    """
    for name, value, preemption in PRIORITIES:
        yield _made(_priority(name, value, preemption))
    for body in queue_of(target).cluster(target, {name: value for name, value, _ in PRIORITIES}):
        yield _made(body)
    by_team: dict[str, list[Tenant]] = {}
    for one in tenants:
        by_team.setdefault(one.team, []).append(one)
    here = {team: share for team, share in sorted(target.environment.teams.items()) if team in by_team}
    devices = _devices(target, here)
    for team, share in here.items():
        yield from (_made(body) for body in _team(target, team, share, by_team[team], devices[team]))
        yield from (_made(body) for body in _runtimes(target, team, by_team[team], registry))


def _made(body: Mapping[str, Any]) -> Resource:
    return Resource(cast(Body, body))


def _priority(name: str, value: int, preemption: Preemption) -> PriorityClass:
    return {
        "apiVersion": "scheduling.k8s.io/v1",
        "kind": "PriorityClass",
        "metadata": platform_metadata(name),
        "value": value,
        "globalDefault": False,
        "preemptionPolicy": preemption,
    }


def _team(
    target: Target, team: str, share: TeamShare, tenants: Sequence[Tenant], devices: Sequence[Devices]
) -> Iterator[Mapping[str, Any]]:
    namespace, queue = target.namespace(team), queue_of(target)
    own = {"cnai.dev/team": team, "cnai.dev/environment": target.env}
    yield _namespace(namespace, {**own, **{f"pod-security.kubernetes.io/{mode}": "restricted" for mode in MODES}, **queue.namespace_labels})
    yield _limits(namespace, own)
    yield _default_deny(namespace, own)
    yield _artifacts(target, namespace, own)
    yield from queue.team(target, Share(team, namespace, own, share.cpu, share.memory, devices))
    if any(one.retrains for one in tenants):
        yield from _event_bus(target, namespace, own)
    for name in sorted({secret for one in tenants for secret in one.secrets}):
        yield _external_secret(target, name, namespace, own)


def _devices(target: Target, teams: Mapping[str, TeamShare]) -> dict[str, list[Devices]]:
    """What each of these teams has of each pool, in units of what nodes hand out; a quota is in cards, over all clusters."""
    found: dict[str, list[Devices]] = {team: [] for team in teams}
    for name, pool in target.place.accelerators.items():
        card, form = target.facts.accelerators[name], form_of(pool)
        most = {team: min(share.quota.get(name, 0), pool.count) for team, share in teams.items()}
        for team, sure in parted(pool.count, most).items():
            found[team].append(Devices(name, form.resource(card), form.units(card) * sure, form.units(card) * most[team]))
    return found


def parted(amount: int, wanted: Mapping[str, int]) -> dict[str, int]:
    """What each gets of `amount`: what it wants while that is enough for all, else in proportion, the rest to the largest fractions."""
    total = sum(wanted.values())
    if total <= amount:
        return dict(wanted)
    parts = {name: amount * want // total for name, want in wanted.items()}
    by_fraction = sorted(wanted, key=lambda name: (-(amount * wanted[name] % total), name))
    for name in by_fraction[: amount - sum(parts.values())]:
        parts[name] += 1
    return parts


def _runtimes(target: Target, team: str, tenants: Sequence[Tenant], registry: str) -> Iterator[ServingRuntime]:
    """Each runtime that a service of the team names, once."""
    own = {"cnai.dev/team": team, "cnai.dev/environment": target.env}
    for name in sorted({runtime for one in tenants for runtime in one.runtimes}):
        runtime = target.facts.runtimes[name]
        image = f"{registry}/{runtime.image}@{target.environment.images[runtime.image]}"
        metadata = platform_metadata(runtime_name(name, runtime, image), target.namespace(team), **own)
        yield serving_runtime(metadata, runtime, image)


def _namespace(name: str, labels: Mapping[str, str]) -> Namespace:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": platform_metadata(name, **labels)}


def _limits(namespace: str, own: Mapping[str, str]) -> LimitRange:
    return {
        "apiVersion": "v1",
        "kind": "LimitRange",
        "metadata": platform_metadata("defaults", namespace, **own),
        "spec": {
            "limits": [{"type": "Container", "default": {"memory": "1Gi"}, "defaultRequest": {"cpu": "100m", "memory": "256Mi"}}],
        },
    }


def _default_deny(namespace: str, own: Mapping[str, str]) -> NetworkPolicy:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": platform_metadata("default-deny", namespace, **own),
        "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]},
    }


def _artifacts(target: Target, namespace: str, own: Mapping[str, str]) -> ConfigMap:
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
    metadata = platform_metadata("artifacts", namespace, **own)
    metadata["annotations"] = {"workflows.argoproj.io/default-artifact-repository": "default"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"default": "\n".join(lines) + "\n"}}


def _event_bus(target: Target, namespace: str, own: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    """The namespace's event bus, three servers of which one may be missing, their account, and who may talk to them."""
    metadata = platform_metadata("event-bus", namespace, **own)
    yield service_account(metadata)
    bus: EventBus = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "EventBus",
        "metadata": platform_metadata("default", namespace, **own),
        "spec": {
            "jetstream": {
                "version": target.profile.versions["jetstream"],
                "replicas": 3,
                "metadata": {"labels": {**own}},
                "serviceAccountName": metadata["name"],
                "securityContext": pod_security(),
                "containerTemplate": {"resources": requirements("100m", "256Mi"), "securityContext": container_security()},
                "metricsContainerTemplate": {"resources": requirements("50m", "64Mi"), "securityContext": container_security()},
                "reloaderContainerTemplate": {"resources": requirements("50m", "64Mi"), "securityContext": container_security()},
            }
        },
    }
    yield bus
    yield budget(metadata, BUS_PODS, unavailable=1)
    yield network_policy(metadata, BUS_PODS, dns=dns_of(target), inside=True, cidrs=target.place.cidrs, clients=4222)


def _external_secret(target: Target, name: str, namespace: str, own: Mapping[str, str]) -> ExternalSecret:
    place = target.environment.secrets[name]
    secret: ExternalSecret = {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ExternalSecret",
        "metadata": platform_metadata(name, namespace, **own),
        "spec": {
            "refreshInterval": place.refresh,
            "secretStoreRef": {"kind": "ClusterSecretStore", "name": place.store or target.environment.secret_store},
            "target": {"name": name, "creationPolicy": "Owner", "deletionPolicy": "Retain"},
            "data": [{"secretKey": "value", "remoteRef": {"key": place.remote, "property": place.property}}],
        },
    }
    if not place.property:
        del secret["spec"]["data"][0]["remoteRef"]["property"]
    return secret
