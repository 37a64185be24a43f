"""Words: names that our facts know and that an organisation may add to in cnai.toml, accelerator classes and runtimes.

Must not: know which there are. Types list ours, for editors; the plan refuses what nobody declared (CNAI231).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Annotated, Any, get_args

from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema

from cnai_gitops.facts import words
from cnai_gitops.spec.base import Name, Spec
from cnai_gitops.spec.engine import Engine

__all__ = ["custom"]

TABLE = "x-table"
"""Key in a JSON Schema that says which table has the names."""

Path = tuple[str | int, ...]


class Word:
    """Annotation of such a name: which `table` of cnai.toml may add to it. At run time every Name has the right form."""

    def __init__(self, table: str) -> None:
        self.table = table

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return handler.generate_schema(Name)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), TABLE: self.table}


AcceleratorName = Annotated[words.Accelerator, Word("accelerators")]
AcceleratorKey = Annotated[str, Word("accelerators")]
"""The same as the key of a map."""

RuntimeName = Annotated[words.Runtime, Word("runtimes")]


def custom(name: str) -> Any:
    """The name of an accelerator class or runtime that cnai.toml declares, where a type asks for one of ours."""
    return name


def words_of(spec: Spec) -> Sequence[tuple[Path, str, str]]:
    """(path, table, name) of every such name in a model, map keys included."""
    return spec.once(_words)


def _words(spec: Spec) -> Sequence[tuple[Path, str, str]]:
    return tuple(_walk(spec, ()))


def _walk(value: Any, path: Path) -> Iterator[tuple[Path, str, str]]:
    if isinstance(value, BaseModel):
        for field, table in _fields(type(value)).items():
            inner = getattr(value, field)
            if table and isinstance(inner, str):
                yield (*path, field), table, inner
            elif table and isinstance(inner, Mapping):
                yield from (((*path, field, key), table, key) for key in inner)
            yield from _walk(inner, (*path, field))
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _walk(inner, (*path, key))
    elif isinstance(value, tuple):
        for i, inner in enumerate(value):
            yield from _walk(inner, (*path, i))


@cache
def _fields(model: type[BaseModel]) -> Mapping[str, str]:
    """Fields that are such a name or lead to one: its table, empty for a field that only leads there."""
    found = {}
    for name, field in model.model_fields.items():
        extras = [extra for inner in _parts(field.annotation) for extra in getattr(inner, "__metadata__", ())]
        table = next((extra.table for extra in (*field.metadata, *extras) if isinstance(extra, Word)), "")
        models = [part for part in _parts(field.annotation) if isinstance(part, type) and issubclass(part, BaseModel)]
        if table or any(issubclass(inner, Engine) or _fields(inner) for inner in models):  # only the value tells what an engine holds
            found[name] = table
    return found


def _parts(hint: Any) -> Iterator[Any]:
    """A type and all that it is made of."""
    yield hint
    for inner in get_args(hint):
        yield from _parts(inner)
