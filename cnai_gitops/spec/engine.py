"""Engines: the open unions of the blueprint. An engine's spec and its compile live in one file of `cnai_gitops.engines`.

Must not: name any engine. Variants are found by file name, or defined by users in their own Python.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any, ClassVar

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import PydanticCustomError, core_schema

from cnai_gitops.spec.base import Spec


class Engine(Spec):
    """A variant of an open union, told apart by `kind`. `role` says which union it belongs to."""

    role: ClassVar[str] = ""
    kind: str
    """tells the variants apart; YAML must say it, Python need not"""


@cache
def engines() -> Mapping[tuple[str, str], type[Engine]]:
    """Every engine of `cnai_gitops.engines` by (role, kind)."""
    package = importlib.import_module("cnai_gitops.engines")
    found: dict[tuple[str, str], type[Engine]] = {}
    for info in sorted(pkgutil.walk_packages(package.__path__, f"{package.__name__}."), key=lambda i: i.name):
        module = importlib.import_module(info.name)
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, Engine) and value.__module__ == module.__name__:
                kind = value.model_fields["kind"].default
                if value.role and isinstance(kind, str):
                    found[value.role, kind] = value
    return found


def default_engine(role: str, kind: str) -> Any:
    """A new engine with nothing but defaults, for a field's default factory."""
    variant: Any = engines()[role, kind]
    return variant()


class Variants:
    """Annotation of a field that takes any engine of one role: an instance, or a map with `kind`."""

    def __init__(self, role: str) -> None:
        self.role = role

    def models(self) -> list[type[Engine]]:
        """The models that the field takes, so that messages know their fields."""
        return list(self._known().values())

    def _known(self) -> dict[str, type[Engine]]:
        return {kind: cls for (role, kind), cls in engines().items() if role == self.role}

    def _choose(self, value: Any) -> Any:
        if isinstance(value, Engine):
            if value.role == self.role:
                return value
            raise PydanticCustomError("engine_role", "{kind} is no {role}", {"kind": type(value).__name__, "role": self.role})
        if not isinstance(value, Mapping):
            raise PydanticCustomError("engine_type", "must be a map with `kind`, got {got}", {"got": type(value).__name__})
        known = self._known()
        kind = value.get("kind")
        if kind not in known:
            near = get_close_matches(str(kind), known, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            text = f"`kind` must be one of {', '.join(sorted(known))}, got {kind!r}{hint}"
            raise PydanticCustomError("engine_kind", "{text}", {"text": text})
        return known[str(kind)].model_validate(dict(value))

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self._choose, serialization=core_schema.plain_serializer_function_ser_schema(lambda v: v.model_dump(exclude_unset=True))
        )

    def __get_pydantic_json_schema__(self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"oneOf": [handler(cls.__pydantic_core_schema__) for _, cls in sorted(self._known().items())]}
