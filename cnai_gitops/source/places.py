"""Places: where a field of a spec was written, whether in YAML, TOML or Python. One question, `locate(path)`.

Must not: validate anything or word messages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from pydantic import BaseModel, ValidationError

from cnai_gitops.findings import Finding, Location
from cnai_gitops.source.document import Document
from cnai_gitops.source.messages import Problem, dotted, problems
from cnai_gitops.source.positions import locate_call

Path_ = Sequence[str | int]


class Place(Protocol):
    """Answers where a field was written; None when nobody wrote it."""

    def locate(self, path: Path_) -> Location | None:
        """Place of the field `path`, or of the nearest thing around it."""

    def notes(self, path: Path_) -> tuple[tuple[Location, str], ...]:
        """Further places that led to it, with a word each."""


@dataclass(frozen=True, slots=True)
class FilePlace:
    """Fields of a YAML document. A stage's name leads to its item when stages are a list."""

    document: Document

    def locate(self, path: Path_) -> Location | None:
        """Place of the key, or of its nearest parent."""
        return self.document.locate(tuple(_indexed(self.document.data, path)))

    def notes(self, path: Path_) -> tuple[tuple[Location, str], ...]:
        """A file says it in one place."""
        return ()

    @staticmethod
    def of_toml(file: str, text: str) -> TomlPlace:
        """The same question for a TOML file."""
        return TomlPlace(file, tuple(text.splitlines()))


def _indexed(data: Any, path: Path_) -> list[str | int]:
    """`serve.scorer.scaling` as the document has it: `serve[0].scaling`, or `serve.scaling` when there is one."""
    found: list[str | int] = []
    for part in path:
        if isinstance(data, list) and isinstance(part, str):
            index = next((i for i, item in enumerate(data) if isinstance(item, Mapping) and item.get("name") == part), None)
            if index is None:
                break
            found.append(index)
            data = data[index]
        elif isinstance(data, Mapping) and part not in data and data.get("name") == part:
            continue
        else:
            found.append(part)
            data = data[part] if isinstance(data, Mapping) and part in data else data[part] if _has_item(data, part) else None
    return found


def _has_item(data: Any, part: str | int) -> bool:
    return isinstance(data, list) and isinstance(part, int) and part < len(data)


@dataclass(frozen=True, slots=True)
class TomlPlace:
    """Keys of a TOML file, found by their table's header and their line; good enough for a short configuration file."""

    file: str
    lines: tuple[str, ...]

    def locate(self, path: Path_) -> Location | None:
        """Line of the key, of its table, or the first line."""
        keys = [str(part) for part in path]
        table: list[str] = []
        best = (0, 1)
        for number, line in enumerate(self.lines, 1):
            header = re.match(r"\s*\[([^\[\]]+)\]", line)
            if header:
                table = [part.strip().strip('"') for part in header[1].split(".")]
                depth = _common(table, keys)
            else:
                key = re.match(r'\s*"?([A-Za-z0-9_.-]+)"?\s*=', line)
                depth = _common([*table, *key[1].split(".")], keys) if key else 0
            if depth > best[0]:
                best = (depth, number)
        text = self.lines[best[1] - 1] if self.lines else ""
        return Location(self.file, best[1], len(text) - len(text.lstrip()) + 1, 0, text)

    def notes(self, path: Path_) -> tuple[tuple[Location, str], ...]:
        """A file says it in one place."""
        return ()


def _common(have: list[str], want: list[str]) -> int:
    """How many parts of `want` the key spells; 0 when it leads elsewhere."""
    return len(have) if have == want[: len(have)] else 0


@dataclass(frozen=True, slots=True)
class PythonPlace:
    """Fields of a spec that Python made: the author's line, from the frames that each model remembers."""

    value: Any
    root: Path

    def locate(self, path: Path_) -> Location | None:
        """Line of the argument, or of the call that made the model which holds it."""
        return self._call(path)[0]

    def notes(self, path: Path_) -> tuple[tuple[Location, str], ...]:
        """The calls outside, when a function of the repository made it."""
        return self._call(path)[1]

    def _call(self, path: Path_) -> tuple[Location | None, tuple[tuple[Location, str], ...]]:
        holder, rest = _holder(self.value, path)
        return locate_call(getattr(holder, "where", ()), self.root, tuple(rest))


def _holder(value: Any, path: Path_) -> tuple[Any, list[str | int]]:
    """The innermost model on the way, and what of the path is left inside it."""
    holder, rest = value, list(path)
    left = list(path)
    while left:
        part = left.pop(0)
        if isinstance(value, BaseModel) and isinstance(part, str) and part in type(value).model_fields:
            if part not in value.model_fields_set:
                return holder, [part]
            value = getattr(value, part)
        elif isinstance(value, tuple | list) and isinstance(part, str):
            value = next((item for item in value if getattr(item, "name", None) == part), None)
        elif _has(value, part):
            value = value[part]
        else:
            break
        if isinstance(value, BaseModel) and bool(getattr(value, "where", ())):  # one that a short form stands for was written nowhere
            holder, rest = value, list(left)
    return holder, rest


def _has(value: Any, part: str | int) -> bool:
    if isinstance(value, Mapping):
        return part in value
    return isinstance(value, tuple | list) and isinstance(part, int) and part < len(value)


def findings_of(error: ValidationError, model: type[BaseModel], place: Place, base: Any = None) -> list[Finding]:
    """One finding for each field that `model` refused, at the place where it was written.

    A place that knows another name for its paths (`describe`) is asked for it. `base` is data that the paths lead through.
    """
    data = base if base is not None else getattr(getattr(place, "document", None), "data", None)
    found = problems(error.errors(include_url=False), data if data is not None else _Anything(), model)
    return [_finding(problem, place) for problem in found]


def _finding(problem: Problem, place: Place) -> Finding:
    described = getattr(place, "describe", None)
    message, path = problem.message, dotted(problem.path)
    if described and problem.path:
        full = described(problem.path)
        message, path = message.replace(path, full, 1), full
    parent = problem.path[:-1] if problem.code == "CNAI103" else problem.path
    return Finding(code=problem.code, message=message, location=place.locate(parent), help=problem.help, path=path)


class _Anything(dict[Any, Any]):
    """Data of which nothing is known: every path leads somewhere."""

    def __missing__(self, key: Any) -> _Anything:
        return self
