"""A user's repository: cnai.toml, and every file it consists of, read into specs with their places.

Must not: relate specs to each other (`plan` does) or write anything.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from cnai_gitops.errors import ToolError, UsageError
from cnai_gitops.facts.known import Facts
from cnai_gitops.findings import Finding, Location, Severity
from cnai_gitops.source.files import Files, SourceError, list_files
from cnai_gitops.source.places import FilePlace, Place, PythonPlace, findings_of
from cnai_gitops.source.python import load_python
from cnai_gitops.source.requires import unmet
from cnai_gitops.source.yaml import Document, parse
from cnai_gitops.spec.base import Spec
from cnai_gitops.spec.blueprint import Blueprint
from cnai_gitops.spec.config import Config
from cnai_gitops.spec.dataset import Dataset, Model
from cnai_gitops.spec.environment import Environment
from cnai_gitops.spec.release import Release
from cnai_gitops.spec.waiver import Waivers
from cnai_gitops.system.root import CONFIG

T = TypeVar("T", bound=Spec)
K = TypeVar("K")

NOUNS: tuple[type[Spec], ...] = (Blueprint, Dataset, Model)
"""What a file of the blueprints' folder may define."""


@dataclass(frozen=True, slots=True)
class Entry(Generic[T]):
    """One spec and where it was written."""

    value: T
    place: Place
    file: str


@dataclass(frozen=True, slots=True)
class Project:
    """Everything that was read. `findings` says what could not be; `inputs` has time of change (ns) and size of each file read,
    `digests` a digest of its content. `homes` says in which file an application, dataset or model is, `sources` which files
    that file ran."""

    root: Path
    config: Config
    config_place: Place
    apps: Mapping[str, Entry[Blueprint]]
    datasets: Mapping[str, Entry[Dataset]]
    models: Mapping[str, Entry[Model]]
    environments: Mapping[str, Entry[Environment]]
    releases: Mapping[tuple[str, str], Entry[Release]]
    waivers: tuple[Entry[Waivers], ...]
    patches: Mapping[tuple[str, str], tuple[str, ...]]
    inputs: Mapping[str, tuple[int, int]]
    findings: tuple[Finding, ...]
    digests: Mapping[str, str] = field(default_factory=dict)
    homes: Mapping[tuple[str, str], str] = field(default_factory=dict)
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unclean: frozenset[str] = frozenset()
    """Files about which there are findings."""

    @property
    def facts(self) -> Facts:
        """Accelerators and runtimes that this repository may name."""
        return self.config.facts

    def outline(self) -> dict[str, Any]:
        """What the next `load` may know of the files, as plain data."""
        nouns: dict[str, list[list[str]]] = {file: [] for file in self.sources if file not in self.unclean}
        for (noun, name), file in self.homes.items():
            if file in nouns:
                nouns[file].append([noun, name])
        return {
            "seen": {path: [*self.inputs[path], digest] for path, digest in self.digests.items()},
            "blueprints": {file: [list(self.sources[file]), names] for file, names in nouns.items() if names},
            "releases": [path for path in map(release_path, self.releases) if path not in self.unclean],
        }


class _Lazy(Mapping[K, Entry[T]]):
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


class _Stale(Exception):
    """The outline does not fit the files; everything has to be read."""


@dataclass(slots=True)
class _Reader:
    """Collects specs and findings while files are read; one use, inside `load`."""

    root: Path
    source: Files
    outline: Mapping[str, Any]
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
        try:
            return parse(self.source.text(file), file)
        except SourceError as error:
            self.findings.extend(error.findings)
            return None

    def spec(self, model: type[T], document: Document, data: Any = None) -> Entry[T] | None:
        place = FilePlace(document)
        try:
            return Entry(model.model_validate(document.data if data is None else data), place, document.file)
        except ValidationError as error:
            self.findings.extend(findings_of(error, model, place))
            return None

    def yaml(self, model: type[T], file: str) -> Entry[T] | None:
        document = self.document(file)
        return self.spec(model, document) if document else None

    def files(self, folder: str, *suffixes: str) -> list[str]:
        try:
            return list_files(self.root, folder, suffixes)
        except SourceError as error:
            self.findings.extend(error.findings)
            return []

    def python(self, file: str, wanted: tuple[type[Spec], ...]) -> list[Entry[Any]]:
        try:
            loaded = load_python(self.root, file, wanted)
        except SourceError as error:
            self.findings.extend(error.findings)
            return []
        self.findings.extend(loaded.findings)
        for used in loaded.inputs:
            self.source.content(used)
        self.sources[file] = tuple(loaded.inputs)
        return [Entry(value, PythonPlace(value, self.root), file) for _, value in loaded.values]

    def blueprint(self, file: str) -> list[Entry[Any]]:
        """What a file of the blueprints' folder defines."""
        before = len(self.findings)
        self.sources[file] = (file,)
        entries = self.python(file, NOUNS) if file.endswith(".py") else _yaml_blueprint(self, file)
        if not entries and len(self.findings) == before:
            self.findings.append(_empty(file))
        if len(self.findings) > before:
            self.unclean.add(file)
        return entries


def load(root: Path, outline: Mapping[str, Any] | None = None) -> Project:
    """Read the whole repository below `root`.

    Raises UsageError when cnai.toml itself cannot be used, SourceError when it asks for another version than this one. With an
    `outline` of an earlier run, blueprints and releases that have not changed are read when they are first asked for.
    """
    try:
        return _load(root, outline or _NOTHING)
    except _Stale:
        return _load(root, _NOTHING)


_NOTHING: Mapping[str, Any] = {"seen": {}, "blueprints": {}, "releases": []}


def _load(root: Path, outline: Mapping[str, Any]) -> Project:
    with Files(root) as files:
        reader = _Reader(root, files, outline)
        config, config_place = _config(reader)
        (apps, datasets, models), homes = _blueprints(reader)
        environments, releases, patches = _environments(reader)
        waivers = [w for file in reader.files("policies/waivers", ".yaml") if (w := _waivers(reader, file))]
    return Project(
        root=root,
        config=config,
        config_place=config_place,
        apps=apps,
        datasets=datasets,
        models=models,
        environments=environments,
        releases=releases,
        waivers=tuple(waivers),
        patches=patches,
        inputs=files.seen,
        findings=tuple(reader.findings),
        digests=files.digests,
        homes=homes,
        sources=reader.sources,
        unclean=frozenset(reader.unclean),
    )


def release_path(key: tuple[str, str]) -> str:
    """Path of a release file, by environment and application."""
    return f"environments/{key[0]}/{key[1]}.yaml"


def read_config(root: Path) -> Config:
    """Only cnai.toml. Raises UsageError when it cannot be used, SourceError when it is for another version."""
    with Files(root) as files:
        return _config(_Reader(root, files, _NOTHING))[0]


def _config(reader: _Reader) -> tuple[Config, Place]:
    try:
        text = reader.source.text(CONFIG)
        data = tomllib.loads(text)
    except SourceError as error:
        raise UsageError(error.findings[0].message, help=error.findings[0].help) from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{CONFIG}: {error}", help="mend the TOML syntax") from error
    place = FilePlace.of_toml(CONFIG, text)
    if "requires" in data and (finding := unmet(data["requires"], place)):
        raise SourceError(finding)
    try:
        return Config.model_validate(data), place
    except ValidationError as error:
        first = findings_of(error, Config, place)[0]
        raise UsageError(f"{first.location}: {first.message}", help=first.help or "see schemas/config.schema.json") from error


def _blueprints(reader: _Reader) -> tuple[list[Mapping[str, Entry[Any]]], dict[tuple[str, str], str]]:
    """Applications, datasets and models by name, and the file of each; an unchanged file is left unread."""
    known: Mapping[str, Any] = reader.outline["blueprints"]
    found: dict[str, dict[str, Entry[Any]]] = {noun.__name__: {} for noun in NOUNS}
    homes: dict[tuple[str, str], str] = {}
    for file in reader.files("blueprints", ".py", ".yaml"):
        if file.rpartition("/")[2].startswith("_"):
            continue
        if file in known and all(reader.unchanged(used) for used in known[file][0]):
            reader.sources[file] = tuple(known[file][0])
            for noun, name in known[file][1]:
                if homes.setdefault((noun, name), file) != file:
                    raise _Stale
            continue
        for entry in reader.blueprint(file):
            noun, name = _noun(entry), entry.value.name
            first = found[noun].get(name)
            if first is None and homes.setdefault((noun, name), file) != file:
                raise _Stale  # an unread file has it too
            if first is not None and first.value is not entry.value:
                _declared_twice(reader, entry, first)
            else:
                found[noun][name] = entry
    fetched: dict[str, list[Entry[Any]]] = {}
    lazy: list[Mapping[str, Entry[Any]]] = [
        _Lazy(sorted(name for n, name in homes if n == noun), found[noun], _fetcher(reader, noun, homes, fetched)) for noun in found
    ]
    return lazy, dict(sorted(homes.items()))


def _noun(entry: Entry[Any]) -> str:
    return type(entry.value).__name__ if type(entry.value) in NOUNS else Blueprint.__name__


def _declared_twice(reader: _Reader, entry: Entry[Any], first: Entry[Any]) -> None:
    message = f"{_noun(entry)} {entry.value.name!r} is declared twice; first at {first.place.locate(('name',))}"
    place = entry.place.locate(("name",))
    reader.findings.append(Finding(code="CNAI201", message=message, location=place, help="names are unique in a repository"))
    reader.unclean |= {entry.file, first.file}


def _fetcher(
    reader: _Reader, noun: str, homes: Mapping[tuple[str, str], str], fetched: dict[str, list[Entry[Any]]]
) -> Callable[[str], Mapping[str, Entry[Any]]]:
    """Reads the file of a name that was left unread."""

    def fetch(name: str) -> dict[str, Entry[Any]]:
        file = homes[noun, name]
        if file not in fetched:
            with Files(reader.root) as files:
                again = _Reader(reader.root, files, _NOTHING)
                fetched[file] = again.blueprint(file)
            _require_same(files, reader.outline, again)
        entries = {entry.value.name: entry for entry in fetched[file] if _noun(entry) == noun}
        if name not in entries:
            raise ToolError(f"{file} defines something else than before, although nothing in it changed", help="a blueprint must not guess")
        return entries

    return fetch


def _require_same(files: Files, outline: Mapping[str, Any], reader: _Reader) -> None:
    changed = [path for path, digest in files.digests.items() if outline["seen"].get(path, ["", "", ""])[2] != digest]
    if changed or reader.findings:
        raise ToolError(f"{', '.join(changed) or reader.findings[0].message} changed while it was read", help="run the command again")


def _empty(file: str) -> Finding:
    message = "defines no Blueprint, Dataset or Model at module level"
    help_ = "assign one to a name; a module that only helps others begins with _"
    return Finding(code="CNAI204", message=message, location=Location(file, 1), severity=Severity.WARNING, help=help_)


def _yaml_blueprint(reader: _Reader, file: str) -> list[Entry[Any]]:
    document = reader.document(file)
    if document is None:
        return []
    folder = file.split("/")[1:-1]
    model: type[Spec] = Dataset if folder[:1] == ["datasets"] else Model if folder[:1] == ["models"] else Blueprint
    entry = reader.spec(model, document)
    return [entry] if entry else []


def _environments(
    reader: _Reader,
) -> tuple[dict[str, Entry[Environment]], Mapping[tuple[str, str], Entry[Release]], dict[tuple[str, str], tuple[str, ...]]]:
    environments: dict[str, Entry[Environment]] = {}
    releases: dict[tuple[str, str], Entry[Release]] = {}
    keys: list[tuple[str, str]] = []
    known = set(reader.outline["releases"])
    patches: dict[tuple[str, str], list[str]] = {}
    beside: dict[tuple[str, str], str] = {}  # a patch folder's first file
    for file in reader.files("environments", ".yaml", ".yml", ".json"):
        parts = file.split("/")
        if not file.endswith(".yaml"):
            if parts[2:3] == ["patches"]:
                reader.source.content(file)
        elif len(parts) == 3 and parts[2] == "environment.yaml":
            entry = reader.yaml(Environment, file)
            if entry and entry.value.name != parts[1]:
                message = f"name is {entry.value.name!r}, but the folder is {parts[1]!r}"
                reader.findings.append(
                    Finding(code="CNAI202", message=message, location=entry.place.locate(("name",)), help="use the folder's name")
                )
            elif entry:
                environments[parts[1]] = entry
        elif len(parts) == 3:
            key = (parts[1], parts[2].removesuffix(".yaml"))
            if file in known and reader.unchanged(file):
                keys.append(key)
            elif release := _release(reader, file):
                keys.append(key)
                releases[key] = release
        elif len(parts) >= 5 and parts[2] == "patches":
            beside.setdefault((parts[1], parts[3]), file)
            if parts[-1] == "kustomization.yaml":
                patches.setdefault((parts[1], parts[3]), []).append("/".join(parts[:-1]))
            reader.source.text(file)
    for key, file in beside.items():
        if key not in patches:
            message = f"no kustomization.yaml in environments/{key[0]}/patches/{key[1]}, so nothing there is applied"
            cure = "add a kustomization.yaml of kind Component that names the patches"
            reader.findings.append(Finding(code="CNAI304", message=message, location=Location(file, 1), help=cure))
    ordered = {key: tuple(sorted(value)) for key, value in sorted(patches.items())}
    return environments, _Lazy(keys, releases, partial(_fetch_release, reader)), ordered


def _fetch_release(reader: _Reader, key: tuple[str, str]) -> dict[tuple[str, str], Entry[Release]]:
    """Read a release that was left unread."""
    with Files(reader.root) as files:
        again = _Reader(reader.root, files, _NOTHING)
        release = _release(again, release_path(key))
    _require_same(files, reader.outline, again)
    return {key: release} if release else {}


def _release(reader: _Reader, file: str) -> Entry[Release] | None:
    document = reader.document(file)
    if document is None:
        return None
    if not isinstance(document.data, dict):
        reader.findings.append(_not_a_map(document))
        return None
    entry = reader.spec(Release, document, split_release(document.data))
    expected = file.rpartition("/")[2].removesuffix(".yaml")
    if entry and entry.value.app != expected:
        message = f"app is {entry.value.app!r}, but the file is called {expected}.yaml"
        reader.findings.append(Finding(code="CNAI202", message=message, location=entry.place.locate(("app",)), help="use the file's name"))
        return None
    return entry


def _waivers(reader: _Reader, file: str) -> Entry[Waivers] | None:
    entry = reader.yaml(Waivers, file)
    expected = file.rpartition("/")[2].removesuffix(".yaml")
    if entry and entry.value.team != expected:
        message = f"team is {entry.value.team!r}, but the file is called {expected}.yaml"
        reader.findings.append(Finding(code="CNAI202", message=message, location=entry.place.locate(("team",)), help="use the file's name"))
        return None
    return entry


def split_release(data: Mapping[str, Any]) -> dict[str, Any]:
    """The form of a release file (`serve.scorer:` at the top) as the model has it (`stages:`)."""
    return {
        **{key: value for key, value in data.items() if "." not in key},
        "stages": {key: value for key, value in data.items() if "." in key},
    }


def _not_a_map(document: Document) -> Finding:
    return Finding(
        code="CNAI101",
        message="must be a map",
        location=Location(document.file, 1, 1),
        help="start with `app: <name>`",
    )
