"""Public names: each has a home that has it, and all that a Python blueprint is made of is among them."""

from __future__ import annotations

import importlib

import pytest

import cnai_gitops
from cnai_gitops.exports import HOMES
from cnai_gitops.spec.blueprint import Blueprint
from cnai_gitops.spec.dataset import Dataset

MADE_BY_FUNCTIONS = {"Choice": "choice", "Integers": "integers", "Uniform": "uniform"}


@pytest.mark.parametrize("name", HOMES)
def test_every_name_is_at_its_home(name: str) -> None:
    assert getattr(cnai_gitops, name) is getattr(importlib.import_module(HOMES[name]), name)


def test_all_that_a_blueprint_is_made_of_is_public() -> None:
    parts = {"Blueprint", "Dataset", *Blueprint.model_json_schema()["$defs"], *Dataset.model_json_schema()["$defs"]}
    wanted = {MADE_BY_FUNCTIONS.get(name, name) for name in parts}
    assert sorted(wanted - set(cnai_gitops.__all__)) == [], "add it to `__all__` of its module and run `make generate`"


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Blueprints'"):
        cnai_gitops.Blueprints  # noqa: B018
    assert dir(cnai_gitops) == cnai_gitops.__all__
