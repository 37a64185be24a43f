"""Pydantic's errors in the project's words, said once for YAML and Python authors.

Must not: know of files or lines. A message reads "<path> must ..., got <value>"; values of fields that may hold a secret
are never shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from cnai_gitops.source.meanings import meanings
from cnai_gitops.source.spellings import hint
from cnai_gitops.source.text import listed, nearest, printable, shorten

FieldPath = tuple[str | int, ...]

_SECRET = re.compile(r"passw|secret|token|credential|private_?key|api_?key", re.IGNORECASE)
_READS_ON = ("must ", "is ", "has ", "needs ", "cannot ", "names ")  # a custom text that continues the path

# type of the error -> what the value must be; filled in from the error's context
_MUST: dict[str, str] = {
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), "be a whole number"),
    **dict.fromkeys(("float_type", "float_parsing"), "be a number"),
    **dict.fromkeys(("string_type", "string_sub_type", "string_unicode"), "be text"),
    **dict.fromkeys(("bool_type", "bool_parsing"), "be true or false"),
    **dict.fromkeys(("list_type", "tuple_type", "set_type", "frozen_set_type", "iterable_type"), "be a list"),
    **dict.fromkeys(("dict_type", "mapping_type", "model_type", "model_attributes_type", "dataclass_type"), "be a mapping"),
    **dict.fromkeys(
        ("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"), "be a date such as 2026-11-24"
    ),
    "none_required": "be empty",
    "finite_number": "be a finite number",
    "int_parsing_size": "be a smaller number",
    "greater_than": "be more than {gt}",
    "greater_than_equal": "be at least {ge}",
    "less_than": "be less than {lt}",
    "less_than_equal": "be at most {le}",
    "multiple_of": "be a multiple of {multiple_of}",
    "string_too_short": "have at least {min_length} character(s)",
    "string_too_long": "have at most {max_length} characters",
    "string_pattern_mismatch": "match {pattern}",
    "too_short": "have at least {min_length} item(s)",
    "too_long": "have at most {max_length} items",
    "is_instance_of": "be a {class}",
    "frozen_instance": "not be changed",
    "frozen_field": "not be changed",
}
_TEXT_TYPES = frozenset(t for t, must in _MUST.items() if must == "be text")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with one field, without its place."""

    code: str
    path: FieldPath
    message: str
    help: str


def problems(errors: Iterable[ErrorDetails], data: Any, model: type[BaseModel] | None = None) -> list[Problem]:
    """Every error in words, with paths as `data` has them; the members of one union speak with one voice.

    `data` is what was validated (plain data, or keyword arguments); `model` supplies the known fields and their descriptions.
    """
    by_path: dict[FieldPath, list[ErrorDetails]] = {}
    for error in errors:
        by_path.setdefault(held(error["loc"], data, missing=error["type"] in ("missing", "extra_forbidden")), []).append(error)
    return [_problem(path, group, model) for path, group in by_path.items() if not _is_echo(path, group, by_path)]


def describe(error: ErrorDetails, known_fields: Sequence[str] = ()) -> tuple[str, str]:
    """Message and help (empty when the error itself suggests none) of one pydantic error; its `loc` is used as it is."""
    path, kind, ctx = dotted(error["loc"]), error["type"], error.get("ctx", {})
    if kind == "missing":
        return f"{path} is missing", f"add {error['loc'][-1]}"
    if kind == "extra_forbidden":
        return f"{path} is not a known field", _candidates(str(error["loc"][-1]), known_fields)
    if kind in ("literal_error", "enum"):
        allowed = _quoted(ctx.get("expected", ""))
        return f"{path} must be {listed(allowed)}, got {_got(error)}", _candidates(str(error["input"]), allowed)
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return _union_tag(path, error, ctx)
    if kind in _MUST:
        return f"{path} must {_MUST[kind].format_map(_Words(ctx))}, got {_got(error)}", _type_help(error)
    text = printable(str(ctx.get("error", "")) or error["msg"])
    joint = " " if text.startswith(_READS_ON) else ": "
    return f"{path}{joint}{text}" if error["loc"] else text, printable(str(ctx.get("help", "")))


def dotted(path: Iterable[str | int]) -> str:
    """The path as users write it: `serve.steps[1].name`; the whole document is `the document`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{printable(part)}" for part in path)
    return text.removeprefix(".") or "the document"


def held(loc: Sequence[str | int], data: Any, *, missing: bool = False) -> FieldPath:
    """The segments of `loc` that `data` holds, without the names of union members; the last one stays when `missing`."""
    kept: list[str | int] = []
    for index, part in enumerate(loc):
        try:
            data = getattr(data, str(part)) if isinstance(data, BaseModel) else data[part]
        except (KeyError, IndexError, TypeError, AttributeError):
            if not (missing and index == len(loc) - 1):
                continue
        kept.append(part)
    return tuple(kept)


def fields_at(model: type[BaseModel] | None, loc: Sequence[str | int]) -> dict[str, FieldInfo]:
    """Fields, by the name that users write, of the models that `loc` leads to from `model`, in alphabetical order."""
    fields = {info.alias or name: info for m in _models_at(model, loc) for name, info in m.model_fields.items()}
    return {name: fields[name] for name in sorted(fields)}


def _models_at(model: type[BaseModel] | None, loc: Sequence[str | int]) -> list[type[BaseModel]]:
    models = [model] if model else []
    for part in loc:
        inner = [m for owner in models for m in _models_of_field(owner, part)]
        models = inner or [m for m in models if _has_tag(m, part)] or models  # else a list index or a mapping's key
    return models


def _meaning(model: type[BaseModel] | None, loc: Sequence[str | int], path: FieldPath) -> str:
    """What the field at the end of `path` means; empty where its models do not say."""
    said = (f"{name}: {text}" for m in _models_at(model, loc) for name, text in meanings(m).items() if path and name == path[-1])
    return next(said, "")


# -- details -----------------------------------------------------------------------------------------------


class _Words(dict[str, Any]):
    """Context of an error for `format_map`; a word that pydantic did not give is shown as `?`."""

    def __missing__(self, key: str) -> str:
        return "?"


def _is_echo(path: FieldPath, group: list[ErrorDetails], paths: Iterable[FieldPath]) -> bool:
    """True when other members of a union only say that they would have taken another shape than the one that was meant."""
    return all(e["type"] in _MUST for e in group) and any(p[: len(path)] == path for p in paths if len(p) > len(path))


def _problem(path: FieldPath, group: list[ErrorDetails], model: type[BaseModel] | None) -> Problem:
    first = group[0]
    known = fields_at(model, first["loc"][:-1])
    described = [describe({**error, "loc": path}, list(known)) for error in group]
    must = [_MUST[e["type"]].format_map(_Words(e.get("ctx", {}))) for e in group if e["type"] in _MUST]
    message = described[0][0]
    if len(must) == len(group) > 1:  # a union: every member says what it would take
        message = f"{dotted(path)} must {listed(dict.fromkeys(must))}, got {_got(first)}"
    before = hint(model.__name__, path, None if first["type"] == "extra_forbidden" else first["input"]) if model else ""
    hints = [before, *(help_ for _, help_ in described), _meaning(model, first["loc"][:-1], path)]
    code = {"missing": "CNAI103", "union_tag_not_found": "CNAI103", "extra_forbidden": "CNAI102"}.get(first["type"], "CNAI101")
    return Problem(code, path, message, next(filter(None, hints), "correct the value"))


def _union_tag(path: str, error: ErrorDetails, ctx: Mapping[str, Any]) -> tuple[str, str]:
    field = str(ctx.get("discriminator", "kind")).strip("'")
    if error["type"] == "union_tag_not_found":
        return f"{path}.{field} is missing", f"add {field}, to say which variant this is"
    allowed = _quoted(ctx.get("expected_tags", ""))
    got = printable(str(ctx.get("tag", "")))
    return f'{path}.{field} must be {listed(allowed)}, got "{got}"', _candidates(got, allowed)


def _candidates(word: str, known: Sequence[str]) -> str:
    close = nearest(word, known)
    if close:
        return f"did you mean {listed(close)}?"
    return f"known here: {', '.join(known)}" if known else "remove it"


def _type_help(error: ErrorDetails) -> str:
    value, kind = error["input"], error["type"]
    if kind in _TEXT_TYPES and isinstance(value, (bool, int, float)):
        return f'quote it: "{_plain(value)}"'
    if isinstance(value, str) and kind.startswith(("int_", "float_", "bool_")) and re.fullmatch(r"[0-9.]+|true|false", value):
        return f"remove the quotes: {value}"
    return ""


def _got(error: ErrorDetails) -> str:
    value = error["input"]
    names = [part for part in error["loc"] if isinstance(part, str)]
    if isinstance(value, str) and names and _SECRET.search(names[-1]):
        return "text that is not shown"
    return _plain(value)


def _plain(value: Any) -> str:
    """The value as a user would write it, short."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{shorten(value)}"'
    if isinstance(value, (int, float)):
        return "a huge number" if isinstance(value, int) and abs(value) >= 10**40 else str(value)
    if isinstance(value, Mapping):
        return "a mapping"
    return "a list" if isinstance(value, (list, tuple, set, frozenset)) else f"a {type(value).__name__}"


def _quoted(expected: Any) -> list[str]:
    """The words of pydantic's `'a', 'b' or 'c'`."""
    return re.findall(r"'([^']*)'", str(expected)) or [str(expected)]


def _models_of_field(model: type[BaseModel], part: str | int) -> list[type[BaseModel]]:
    for name, info in model.model_fields.items():
        if part in (name, info.alias):
            return [*_models_in(info.annotation), *_models_of(info.metadata)]
    return []


def _has_tag(model: type[BaseModel], tag: str | int) -> bool:
    """True when a field of the model can only be `tag`, which is how a union tells its members apart."""
    return any(get_args(info.annotation) == (tag,) for info in model.model_fields.values() if get_origin(info.annotation) is Literal)


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    """Every model class inside a type: union members, list items, values of mappings."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if get_origin(annotation) is Annotated:
        return [*_models_in(get_args(annotation)[0]), *_models_of(annotation.__metadata__)]
    return [m for argument in get_args(annotation) for m in _models_in(argument)]


def _models_of(metadata: Iterable[Any]) -> list[type[BaseModel]]:
    """Models that only an annotation knows: those of an open union."""
    return [m for extra in metadata for m in getattr(extra, "models", tuple)()]
