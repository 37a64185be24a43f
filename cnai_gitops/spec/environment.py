"""Environment: where applications run. Clusters, accelerators, teams and quotas, endpoints, data places, secrets by name.

Must not: describe an application.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo, field_validator, model_validator

from cnai_gitops.facts.profiles import profiles
from cnai_gitops.spec.accelerator import Form, check_form, whole
from cnai_gitops.spec.base import (
    Count,
    Cron,
    Digest,
    Duration,
    EnvironmentName,
    Name,
    Positive,
    Quantity,
    Spec,
    Strings,
    Text,
    Timezone,
    Url,
)
from cnai_gitops.spec.engine import Variants, default_engine
from cnai_gitops.spec.roles import QueueRole, SourceRole, source_of
from cnai_gitops.spec.words import AcceleratorKey
from cnai_gitops.steps.naming import dataset_name

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
    api_cidrs: Strings = Field(min_length=1)
    """addresses of the API server: workflow pods report to it, and default deny blocks everything else"""
    cidrs: Strings = ()
    """networks that applications may reach besides the cluster: databases, object storage"""

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


def _differs(value: Mapping[str, Any], info: ValidationInfo) -> Mapping[str, Any]:
    """What is different on one cluster, which must make a place together with the rest."""
    if "clusters" in value:
        raise ValueError("cannot hold `clusters` of its own")
    if info.data.keys() >= {"uri", "region", "jurisdiction", "encryption", "kms_key"}:  # else the place itself is wrong
        DatasetPlace.model_validate({**info.data, **value})
    return value


class DatasetPlace(Spec):
    """Where a dataset lies in this environment, how it is encrypted and where its access log goes."""

    uri: Annotated[str, StringConstraints(pattern=r"^(jdbc:)?[a-z][a-z0-9+.-]*://[^\s]+$")]
    """where it lies; the scheme says in what (s3://, gs://, pvc:// ...)"""
    region: Text
    """region it lies in"""
    jurisdiction: Text
    """whose law applies there"""
    encryption: Literal["", "sse-s3", "sse-kms", "csek", "cmek", "tde"] = ""
    """how it is encrypted at rest"""
    kms_key: str = ""
    """key of that encryption"""
    access_log: str = ""
    """where every access is logged"""
    secret: Name | None = None
    """secret that is needed to read it"""
    clusters: Mapping[Name, Annotated[Mapping[str, Any], AfterValidator(_differs)]] = {}
    """what is different on one cluster, by cluster"""

    @field_validator("uri")
    @classmethod
    def _known_source(cls, value: str) -> str:
        why = source_of(value).refuses(value)
        if why:
            raise ValueError(why)
        dataset_name(value)  # lineage must have a name for it
        return value

    @field_validator("encryption")
    @classmethod
    def _possible(cls, value: str, info: ValidationInfo) -> str:
        known = source_of(info.data["uri"]).encryptions if "uri" in info.data else (value,)
        if value and known and value not in known:
            raise ValueError(f"must be one of {', '.join(known)} for {info.data['uri'].partition('://')[0]}://, got {value!r}")
        return value

    @field_validator("kms_key")
    @classmethod
    def _for_something(cls, value: str, info: ValidationInfo) -> str:
        if value and info.data.get("encryption") == "":
            raise ValueError("names a key, but `encryption` does not say what it encrypts")
        return value

    @property
    def engines(self) -> tuple[SourceRole, ...]:
        """What it lies in: the variant that says which of these fields have an effect."""
        return (self.source,)

    @property
    def source(self) -> SourceRole:
        """What it lies in, by the scheme of its `uri`."""
        return source_of(self.uri)

    def on(self, cluster: str) -> DatasetPlace:
        """The place as one cluster sees it."""
        if cluster not in self.clusters:
            return self
        said = self.model_dump(exclude_unset=True, exclude={"clusters"})
        return DatasetPlace.model_validate({**said, **self.clusters[cluster]})


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
    secret_store: Name = "platform"
    """ClusterSecretStore for secrets of the platform itself"""
    argocd: ArgoCD = ArgoCD()
    """how Argo CD reads it"""
    defaults: Mapping[str, Mapping[str, Any]] = {}
    """fields of every prepare, train, serve or observe stage here"""

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
