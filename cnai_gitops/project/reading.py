"""Reading a repository: cnai.toml, blueprints, environments and waivers, as one Project.

Must not: relate specs to each other (`plan` does) or write anything.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cnai_gitops.errors import UsageError
from cnai_gitops.findings import Finding
from cnai_gitops.project.apart import Blueprints
from cnai_gitops.project.blueprints import Stale, blueprints_of
from cnai_gitops.project.environments import environments_of
from cnai_gitops.project.model import Entry, Project
from cnai_gitops.project.reader import NOTHING, Reader
from cnai_gitops.project.unread import unread
from cnai_gitops.source.files import Files, SourceError
from cnai_gitops.source.places import FilePlace, Place, findings_of
from cnai_gitops.source.requires import unmet
from cnai_gitops.source.text import shorten
from cnai_gitops.spec.config import Config
from cnai_gitops.spec.waiver import Waivers
from cnai_gitops.system.root import CONFIG


def load(root: Path, outline: Mapping[str, Any] | None = None, *, apart: bool = True) -> Project:
    """Read the whole repository below `root`, its Python blueprints in a process apart; here where this is such a process.

    Raises UsageError when cnai.toml itself cannot be used, SourceError when it asks for another version than this one,
    Unread when a blueprint was not read to its end. With an `outline` of an earlier run, blueprints and releases that have
    not changed are read when they are first asked for.
    """
    blueprints = Blueprints(root) if apart else None
    try:
        return _load(root, outline or NOTHING, blueprints)
    except Stale:
        if blueprints is not None:
            blueprints.close()
        return _load(root, NOTHING, blueprints)


def _load(root: Path, outline: Mapping[str, Any], blueprints: Blueprints | None) -> Project:
    with Files(root) as files:
        reader = Reader(root, files, outline, blueprints)
        config, config_place = _config(reader)
        (apps, datasets, models), homes = blueprints_of(reader)
        environments, releases, patches = environments_of(reader)
        waivers = [w for file in reader.files("policies/waivers", ".yaml") if file.count("/") == 2 and (w := _waivers(reader, file))]
        reader.findings += [finding for finding in unread(reader) if finding not in reader.findings]
        reader.require_alive()
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


def read_config(root: Path) -> Config:
    """Only cnai.toml. Raises UsageError when it cannot be used, SourceError when it is for another version."""
    with Files(root) as files:
        return _config(Reader(root, files, NOTHING, None))[0]


def _config(reader: Reader) -> tuple[Config, Place]:
    try:
        text = reader.source.text(CONFIG)
        data = tomllib.loads(text)
    except SourceError as error:
        raise UsageError(error.findings[0].message, help=error.findings[0].help) from error
    except (ValueError, RecursionError) as error:  # tomllib has an error of its own, and Python two more
        reason = "values are nested too deep" if isinstance(error, RecursionError) else shorten(str(error), 200)
        raise UsageError(f"{CONFIG}: {reason}", help="mend the TOML syntax") from error
    place = FilePlace.of_toml(CONFIG, text)
    if "requires" in data and (finding := unmet(data["requires"], place)):
        raise SourceError(finding)
    try:
        return Config.model_validate(data), place
    except ValidationError as error:
        first = findings_of(error, Config, place)[0]
        raise UsageError(f"{first.location}: {first.message}", help=first.help or "see schemas/config.schema.json") from error


def _waivers(reader: Reader, file: str) -> Entry[Waivers] | None:
    entry = reader.yaml(Waivers, file)
    expected = file.rpartition("/")[2].removesuffix(".yaml")
    if entry and entry.value.team != expected:
        message = f"team is {entry.value.team!r}, but the file is called {expected}.yaml"
        reader.findings.append(Finding(code="CNAI202", message=message, location=entry.place.locate(("team",)), help="use the file's name"))
        return None
    return entry
