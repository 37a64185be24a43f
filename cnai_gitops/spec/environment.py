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
from cnai_gitops.steps.naming import dataset_name

Queue = Annotated[QueueRole, Variants("queue")]
Tier = Literal["dev", "staging", "prod"]
Role = Literal["primary", "standby", "hub"]


class Pool(Spec):
    """Accelerators of one class on a cluster: how many cards, how many on a node, their driver, and how they are handed out."""

    count: Count
    per_node: Positive = 8
    driver: str = Field(pattern=r"^[0-9]+(\.[0-9]+){1,3}$")
    form: Form = Field(default_factory=whole)


class ArtifactStore(Spec):
    """The bucket that workflows keep artifacts, metrics and checkpoints in; credentials come with the pod's identity."""

    bucket: Text
    endpoint: Text = "s3.amazonaws.com"
    region: Text
    kms_key: str = Field("", description="key for server-side encryption; empty leaves it to the bucket's default")


class Cluster(Spec):
    """One cluster. `role`: primary serves and trains, standby keeps capacity but no schedules, hub runs Argo CD."""

    role: Role = "primary"
    region: Text
    jurisdiction: Text
    server: Url
    profile: str
    queue: Queue = Field(default_factory=lambda: default_engine("queue", "kueue"))
    accelerators: Mapping[Name, Pool] = {}
    artifacts: ArtifactStore | None = Field(None, description="store of this cluster, where data must stay in its region")
    api_cidrs: Strings = Field(
        min_length=1, description="addresses of the API server: workflow pods report to it, and default deny blocks everything else"
    )
    cidrs: Strings = Field((), description="networks that applications may reach besides the cluster: databases, object storage")

    @field_validator("profile")
    @classmethod
    def _known_profile(cls, value: str) -> str:
        if value not in profiles():
            raise ValueError(f"must be one of {', '.join(sorted(profiles()))}, got {value!r}")
        return value

    @field_validator("accelerators")
    @classmethod
    def _known_classes(cls, value: Mapping[str, Pool]) -> Mapping[str, Pool]:
        from cnai_gitops.facts import accelerators

        for name in value:
            if name not in accelerators():
                raise ValueError(f"accelerator classes are {', '.join(sorted(accelerators()))}, got {name!r}")
            check_form(name, value[name].form)
        return dict(sorted(value.items()))


class TeamShare(Spec):
    """What a team may use in this environment, over all of its clusters."""

    quota: Mapping[Name, Count] = {}
    cpu: Count = 64
    memory: Quantity = "512Gi"


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
    jurisdiction: Text
    encryption: Literal["", "sse-s3", "sse-kms", "csek", "cmek", "tde"] = ""
    kms_key: str = ""
    access_log: str = ""
    secret: Name | None = None
    clusters: Mapping[Name, Annotated[Mapping[str, Any], AfterValidator(_differs)]] = {}

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

    store: Name | None = Field(None, description="ClusterSecretStore; the environment's `secret_store` when not given")
    remote: Text
    property: str = ""
    refresh: Duration = "1h"


class Gateway(Spec):
    """A Gateway that services are reached through."""

    name: Name
    namespace: Name
    domain: Text


class Endpoints(Spec):
    """Addresses of shared services, by what they are for."""

    prometheus: Url = "http://prometheus.monitoring.svc:9090"
    artifacts: ArtifactStore
    openlineage: Url | None = None
    pushgateway: Url | None = None
    kafka: str | None = Field(None, description="bootstrap servers, host:port")
    gateway: Gateway | None = Field(None, description="where public services are reached")
    internal_gateway: Gateway | None = Field(None, description="where services that are not public are reached; their canaries split there")
    request_log: Url | None = Field(None, description="collector of requests for drift detection, an HTTP endpoint that takes CloudEvents")
    monitoring_namespace: Name = "monitoring"
    # Source of the default: KubeRay's installation guide for 1.7, read 2026-11-24; earlier ones installed into `default`
    ray_operator_namespace: Name = Field(
        "ray-system", description="namespace of the KubeRay operator, which must reach the heads of Ray clusters"
    )
    prometheus_release: str = Field("prometheus", description="value of the `release` label that Prometheus selects monitors by")


class Window(Spec):
    """A time in which Argo CD may (allow) or may not (deny) sync."""

    kind: Literal["allow", "deny"]
    schedule: Cron
    duration: Duration
    timezone: Timezone = "Etc/UTC"


class ArgoCD(Spec):
    """How Argo CD reads this environment."""

    namespace: Name = "argocd"
    windows: Annotated[Sequence[Window], AfterValidator(tuple)] = ()
    self_heal: bool = True


class Environment(Spec):
    """One environment and its clusters. `tier` sets how strict the policies are; `defaults` are the environment's layer."""

    name: EnvironmentName
    tier: Tier
    clusters: Mapping[Name, Cluster] = Field(min_length=1)
    teams: Mapping[Name, TeamShare] = {}
    datasets: Mapping[Name, DatasetPlace] = {}
    secrets: Mapping[Name, SecretPlace] = {}
    endpoints: Endpoints
    images: Mapping[Name, Digest] = Field({}, description="images of the platform itself (runtimes, steps) by name")
    secret_store: Name = "platform"
    argocd: ArgoCD = ArgoCD()
    defaults: Mapping[str, Mapping[str, Any]] = Field({}, description="fields of every prepare, train, serve or observe stage here")

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
