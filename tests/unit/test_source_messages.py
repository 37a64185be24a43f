"""Pydantic's errors in the project's words: one exact sentence for each kind."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import pytest
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from cnai_gitops.source.messages import Problem, describe, dotted, fields_at, problems


def checked_even(value: int) -> int:
    if value == 1:
        raise ValueError("must be even")
    if value == 3:
        raise PydanticCustomError("odd", "three is odd", {"help": "take four"})
    return value


class Rate(BaseModel):
    """One member of a union."""

    model_config = ConfigDict(extra="forbid", strict=True)
    kind: Literal["rate"] = "rate"
    per_replica: int = 1


class Queue(BaseModel):
    """Another."""

    model_config = ConfigDict(extra="forbid", strict=True)
    kind: Literal["queue"]
    length: int


class Everything(BaseModel):
    """A field of each sort."""

    model_config = ConfigDict(extra="forbid", strict=True)
    i: Annotated[int, Field(ge=1, le=9)] = 1
    big: Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)] = 0.5
    s: str = ""
    b: bool = True
    word: Literal["red", "green"] = "red"
    label: Annotated[str, Field(pattern="^[a-z]+$", max_length=3)] = "a"
    items: Annotated[list[int], Field(min_length=1, max_length=2)] = [1]
    map: dict[str, int] = {}
    even: Annotated[int, AfterValidator(checked_even)] = 0
    day: datetime.date = datetime.date(2026, 1, 1)
    either: int | bool = 1
    scaling: Annotated[Rate | Queue, Field(discriminator="kind")] = Rate()
    many: Rate | list[Rate] = Rate()
    token: str = ""
    aliased: Annotated[int, Field(alias="from")] = 0
    by_name: Mapping[str, Rate] = {}


def found(**data: Any) -> list[Problem]:
    with pytest.raises(ValidationError) as caught:
        Everything.model_validate(data)
    return problems(caught.value.errors(), data, Everything)


@pytest.mark.parametrize(
    ("data", "code", "message", "help_"),
    [
        ({"i": "4"}, "CNAI101", 'i must be a whole number, got "4"', "remove the quotes: 4"),
        ({"i": True}, "CNAI101", "i must be a whole number, got true", "correct the value"),
        ({"i": 1.5}, "CNAI101", "i must be a whole number, got 1.5", "correct the value"),
        ({"i": None}, "CNAI101", "i must be a whole number, got nothing", "correct the value"),
        ({"i": 0}, "CNAI101", "i must be at least 1, got 0", "correct the value"),
        ({"i": 2**63}, "CNAI101", "i must be at most 9, got 9223372036854775808", "correct the value"),
        ({"i": 10**5000}, "CNAI101", "i must be at most 9, got a huge number", "correct the value"),
        ({"i": {}}, "CNAI101", "i must be a whole number, got a mapping", "correct the value"),
        ({"i": Rate()}, "CNAI101", "i must be a whole number, got a Rate", "correct the value"),
        ({"big": 0.0}, "CNAI101", "big must be more than 0.0, got 0.0", "correct the value"),
        ({"big": 2.0}, "CNAI101", "big must be less than 1.0, got 2.0", "correct the value"),
        ({"big": float("nan")}, "CNAI101", "big must be a finite number, got nan", "correct the value"),
        ({"big": "x"}, "CNAI101", 'big must be a number, got "x"', "correct the value"),
        ({"s": 1.1}, "CNAI101", "s must be text, got 1.1", 'quote it: "1.1"'),
        ({"s": False}, "CNAI101", "s must be text, got false", 'quote it: "false"'),
        ({"b": "true"}, "CNAI101", 'b must be true or false, got "true"', "remove the quotes: true"),
        ({"word": "gren"}, "CNAI101", 'word must be red or green, got "gren"', "did you mean green?"),
        ({"word": "blue"}, "CNAI101", 'word must be red or green, got "blue"', "known here: red, green"),
        ({"label": "A"}, "CNAI101", 'label must match ^[a-z]+$, got "A"', "correct the value"),
        ({"label": "abcd"}, "CNAI101", 'label must have at most 3 characters, got "abcd"', "correct the value"),
        ({"items": []}, "CNAI101", "items must have at least 1 item(s), got a list", "correct the value"),
        ({"items": [1, 2, 3]}, "CNAI101", "items must have at most 2 items, got a list", "correct the value"),
        ({"items": "x"}, "CNAI101", 'items must be a list, got "x"', "correct the value"),
        ({"items": [1, "x"]}, "CNAI101", 'items[1] must be a whole number, got "x"', "correct the value"),
        ({"map": []}, "CNAI101", "map must be a mapping, got a list", "correct the value"),
        ({"map": {"a": "x"}}, "CNAI101", 'map.a must be a whole number, got "x"', "correct the value"),
        ({"even": 1}, "CNAI101", "even must be even", "correct the value"),
        ({"even": 3}, "CNAI101", "even: three is odd", "take four"),
        ({"day": "soon"}, "CNAI101", 'day must be a date such as 2026-11-24, got "soon"', "correct the value"),
        ({"either": "x"}, "CNAI101", 'either must be a whole number or be true or false, got "x"', "correct the value"),
        ({"scaling": {"kind": "rat"}}, "CNAI101", 'scaling.kind must be rate or queue, got "rat"', "did you mean rate?"),
        ({"scaling": {"length": 1}}, "CNAI103", "scaling.kind is missing", "add kind, to say which variant this is"),
        ({"scaling": {"kind": "queue"}}, "CNAI103", "scaling.length is missing", "add length"),
        ({"scaling": {"kind": "queue", "length": 1, "lenth": 1}}, "CNAI102", "scaling.lenth is not a known field", "did you mean length?"),
        ({"scaling": 1}, "CNAI101", "scaling must be a mapping, got 1", "correct the value"),
        ({"many": [{"per_replica": "1"}]}, "CNAI101", 'many[0].per_replica must be a whole number, got "1"', "remove the quotes: 1"),
        ({"by_name": {"x": {"per": 1}}}, "CNAI102", "by_name.x.per is not a known field", "known here: kind, per_replica"),
        ({"itms": []}, "CNAI102", "itms is not a known field", "did you mean items?"),
        ({"ITEMS": []}, "CNAI102", "ITEMS is not a known field", "did you mean items?"),
        ({"from": "x"}, "CNAI101", 'from must be a whole number, got "x"', "correct the value"),
    ],
)  # fmt: skip
def test_one_sentence_for_each_kind_of_error(data: dict[str, Any], code: str, message: str, help_: str) -> None:
    (problem,) = found(**data)
    assert (problem.code, problem.message, problem.help) == (code, message, help_)


def test_values_of_secret_fields_are_not_shown() -> None:
    error: Any = {"type": "string_pattern_mismatch", "loc": ("api_key",), "input": "hunter2", "msg": "", "ctx": {"pattern": "^x$"}}
    assert describe(error) == ("api_key must match ^x$, got text that is not shown", "")


def test_foreign_text_is_escaped_and_short() -> None:
    (problem,) = found(**{"a\n::error::\x1b": 1})
    assert problem.message == "a\\n::error::\\u001b is not a known field"
    (problem,) = found(i="\u202e" + "x" * 100)
    assert problem.message == 'i must be a whole number, got "\\u202e' + "x" * 58 + '…"'


def test_the_whole_document() -> None:
    with pytest.raises(ValidationError) as caught:
        Everything.model_validate([1])
    (problem,) = problems(caught.value.errors(), [1], Everything)
    assert problem.message == "the document must be a mapping, got a list"


def test_all_problems_are_told() -> None:
    assert [p.path for p in found(i=0, s=1, scaling={"kind": "rate", "x": 1})] == [("i",), ("s",), ("scaling", "x")]


def test_paths_and_fields() -> None:
    assert dotted(("serve", "steps", 1, "name")) == "serve.steps[1].name"
    assert list(fields_at(Everything, ("scaling", "queue"))) == ["kind", "length"]
    assert list(fields_at(Everything, ("many", 0))) == ["kind", "per_replica"]
    assert fields_at(None, ("x",)) == {}
