"""Memory: what an earlier run found out about applications, and whether it still holds.

Must not: keep anything about an application with findings that fail, or be believed when any content that was read differs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    """What is known of an application on one target, as plain data that is looked at when it is asked for."""

    data: Mapping[str, Any]

    @classmethod
    def of(cls, key: str, summary: Summary, tenant: Tenant, blob: str) -> UnitRecord:
        """`key` is a digest of all that the unit was made from, `blob` git's name for the content of its manifest."""
        return cls({"key": key, "summary": summary.plain(), "tenant": tenant.plain(), "blob": blob})

    @property
    def key(self) -> str:
        """Digest of all that the unit was made from."""
        return str(self.data["key"])

    @property
    def blob(self) -> str:
        """Git's name for the content of the manifest; empty when no manifest was made."""
        return str(self.data["blob"])

    @property
    def summary(self) -> Summary:
        """What others may ask of it."""
        return Summary.read(self.data["summary"])

    @property
    def tenant(self) -> Tenant:
        """What it asks of the platform."""
        data = self.data["tenant"]
        return Tenant(data["team"], tuple(data["secrets"]), data["retrains"], tuple(data["runtimes"]))


@dataclass(frozen=True, slots=True)
class AppRecord:
    """What is known of an application, as plain data that is looked at when it is asked for."""

    data: Mapping[str, Any]

    @classmethod
    def of(
        cls,
        key: str,
        consumer: Consumer,
        hatches: Mapping[str, Sequence[str]],
        findings: Iterable[Finding],
        units: Mapping[str, UnitRecord],
    ) -> AppRecord:
        """`units` are by target name; `hatches` in words by environment, the blueprint's under ""."""
        return cls(
            {
                "key": key,
                "consumer": consumer.plain(),
                "hatches": {env: list(words) for env, words in hatches.items()},
                "findings": [asdict(finding) for finding in findings],
                "units": {name: unit.data for name, unit in units.items()},
            }
        )

    @property
    def key(self) -> str:
        """Digest of all that it was made from, everywhere."""
        return str(self.data["key"])

    @property
    def team(self) -> str:
        """Its team."""
        return str(self.data["consumer"]["team"])

    @property
    def consumer(self) -> Consumer:
        """What it touches."""
        of = self.data["consumer"]
        uses, serves = tuple(Use(**use) for use in of["uses"]), tuple((stage, model) for stage, model in of["serves"])
        return Consumer(of["app"], of["team"], of["purpose"], uses, serves)

    @property
    def hatches(self) -> Mapping[str, tuple[str, ...]]:
        """Escape hatches and patch folders."""
        return {env: tuple(words) for env, words in self.data["hatches"].items()}

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is said of it, none of which fails."""
        return tuple(finding_of(finding) for finding in self.data["findings"])

    @property
    def targets(self) -> tuple[str, ...]:
        """Names of the targets that it runs on."""
        return tuple(self.data["units"])

    def unit(self, target: str) -> UnitRecord | None:
        """What is known of it on one target."""
        data = self.data["units"].get(target)
        return UnitRecord(data) if data else None


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
                if data["key"] == keys.app(app, keys.blueprint(app, uses, models)):
                    found[app] = AppRecord(data)
        return found

    def write(self, project: Project, records: Mapping[str, AppRecord]) -> None:
        """Write records for the next run; nothing happens where they are the same."""
        outline, apps = project.outline(), {app: record.data for app, record in records.items()}
        if outline != self.outline or apps.keys() != self.apps.keys() or any(apps[app] is not self.apps[app] for app in apps):
            write_store(project.root, NAME, self.made_by, {"outline": outline, "apps": apps})


def shared_key(project: Project, records: Mapping[str, AppRecord], made_by: str) -> str:
    """Digest of what the platform, the hubs and the map of data are made from: environments, datasets, models, and what records say."""
    nouns = {file for (noun, _), file in project.homes.items() if noun != "Blueprint"}
    sources = {path for file in nouns for path in project.sources[file]}
    paths = {CONFIG, *sources, *(f"environments/{env}/environment.yaml" for env in project.environments)}
    files = [[path, project.digests.get(path)] for path in sorted(paths)]
    asked = [
        [app, record["consumer"], [[name, unit["tenant"], unit["summary"]["left"]] for name, unit in record["units"].items()]]
        for app, record in ((app, record.data) for app, record in records.items())
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

    def blueprint(self, app: str, datasets: Iterable[str], models: Iterable[str]) -> str:
        """Key of a blueprint and what it refers to."""
        nouns = (("Blueprint", (app,)), ("Dataset", sorted(set(datasets))), ("Model", sorted(set(models))))
        return digest_of(self._line(CONFIG), *(line for noun, names in nouns for name in names for line in self._file(noun, name)))

    def app(self, app: str, blueprint: str) -> str:
        """Key of an application everywhere: of its blueprint's key and all its releases."""
        return digest_of(blueprint, *(line for env in self._envs.get(app, ()) for line in self._release(app, env)))

    def unit(self, app: str, env: str, blueprint: str) -> str:
        """Key of an application in one environment."""
        return digest_of(blueprint, *self._release(app, env))

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
