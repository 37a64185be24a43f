"""Selection: which part of a repository a command works on.

Must not: import anything heavy; a command that finds nothing to do reads no more than this.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnai_gitops.plan.target import Target

PLATFORM = "_platform"
HUB = "_argocd"
"""Owners that are no application: what the platform needs on every cluster, and what Argo CD needs on hubs."""

PARTS = ("rendered", "kustomize")
"""What is made of an application: manifests for Argo CD (and data for auditors), and the Kustomize tree."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What to build: all environments, apps and parts when empty."""

    environments: Sequence[str] = ()
    apps: Sequence[str] = ()
    parts: Sequence[str] = ()

    @property
    def whole(self) -> bool:
        """True when nothing was left out."""
        return not (self.environments or self.apps or self.parts)

    def has(self, target: Target) -> bool:
        """True when this target's environment was asked for."""
        return not self.environments or target.env in self.environments

    def makes(self, part: str) -> bool:
        """True when this part was asked for."""
        return not self.parts or part in self.parts

    def covers(self, path: str) -> bool:
        """True when a build of this selection is answerable for a file below deploy/; a base belongs to all environments."""
        _, area, *rest = path.split("/")
        if not self.makes("kustomize" if area == "kustomize" else "rendered"):
            return False
        if not self.environments or (area == "data" and len(rest) == 1) or (area == "kustomize" and rest[1] == "base"):
            return True
        return rest[{"rendered": 0, "data": 1, "kustomize": 2}[area]] in self.environments


EVERYTHING = Selection()


def owner_of(path: str) -> str:
    """The owner of a file below deploy/; the map of data is the platform's."""
    _, area, *rest = path.split("/")
    if area == "kustomize":
        return rest[0]
    if area == "data" and len(rest) == 1:
        return PLATFORM
    return rest[2] if area == "rendered" else rest[-1].removesuffix(".json")
