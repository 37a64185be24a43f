"""Layers: what a stage is on one target, and which layer said so. Weakest first: default, organisation, blueprint,
environment, release, cluster (the escape hatch and patches act on objects, later).

Must not: know what a field means.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from cnai_gitops.findings import Finding, Location
from cnai_gitops.source.places import Place, findings_of
from cnai_gitops.spec.base import Spec, override
from cnai_gitops.spec.release import PIN_FIELDS, Pins

UNPINNED = Pins()
IDENTITY = frozenset({"name", "reads", "writes", "model", "engine.kind"})


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer's say about one stage: `values` as written, and where (`prefix` leads to them in the file)."""

    name: str
    values: Mapping[str, Any]
    place: Place
    prefix: tuple[str, ...]
    weak: bool = False

    def locate(self, path: Sequence[str | int]) -> Location | None:
        """Place of a field of the stage in this layer's file."""
        return self.place.locate((*self.prefix, *path))


@dataclass(frozen=True, slots=True)
class ResolvedStage:
    """A stage as one target has it. `pins` are the digests; `layers` everything that was laid over the blueprint."""

    key: str
    stage: Any
    pins: Pins
    layers: tuple[Layer, ...]


def resolve(key: str, stage: Spec, layers: Sequence[Layer]) -> tuple[ResolvedStage, list[Finding]]:
    """Lay `layers` (weakest first) over `stage`; what a layer gets wrong is said at that layer's line."""
    findings: list[Finding] = []
    pins: dict[str, Any] = {}
    if not layers:
        return ResolvedStage(key, stage, UNPINNED, ()), findings
    for layer in layers:
        for name in PIN_FIELDS & layer.values.keys():
            old = pins.get(name)
            value = layer.values[name]
            pins[name] = {**old, **value} if isinstance(old, Mapping) and isinstance(value, Mapping) else value
        values = {name: value for name, value in layer.values.items() if name not in PIN_FIELDS}
        for name in sorted(IDENTITY & values.keys()):
            message = f"{key}.{name} belongs to the blueprint; {_article(layer.name)} cannot change it"
            findings.append(Finding(code="CNAI203", message=message, location=layer.locate((name,)), help="change the blueprint instead"))
            del values[name]
        if layer.weak:
            values = _unset(stage, values)
        if values:
            try:
                stage = override(stage, values)
            except ValidationError as error:
                findings += findings_of(error, type(stage), _Prefixed(layer, key), base=stage)
    try:
        pinned = Pins.model_validate(pins) if pins else UNPINNED
    except ValidationError as error:
        strongest = next(layer for layer in reversed(layers) if PIN_FIELDS & layer.values.keys())
        findings += findings_of(error, Pins, _Prefixed(strongest, key))
        pinned = UNPINNED
    return ResolvedStage(key, stage, pinned, tuple(layers)), findings


def _article(name: str) -> str:
    return f"an {name}" if name[0] in "aeiou" else f"a {name}"


def _unset(stage: BaseModel, values: Mapping[str, Any]) -> dict[str, Any]:
    """Only what the author left open: a weak layer never wins against the blueprint."""
    left: dict[str, Any] = {}
    for name, value in values.items():
        old = getattr(stage, name, None)
        if name not in stage.model_fields_set:
            left[name] = value
        elif isinstance(old, BaseModel) and isinstance(value, Mapping) and (inner := _unset(old, value)):
            left[name] = inner
    return left


@dataclass(frozen=True, slots=True)
class _Prefixed:
    """A layer as a Place: paths are the stage's, messages name the stage."""

    layer: Layer
    name: str

    def locate(self, path: Sequence[str | int]) -> Location | None:
        return self.layer.locate(path)

    def notes(self, path: Sequence[str | int]) -> tuple[tuple[Location, str], ...]:
        return ()

    def describe(self, path: Sequence[str | int]) -> str:
        return ".".join([self.name, *(str(part) for part in path)])


# -- explain --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Said:
    """One layer that set a value: which, what, where, and whether it is the one that counts."""

    layer: str
    value: Any
    location: Location | None
    wins: bool
    notes: tuple[tuple[Location, str], ...] = ()
    """Further frames of a Python author: who called the function that wrote it."""


def explain(path: Sequence[str | int], blueprint_stage: Spec, place: Place, resolved: ResolvedStage) -> list[Said]:
    """Every layer that set the field `path` of a stage, weakest first."""
    said: list[tuple[str, Any, Location | None]] = []
    default, is_default = _default_at(type(blueprint_stage), blueprint_stage, path)
    if is_default:
        said.append(("default", default, None))
    for layer in (layer for layer in resolved.layers if layer.weak):
        said += _in_layer(layer, path)
    if _set_by_author(blueprint_stage, path):
        location = place.locate((*resolved.key.split("."), *path))
        said.append(("blueprint", _value_at(blueprint_stage, path), location))
    for layer in (layer for layer in resolved.layers if not layer.weak):
        said += _in_layer(layer, path)
    last = len(said) - 1
    notes = place.notes((*resolved.key.split("."), *path))
    return [Said(name, value, at, i == last, notes if name == "blueprint" else ()) for i, (name, value, at) in enumerate(said)]


def _in_layer(layer: Layer, path: Sequence[str | int]) -> Iterator[tuple[str, Any, Location | None]]:
    value: Any = layer.values
    for part in path:
        if not inside(value, part):
            return
        value = value[part]
    yield layer.name, value, layer.locate(path)


def inside(value: Any, part: str | int) -> bool:
    """True when a map or list has this entry."""
    if isinstance(value, list | tuple):
        return isinstance(part, int) and part < len(value)
    return isinstance(value, Mapping) and part in value


def _value_at(value: Any, path: Sequence[str | int]) -> Any:
    for part in path:
        value = value[part] if inside(value, part) else getattr(value, str(part))
    return value


def _set_by_author(value: Any, path: Sequence[str | int]) -> bool:
    for part in path:
        if isinstance(value, BaseModel):
            if part not in value.model_fields_set:
                return False
            value = getattr(value, str(part))
        elif inside(value, part):
            value = value[part]
        else:
            return False
    return True


def _default_at(model: type[BaseModel], value: Any, path: Sequence[str | int]) -> tuple[Any, bool]:
    """The default of a field, walking through what the author wrote (a union's variant is known only there)."""
    if not path or path[0] not in model.model_fields:
        return None, False
    info = model.model_fields[str(path[0])]
    inner = getattr(value, str(path[0]), None)
    if len(path) > 1 and isinstance(path[1], int) and isinstance(inner, list | tuple) and path[1] < len(inner):
        inner, path = inner[path[1]], path[1:]
        return _default_at(type(inner), inner, path[1:]) if isinstance(inner, BaseModel) else (None, False)
    if len(path) == 1:
        return (None, False) if info.is_required() else (info.get_default(call_default_factory=True), True)
    if isinstance(inner, BaseModel):
        return _default_at(type(inner), inner, path[1:])
    return None, False
