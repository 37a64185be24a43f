"""Platform profiles: the pinned versions of everything a cluster must already run.

Must not: know an application. A legality check asks `profile.at_least("kserve", "0.21")`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from cnai_gitops.facts import load


@dataclass(frozen=True, slots=True)
class Profile:
    """Versions of one platform by component, for example {"kserve": "0.20.0"}."""

    name: str
    versions: Mapping[str, str]

    def at_least(self, component: str, version: str) -> bool:
        """True when `component` is pinned at `version` or later."""
        return _parts(self.versions[component]) >= _parts(version)

    @property
    def kubernetes(self) -> str:
        """Kubernetes minor version, for example "1.37"."""
        return self.versions["kubernetes"]


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


@cache
def profiles() -> Mapping[str, Profile]:
    """Every profile by name, from facts/profiles.yaml."""
    return {name: Profile(name, versions) for name, versions in load("profiles")["profiles"].items()}


def newest() -> Profile:
    """The profile that the neutral base is compiled for."""
    return profiles()[max(profiles())]
