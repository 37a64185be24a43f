"""The folder blueprints/: applications, datasets and models by name, and the file that each is in.

Must not: relate them to each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cnai_gitops.errors import ToolError
from cnai_gitops.findings import PRINTED, Finding, Location, Severity
from cnai_gitops.project.model import NOUNS, Entry
from cnai_gitops.project.reader import NOTHING, Lazy, Reader, require_same
from cnai_gitops.source.files import Files
from cnai_gitops.spec.base import Spec
from cnai_gitops.spec.blueprint import Blueprint
from cnai_gitops.spec.dataset import Dataset, Model


class Stale(Exception):
    """The outline does not fit the files; everything has to be read."""


def blueprints_of(reader: Reader) -> tuple[list[Mapping[str, Entry[Any]]], dict[tuple[str, str], str]]:
    """Applications, datasets and models by name, and the file of each; an unchanged file is left unread."""
    known: Mapping[str, Any] = reader.outline["blueprints"]
    found: dict[str, dict[str, Entry[Any]]] = {noun.__name__: {} for noun in NOUNS}
    homes: dict[tuple[str, str], str] = {}
    files = [file for file in reader.files("blueprints", ".py", ".yaml") if not file.rpartition("/")[2].startswith("_")]
    same = {file for file in files if file in known and all(reader.unchanged(used) for used in known[file][0])}
    if reader.apart is not None:
        reader.apart.ahead(file for file in files if file.endswith(".py") and file not in same)
    for file in files:
        if file in same:
            reader.sources[file] = tuple(known[file][0])
            for noun, name in known[file][1]:
                if homes.setdefault((noun, name), file) != file:
                    raise Stale
            continue
        for entry in _read(reader, file):
            noun, name = _noun(entry), entry.value.name
            first = found[noun].get(name)
            if first is None and homes.setdefault((noun, name), file) != file:
                raise Stale  # an unread file has it too
            if first is not None and first.value is not entry.value:
                _declared_twice(reader, entry, first)
            else:
                found[noun][name] = entry
    fetched: dict[str, list[Entry[Any]]] = {}
    lazy: list[Mapping[str, Entry[Any]]] = [
        Lazy(sorted(name for n, name in homes if n == noun), found[noun], _fetcher(reader, noun, homes, fetched)) for noun in found
    ]
    return lazy, dict(sorted(homes.items()))


def _noun(entry: Entry[Any]) -> str:
    return type(entry.value).__name__ if type(entry.value) in NOUNS else Blueprint.__name__


def _declared_twice(reader: Reader, entry: Entry[Any], first: Entry[Any]) -> None:
    message = f"{_noun(entry)} {entry.value.name!r} is declared twice; first at {first.place.locate(('name',))}"
    place = entry.place.locate(("name",))
    reader.findings.append(Finding(code="CNAI201", message=message, location=place, help="names are unique in a repository"))
    reader.unclean |= {entry.file, first.file}


def _fetcher(
    reader: Reader, noun: str, homes: Mapping[tuple[str, str], str], fetched: dict[str, list[Entry[Any]]]
) -> Callable[[str], Mapping[str, Entry[Any]]]:
    """Reads the file of a name that was left unread."""

    def fetch(name: str) -> dict[str, Entry[Any]]:
        file = homes[noun, name]
        if file not in fetched:
            with Files(reader.root) as files:
                again = Reader(reader.root, files, NOTHING, reader.apart)
                fetched[file] = _read(again, file)
                again.require_alive()
            require_same(files, reader.outline, again)
        entries = {entry.value.name: entry for entry in fetched[file] if _noun(entry) == noun}
        if name not in entries:
            raise ToolError(f"{file} defines something else than before, although nothing in it changed", help="a blueprint must not guess")
        return entries

    return fetch


def _read(reader: Reader, file: str) -> list[Entry[Any]]:
    """What a file of the blueprints' folder defines."""
    before, dead = len(reader.findings), len(reader.dead)
    reader.sources[file] = (file,)
    entries = reader.python(file, NOUNS) if file.endswith(".py") else _yaml_blueprint(reader, file)
    if not entries and all(found.code == PRINTED for found in reader.findings[before:]) and len(reader.dead) == dead:
        reader.findings.append(_empty(file))
    if len(reader.findings) > before:
        reader.unclean.add(file)
    return entries


def _empty(file: str) -> Finding:
    message = "defines no Blueprint, Dataset or Model at module level"
    help_ = "assign one to a name; a module that only helps others begins with _"
    return Finding(code="CNAI204", message=message, location=Location(file, 1), severity=Severity.WARNING, help=help_)


def _yaml_blueprint(reader: Reader, file: str) -> list[Entry[Any]]:
    document = reader.document(file)
    if document is None:
        return []
    folder = file.split("/")[1:-1]
    model: type[Spec] = Dataset if folder[:1] == ["datasets"] else Model if folder[:1] == ["models"] else Blueprint
    entry = reader.spec(model, document)
    return [entry] if entry else []
