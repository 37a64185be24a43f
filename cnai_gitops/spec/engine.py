"""Engines: the open unions of what users write. A variant's spec and its compile live in one file of `cnai_gitops.engines`.

Must not: name any variant. They are found by file name, or defined by users in their own Python.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from typing import Any, ClassVar, Literal, NamedTuple, get_args

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import PydanticCustomError, core_schema

from cnai_gitops.facts.known import Facts
from cnai_gitops.spec.base import IMAGE, Spec

_PACKAGE = "cnai_gitops.engines"

Decides = Literal["", "any", "every"]


class Contradiction(NamedTuple):
    """Values that cannot hold together with a variant: the code, the field of the holder that gives way, what is wrong, what would do."""

    code: str
    field: str
    message: str
    help: str


class Engine(Spec):
    """A variant of an open union, told apart by `kind`. `role` says which union it belongs to.

    `frame` names fields of the model that holds the variant (a serve stage, a scaling) that work whichever variant it has;
    `honours` those that work with this one. Where the role `decides` about the holder, setting any other field of it is an
    error at its line: of several variants `any` must honour a field, or `every` one. `needs` gives the least version of each
    component of the platform that it writes for, by the names of platform profiles.
    """

    role: ClassVar[str] = ""
    decides: ClassVar[Decides] = ""
    frame: ClassVar[frozenset[str]] = frozenset()
    honours: ClassVar[frozenset[str]] = frozenset()
    needs: ClassVar[Mapping[str, str]] = {}
    apart: ClassVar[bool] = False
    """True for what stands for a variant of the repository's own, which is run in another process"""
    kind: str
    """tells the variants apart; YAML must say it, Python need not"""

    def honoured(self, holder: Any, facts: Facts) -> frozenset[str]:
        """Fields of the model that holds this variant which have an effect with it."""
        return self.frame | self.honours

    def images(self) -> Sequence[str]:
        """Images of the blueprint that it runs, which a release must pin: the fields of type `ImageName`."""
        return self.once(_images)

    def platform_images(self, holder: Any, facts: Facts) -> Sequence[str]:
        """Images of the platform that it runs, which the environment must pin."""
        return ()

    def contradictions(self, holder: Any) -> Iterator[Contradiction]:
        """What the model that holds this variant says that cannot hold with it."""
        yield from ()


def _images(spec: Spec) -> Sequence[str]:
    return tuple(dict.fromkeys(images_in(spec)))


def images_in(spec: Spec) -> Iterator[str]:
    """Values of the fields of type `ImageName`, of a model and the models inside it."""
    for name, is_image in _fields(type(spec)):
        value = getattr(spec, name)
        for item in value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else (value,):
            if is_image and isinstance(item, str):
                yield item
            elif isinstance(item, Engine):
                yield from item.images()
            elif isinstance(item, Spec):
                yield from images_in(item)


@cache
def _fields(model: type[Spec]) -> tuple[tuple[str, bool], ...]:
    """Names of fields, and whether they name images; a field of plain values alone cannot hold one."""
    found = []
    for name, info in model.model_fields.items():
        is_image = IMAGE in info.metadata or marked(info.annotation)
        if is_image or info.annotation not in _PLAIN:
            found.append((name, is_image))
    return tuple(found)


_PLAIN = (str, int, float, bool)


def marked(annotation: Any) -> bool:
    """True for a field whose values name images."""
    return IMAGE in getattr(annotation, "__metadata__", ()) or any(marked(part) for part in get_args(annotation))


Held = tuple[tuple[str | int, ...], Spec, Sequence["Engine"]]
"""(path to a model, the model, its variants of one role)."""


def variants_of(spec: Spec) -> Sequence[Held]:
    """Every model inside a stage that holds variants."""
    return spec.once(_held)


def _held(spec: Spec) -> Sequence[Held]:
    return tuple(_walk(spec, ()))


def _walk(spec: Spec, path: tuple[str | int, ...]) -> Iterator[Held]:
    by_role: dict[str, list[Engine]] = {}
    shared: Sequence[Engine] = spec.engines if _has_engines(type(spec)) else ()  # type: ignore[attr-defined]  # each step has one
    for engine in shared:
        by_role.setdefault(engine.role, []).append(engine)
    inner: list[tuple[tuple[str | int, ...], Spec]] = []
    for name, _ in _fields(type(spec)):
        value = getattr(spec, name)
        several = isinstance(value, list | tuple)
        for i, item in enumerate(value if several else (value,)):
            if isinstance(item, Engine) and not shared:
                by_role.setdefault(item.role, []).append(item)
            if isinstance(item, Spec):
                inner.append(((*path, name, i) if several else (*path, name), item))
    for variants in by_role.values():
        yield path, spec, variants
    for at, item in inner:
        yield from _walk(item, at)


@cache
def _has_engines(model: type[Spec]) -> bool:
    return hasattr(model, "engines")


@cache
def variants(role: str) -> Mapping[str, type[Engine]]:
    """Every variant of one role by kind; they lie in its folder of `cnai_gitops.engines`, and are read when the role is first used."""
    package = importlib.import_module(f"{_PACKAGE}.{role}")
    found: dict[str, type[Engine]] = {}
    for info in sorted(pkgutil.walk_packages(package.__path__, f"{package.__name__}."), key=lambda i: i.name):
        module = importlib.import_module(info.name)
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, Engine) and value.__module__ == module.__name__:
                kind = value.model_fields["kind"].default
                if value.role == role and isinstance(kind, str):
                    found[kind] = value
    return found


@cache
def engines() -> Mapping[tuple[str, str], type[Engine]]:
    """Every variant of every role by (role, kind)."""
    roles = sorted(info.name for info in pkgutil.iter_modules(importlib.import_module(_PACKAGE).__path__) if info.ispkg)
    return {(role, kind): cls for role in roles for kind, cls in variants(role).items()}


@cache
def default_engine(role: str, kind: str) -> Any:
    """A variant with nothing but defaults, for a field's default factory; one for all, as values never change."""
    variant: Any = variants(role)[kind]
    return variant()


class Variants:
    """Annotation of a field that takes any variant of one role: an instance, or a map with `kind`."""

    def __init__(self, role: str) -> None:
        self.role = role

    def models(self) -> list[type[Engine]]:
        """The models that the field takes, so that messages know their fields."""
        return list(variants(self.role).values())

    def _choose(self, value: Any) -> Any:
        if isinstance(value, Engine):
            if value.role == self.role:
                return value
            raise PydanticCustomError("engine_role", "{kind} is no {role}", {"kind": type(value).__name__, "role": self.role})
        if not isinstance(value, Mapping):
            raise PydanticCustomError("engine_type", "must be a map with `kind`, got {got}", {"got": type(value).__name__})
        known = variants(self.role)
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
        return {"oneOf": [handler(cls.__pydantic_core_schema__) for _, cls in sorted(variants(self.role).items())]}
