"""Config: cnai.toml. Who we are, where git and registries are, the organisation's defaults, and what it adds to our facts.

Must not: read the file (`project` does).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Literal

from pydantic import model_validator

from cnai_gitops.facts.known import Facts, built_in
from cnai_gitops.spec.base import EnvironmentName, Name, Spec, Text, Url
from cnai_gitops.spec.declared import AcceleratorClass, ServingRuntime


class Organisation(Spec):
    """Who we are: the name that projects carry, and where images and models are kept."""

    name: Name
    """name that projects of Argo CD carry"""
    registry: Text
    """prefix of images, e.g. registry.example.com/ml"""
    models: Text
    """prefix of model images, e.g. registry.example.com/models"""


class Git(Spec):
    """The repository that Argo CD reads, and the revision it follows."""

    repository: Url
    """address of this repository"""
    revision: str = "main"
    """branch or tag that is followed"""


class Config(Spec):
    """cnai.toml."""

    requires: str = ""
    """versions of cnai-gitops that these files are written for, e.g. `>=0.2,<0.3`"""
    organisation: Organisation
    """who we are"""
    git: Git
    """the repository that Argo CD reads"""
    rendered: Literal["commit", "branches"] = "commit"
    """`commit`: rendered manifests lie beside the sources; `branches`: CI writes them to `env/<name>`"""
    committed: Sequence[Text] = ()
    """owners whose output is kept in `deploy/`: applications, `_platform`, `_argocd`; all when empty"""
    retired: Sequence[EnvironmentName] = ()
    """environments that are no longer there, so that what was deployed to them may be removed"""
    at: str = ""
    """day that policies are judged at; today when empty (a recorded day is for demos and tests)"""
    defaults: Mapping[str, Mapping[str, Any]] = {}
    """fields of every stage of a kind, weaker than the blueprint"""
    approvers: Mapping[str, Sequence[Name]] = {}
    """who may approve waivers, by policy area"""
    accelerators: Mapping[Name, AcceleratorClass] = {}
    """accelerator classes besides ours, by the name that blueprints use"""
    runtimes: Mapping[Name, ServingRuntime] = {}
    """serving runtimes besides ours, by the name that blueprints use"""

    @model_validator(mode="after")
    def _new_names(self) -> Config:
        ours = built_in()
        for table, known in (("accelerators", ours.accelerators), ("runtimes", ours.runtimes)):
            for name in getattr(self, table):
                if name in known:
                    raise ValueError(f"`{table}.{name}` is one of ours; declare yours under another name")
        return self

    def commits(self, owner: str) -> bool:
        """True when the files of this owner are kept in deploy/."""
        return not self.committed or owner in self.committed

    @cached_property
    def facts(self) -> Facts:
        """Our facts, and those that are declared here."""
        ours = built_in()
        return Facts(
            {**ours.accelerators, **{name: own.fact(name) for name, own in sorted(self.accelerators.items())}},
            {**ours.runtimes, **{name: own.fact for name, own in sorted(self.runtimes.items())}},
        )
