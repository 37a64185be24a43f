"""The folder environments/: environments, releases and patch folders.

Must not: relate a release to its application.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from cnai_gitops.findings import Finding, Location
from cnai_gitops.project.model import Entry, release_path
from cnai_gitops.project.reader import NOTHING, Lazy, Reader, require_same
from cnai_gitops.source.files import Files
from cnai_gitops.source.yaml import Document
from cnai_gitops.spec.environment import Environment
from cnai_gitops.spec.release import Release


def environments_of(
    reader: Reader,
) -> tuple[dict[str, Entry[Environment]], Mapping[tuple[str, str], Entry[Release]], dict[tuple[str, str], tuple[str, ...]]]:
    """Environments by name, releases by environment and application, patch folders likewise; an unchanged release is left unread."""
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
    return environments, Lazy(keys, releases, partial(_fetch_release, reader)), ordered


def _fetch_release(reader: Reader, key: tuple[str, str]) -> dict[tuple[str, str], Entry[Release]]:
    """Read a release that was left unread."""
    with Files(reader.root) as files:
        again = Reader(reader.root, files, NOTHING, None)
        release = _release(again, release_path(key))
    require_same(files, reader.outline, again)
    return {key: release} if release else {}


def _release(reader: Reader, file: str) -> Entry[Release] | None:
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
