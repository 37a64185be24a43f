"""One spelling brought up to date in one text of YAML or TOML: which maps it is about, and the edits they need.

Must not: write files, or trust an edit: whoever calls this reads the text again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cnai_gitops.change.migrate.lines import ByHand, Edit, Map, line_of, moved, nested, renamed, requoted
from cnai_gitops.change.migrate.meaning import split
from cnai_gitops.change.migrate.tree import Node, Path, find, places
from cnai_gitops.source.spellings import Moved, Nested, Reworded, Spelling


@dataclass(frozen=True, slots=True)
class Rewritten:
    """One place in the new spelling: the line it was found in, in words, the edits, and the path of its noun."""

    line: int
    words: str
    edits: tuple[Edit, ...]
    noun: Path = ()


@dataclass(frozen=True, slots=True)
class Left:
    """One place that its author has to change: the line, the spelling, and what is in the way."""

    line: int
    words: str
    reason: str


def respelled(text: str, tree: Node, kind: str, colon: str, spelling: Spelling) -> Iterator[Rewritten | Left]:
    """Every place of a file of this kind that has the old spelling."""
    for place_kind, pattern in spelling.places:
        if place_kind == kind:
            for path, noun in places(tree, pattern):
                yield from _Noun(text, path, noun, colon).respelled(spelling)


@dataclass(frozen=True, slots=True)
class _Noun:
    text: str
    path: Path
    node: Node
    colon: str

    def respelled(self, spelling: Spelling) -> Iterator[Rewritten | Left]:
        if isinstance(spelling, Moved):
            yield from self._moved(spelling)
        elif isinstance(spelling, Reworded):
            yield from self._reworded(spelling)
        elif isinstance(spelling, Nested):
            yield from self._nested(spelling)

    def _moved(self, spelling: Moved) -> Iterator[Rewritten | Left]:
        shared, old, new = split(spelling.old, spelling.new)
        words = f"{'.'.join(spelling.old)} -> {'.'.join(spelling.new)}"
        for base in find(self.node, shared):
            source = next(find(base, old[:-1]), None)
            entry = source.get(old[-1]) if source else None
            if source is None or entry is None:
                continue
            if len(old) == len(new) == 1:
                there = f"{new[0]} is there too" if base.get(new[0]) else ""
                yield self._of(entry.start, words, renamed(self.text, entry, new[0]), there)
                continue
            target, missing = base, list(new[:-1])
            while missing and (inner := target.get(missing[0])):
                target, missing = inner.value, missing[1:]
            blocked = "is there too" if target.get(new[-1]) and not missing else "is no map" if target.entries is None else ""
            if blocked:
                yield Left(line_of(self.text, entry.start), words, f"{'.'.join(spelling.new)} {blocked}")
                continue
            try:
                edits = moved(self._map(source), entry, self._map(target), missing, new[-1])
            except ByHand as error:
                yield Left(line_of(self.text, entry.start), words, str(error))
            else:
                yield self._of(entry.start, words, edits)

    def _reworded(self, spelling: Reworded) -> Iterator[Rewritten | Left]:
        for base in find(self.node, spelling.path[:-1]):
            entry = base.get(spelling.path[-1])
            written = self.text[slice(*entry.value.span)] if entry else ""
            if entry and written.strip("'\"") == spelling.old:
                words = f"{'.'.join(spelling.path)}: {spelling.old} -> {spelling.new}"
                yield self._of(entry.start, words, [Edit(entry.value.span, requoted(written, spelling.new))])

    def _nested(self, spelling: Nested) -> Iterator[Rewritten | Left]:
        name = ".".join(spelling.path)
        for base in find(self.node, spelling.path):
            keys = base.keys()
            outside = [entry for entry in base.entries or () if entry.key in spelling.beside]
            inside = [entry for entry in base.entries or () if entry.key not in spelling.beside]
            if spelling.when in keys and outside:
                words = f"{name}: {', '.join(entry.key for entry in inside)} -> {spelling.into}[0]"
                if spelling.into in keys:
                    yield Left(line_of(self.text, inside[0].start), words, f"{spelling.into} is there too")
                    continue
                try:
                    edits = nested(self._map(base), inside, outside, spelling.into)
                except ByHand as error:
                    yield Left(line_of(self.text, inside[0].start), words, str(error))
                else:
                    yield self._of(min(inside[0].start, outside[0].start), words, edits)
            elif spelling.when not in keys:
                for entry in inside:
                    if entry.key in spelling.inside:
                        words = f"{name}.{entry.key} belongs to an item of {spelling.into}"
                        yield Left(line_of(self.text, entry.start), words, f"the {spelling.when} of the item is not said here")

    def _map(self, node: Node) -> Map:
        return Map(self.text, node, self.colon)

    def _of(self, at: int, words: str, edits: Sequence[Edit], blocked: str = "") -> Rewritten | Left:
        line = line_of(self.text, at)
        return Left(line, words, blocked) if blocked else Rewritten(line, words, tuple(edits), self.path)
