"""One spelling brought up to date in one text of YAML or TOML: which maps it is about, and the edits they need.

Must not: write files, or trust an edit: whoever calls this reads the text again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cnai_gitops.change.migrate.lines import ByHand, Edit, Map, line_of, listed, moved, nested, renamed, requoted, tagged
from cnai_gitops.change.migrate.meaning import split
from cnai_gitops.change.migrate.tree import Entry, Node, Path, find, places
from cnai_gitops.source.spellings import TAG, WHOLE, Moved, Nested, Reworded, Spelling, Variant


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


def respelled(text: str, tree: Node, kind: str, spelling: Spelling, *, old: bool) -> Iterator[Rewritten | Left]:
    """Every place of a file of this kind that has the old spelling. `old` files have it where a new one could say the same text."""
    for place_kind, pattern in spelling.places:
        if place_kind == kind:
            for path, noun in places(tree, pattern):
                yield from _Noun(text, path, noun, kind, old).respelled(spelling)


@dataclass(frozen=True, slots=True)
class _Noun:
    text: str
    path: Path
    node: Node
    kind: str
    old: bool

    def respelled(self, spelling: Spelling) -> Iterator[Rewritten | Left]:
        if isinstance(spelling, Moved):
            yield from self._moved(spelling)
        elif isinstance(spelling, Reworded):
            yield from self._reworded(spelling)
        elif isinstance(spelling, Nested):
            yield from self._nested(spelling)
        elif isinstance(spelling, Variant):
            yield from self._variant(spelling)

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
            unsaid = spelling.unsaid(self._word(base.get(spelling.when)), keys)
            if spelling.when in keys and (outside or (unsaid and self.old)):
                more = "".join(f", {key}: {value}" for key, value in unsaid.items())
                words = f"{name}: {', '.join(entry.key for entry in inside)} -> {spelling.into}[0]{more}"
                try:
                    if unsaid and self.kind not in (WHOLE, "config"):  # every other kind of file lies over these
                        raise ByHand(f"{', '.join(unsaid)} may be said by a file below this one")
                    if spelling.into in keys:
                        raise ByHand(f"{spelling.into} is there too")
                    edits = nested(self._map(base), inside, outside, spelling.into, unsaid)
                except ByHand as error:
                    yield Left(line_of(self.text, inside[0].start), words, str(error))
                else:
                    yield self._of(base.entries[0].start if base.entries else 0, words, edits)
            elif spelling.when not in keys:
                for entry in inside:
                    if entry.key in spelling.inside:
                        words = f"{name}.{entry.key} belongs to an item of {spelling.into}"
                        yield Left(line_of(self.text, entry.start), words, f"the {spelling.when} of the item is not said here")

    def _variant(self, spelling: Variant) -> Iterator[Rewritten | Left]:
        entry = self.node.get(spelling.old)
        renames = spelling.new != spelling.old
        if entry is None or not (renames or (self.old and entry.value.entries is not None and not entry.value.get(TAG))):
            return
        into = self.node.get(spelling.new) if renames else None
        where = f"{spelling.new}[]: " if spelling.item else f"{spelling.new}: " if renames else ""
        words = f"{spelling.old}{' -> ' if renames else ': '}{where}{TAG}: {spelling.kind}"
        try:
            edits = self._as_variant(spelling, entry, into)
        except ByHand as error:
            yield Left(line_of(self.text, entry.start), words, str(error))
        else:
            yield self._of(entry.start, words, edits)

    def _as_variant(self, spelling: Variant, entry: Entry, into: Entry | None) -> list[Edit]:
        if spelling.item and self.kind != WHOLE:
            raise ByHand(f"a list is replaced whole, and other items of {spelling.new} may lie in other files")
        if entry.value.entries is None:
            raise ByHand("it is no map")
        if entry.value.get(TAG):
            raise ByHand(f"{TAG} is there too")
        if not spelling.item:
            if into:
                raise ByHand(f"{spelling.new} is there too")
            word = f'"{spelling.kind}"' if self.kind == "config" else spelling.kind
            return [*renamed(self.text, entry, spelling.new), *tagged(self._map(entry.value), TAG, word)]
        if any(self._word(item.get(TAG)) == spelling.kind for item in (into.value.items or () if into else ())):
            raise ByHand(f"{spelling.new} has one too")
        return listed(self._map(self.node), entry, into, spelling.new, (TAG, spelling.kind))

    def _word(self, entry: Entry | None) -> str:
        """A value that is a word, without its quotes."""
        return self.text[slice(*entry.value.span)].strip("'\"") if entry else ""

    def _map(self, node: Node) -> Map:
        return Map(self.text, node, " = " if self.kind == "config" else ": ")

    def _of(self, at: int, words: str, edits: Sequence[Edit], blocked: str = "") -> Rewritten | Left:
        line = line_of(self.text, at)
        return Left(line, words, blocked) if blocked else Rewritten(line, words, tuple(edits), self.path)
