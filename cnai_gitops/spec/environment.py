"""Environment: where applications run. Clusters, accelerators, teams and quotas, endpoints, data places, secrets by name.

Must not: describe an application.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from cnai_gitops.facts.profiles import profiles
from cnai_gitops.spec.accelerator import Form, check_form, whole
from cnai_gitops.spec.base import (
    Count,
    Cron,
    Digest,
    Duration,
    EnvironmentName,
    Name,
    Networks,
    Positive,
    Quantity,
    Spec,
    Strings,
    Text,
    Timezone,
    Url,
)
from cnai_gitops.spec.engine import Variants, default_engine
from cnai_gitops.spec.identity import Identity
from cnai_gitops.spec.network import Dns
from cnai_gitops.spec.place import DatasetPlace
from cnai_gitops.spec.roles import QueueRole
from cnai_gitops.spec.words import AcceleratorKey

Queue = Annotated[QueueRole, Variants("queue")]
Tier = Literal["dev", "staging", "prod"]
Role = Literal["primary", "standby", "hub"]


def _by_name(value: Mapping[str, Pool]) -> dict[str, Pool]:
    for name, pool in value.items():
        check_form(name, pool.form)
    return dict(sorted(value.items()))


class Pool(Spec):
    """Accelerators of one class on a cluster: how many cards, how many on a node, their driver, and how they are handed out."""

    count: Count
    """how many there are"""
    per_node: Positive = 8
    """how many on one node"""
    driver: str = Field(pattern=r"^[0-9]+(\.[0-9]+){1,3}$")
    """driver that runs on the nodes"""
    form: Form = Field(default_factory=whole)
    """how cards are handed out: whole, or in slices"""


class ArtifactStore(Spec):
    """The bucket that workflows keep artifacts, metrics and checkpoints in; credentials come with the pod's identity."""

    bucket: Text
    """name of the bucket"""
    endpoint: Text = "s3.amazonaws.com"
    """host of the object storage"""
    region: Text
    """its region"""
    kms_key: str = ""
    """key for server-side encryption; empty leaves it to the bucket's default"""


class Cluster(Spec):
    """One cluster. `role`: primary serves and trains, standby keeps capacity but no schedules, hub runs Argo CD."""

    role: Role = "primary"
    """`primary` serves and trains, `standby` keeps capacity and suspends schedules, `hub` runs Argo CD"""
    region: Text
    """region of its provider"""
    jurisdiction: Text
    """whose law applies there: EU, US, IN"""
    server: Url
    """address of its API server, as Argo CD knows it"""
    profile: str
    """platform profile: the versions of everything that it runs"""
    queue: Queue = Field(default_factory=lambda: default_engine("queue", "kueue"))
    """what admits work within the quotas of teams"""
    accelerators: Annotated[Mapping[AcceleratorKey, Pool], AfterValidator(_by_name)] = {}
    """accelerators by class"""
    artifacts: ArtifactStore | None = None
    """store of this cluster, where data must stay in its region"""
    api_cidrs: Networks = Field(min_length=1)
    """addresses of the API server: workflow pods report to it, and default deny blocks everything else"""
    cidrs: Networks = ()
    """networks that applications may reach besides the cluster: databases, object storage, registries"""
    dns: Dns = Dns()
    """who answers DNS"""
    identity: Identity = Identity()
    """identity of pods in the cloud of this cluster"""

    @field_validator("profile")
    @classmethod
    def _known_profile(cls, value: str) -> str:
        if value not in profiles():
            raise ValueError(f"must be one of {', '.join(sorted(profiles()))}, got {value!r}")
        return value


class TeamShare(Spec):
    """What a team may use in this environment, over all of its clusters."""

    quota: Mapping[AcceleratorKey, Count] = {}
    """accelerators by class that the team may hold at once"""
    cpu: Count = 64
    """cores that the team may request at once"""
    memory: Quantity = "512Gi"
    """memory that the team may request at once"""


class SecretPlace(Spec):
    """A secret in the store that External Secrets reads; never a value."""

    store: Name | None = None
    """ClusterSecretStore; the environment's `secret_store` when not given"""
    remote: Text
    """key in that store"""
    property: str = ""
    """property of that key, where it holds several"""
    refresh: Duration = "1h"
    """how often it is read again"""


class Gateway(Spec):
    """A Gateway that services are reached through."""

    name: Name
    """name of the Gateway"""
    namespace: Name
    """its namespace"""
    domain: Text
    """domain that services get a host name below"""
    proxies: Name | None = None
    """namespace of its proxies, where requests come from; its own when not given"""

    @property
    def proxy_namespace(self) -> str:
        """Where requests come from."""
        return self.proxies or self.namespace


class Endpoints(Spec):
    """Addresses of shared services, by what they are for."""

    prometheus: Url = "http://prometheus.monitoring.svc:9090"
    """Prometheus that scalers ask"""
    artifacts: ArtifactStore
    """bucket for artifacts, metrics and checkpoints"""
    openlineage: Url | None = None
    """lineage service; without one events are only logged"""
    pushgateway: Url | None = None
    """where drift scores and emissions are pushed"""
    kafka: str | None = None
    """bootstrap servers, host:port"""
    gateway: Gateway | None = None
    """where public services are reached"""
    internal_gateway: Gateway | None = None
    """where services that are not public are reached; their canaries split there"""
    request_log: Url | None = None
    """collector of requests for drift detection, an HTTP endpoint that takes CloudEvents"""
    monitoring_namespace: Name = "monitoring"
    """namespace that may scrape"""
    # Source of the default: KubeRay's installation guide for 1.7, read 2026-11-24; earlier ones installed into `default`
    ray_operator_namespace: Name = "ray-system"
    """namespace of the KubeRay operator, which must reach the heads of Ray clusters"""
    prometheus_release: str = "prometheus"
    """value of the `release` label that Prometheus selects monitors by"""


class Window(Spec):
    """A time in which Argo CD may (allow) or may not (deny) sync."""

    kind: Literal["allow", "deny"]
    """whether sync is allowed or denied in it"""
    schedule: Cron
    """when it begins"""
    duration: Duration
    """how long it lasts"""
    timezone: Timezone = "Etc/UTC"
    """time zone of the schedule"""


class ArgoCD(Spec):
    """How Argo CD reads this environment."""

    namespace: Name = "argocd"
    """namespace of Argo CD on the hub"""
    windows: Annotated[Sequence[Window], AfterValidator(tuple)] = ()
    """times in which it may or may not sync"""
    self_heal: bool = True
    """true puts back what was changed by hand"""


class Environment(Spec):
    """One environment and its clusters. `tier` sets how strict the policies are; `defaults` are the environment's layer."""

    name: EnvironmentName
    """name of the folder"""
    tier: Tier
    """how strict the policies are"""
    clusters: Mapping[Name, Cluster] = Field(min_length=1)
    """clusters by name"""
    teams: Mapping[Name, TeamShare] = {}
    """teams and their shares, over all clusters together"""
    datasets: Mapping[Name, DatasetPlace] = {}
    """where each dataset lies"""
    secrets: Mapping[Name, SecretPlace] = {}
    """where each secret lies"""
    endpoints: Endpoints
    """addresses of shared services"""
    images: Mapping[Name, Digest] = {}
    """images of the platform itself (runtimes, steps) by name"""
    registry_secret: Name | None = None
    """secret, one of `secrets`, that holds a Docker configuration with which models are pushed; without one they are pushed anonymously"""
    secret_store: Name = "platform"
    """ClusterSecretStore for secrets of the platform itself"""
    argocd: ArgoCD = ArgoCD()
    """how Argo CD reads it"""
    defaults: Mapping[str, Mapping[str, Any]] = {}
    """fields of every prepare, train, serve or observe stage here"""
    retired: Strings = ()
    """what is no longer deployed here and may be removed: an application, a cluster, or `<cluster>/<application>`"""

    @field_validator("name")
    @classmethod
    def _not_reserved(cls, value: str) -> str:
        if value in ("environment", "patches"):
            raise ValueError(f"{value!r} is reserved")
        return value

    @model_validator(mode="after")
    def _roles(self) -> Environment:
        if not any(c.role == "primary" for c in self.clusters.values()):
            raise ValueError("needs at least one cluster with `role: primary`")
        if sum(c.role == "hub" for c in self.clusters.values()) > 1:
            raise ValueError("has more than one hub; Argo CD runs on one cluster")
        for kind in self.defaults:
            if kind not in ("prepare", "train", "serve", "observe"):
                raise ValueError(f"`defaults` has the keys prepare, train, serve and observe, got {kind!r}")
        return self

    @property
    def workload_clusters(self) -> dict[str, Cluster]:
        """Clusters that run applications, primary first, then by name."""
        return dict(sorted(((n, c) for n, c in self.clusters.items() if c.role != "hub"), key=lambda i: (i[1].role != "primary", i[0])))

    @property
    def primary(self) -> str:
        """The first primary cluster by name: its resolved set is the environment's layer."""
        return next(iter(self.workload_clusters))
