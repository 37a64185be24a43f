"""Memory: what an earlier run found out about applications, and whether it still holds.

Must not: keep anything about an application with findings that fail, or be believed when any content that was read differs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson

from cnai_gitops.compile.lineage import Consumer
from cnai_gitops.compile.platform import Tenant
from cnai_gitops.findings import Finding, finding_of
from cnai_gitops.plan.plan import Use
from cnai_gitops.project import Project, release_path
from cnai_gitops.resolved.units import Summary
from cnai_gitops.system.making import making
from cnai_gitops.system.root import CONFIG
from cnai_gitops.system.store import digest_of, read_store, write_store
from cnai_gitops.system.tools import Settings

NAME = "units"
TOOLS = ("kbuild", "kustomize")


@dataclass(frozen=True, slots=True)
class UnitRecord:
    """What is known of an application on one target. `key` is a digest of all that it was made from, `blob` git's name of its manifest."""

    key: str
    summary: Summary
    tenant: Tenant
    blob: str


@dataclass(frozen=True, slots=True)
class AppRecord:
    """What is known of an application; `units` are by target name, `hatches` in words by environment (the blueprint's under "")."""

    key: str
    team: str
    consumer: Consumer
    hatches: Mapping[str, tuple[str, ...]]
    findings: tuple[Finding, ...]
    units: Mapping[str, UnitRecord]

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> AppRecord:
        """The record that was written as plain data."""
        of = data["consumer"]
        uses, serves = tuple(Use(**use) for use in of["uses"]), tuple((stage, model) for stage, model in of["serves"])
        units = {
            name: UnitRecord(unit["key"], Summary.read(unit["summary"]), _tenant(unit["tenant"]), unit["blob"])
            for name, unit in data["units"].items()
        }
        hatches = {env: tuple(words) for env, words in data["hatches"].items()}
        findings = tuple(finding_of(finding) for finding in data["findings"])
        return cls(data["key"], data["team"], Consumer(of["app"], of["team"], of["purpose"], uses, serves), hatches, findings, units)

    def plain(self) -> dict[str, Any]:
        """As plain data."""
        units = {
            name: {"key": unit.key, "summary": unit.summary.plain(), "tenant": asdict(unit.tenant), "blob": unit.blob}
            for name, unit in self.units.items()
        }
        return {
            "key": self.key,
            "team": self.team,
            "consumer": asdict(self.consumer),
            "hatches": self.hatches,
            "findings": [asdict(finding) for finding in self.findings],
            "units": units,
        }


def _tenant(data: Mapping[str, Any]) -> Tenant:
    return Tenant(data["team"], tuple(data["secrets"]), data["retrains"])


@dataclass(frozen=True, slots=True)
class Memory:
    """What an earlier run wrote down: an outline of the files, and records of applications, as plain data."""

    made_by: str = ""
    outline: Mapping[str, Any] | None = None
    apps: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, root: Path, settings: Settings) -> Memory:
        """What can be trusted of it."""
        made_by = making(settings, *TOOLS)
        data = read_store(root, NAME, made_by)
        return cls(made_by, data.get("outline"), data.get("apps", {}))

    def records(self, project: Project) -> dict[str, AppRecord]:
        """Records of the applications of which nothing changed that they were made from."""
        keys = Keys(project)
        found = {}
        for app, data in self.apps.items():
            if ("Blueprint", app) in project.homes:
                uses = (use["dataset"] for use in data["consumer"]["uses"])
                models = (model for _, model in data["consumer"]["serves"])
                if data["key"] == keys.app(app, uses, models):
                    found[app] = AppRecord.read(data)
        return found

    def plain(self, records: Mapping[str, AppRecord]) -> dict[str, Any]:
        """Records as plain data; those that were read stay the objects that were read."""
        return {app: self.apps[app] if self._has(app, record) else record.plain() for app, record in records.items()}

    def write(self, project: Project, apps: Mapping[str, Any]) -> None:
        """Write records for the next run; nothing happens where they are the same."""
        outline = project.outline()
        if outline != self.outline or apps.keys() != self.apps.keys() or any(apps[app] is not self.apps[app] for app in apps):
            write_store(project.root, NAME, self.made_by, {"outline": outline, "apps": apps})

    def _has(self, app: str, record: AppRecord) -> bool:
        known = self.apps.get(app)
        units = record.units.items()
        return bool(known and known["key"] == record.key and all(unit.blob == known["units"][name]["blob"] for name, unit in units))


def shared_key(project: Project, apps: Mapping[str, Any], made_by: str) -> str:
    """Digest of what the platform, the hubs and the map of data are made from: environments, datasets, models, and what records say."""
    nouns = {file for (noun, _), file in project.homes.items() if noun != "Blueprint"}
    sources = {path for file in nouns for path in project.sources[file]}
    paths = {CONFIG, *sources, *(f"environments/{env}/environment.yaml" for env in project.environments)}
    files = [[path, project.digests.get(path)] for path in sorted(paths)]
    asked = [
        [app, record["consumer"], [[name, unit["tenant"], unit["summary"]["kinds"]] for name, unit in record["units"].items()]]
        for app, record in apps.items()
    ]
    return digest_of(made_by, orjson.dumps([files, asked]))


class Keys:
    """Digests of what applications are made from: the content of every file that was read for them."""

    def __init__(self, project: Project) -> None:
        """Look into the files of one project."""
        self._project = project
        self._digests = project.digests
        self._patches = digest_of(*(f"{path} {digest}" for path, digest in sorted(self._digests.items()) if "/patches/" in path))
        self._envs: dict[str, list[str]] = {}
        for env, app in project.releases:
            self._envs.setdefault(app, []).append(env)

    def app(self, app: str, datasets: Iterable[str], models: Iterable[str]) -> str:
        """Key of an application everywhere: of its blueprint, all its releases, and what it refers to."""
        envs = self._envs.get(app, ())
        return digest_of(*self._blueprint(app, datasets, models), *(line for env in envs for line in self._release(app, env)))

    def unit(self, app: str, env: str, datasets: Iterable[str], models: Iterable[str]) -> str:
        """Key of an application in one environment."""
        return digest_of(*self._blueprint(app, datasets, models), *self._release(app, env))

    def _blueprint(self, app: str, datasets: Iterable[str], models: Iterable[str]) -> Iterator[str]:
        yield self._line(CONFIG)
        yield from self._file("Blueprint", app)
        for noun, names in (("Dataset", datasets), ("Model", models)):
            for name in sorted(set(names)):
                yield from self._file(noun, name)

    def _release(self, app: str, env: str) -> Iterator[str]:
        yield self._line(release_path((env, app)))
        yield self._line(f"environments/{env}/environment.yaml")
        if (env, app) in self._project.patches:
            yield self._patches

    def _file(self, noun: str, name: str) -> Iterator[str]:
        home = self._project.homes.get((noun, name), "")
        yield f"{noun} {name} {home}"
        yield from (self._line(path) for path in self._project.sources.get(home, ()))

    def _line(self, path: str) -> str:
        return f"{path} {self._digests.get(path, '')}"
