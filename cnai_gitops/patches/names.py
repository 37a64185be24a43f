"""What a kustomization refers to: every text in it that kustomize could open or fetch is a file of the patch folders.

Must not: know what a patch does. A field that is not known here is refused, so that a new one opens no door.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any

from cnai_gitops.findings import Finding, Location
from cnai_gitops.source.files import SourceError
from cnai_gitops.source.text import printable, shorten
from cnai_gitops.source.yaml import Document, parse_all

FieldPath = tuple[str | int, ...]

_FOLDERS = ("resources", "components", "bases")
_FILES = ("crds", "configurations")
_CONFIGS = ("generators", "transformers", "validators")
_WITH_PATH = ("patches", "patchesJson6902", "replacements")
_GENERATORS = ("configMapGenerator", "secretGenerator")
_PLAIN = frozenset({
    "apiVersion", "kind", "metadata", "namespace", "namePrefix", "nameSuffix", "commonLabels", "commonAnnotations", "labels", "images",
    "replicas", "vars", "generatorOptions", "buildMetadata", "sortOptions",
})  # fmt: skip
"""Fields in which nothing is the name of a file."""

_NO_FILE = (
    "AnnotationsTransformer", "HashTransformer", "ImageTagTransformer", "LabelTransformer", "LegacyOrderTransformer",
    "NamespaceTransformer", "PrefixSuffixTransformer", "PrefixTransformer", "ReplicaCountTransformer", "SortOrderTransformer",
    "SuffixTransformer", "ValueAddTransformer",
)  # fmt: skip
_PLUGINS: Mapping[str, str] = {
    **dict.fromkeys(_NO_FILE, ""),
    "ConfigMapGenerator": "generator",
    "SecretGenerator": "generator",
    "PatchTransformer": "path",
    "PatchJson6902Transformer": "path",
    "PatchStrategicMergeTransformer": "paths",
    "ReplacementTransformer": "replacements",
}
"""The plugins inside kustomize that start no program, by how they name files."""

_REMOTE = re.compile(r"[:?@\\]|^(\./)*github\.com", re.IGNORECASE)
_CANONICAL = re.compile(r"(\./)?(\.\./)*(?:(?!\.\.?/)[^/]+/)*(?!\.\.?$)[^/]*|\.|(\.\./)*\.\.")
"""A path that is what it looks like, so that nobody reads it in another way."""


def outside(document: Document, own: Mapping[str, str], named: set[str] | None = None) -> Iterator[Finding]:
    """References that lead out of the patch folders, and fields that could: kustomize would fetch some of them.

    Files that are named are added to `named`.
    """
    if isinstance(document.data, Mapping):
        yield from _Reading(document, own, named=named).kustomization(document.data)


def idle_files(own: Mapping[str, str], named: set[str]) -> Iterator[Finding]:
    """Files of the patch folders that no kustomization names."""
    for path in own:
        if path not in named and not path.endswith("/kustomization.yaml"):
            message = f"{path} is named by no kustomization, so what it says has no effect"
            yield Finding(code="CNAI235", message=message, location=Location(path, 1), help="name it in kustomization.yaml, or remove it")


class _Reading:
    """One document, and the files that there are; names are read from `folder`, and what is wrong is shown at `place`."""

    def __init__(
        self, document: Document, own: Mapping[str, str], folder: str = "", place: FieldPath = (), named: set[str] | None = None
    ) -> None:
        self.document, self.own, self.place = document, own, place
        self.named = set() if named is None else named
        self.folder = folder or document.file.rpartition("/")[0]
        self.folders = {path.rpartition("/")[0] for path in own}

    def kustomization(self, data: Mapping[str, Any]) -> Iterator[Finding]:
        for field, value in data.items():
            path: FieldPath = (field,)
            if field in _FOLDERS:
                yield from self._names(path, value, folders=True)
            elif field in _FILES:
                yield from self._names(path, value)
            elif field in _CONFIGS:
                yield from self._configs(path, value)
            elif field == "patchesStrategicMerge":
                yield from self._texts_or_names(path, value)
            elif field in _WITH_PATH:
                yield from self._paths(path, value)
            elif field in _GENERATORS:
                for index, entry in enumerate(value if isinstance(value, list) else ()):
                    yield from self._generator((field, index), entry)
            elif field == "openapi":
                yield from self._paths(path, [value])
            elif field not in _PLAIN:
                message = f"{shorten(str(field))} is no field of a kustomization that only reads files of the patch folders"
                yield self._refused(path, message, "write the objects into a file of this folder, and name it in resources")

    # -- forms in which a name is written ------------------------------------------------------------------------

    def _names(self, path: FieldPath, value: Any, *, folders: bool = False) -> Iterator[Finding]:
        """Every text at any depth is a name."""
        for at, name in _texts(path, value):
            yield from self._judge(at, name, folders=folders)

    def _paths(self, path: FieldPath, entries: Any) -> Iterator[Finding]:
        """Entries of which `path` is a name; the rest of them is content."""
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            if isinstance(entry, Mapping) and "path" in entry:
                at = (*path, "path") if path == ("openapi",) else (*path, index, "path")
                yield from self._names(at, entry["path"])

    def _generator(self, path: FieldPath, entry: Any) -> Iterator[Finding]:
        """An entry of a generator: `files` may say `key=name`, `envs` and the old `env` are names alone."""
        if not isinstance(entry, Mapping):
            return
        for at, name in _texts((*path, "files"), entry.get("files")):
            yield from self._judge(at, name.partition("=")[2] or name)
        for field in ("envs", "env"):
            yield from self._names((*path, field), entry.get(field))

    def _texts_or_names(self, path: FieldPath, value: Any) -> Iterator[Finding]:
        """Patches as text stand beside names of files."""
        for at, text in _texts(path, value):
            if not inline(text):
                yield from self._judge(at, text)

    def _configs(self, path: FieldPath, value: Any) -> Iterator[Finding]:
        """Configurations of plugins, as text or in a file; never in a folder, which could make them of anything."""
        for at, text in _texts(path, value):
            configs = inline(text)
            for config in configs:
                yield from _Reading(self.document, self.own, self.folder, at, self.named).plugin(config)
            if configs:
                continue
            wrong = list(self._judge(at, text))
            yield from wrong
            if not wrong:
                file = posixpath.normpath(f"{self.folder}/{text}")
                for document in parse_all(self.own[file], file):
                    yield from _Reading(document, self.own, self.folder, named=self.named).plugin(document.data)

    def plugin(self, config: Any) -> Iterator[Finding]:
        """The configuration of a plugin."""
        if config is None:
            return
        data = config if isinstance(config, Mapping) else {}
        form = _PLUGINS.get(str(data.get("kind"))) if data.get("apiVersion") == "builtin" else None
        if form is None:
            kind = shorten(f"{data.get('apiVersion', '')}/{data.get('kind', '')}")
            message = f"{kind} is no plugin that only reads files of the patch folders"
            yield self._refused((), message, f"use one of kustomize's own: {', '.join(sorted(_PLUGINS))}")
        elif form == "generator":
            yield from self._generator((), data)
        elif form == "path":
            yield from self._names(("path",), data.get("path"))
        elif form == "paths":
            yield from self._texts_or_names(("paths",), data.get("paths"))
        elif form == "replacements":
            yield from self._paths(("replacements",), data.get("replacements"))

    # -- judging -----------------------------------------------------------------------------------------------------

    def _judge(self, path: FieldPath, name: str, *, folders: bool = False) -> Iterator[Finding]:
        target = posixpath.normpath(f"{self.folder}/{name}")
        self.named.add(target)
        there = target in self.own or (folders and target in self.folders)
        if _REMOTE.search(name) or not _CANONICAL.fullmatch(name) or not there:
            yield Finding(
                code="CNAI108",
                message=f"{shorten(name)} is not a file of the patch folders",
                location=self.document.locate_value(self.place or path),
                help="copy it into this folder as .yaml, .yml or .json: a build reads nothing else, and never uses the network",
            )

    def _refused(self, path: FieldPath, message: str, help_: str) -> Finding:
        return Finding(code="CNAI239", message=printable(message), location=self.document.locate(self.place or path), help=help_)


def _texts(path: FieldPath, value: Any) -> Iterator[tuple[FieldPath, str]]:
    """Every text in a value, at any depth, with its path."""
    queue: list[tuple[FieldPath, Any]] = [(path, value)]
    while queue:
        at, one = queue.pop(0)
        if isinstance(one, str):
            yield at, one
        elif isinstance(one, Mapping):
            queue += [((*at, key), inner) for key, inner in one.items()]
        elif isinstance(one, list):
            queue += [((*at, index), inner) for index, inner in enumerate(one)]


def inline(text: str) -> list[Any]:
    """Maps that a text is, as kustomize reads it before it takes it for a name; none for a name."""
    try:
        documents = [document.data for document in parse_all(text, "")]
    except SourceError:
        return []
    return documents if any(isinstance(data, (Mapping, list)) for data in documents) else []
