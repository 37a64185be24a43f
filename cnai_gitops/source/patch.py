"""Places in hand-written patches: the line that sets a field of an object, in a file or in text inside a kustomization.

Must not: apply a patch, or judge whether one is sound.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from cnai_gitops.findings import Location
from cnai_gitops.source.files import SourceError
from cnai_gitops.source.yaml import Document, parse_all

Way = tuple[str | int, ...]


def place_in_patches(texts: Iterable[tuple[str, str]], kind: str, steps: Sequence[str]) -> Location | None:
    """Place of the line that says most of the way to a field of an object of that kind; `texts` are (path, text) of the files."""
    best: tuple[int, Location | None] = (0, None)
    for path, text in texts:
        for document, row in _documents(path, text):
            for depth, way in _ways(document.data, kind, steps):
                if depth > best[0]:
                    place = document.locate(way)
                    best = (
                        depth,
                        replace(place, line=place.line + row, text="" if row else place.text, col=0 if row else place.col, end_col=0),
                    )
    return best[1]


def _documents(path: str, text: str) -> Iterator[tuple[Document, int]]:
    """Documents of a file and of the patches that it holds as text, with the line before the first of the latter."""
    for document in _read(path, text):
        yield document, 0
        patches = document.data.get("patches") if isinstance(document.data, Mapping) else None
        for index, patch in enumerate(patches if isinstance(patches, list) else ()):
            inner = patch.get("patch") if isinstance(patch, Mapping) else None
            if isinstance(inner, str):
                row = document.locate_value(("patches", index, "patch")).line
                target = patch.get("target")
                kind = target.get("kind") if isinstance(target, Mapping) else None
                yield from ((replace(d, data=_Targeted(d.data, kind)), row) for d in _read(path, inner))


class _Targeted(list[Any]):
    """Operations of a patch whose target has a kind."""

    def __init__(self, operations: Any, kind: Any) -> None:
        super().__init__(operations if isinstance(operations, list) else [])
        self.kind = kind
        self.body = operations


def _read(path: str, text: str) -> list[Document]:
    try:
        return parse_all(text, path)
    except SourceError:
        return []


def _ways(data: Any, kind: str, steps: Sequence[str]) -> Iterator[tuple[int, Way]]:
    if isinstance(data, _Targeted) and data.kind not in (None, kind):
        return
    body = data.body if isinstance(data, _Targeted) else data
    if isinstance(body, Mapping) and body.get("kind") == kind:
        yield _deepest(body, steps, ())
    for index, operation in enumerate(body if isinstance(body, list) else ()):
        pointer = operation.get("path") if isinstance(operation, Mapping) else None
        if isinstance(pointer, str):
            parts = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
            if parts and parts == list(steps[: len(parts)]):
                yield len(parts), (index, "path")


def _deepest(node: Any, steps: Sequence[str], way: Way) -> tuple[int, Way]:
    """How many steps a tree goes along, and the way; an item of a list may be any, as lists are merged by name."""
    if not steps:
        return len(way), way
    if isinstance(node, Mapping) and steps[0] in node:
        return _deepest(node[steps[0]], steps[1:], (*way, steps[0]))
    if isinstance(node, list) and node:
        return max((_deepest(item, steps[1:], (*way, index)) for index, item in enumerate(node)), key=lambda found: found[0])
    return len(way), way
