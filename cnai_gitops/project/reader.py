"""The reader: files of a repository into specs with their places, findings collected; and entries that are read when asked for.

Must not: know which files there are.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from cnai_gitops.errors import InvalidInput, ToolError, Unread
from cnai_gitops.findings import Finding, exit_code
from cnai_gitops.project.apart import Blueprints
from cnai_gitops.project.model import Entry
from cnai_gitops.source.files import Files, SourceError, decode, list_files
from cnai_gitops.source.places import FilePlace, PythonPlace, findings_of
from cnai_gitops.source.positions import register_source
from cnai_gitops.source.python import load_python
from cnai_gitops.source.yaml import Document, parse
from cnai_gitops.spec.base import Spec

T = TypeVar("T", bound=Spec)
K = TypeVar("K")

NOTHING: Mapping[str, Any] = {"seen": {}, "blueprints": {}, "releases": []}
"""The outline of a run that knows nothing."""

MOST_DEAD = 3
"""Blueprints that may take the process with them before the others are not tried any more."""


class Lazy(Mapping[K, Entry[T]]):
    """Entries of which some are read when they are first asked for."""

    def __init__(self, keys: Iterable[K], loaded: dict[K, Entry[T]], fetch: Callable[[K], Mapping[K, Entry[T]]]) -> None:
        self._keys, self._loaded, self._fetch = dict.fromkeys(keys), loaded, fetch

    def __getitem__(self, key: K) -> Entry[T]:
        if key not in self._loaded:
            if key not in self._keys:
                raise KeyError(key)
            self._loaded.update(self._fetch(key))
        return self._loaded[key]

    def __contains__(self, key: object) -> bool:
        return key in self._keys

    def __iter__(self) -> Iterator[K]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)


@dataclass(slots=True)
class Reader:
    """Collects specs and findings while files are read; one use, inside `load`.

    `apart` runs Python blueprints; None runs them here, which only a process does that is apart itself.
    """

    root: Path
    source: Files
    outline: Mapping[str, Any]
    apart: Blueprints | None
    dead: list[Finding] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    unclean: set[str] = field(default_factory=set)
    sources: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def unchanged(self, file: str) -> bool:
        """True when a file is what it was when the outline was made; it need not be read, and counts as read."""
        known = self.outline["seen"].get(file)
        if known is None:
            return False
        if file in self.source.digests:
            return bool(self.source.digests[file] == known[2])
        try:
            found = os.stat(self.root / file)
        except OSError:
            return False
        if [found.st_mtime_ns, found.st_size] != known[:2]:
            try:
                self.source.content(file)
            except SourceError:
                return False
            return bool(self.source.digests[file] == known[2])
        self.source.seen[file], self.source.digests[file] = (known[0], known[1]), known[2]
        return True

    def document(self, file: str) -> Document | None:
        """A YAML file with its places; None, and findings, when it is none."""
        try:
            return parse(self.source.text(file), file)
        except SourceError as error:
            self.findings.extend(error.findings)
            return None

    def spec(self, model: type[T], document: Document, data: Any = None) -> Entry[T] | None:
        """A document, or `data` in its place, as a model; None, and findings, when it does not fit."""
        place = FilePlace(document)
        try:
            return Entry(model.model_validate(document.data if data is None else data), place, document.file)
        except ValidationError as error:
            self.findings.extend(findings_of(error, model, place))
            return None

    def yaml(self, model: type[T], file: str) -> Entry[T] | None:
        """A YAML file as a model."""
        document = self.document(file)
        return self.spec(model, document) if document else None

    def files(self, folder: str, *suffixes: str, hidden: bool = False) -> list[str]:
        """Files below a folder whose names end so; with `hidden` those that begin with a dot as well."""
        try:
            return list_files(self.root, folder, suffixes, hidden=hidden)
        except SourceError as error:
            self.findings.extend(error.findings)
            return []

    def python(self, file: str, wanted: tuple[type[Spec], ...]) -> list[Entry[Any]]:
        """Instances of the wanted classes that a Python file defines; it counts as read, and all that it ran."""
        if self.apart is None:
            return self._python_here(file, wanted)
        read = self.apart.read(file)
        self.findings.extend(read.findings)
        for used in read.inputs:
            try:
                register_source(f"{self.root}/{used}", decode(self.source.content(used), used))
            except SourceError as error:
                if error.findings[0] not in read.findings:
                    self.findings.extend(error.findings)
        self.sources[file] = read.inputs
        if read.died is not None:
            self.dead.append(read.died)
            if len(self.dead) >= MOST_DEAD:
                self.require_alive()
        return read.entries

    def _python_here(self, file: str, wanted: tuple[type[Spec], ...]) -> list[Entry[Any]]:
        try:
            loaded = load_python(self.root, file, wanted)
        except SourceError as error:
            self.findings.extend(error.findings)
            return []
        for used in loaded.inputs:
            self.source.content(used)
        self.sources[file] = tuple(loaded.inputs)
        return [Entry(value, PythonPlace(value, self.root), file) for _, value in loaded.values]

    def require_alive(self) -> None:
        """Raise Unread when a blueprint was not read to its end."""
        if self.dead:
            if self.apart is not None:
                self.apart.close()
            raise Unread([*self.dead, *self.findings])


def require_same(files: Files, outline: Mapping[str, Any], reader: Reader) -> None:
    """Raise InvalidInput when what was left unread cannot be read now, ToolError when it is not what the outline says any more."""
    if exit_code(reader.findings):
        raise InvalidInput(reader.findings)
    changed = [path for path, digest in files.digests.items() if outline["seen"].get(path, ["", "", ""])[2] != digest]
    if changed:
        raise ToolError(f"{', '.join(changed)} changed while it was read", help="run the command again")
