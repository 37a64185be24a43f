"""Crossing: a spec as plain data with the frames of every model in it, and the spec again on the other side, validated anew.

Must not: run what came from the other side, or believe it: only fields of our models arrive, and each is validated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cnai_gitops.facts.known import Facts
from cnai_gitops.findings import Finding
from cnai_gitops.project.foreign import describe, ours, stand_in
from cnai_gitops.project.model import NOUNS, Entry
from cnai_gitops.source.files import SourceError
from cnai_gitops.source.places import PythonPlace, findings_of
from cnai_gitops.source.positions import Captured, Frame, frames_below, locate_call, raised_at
from cnai_gitops.spec.base import Spec
from cnai_gitops.spec.engine import Engine

MAX_DEPTH = 64  # as in YAML

Path_ = tuple[str | int, ...]


@dataclass(slots=True)
class _Dump:
    """A value on its way out: where each model in it was made, and which variants are the repository's own."""

    value: Spec
    root: Path
    file: str
    facts: Facts
    frames: list[Any] = field(default_factory=list)
    own: list[Any] = field(default_factory=list)
    kindless: list[Path_] = field(default_factory=list)
    """Variants whose author did not write `kind`, which data must say."""

    def plain(self, value: Any, path: Path_, holder: Any = None) -> Any:
        if len(path) > MAX_DEPTH:
            raise self.refused(path, f"is nested more than {MAX_DEPTH} deep", "flatten it")
        if isinstance(value, Spec):
            return self.model(value, path, holder)
        if isinstance(value, Mapping):
            for key in value:
                if not isinstance(key, str):
                    raise self.refused(path, f"has a key that is no text: {key!r:.60}", "name it by text")
            return {str.__str__(key): self.plain(item, (*path, key)) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.plain(item, (*path, index), holder) for index, item in enumerate(value)]
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return str.__str__(value)
        if isinstance(value, int):
            return self.number(value, path)
        if isinstance(value, float):
            return float(value)
        raise self.refused(path, f"holds a {type(value).__name__}, which no file can", "write it as text, a number, a list or a map")

    def number(self, value: int, path: Path_) -> int:
        if abs(value) > 2**63:
            raise self.refused(path, f"is a number of {value.bit_length()} bits, beyond what tools can hold", "write it as text")
        return int(value)

    def model(self, value: Spec, path: Path_, holder: Any) -> dict[str, Any]:
        model = ours(value)
        frames = frames_below(value.where, self.root)
        if frames:
            self.frames.append([path, frames])
        names = set(value.model_fields_set)
        if isinstance(value, Engine) and "kind" not in names:
            names.add("kind")
            self.kindless.append(path)
        if model is not type(value) and not isinstance(value, Engine):  # a subclass may have other defaults
            names |= {name for name, info in type(value).model_fields.items() if getattr(value, name) != _default(model, name, info)}
            self.refuse_overrides(value, model, path)
        if isinstance(value, Engine) and model is not type(value):
            names = set(type(value).model_fields)
            try:
                self.own.append([path, describe(value, holder, self.facts)])
            except Exception as error:
                place, notes = raised_at(error, self.root)
                message = f"{type(value).__name__} fails: {type(error).__name__}: {error!s:.200}"
                at = place or PythonPlace(self.value, self.root).locate(path)
                raise SourceError(Finding(code="CNAI106", message=message, location=at, notes=notes, help="mend this class")) from error
        fields = [name for name in type(value).model_fields if name in names]
        return {name: self.plain(getattr(value, name), (*path, name), value) for name in fields}

    def refuse_overrides(self, value: Spec, model: type[Spec], path: Path_) -> None:
        """A subclass may have other defaults; what it does otherwise would be lost without a word."""
        for cls in type(value).__mro__[: type(value).__mro__.index(model)]:
            for name, item in vars(cls).items():
                called = callable(item) or isinstance(item, property)
                if called and not name.startswith("_") and name not in type(value).model_fields and hasattr(model, name):
                    words = f"is a {type(value).__name__}, whose {name} replaces that of {model.__name__} and would have no effect"
                    raise self.refused(path, words, "make it with a function instead of a subclass")

    def refused(self, path: Path_, words: str, help_: str) -> SourceError:
        place = PythonPlace(self.value, self.root)
        named = ".".join(map(str, path)) or type(self.value).__name__
        at = place.locate(path)
        return SourceError(Finding(code="CNAI101", message=f"{named} {words}", location=at, help=help_, path=named))


def _default(model: type[Spec], name: str, info: Any) -> Any:
    known = model.model_fields.get(name)
    return known.get_default(call_default_factory=True) if known is not None and not known.is_required() else info


def dump(value: Spec, root: Path, file: str, facts: Facts) -> dict[str, Any]:
    """The value as plain data. Raises SourceError for what no file could say."""
    going = _Dump(value, root, file, facts)
    noun = next(noun for noun in NOUNS if isinstance(value, noun))
    data = going.plain(value, ())
    return {"noun": noun.__name__, "data": data, "frames": going.frames, "own": going.own, "kindless": going.kindless}


# -- on the other side ----------------------------------------------------------------------------------------


def rebuilt(crossed: Mapping[str, Any], root: Path, file: str) -> Entry[Any]:
    """The value again. Raises SourceError where a field does not fit, ValueError, KeyError or TypeError for another shape."""
    model = {noun.__name__: noun for noun in NOUNS}[crossed["noun"]]
    data = crossed["data"]
    frames: dict[Path_, Captured] = {tuple(path): tuple(_frame(root, *frame) for frame in found) for path, found in crossed["frames"]}
    for path, about in sorted(crossed["own"], key=lambda pair: -len(pair[0])):  # the innermost first
        data = _with(data, tuple(path), lambda fields, about=about: stand_in(about, fields))
    try:
        value: Spec = model.model_validate(data)
    except ValidationError as error:
        raise SourceError(*findings_of(error, model, _FramesPlace(frames, root))) from None
    for at, holder in _models(value, ()):
        holder.made_at(frames.get(at, ()))
    for path in crossed["kindless"]:
        holder = _at(value, tuple(path))
        if isinstance(holder, Engine):
            holder.model_fields_set.discard("kind")
    return Entry(value, PythonPlace(value, root), file)


def _frame(root: Path, file: str, line: int, span: list[int] | None) -> Frame:
    first, last, start, stop = span or (0, 0, 0, 0)
    return Frame(f"{root}/{file}", int(line), (int(first), int(last), int(start), int(stop)) if span else None)


def _with(node: Any, path: Path_, change: Any) -> Any:
    """The same data with what lies at `path` changed."""
    if not path:
        return change(node)
    copy = list(node) if isinstance(node, list) else dict(node)
    copy[path[0]] = _with(node[path[0]], path[1:], change)  # type: ignore[index]
    return copy


def _models(value: Any, path: Path_) -> Iterator[tuple[Path_, Spec]]:
    """Every model that somebody wrote, with the path to it."""
    if isinstance(value, Spec):
        yield path, value
        for name in value.model_fields_set:
            yield from _models(getattr(value, name), (*path, name))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _models(item, (*path, key))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _models(item, (*path, index))


def _at(value: Any, path: Path_) -> Any:
    for part in path:
        if isinstance(value, Spec) and isinstance(part, str):
            value = getattr(value, part, None)
        elif isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list | tuple) and isinstance(part, int) and part < len(value):
            value = value[part]
        else:
            return None
    return value


@dataclass(frozen=True, slots=True)
class _FramesPlace:
    """Where fields of a value that never came to be were written."""

    frames: Mapping[Path_, Captured]
    root: Path

    def locate(self, path: Any) -> Any:
        """The innermost model on the way that somebody made."""
        path = tuple(path)
        for size in range(len(path), -1, -1):
            if path[:size] in self.frames:
                return locate_call(self.frames[path[:size]], self.root, path[size:])[0]
        return None

    def notes(self, path: Any) -> tuple[Any, ...]:
        """Said where the value is sound."""
        return ()


def inputs_of(answer: Mapping[str, Any]) -> Iterator[str]:
    """The files that were run."""
    for path in answer["inputs"]:
        if not isinstance(path, str):
            raise TypeError("inputs are paths")
        yield path
