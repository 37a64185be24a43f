"""Examples of variants, as they lie beside their code, laid into the golden repository.

Must not: hold an example. A variant's module has one constant `EXAMPLE`, YAML of up to three keys: `example` is the part of a
blueprint (stages), of its release (`release`) and of the environment (`environment`) that uses the variant; `beside` what must
stand around it, which its golden file leaves out; `other` has another value of each field of the models of that module.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from cnai_gitops import render
from cnai_gitops.plan.build import Plan, make_plan
from cnai_gitops.plan.images import images_of, needs_model, platform_images_of
from cnai_gitops.plan.selection import Selection
from cnai_gitops.project import Entry, Project, load
from cnai_gitops.resolved.index import Resolved
from cnai_gitops.source.places import PythonPlace
from cnai_gitops.spec.base import Spec
from cnai_gitops.spec.blueprint import STAGES, Blueprint
from cnai_gitops.spec.engine import Engine, engines
from cnai_gitops.spec.environment import Environment
from cnai_gitops.spec.release import Release

REPOSITORY = Path(__file__).resolve().parent / "golden" / "repository"
APP, ENV = "example", "dev"
KEYS = {"example", "beside", "other"}
Parts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Example:
    """What the module of one variant says of it."""

    variant: type[Engine]
    example: Parts
    beside: Parts
    other: Mapping[str, Mapping[str, Any]]

    @property
    def project(self) -> Project:
        """The golden repository with the example in it."""
        return project_of(merged(self.beside, self.example))


def file_of(variant: type[Engine]) -> str:
    """The file that a variant is defined in."""
    return str(sys.modules[variant.__module__].__file__)


@cache
def example_of(variant: type[Engine]) -> Example:
    """The example of a variant. Raises AssertionError that names the file where it is missing or not as it should be."""
    text = vars(sys.modules[variant.__module__]).get("EXAMPLE")
    assert isinstance(text, str), (
        f"{file_of(variant)} has no constant EXAMPLE: YAML with the part of a blueprint that uses {variant.__name__}"
    )
    data = yaml.safe_load(text)
    assert isinstance(data, dict) and "example" in data and data.keys() <= KEYS, (
        f"EXAMPLE of {file_of(variant)} has the keys {sorted(KEYS)}"
    )
    return Example(variant, data["example"], data.get("beside", {}), data.get("other", {}))


def names() -> list[tuple[str, str]]:
    """Role and kind of every variant of the package."""
    return sorted(engines())


def models_of(variant: type[Engine]) -> Iterator[type[Spec]]:
    """The models that users write which are defined in the variant's module."""
    module = sys.modules[variant.__module__]
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, Spec) and value.__module__ == module.__name__:
            yield value


def merged(old: Any, new: Any) -> Any:
    """`new` laid over `old`: maps key by key; a stage of one name is replaced whole."""
    if not (isinstance(old, Mapping) and isinstance(new, Mapping)):
        return new
    return {**old, **{key: value if key in STAGES else merged(old.get(key), value) for key, value in new.items()}}


@cache
def surroundings() -> Project:
    """The golden repository as it lies in its files."""
    project = load(REPOSITORY)
    assert project.findings == ()
    return project


def digest(name: str) -> str:
    """A digest that stands for the content of an image or a model of that name."""
    return "sha256:" + hashlib.sha256(name.encode()).hexdigest()


def project_of(parts: Parts) -> Project:
    """The golden repository with one application made of `parts`, released to its development cluster with everything pinned."""
    stages = {kind: parts[kind] for kind in STAGES if kind in parts}
    blueprint = Blueprint.model_validate({"name": APP, "team": "risk", "purpose": "scoring", **stages})
    base = surroundings().environments[ENV].value.model_dump(exclude_unset=True)
    environment = Environment.model_validate(merged(base, parts.get("environment", {})))
    return placed(blueprint, environment, parts.get("release", {}))


def placed(blueprint: Blueprint, environment: Environment, said: Mapping[str, Any]) -> Project:
    """The golden repository with this application and environment. `said` is what the release says beside its pins."""
    images = {image: digest(image) for _, stage in blueprint.stages() for image in images_of(stage)}
    pins = {key: {"model": digest(str(stage.model))} for key, stage in blueprint.stages("serve") if needs_model(stage)}
    platform = {name: digest(name) for key, stage in blueprint.stages() for name in platform_images_of(key, stage, surroundings().facts)}
    release = Release(app=APP, images=images, stages=merged(pins, said))
    environment = environment.with_(images={**platform, **environment.images})
    base = surroundings()
    return replace(
        base,
        apps={APP: _entry(blueprint)},
        environments={ENV: replace(base.environments[ENV], value=environment)},
        releases={(ENV, APP): _entry(release)},
        patches={},
    )


def _entry(value: Any) -> Entry[Any]:
    return Entry(value, PythonPlace(value, REPOSITORY), "blueprints/example.py")


def plan_of(project: Project) -> Plan:
    """The plan; an example has nothing to complain about."""
    plan = make_plan(project)
    assert [finding.message for finding in plan.findings if finding.fails] == []
    return plan


def documents(project: Project) -> list[str]:
    """Every object of the development cluster as YAML, those of the platform first."""
    resolved = Resolved(plan_of(project))
    owner = render.render_app(resolved, APP, Selection(parts=["rendered"]))
    shared = render.render_shared(resolved)
    assert [finding.message for found in (owner, *shared) for finding in found.findings] == []
    texts = [text for found in (*shared, owner) for path, text in sorted(found.files.items()) if path.endswith("manifest.yaml")]
    return [document for text in texts for document in text.split("---\n") if document]


def golden(example: Example) -> str:
    """The objects that are there, or not the same, only because of the example."""
    around = set(documents(project_of(example.beside)))
    return "".join(f"---\n{document}" for document in documents(example.project) if document not in around)
