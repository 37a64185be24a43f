"""Old spellings as data, and what a message says of them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError

import cnai_gitops
from cnai_gitops.source import spellings as module
from cnai_gitops.source.messages import problems
from cnai_gitops.source.spellings import hint, read, spellings
from cnai_gitops.source.versions import version
from cnai_gitops.spec.blueprint import Blueprint
from cnai_gitops.spec.config import Config
from cnai_gitops.spec.dataset import Dataset, Model
from cnai_gitops.spec.environment import Environment
from cnai_gitops.spec.release import Release
from cnai_gitops.spec.waiver import Waivers

FILES = sorted(Path(module.__file__).parent.glob("*.toml"))
KINDS = {model.__name__.lower(): model for model in (Config, Blueprint, Dataset, Model, Environment, Release, Waivers)}
MADE_UP: dict[str, Any] = {
    "since": "0.2",
    "places": {"Serve": ["blueprint:serve", "release:serve.*", "release:clusters/*/serve.*"]},
    "moved": [{"noun": "Serve", "old": "replicas", "new": "scaling.min"}],
    "reworded": [{"noun": "Serve", "path": "runtime", "old": "tritn", "new": "triton"}],
}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_file_of_spellings_is_sound(file: Path) -> None:
    data = tomllib.loads(file.read_text())
    assert file.stem == data["since"].replace(".", "_")
    assert version(data["since"]) < version(data["until"])
    assert version(data["since"]) <= version(cnai_gitops.__version__), "a spelling of a release to come"
    assert data.keys() <= {"since", "until", "places", "moved", "reworded", "nested", "variant"}
    for spelling in read(data):
        assert {kind for kind, _ in spelling.places} <= KINDS.keys()
        assert hasattr(cnai_gitops, spelling.noun), "a noun is a class that users know"


def test_spellings_are_forgotten_from_until_on(monkeypatch: pytest.MonkeyPatch) -> None:
    assert {spelling.since for spelling in spellings()} == {"0.2"}
    monkeypatch.setattr(module, "__version__", "1.0.0")
    assert spellings.__wrapped__() == ()


@pytest.mark.parametrize(
    ("model", "path", "words"),
    [
        ("Serve", ("scaling", "min"), "`min` lies beside `triggers: [{kind: ...}]` since 0.2; run `cnai migrate`"),
        (
            "Blueprint",
            ("serve", 1, "scaling", "cooldown"),
            "`cooldown` lies beside `triggers: [{kind: ...}]` since 0.2; run `cnai migrate`",
        ),
        ("Serve", ("scaling", "topic"), "`topic` belongs to an item of `triggers` since 0.2; run `cnai migrate`"),
        ("Rate", ("max",), "`max` is said by Scaling(max=..., triggers=[Rate(...)]) since 0.2; run `cnai migrate`"),
        ("Serve", ("scaling", "maxx"), ""),
        ("Serve", ("max",), ""),
        ("Train", ("scaling", "max"), ""),
        ("Rate", ("topic",), ""),
    ],
)
def test_hints_of_this_version(model: str, path: tuple[str | int, ...], words: str) -> None:
    assert hint(model, path) == words


def test_hints_of_every_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "spellings", lambda: read(MADE_UP))
    renamed = "`replicas` is called `scaling.min` since 0.2; run `cnai migrate`"
    assert hint("Serve", ("replicas",)) == renamed
    assert hint("Blueprint", ("serve", "replicas")) == renamed
    assert hint("Release", ("clusters", "eu1", "serve.scorer", "replicas")) == renamed
    assert hint("Release", ("clusters", "eu1", "train.scorer", "replicas")) == ""
    assert hint("Serve", ("runtime",), "tritn") == '"tritn" is called "triton" since 0.2; run `cnai migrate`'
    assert hint("Serve", ("runtime",), "other") == hint("Serve", ("runtime",)) == ""
    assert hint("Serve", ("replicas",), 0) == "", "a value that does not fit is no unknown field"


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Scaling(Closed):
    max: int = 1


class Serve(Closed):
    scaling: Scaling = Scaling()
    runtime: Literal["triton"] = "triton"


def told(data: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(ValidationError) as caught:
        Serve.model_validate(data)
    return [(problem.message, problem.help) for problem in problems(caught.value.errors(), data, Serve)]


def test_a_message_says_the_new_spelling_before_it_guesses(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told({"scaling": {"cooldown": "5m"}}) == [
        ("scaling.cooldown is not a known field", "`cooldown` lies beside `triggers: [{kind: ...}]` since 0.2; run `cnai migrate`")
    ]
    assert told({"scaling": {"maxx": 1}}) == [("scaling.maxx is not a known field", "did you mean max?")]
    assert told({"scaling": {"max": "x"}})[0][1] == "correct the value"
    monkeypatch.setattr(module, "spellings", lambda: read(MADE_UP))
    assert told({"runtime": "tritn"})[0][1] == '"tritn" is called "triton" since 0.2; run `cnai migrate`'
