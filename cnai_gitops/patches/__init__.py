"""Hand-written patches: the targets that have some are built by kustomize, in a scratch copy of what it reads.

Must not: know what a patch does. Everything else is resolved in Python.
"""

from __future__ import annotations

import posixpath
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from cnai_gitops.errors import InvalidInput
from cnai_gitops.findings import Finding, Location
from cnai_gitops.overlay import read_kustomize
from cnai_gitops.patches.names import FieldPath, idle_files, outside
from cnai_gitops.resources.base import Body, key_of
from cnai_gitops.source.files import SourceError, list_files, read_text
from cnai_gitops.source.json import parse_json
from cnai_gitops.source.text import printable
from cnai_gitops.source.yaml import Document, parse, parse_all
from cnai_gitops.system import kustomize
from cnai_gitops.system.files import Writer
from cnai_gitops.system.tools import Settings

PATCHES = "environments"
KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml")
_LONGEST = 600
"""Characters of what kustomize says that a finding shows: it quotes itself once for each component, and the cause comes last."""

Patcher = Callable[[Mapping[str, str], str], Sequence[dict[str, Any]]]
"""Builds one overlay folder with kustomize: (all files of the tree, folder) -> objects."""


def patcher(root: Path, settings: Settings) -> Patcher:
    """Builds one overlay together with the repository's patch folders. Raises InvalidInput where kustomize refuses one."""

    def build(files: Mapping[str, str], folder: str) -> Sequence[dict[str, Any]]:
        own = own_files(root)
        documents = _read(own)
        named: set[str] = set()
        _raise(
            finding for document in documents for finding in (*_shapeless(document), *outside(document, own, named), *_unreadable(document))
        )
        _raise(idle_files(own, named))
        below = _below(files, folder)
        with tempfile.TemporaryDirectory(prefix="cnai-") as scratch, Writer(Path(scratch)) as writer:
            for path, text in [*files.items(), *own.items()]:
                writer.write(path, text.encode())
            answer, before = kustomize.build_many(Path(scratch), [folder, below], settings, read_kustomize)
        app, env = folder.split("/")[2], folder.split("/")[4]
        at = f"{PATCHES}/{env}/patches/{app}"
        if answer.error:
            _raise([_refused(Location(at, 1), f"kustomize refuses a patch: {_cause(answer.error).replace(scratch, '')}")])
        _raise(finding for document in documents if document.file.startswith(f"{at}/") for finding in _idle(document, before.objects))
        return answer.objects

    return build


def own_files(root: Path) -> dict[str, str]:
    """Texts of the repository's patch folders by path."""
    paths = [path for path in list_files(root, PATCHES, [".yaml", ".yml", ".json"]) if path.split("/")[2:3] == ["patches"]]
    return {path: read_text(root, path) for path in paths}


def _read(own: Mapping[str, str]) -> list[Document]:
    """The kustomizations. Every file is read strictly: kustomize takes JSON for YAML and follows aliases until the memory is full."""
    documents = [parse(text, path) for path, text in own.items() if path.endswith(KUSTOMIZATIONS)]
    for path, text in own.items():
        if path.endswith(".json"):
            parse_json(text, path)
        elif not path.endswith(KUSTOMIZATIONS):
            parse_all(text, path)
    return documents


def _shapeless(document: Document) -> Iterator[Finding]:
    """A kustomization that is no map; kustomize says so without its name."""
    if not isinstance(document.data, Mapping):
        yield Finding(
            code="CNAI101",
            message="a kustomization must be a map",
            location=document.locate(()),
            help="start with `kind: Component`",
        )


def _unreadable(document: Document) -> Iterator[Finding]:
    """The same for YAML that a kustomization holds as text."""
    queue: list[tuple[FieldPath, Any]] = [((), document.data)]
    while queue:
        path, value = queue.pop()
        if isinstance(value, Mapping):
            queue += [((*path, key), inner) for key, inner in value.items()]
        elif isinstance(value, list):
            queue += [((*path, index), inner) for index, inner in enumerate(value)]
        elif isinstance(value, str) and path[:1] != ("configMapGenerator",) and ("\n" in value or path[-1:] == ("patch",)):
            try:
                parse_all(value, document.file)
            except SourceError as error:
                yield replace(error.findings[0], location=document.locate_value(path))


def _below(files: Mapping[str, str], folder: str) -> str:
    """The folder that an overlay with components is built on: the same objects, without the patches."""
    (overlay,) = read_kustomize(files[f"{folder}/kustomization.yaml"])
    return posixpath.normpath(f"{folder}/{overlay['resources'][0]}")


def _cause(error: str) -> str:
    """The last part of what kustomize says, in one line of bounded length."""
    last = error.rpartition("recursed accumulation of path '")[2]
    text = re.sub(r'\\+"', '"', last.partition("': ")[2] if last != error else last).strip().rstrip('"')
    return printable(text if len(text) <= _LONGEST else f"…{text[-_LONGEST:]}")


def _raise(findings: Iterable[Finding]) -> None:
    found = list(findings)
    if found:
        raise InvalidInput(found)


def _refused(place: Location, message: str) -> Finding:
    return Finding(code="CNAI304", message=message, location=place, help="mend the patch")


# -- what a patch is for --------------------------------------------------------------------------------------


def _idle(document: Document, objects: Sequence[Body]) -> Iterator[Finding]:
    """Patches whose target fits no object; kustomize passes them over without a word."""
    patches = document.data.get("patches") if isinstance(document.data, Mapping) else None
    for index, patch in enumerate(patches if isinstance(patches, list) else ()):
        target = patch.get("target") if isinstance(patch, Mapping) else None
        if isinstance(target, Mapping) and not any(_fits(target, body) for body in objects):
            names = sorted({f"{body['kind']}/{body['metadata']['name']}" for body in objects})
            finding = _refused(document.locate(("patches", index)), "no object fits the target of this patch, so it changes nothing")
            yield Finding(code=finding.code, message=finding.message, location=finding.location, help=f"known: {', '.join(names)}")


def _fits(target: Mapping[str, Any], body: Body) -> bool:
    """True when an object has what the target names; each part is a pattern for the whole, selectors are left to kustomize."""
    key = key_of(body)
    version = str(body.get("apiVersion", "")).rpartition("/")[2]
    has = {"group": key.group, "version": version, "kind": key.kind, "namespace": key.namespace, "name": key.name}
    return all(re.fullmatch(str(target[part]), text) for part, text in has.items() if target.get(part))
