"""Edits that make a map a variant: one more key in its place, or as an item of a list.

Must not: know what a key means or whether the result is right (`change.migrate.repository` reads it again).
"""

from __future__ import annotations

from cnai_gitops.change.migrate.lines import ByHand, Edit, Map, applied, first_key, line_of, shifted
from cnai_gitops.change.migrate.tree import Entry, Node


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
