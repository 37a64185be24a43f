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
from cnai_gitops.patches.names import FieldPath, idle_files, inline, outside
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
    """Targets that fit no object, and images that no object has; kustomize passes them over without a word."""
    data = document.data if isinstance(document.data, Mapping) else {}
    for path, target in _targets(data):
        if not any(_fits(target, body) for body in objects):
            names = sorted({f"{body['kind']}/{body['metadata']['name']}" for body in objects})
            finding = _refused(document.locate(path), "no object fits the target of this patch, so it changes nothing")
            yield replace(finding, help=f"known: {', '.join(names)}")
    images = {image for body in objects for image in _images(body)}
    for index, entry in enumerate(_maps(data.get("images"))):
        if not any(re.match(rf"{re.escape(str(entry.get('name')))}(?=$|[:@])", image) for image in images):
            finding = _refused(document.locate(("images", index)), "no object has an image of this name, so nothing is changed")
            yield replace(finding, help=f"known: {', '.join(sorted(images)) or 'none'}")


def _targets(data: Mapping[str, Any]) -> Iterator[tuple[FieldPath, Mapping[str, Any]]]:
    """(path, target) of each patch, of each replacement, and of each configuration that is written in place."""
    for field in ("patches", "patchesJson6902"):
        for index, patch in enumerate(_maps(data.get(field))):
            if isinstance(patch.get("target"), Mapping):
                yield (field, index), patch["target"]
    for index, replacement in enumerate(_maps(data.get("replacements"))):
        for number, target in enumerate(_maps(replacement.get("targets"))):
            if isinstance(target.get("select"), Mapping):
                yield ("replacements", index, "targets", number), target["select"]
    for field in ("transformers", "generators"):
        for index, text in enumerate(data.get(field) or ()):
            for config in inline(text) if isinstance(text, str) else ():
                if isinstance(config, Mapping) and isinstance(config.get("target"), Mapping):
                    yield (field, index), config["target"]


def _maps(value: Any) -> list[Mapping[str, Any]]:
    return [one if isinstance(one, Mapping) else {} for one in value] if isinstance(value, list) else []


def _images(body: Any) -> Iterator[str]:
    queue: list[Any] = [body]
    while queue:
        value = queue.pop()
        if isinstance(value, Mapping):
            if isinstance(value.get("image"), str):
                yield value["image"]
            queue += value.values()
        elif isinstance(value, list):
            queue += value


def _fits(target: Mapping[str, Any], body: Body) -> bool:
    """True when an object has what the target names; each part is a pattern for the whole, selectors are those of Kubernetes."""
    key, meta = key_of(body), body.get("metadata") or {}
    version = str(body.get("apiVersion", "")).rpartition("/")[2]
    has = {"group": key.group, "version": version, "kind": key.kind, "namespace": key.namespace, "name": key.name}
    return all(re.fullmatch(str(target[part]), text) for part, text in has.items() if target.get(part)) and all(
        _selected(str(target[part]), meta.get(where) or {})
        for part, where in (("labelSelector", "labels"), ("annotationSelector", "annotations"))
        if target.get(part)
    )


_TERM = re.compile(r"\s*(!?)\s*([^\s=!,()]+)\s*(?:(==?|!=)\s*([^\s,]*)|\s(in|notin)\s*\(([^)]*)\))?\s*(?:,|$)")


def _selected(selector: str, labels: Mapping[str, Any]) -> bool:
    """True when labels fit a selector (`a=b, c!=d, e in (f, g), h, !i`); for what is none, which kustomize refuses itself."""
    at = 0
    while at < len(selector):
        found = _TERM.match(selector, at)
        if found is None:
            return True
        absent, name, sign, value, word, values = found.groups()
        has = labels.get(name)
        choice = {one.strip() for one in (values or "").split(",")} if word else {value}
        wanted = (name in labels) != bool(absent) if not (sign or word) else (has in choice) == (sign != "!=" and word != "notin")
        if not wanted:
            return False
        at = found.end()
    return True
