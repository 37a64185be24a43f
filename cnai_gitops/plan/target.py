"""Target: one environment x cluster, and the neutral target that the base is compiled for.

Must not: know an application.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from cnai_gitops.facts.known import Facts, built_in
from cnai_gitops.facts.profiles import Profile, newest, profiles
from cnai_gitops.spec.environment import ArtifactStore, Cluster, Endpoints, Environment, Gateway

ZERO = "sha256:" + "0" * 64


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """Where a set of manifests goes. `name` is `prod/eu1`; the neutral target has no environment and no cluster."""

    environment: Environment
    cluster: str
    facts: Facts = field(default_factory=built_in)
    neutral: bool = False
    name: str = field(init=False)
    """`environment/cluster`."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", f"{self.environment.name}/{self.cluster}")  # it is asked for all the time

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Target) and self.name == other.name

    def __hash__(self) -> int:
        return hash(self.name)

    @property
    def env(self) -> str:
        """Environment name; "base" for the neutral target."""
        return self.environment.name

    @property
    def place(self) -> Cluster:
        """The cluster itself."""
        return self.environment.clusters[self.cluster]

    @property
    def profile(self) -> Profile:
        """Versions of the platform on this cluster."""
        return profiles()[self.place.profile]

    @property
    def artifacts(self) -> ArtifactStore:
        """Where this cluster's workflows keep what they make."""
        return self.place.artifacts or self.environment.endpoints.artifacts

    @property
    def standby(self) -> bool:
        """True where schedules are suspended and capacity waits."""
        return self.place.role == "standby"

    def namespace(self, team: str) -> str:
        """Namespace of a team: `risk-prod`, or `risk` in the base."""
        return team if self.neutral else f"{team}-{self.env}"


@cache
def neutral() -> Target:
    """The target that belongs to nobody: newest profile, placeholder addresses, never applied."""
    profile = newest().name
    cluster = Cluster(
        region="base", jurisdiction="base", server="https://kubernetes.default.svc", api_cidrs=["192.0.2.1/32"], profile=profile
    )
    artifacts = ArtifactStore(bucket="artifacts", region="base")
    gateway = Gateway(name="gateway", namespace="gateway", domain="example.invalid")
    endpoints = Endpoints(artifacts=artifacts, gateway=gateway, internal_gateway=gateway)
    return Target(Environment(name="base", tier="dev", clusters={"base": cluster}, endpoints=endpoints), "base", neutral=True)
