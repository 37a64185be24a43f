"""A user's repository as it was read: cnai.toml, and every file it consists of, as specs with their places.

Must not: read a file, or relate specs to each other (`plan` does).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from cnai_gitops.facts.known import Facts
from cnai_gitops.findings import Finding
from cnai_gitops.source.places import Place
from cnai_gitops.spec.base import Spec
from cnai_gitops.spec.blueprint import Blueprint
from cnai_gitops.spec.config import Config
from cnai_gitops.spec.dataset import Dataset, Model
from cnai_gitops.spec.environment import Environment
from cnai_gitops.spec.release import Release
from cnai_gitops.spec.waiver import Waivers

T = TypeVar("T", bound=Spec)

NOUNS: tuple[type[Spec], ...] = (Blueprint, Dataset, Model)
"""What a file of the blueprints' folder may define."""


@dataclass(frozen=True, slots=True)
class Entry(Generic[T]):
    """One spec and where it was written."""

    value: T
    place: Place
    file: str


@dataclass(frozen=True, slots=True)
class Project:
    """Everything that was read. `findings` says what could not be; `inputs` has time of change (ns) and size of each file read,
    `digests` a digest of its content. `homes` says in which file an application, dataset or model is, `sources` which files
    that file ran."""

    root: Path
    config: Config
    config_place: Place
    apps: Mapping[str, Entry[Blueprint]]
    datasets: Mapping[str, Entry[Dataset]]
    models: Mapping[str, Entry[Model]]
    environments: Mapping[str, Entry[Environment]]
    releases: Mapping[tuple[str, str], Entry[Release]]
    waivers: tuple[Entry[Waivers], ...]
    patches: Mapping[tuple[str, str], tuple[str, ...]]
    inputs: Mapping[str, tuple[int, int]]
    findings: tuple[Finding, ...]
    digests: Mapping[str, str] = field(default_factory=dict)
    homes: Mapping[tuple[str, str], str] = field(default_factory=dict)
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unclean: frozenset[str] = frozenset()
    """Files about which there are findings."""

    @property
    def facts(self) -> Facts:
        """Accelerators and runtimes that this repository may name."""
        return self.config.facts

    def outline(self) -> dict[str, Any]:
        """What the next `load` may know of the files, as plain data."""
        nouns: dict[str, list[list[str]]] = {file: [] for file in self.sources if file not in self.unclean}
        for (noun, name), file in self.homes.items():
            if file in nouns:
                nouns[file].append([noun, name])
        return {
            "seen": {path: [*self.inputs[path], digest] for path, digest in self.digests.items()},
            "blueprints": {file: [list(self.sources[file]), names] for file, names in nouns.items() if names},
            "releases": [path for path in map(release_path, self.releases) if path not in self.unclean],
        }


def release_path(key: tuple[str, str]) -> str:
    """Path of a release file, by environment and application."""
    return f"environments/{key[0]}/{key[1]}.yaml"
