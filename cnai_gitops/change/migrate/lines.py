"""Edits of a text that move whole keys of a map and leave every other character, comments included, as it was.

Must not: know what a key means or whether the result is right (`change.migrate.files` reads it again).

A map on lines of its own is a sequence of chunks: the comments directly above a key, its lines, and what follows up to the
next chunk. A map between brackets is a sequence of slices with commas between them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from cnai_gitops.change.migrate.tree import Entry, Node, Span


class ByHand(Exception):
    """This text cannot be changed without touching something else; says what is in the way."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Another text for a span."""

    span: Span
    text: str


def applied(text: str, edits: Sequence[Edit]) -> str:
    """The text with every edit made; edits do not overlap, and those of one place keep their order."""
    for edit in sorted(edits, key=lambda e: e.span, reverse=True):
        text = f"{text[: edit.span[0]]}{edit.text}{text[edit.span[1] :]}"
    return text


def line_of(text: str, index: int) -> int:
    """Number of the line, from 1, that holds a character."""
    return text.count("\n", 0, index) + 1


def renamed(text: str, entry: Entry, key: str) -> list[Edit]:
    """The key called otherwise, in the quotes that it had."""
    return [Edit(span, requoted(text[slice(*span)], key)) for span in entry.spans]


def requoted(written: str, word: str) -> str:
    """A word in the quotes of the text in whose place it comes."""
    quote = written[:1] if written[:1] in ("'", '"') else ""
    return f"{quote}{word}{quote}"


@dataclass(frozen=True, slots=True)
class Map:
    """A map of a text, ready to be taken apart. `colon` stands between key and value: `: ` or ` = `."""

    text: str
    node: Node
    colon: str

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Keys and values in the order of the text."""
        return self.node.entries or ()

    # -- on lines of its own

    @property
    def pad(self) -> int:
        """Column of the keys."""
        return self._prefix(self.entries[0])[0]

    def chunk(self, entry: Entry, *, pad: int, key: str = "") -> list[str]:
        """The lines of a key with the comments above it, indented by `pad` instead, called `key` if that is given."""
        start, stop = self.lines_of(entry)
        column, _ = self._prefix(entry)
        lines = self.text.split("\n")[start:stop]
        first = line_of(self.text, entry.start) - 1 - start
        lines[first] = " " * column + lines[first][column:]  # without the `- ` of a list
        if key:
            written = self.text[slice(*entry.spans[0])]
            lines[first] = f"{lines[first][:column]}{requoted(written, key)}{lines[first][column + len(written) :]}"
        return [shifted(line, pad - column) for line in lines]

    def lines_of(self, entry: Entry) -> Span:
        """First line of a chunk and the one behind its last, counted from 0."""
        index = self.entries.index(entry)
        return self._head(entry), self._head(self.entries[index + 1]) if index + 1 < len(self.entries) else line_of(self.text, entry.end)

    def characters(self, start: int, stop: int) -> Span:
        """The characters of some lines, the end of the last one not among them."""
        lines = self.text.split("\n")
        first = sum(len(line) + 1 for line in lines[:start])
        return first, first + len("\n".join(lines[start:stop]))

    def rebuilt(self, lines: Sequence[str]) -> Edit:
        """Other lines for the whole map; a `- ` before its first key stays before the first key."""
        start, stop = self.lines_of(self.entries[0])[0], self.lines_of(self.entries[-1])[1]
        column, prefix = self._prefix(self.entries[0])
        first = first_key(lines)
        made = [*lines[:first], prefix + lines[first][column:], *lines[first + 1 :]]
        return Edit(self.characters(start, stop), "\n".join(made))

    def leads_list_item(self, entry: Entry) -> bool:
        """Whether the key stands behind the `- ` of a list."""
        return bool(self._prefix(entry)[1].strip())

    def _head(self, entry: Entry) -> int:
        """First line of a chunk: the comments directly above the key, in its column, belong to it."""
        lines, line, (column, prefix) = self.text.split("\n"), line_of(self.text, entry.start) - 1, self._prefix(entry)
        while not prefix.strip() and line and lines[line - 1].startswith(" " * column + "#"):
            line -= 1
        return line

    def _prefix(self, entry: Entry) -> tuple[int, str]:
        """Column of a key, and the characters before it."""
        start = self.text.rfind("\n", 0, entry.start) + 1
        prefix = self.text[start : entry.start]
        if prefix.strip(" -"):
            raise ByHand("the key shares its line with others")
        return len(prefix), prefix

    # -- between brackets

    def slice(self, entry: Entry, key: str = "") -> str:
        """Key and value as they are written; called `key` if that is given."""
        span = entry.spans[0]
        written = self.text[slice(*span)]
        return (requoted(written, key) if key else written) + self.text[span[1] : entry.end]

    def separator(self) -> str:
        """What stands between two keys. Raises ByHand for a comment there."""
        entries = self.entries
        gaps = [self.text[a.end : b.start] for a, b in pairwise(entries)]
        edges = (self.text[self.node.span[0] + 1 : entries[0].start], self.text[entries[-1].end : self.node.span[1] - 1])
        if any(not re.fullmatch(r"\s*,\s*", gap) for gap in gaps) or any(edge.strip(" \n,") for edge in edges):
            raise ByHand("a comment stands between the keys")
        return gaps[0] if gaps else ", "

    def refilled(self, slices: Sequence[str]) -> Edit:
        """Other keys between the brackets."""
        return Edit((self.entries[0].start, self.entries[-1].end), self.separator().join(slices))

    def wrapped(self, written: str, names: Sequence[str]) -> str:
        """A key and its value inside maps of these names."""
        return "".join(f"{name}{self.colon}{{" for name in names) + written + "}" * len(names)


def nested(source: Map, inside: Sequence[Entry], beside: Sequence[Entry], into: str, more: Mapping[str, Any]) -> list[Edit]:
    """A map of which some keys are the one item of a list, the last key; the others stay beside it, and `more` before them."""
    added = [f"{key}{source.colon}{json.dumps(value)}" for key, value in more.items()]
    if source.node.flow:
        item = ", ".join(source.slice(entry) for entry in inside)
        return [source.refilled([*added, *map(source.slice, beside), f"{into}{source.colon}[{{{item}}}]"])]
    if source.node.header == "":
        raise ByHand("its keys lie in several places")
    pad = source.pad
    kept = [f"{' ' * pad}{line}" for line in added] + [line for entry in beside for line in source.chunk(entry, pad=pad)]
    if source.node.header:
        lines = [line for entry in inside for line in source.chunk(entry, pad=pad)]
        return [source.rebuilt([*kept, "", f"{' ' * pad}[[{source.node.header}.{into}]]", *lines])]
    lines = [line for entry in inside for line in source.chunk(entry, pad=pad + 4)]
    first = first_key(lines)
    above = [shifted(line, -2) for line in lines[:first]]
    return [source.rebuilt([*kept, f"{' ' * pad}{into}:", *above, f"{' ' * (pad + 2)}- {lines[first][pad + 4 :]}", *lines[first + 1 :]])]


def tagged(value: Map, key: str, word: str) -> list[Edit]:
    """A map with one more key, the first one."""
    said = f"{key}{value.colon}{word}"
    if value.node.flow:
        at = value.node.span[0] + len(_opening(value.text[slice(*value.node.span)]))
        return [Edit((at, at), f"{said}{_comma(value, at)}")]
    if value.node.header == "":
        raise ByHand("its keys lie in several places")
    at = value.characters(*value.lines_of(value.entries[0]))[0]
    return [Edit((at, at), f"{' ' * value.pad}{said}\n")]


def listed(source: Map, entry: Entry, into: Entry | None, name: str, tag: tuple[str, str]) -> list[Edit]:
    """An entry whose map is an item, with `tag` as its first key, of the list at `into`, or of a new one called `name` in its place."""
    others = [other for other in source.entries if other is not entry or into is None]
    if source.node.flow:
        slices = [source.slice(other) for other in others]
        item = _tagged_text(source, entry, tag)
        at = others.index(into or entry)
        slices[at] = f"{slices[at][:-1]}{', ' if into.value.items else ''}{item}]" if into else f"{name}{source.colon}[{item}]"
        return [source.refilled(slices)]
    lines: list[str] = []
    for other in others:
        chunk = source.chunk(other, pad=source.pad)
        if other is entry:
            chunk = [f"{' ' * source.pad}{name}:", *_item(source, entry, source.pad + 2, tag)]
        elif other is into:
            if into.value.flow or not into.value.items:
                raise ByHand(f"{name} stands between brackets")
            end = line_of(source.text, into.end) - source.lines_of(into)[0]
            chunk[end:end] = _item(source, entry, _dash(source.text, into.value.items[0]), tag)
        lines += chunk
    return [source.rebuilt(lines)]


def _item(source: Map, entry: Entry, pad: int, tag: tuple[str, str]) -> list[str]:
    """The lines of a key as an item of a list, its dash at column `pad`; the comments above it come along."""
    value, key = entry.value, entry.spans[0]
    lines = source.chunk(entry, pad=source.pad)
    first = first_key(lines)
    above = [shifted(line, pad - source.pad) for line in lines[:first]]
    said = f"{' ' * pad}- "
    if value.flow:
        if "\n" in source.text[key[1] : value.span[0]]:
            raise ByHand("the value begins on another line")
        column = source.pad + value.span[0] - key[0]
        written = _tagged_text(source, entry, tag).split("\n")[0]
        behind = lines[first][column + len(source.text[slice(*value.span)].split("\n")[0]) :]
        head = f"{said}{written}{behind}"
        by = pad + 2 - column
    else:
        behind = lines[first][source.pad + key[1] - key[0] :].lstrip()[1:]
        head = f"{said}{': '.join(tag)}{behind}"
        by = pad + 2 - Map(source.text, value, source.colon).pad
    return [*above, head, *(shifted(line, by) for line in lines[first + 1 :])]


def _tagged_text(source: Map, entry: Entry, tag: tuple[str, str]) -> str:
    """A map between brackets as it is written, with one more key."""
    start, stop = entry.value.span
    edits = tagged(Map(source.text, entry.value, source.colon), *tag)
    return applied(source.text[:stop], edits)[start:]


def _opening(written: str) -> str:
    """The bracket and the blanks behind it."""
    return written[: len(written) - len(written[1:].lstrip(" "))]


def _comma(value: Map, at: int) -> str:
    """What stands between a new first key at a place and the one that was first."""
    return "" if not value.entries else "," if value.text.startswith("\n", at) else ", "


def _dash(text: str, item: Node) -> int:
    """Column of the dash before an item of a list."""
    prefix = text[text.rfind("\n", 0, item.span[0]) + 1 : item.span[0]]
    if prefix.strip() != "-":
        raise ByHand("the list shares its line with others")
    return prefix.index("-")


def moved(source: Map, entry: Entry, target: Map, missing: Sequence[str], key: str) -> list[Edit]:
    """An entry of one map taken over by another, as `key`, with maps called `missing` made around it."""
    if source.node.header is not None or target.node.header is not None:
        raise ByHand("it is a table of its own")
    if source.node is target.node:
        return [_deeper(source, entry, missing, key)]
    if len(source.entries) == 1:
        raise ByHand("nothing would be left of the map around it")
    if not source.node.flow and not target.node.flow:
        lines = _opened(missing, target.pad) + source.chunk(entry, pad=target.pad + 2 * len(missing), key=key)
    else:
        lines = [" " * (0 if target.node.flow else target.pad) + target.wrapped(_on_one_line(source, entry, key), missing)]
    return [_without(source, entry), _with(target, lines)]


def _deeper(source: Map, entry: Entry, missing: Sequence[str], key: str) -> Edit:
    """The entry where it is, inside new maps."""
    if source.node.flow:
        return Edit((entry.start, entry.end), source.wrapped(source.slice(entry, key), missing))
    start, stop = source.lines_of(entry)
    lines = _opened(missing, source.pad) + source.chunk(entry, pad=source.pad + 2 * len(missing), key=key)
    prefix = source.text[source.characters(start, stop)[0] : entry.start] if source.leads_list_item(entry) else ""
    return Edit(source.characters(start, stop), "\n".join([prefix + lines[0][len(prefix) :], *lines[1:]]))


def _opened(names: Sequence[str], pad: int) -> list[str]:
    return [f"{' ' * (pad + 2 * level)}{name}:" for level, name in enumerate(names)]


def _without(source: Map, entry: Entry) -> Edit:
    """The entry taken out."""
    index = source.entries.index(entry)
    if source.node.flow:
        source.separator()
        following = source.entries[index + 1 : index + 2]
        return Edit((entry.start, following[0].start) if following else (source.entries[index - 1].end, entry.end), "")
    if source.leads_list_item(entry):
        raise ByHand("the key is the first of its list item")
    first, last = source.characters(*source.lines_of(entry))
    return Edit((first, last + 1) if last < len(source.text) else (max(first - 1, 0), last), "")


def _with(target: Map, lines: Sequence[str]) -> Edit:
    """One more entry at the end of a map."""
    if target.node.flow:
        at = target.entries[-1].end if target.entries else target.node.span[0] + 1
        return Edit((at, at), f"{target.separator()}{lines[0]}" if target.entries else lines[0])
    at = target.characters(0, line_of(target.text, target.entries[-1].end))[1]
    return Edit((at, at), "".join(f"\n{line}" for line in lines))


def _on_one_line(source: Map, entry: Entry, key: str) -> str:
    """Key and value as one piece of a line, when nothing else belongs to them."""
    written = source.slice(entry)
    chunk = [] if source.node.flow else source.chunk(entry, pad=0)
    if "\n" in written or (chunk and "\n".join(chunk).strip() != written):
        raise ByHand("the value has a comment, or lines of its own")
    return source.slice(entry, key)


def first_key(lines: Sequence[str]) -> int:
    """Index of the first line that is neither empty nor a comment."""
    return next(index for index, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#"))


def shifted(line: str, by: int) -> str:
    """A line indented by more, or by less as far as it goes; an empty one stays empty."""
    if not line.strip():
        return line
    return " " * by + line if by >= 0 else line[min(-by, len(line) - len(line.lstrip(" "))) :]
