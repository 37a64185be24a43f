"""A user's repository: cnai.toml, and every file it consists of, read into specs with their places.

Must not: relate specs to each other (`plan` does) or write anything.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from cnai_gitops.errors import UsageError
from cnai_gitops.facts.known import Facts
from cnai_gitops.findings import Finding, Location, Severity
from cnai_gitops.source.files import Files, SourceError, list_files
from cnai_gitops.source.places import FilePlace, Place, PythonPlace, findings_of
from cnai_gitops.source.python import load_python
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


@dataclass(frozen=True, slots=True)
class Entry(Generic[T]):
    """One spec and where it was written."""

    value: T
    place: Place
    file: str


@dataclass(frozen=True, slots=True)
class Project:
    """Everything that was read. `findings` says what could not be; `inputs` has time of change (ns) and size of each file read."""

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

    @property
    def facts(self) -> Facts:
        """Accelerators and runtimes that this repository may name."""
        return self.config.facts


@dataclass(slots=True)
class _Reader:
    """Collects specs and findings while files are read; one use, inside `load`."""

    root: Path
    source: Files
    findings: list[Finding] = field(default_factory=list)

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
        return [Entry(value, PythonPlace(value, self.root), file) for _, value in loaded.values]


def load(root: Path) -> Project:
    """Read the whole repository below `root`. Raises UsageError when cnai.toml itself cannot be used."""
    with Files(root) as files:
        reader = _Reader(root, files)
        config, config_place = _config(reader)
        apps, datasets, models = _blueprints(reader)
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
    )


def read_config(root: Path) -> Config:
    """Only cnai.toml. Raises UsageError when it cannot be used."""
    with Files(root) as files:
        return _config(_Reader(root, files))[0]


def _config(reader: _Reader) -> tuple[Config, Place]:
    try:
        text = reader.source.text(CONFIG)
        data = tomllib.loads(text)
    except SourceError as error:
        raise UsageError(error.findings[0].message, help=error.findings[0].help) from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{CONFIG}: {error}", help="mend the TOML syntax") from error
    place = FilePlace.of_toml(CONFIG, text)
    try:
        return Config.model_validate(data), place
    except ValidationError as error:
        first = findings_of(error, Config, place)[0]
        raise UsageError(f"{first.location}: {first.message}", help=first.help or "see schemas/config.schema.json") from error


def _blueprints(reader: _Reader) -> tuple[dict[str, Entry[Blueprint]], dict[str, Entry[Dataset]], dict[str, Entry[Model]]]:
    wanted: tuple[type[Spec], ...] = (Blueprint, Dataset, Model)
    found: dict[type[Spec], dict[str, Entry[Any]]] = {cls: {} for cls in wanted}
    for file in reader.files("blueprints", ".py", ".yaml"):
        if file.rpartition("/")[2].startswith("_"):
            continue
        before = len(reader.findings)
        entries = reader.python(file, wanted) if file.endswith(".py") else _yaml_blueprint(reader, file)
        if not entries and len(reader.findings) == before:
            reader.findings.append(_empty(file))
        for entry in entries:
            group = found[type(entry.value) if type(entry.value) in found else Blueprint]
            name = entry.value.name
            if name in group and group[name].value is not entry.value:
                first = group[name].place.locate(("name",))
                place = entry.place.locate(("name",))
                message = f"{type(entry.value).__name__} {name!r} is declared twice; first at {first}"
                reader.findings.append(Finding(code="CNAI201", message=message, location=place, help="names are unique in a repository"))
            else:
                group[name] = entry
    return tuple({name: group[name] for name in sorted(group)} for group in found.values())  # type: ignore[return-value]


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
) -> tuple[dict[str, Entry[Environment]], dict[tuple[str, str], Entry[Release]], dict[tuple[str, str], tuple[str, ...]]]:
    environments: dict[str, Entry[Environment]] = {}
    releases: dict[tuple[str, str], Entry[Release]] = {}
    patches: dict[tuple[str, str], list[str]] = {}
    beside: dict[tuple[str, str], str] = {}  # a patch folder's first file
    for file in reader.files("environments", ".yaml"):
        parts = file.split("/")
        if len(parts) == 3 and parts[2] == "environment.yaml":
            entry = reader.yaml(Environment, file)
            if entry and entry.value.name != parts[1]:
                message = f"name is {entry.value.name!r}, but the folder is {parts[1]!r}"
                reader.findings.append(
                    Finding(code="CNAI202", message=message, location=entry.place.locate(("name",)), help="use the folder's name")
                )
            elif entry:
                environments[parts[1]] = entry
        elif len(parts) == 3:
            release = _release(reader, file)
            if release:
                releases[parts[1], release.value.app] = release
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
    return environments, releases, ordered


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
