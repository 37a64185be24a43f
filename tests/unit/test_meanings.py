"""What fields mean: one text under each field, which editors, schemas, documents and messages share."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from cnai_gitops.scaffold.schemas import json_schemas
from cnai_gitops.source.meanings import meanings, named
from cnai_gitops.spec import base
from cnai_gitops.spec.base import Spec
from cnai_gitops.spec.config import Config
from cnai_gitops.spec.engine import engines


def models() -> list[type[Spec]]:
    """Every model that users write: those of the spec, of cnai.toml and of each engine."""
    engines()
    assert Config in Spec.__subclasses__()
    found: list[type[Spec]] = []
    pending: list[type[Spec]] = [Spec]
    while pending:
        cls = pending.pop()
        pending += cls.__subclasses__()
        if cls.__module__.startswith("cnai_gitops.") and not any(s.__module__.startswith("cnai_gitops.") for s in cls.__subclasses__()):
            found.append(cls)
    return sorted(found, key=lambda cls: (cls.__module__, cls.__name__))


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
def test_every_field_says_what_it_means(model: type[Spec]) -> None:
    said = meanings(model)
    assert sorted(model.model_fields.keys() - said.keys()) == [], f"put words under these fields of {model.__name__}, in {model.__module__}"
    for name, text in said.items():
        plain = text.lower().strip(" .`")
        assert plain not in ("", name, name.replace("_", " ")), f"{model.__name__}.{name} only repeats its name"
        assert len(text) <= 160, f"{model.__name__}.{name} is too long for a table"


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
def test_no_field_says_it_a_second_time(model: type[Spec]) -> None:
    assert [name for name, field in model.model_fields.items() if field.description] == []


def described(node: Any) -> Iterator[tuple[str, bool]]:
    """(field, whether it has a description) of every property below a schema."""
    if isinstance(node, dict):
        for name, field in node.get("properties", {}).items():
            yield name, "description" in field
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from described(inner)


@pytest.mark.parametrize("kind", sorted(json_schemas()))
def test_schemas_carry_the_words(kind: str) -> None:
    found = dict(described(json.loads(json_schemas()[kind])))
    if kind in ("config", "environment"):  # the map of defaults by stage
        found = {name: has for name, has in found.items() if name not in ("prepare", "train", "serve", "observe")}
    assert found
    assert [name for name, has in found.items() if not has] == []


class Wide(BaseModel):
    """A model of a test."""

    first: int
    """the first
    of both"""
    second: int = 0
    "in one quote"
    third: int = 0
    f"{third}"


class Narrow(Wide):
    """Says one of them anew."""

    first: int = 3
    second: int = 1
    """its own"""


def test_words_of_a_base_hold_until_a_class_has_its_own() -> None:
    assert meanings(Wide) == {"first": "the first of both", "second": "in one quote"}
    assert meanings(Narrow) == {"first": "the first of both", "second": "its own"}


def test_a_model_without_source_has_no_words() -> None:
    made: dict[str, Any] = {"BaseModel": BaseModel, "__name__": "typed_by_hand"}
    exec("class Made(BaseModel):\n    x: int\n    '''lost'''\n", made)
    assert meanings(made["Made"]) == {}


def test_named_types_have_words_too() -> None:
    assert named(base.__name__)["Digest"] == "the digest of an image"
