"""The maps of a file with the places of their keys and values in its text, whether it is YAML or TOML.

Must not: change a text or know what a key means.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from cnai_gitops.source.spellings import Keys, matches

Path = tuple[str | int, ...]
"""Keys and indexes of lists from the top of a file."""

Span = tuple[int, int]
"""First character and the one behind the last, counted from 0 in the whole text."""


@dataclass(frozen=True, slots=True)
class Node:
    """A value: a map (`entries`), a list (`items`) or neither.

    `flow`: written between brackets; else on lines of its own. `header`: the name of a table of TOML,
    empty when it has none of its own or its keys lie in several places.
    """

    span: Span
    entries: tuple[Entry, ...] | None = None
    items: tuple[Node, ...] | None = None
    flow: bool = True
    header: str | None = None

    def get(self, key: str) -> Entry | None:
        """The entry of a key, when this is a map that has it."""
        return next((entry for entry in self.entries or () if entry.key == key), None)

    def keys(self) -> set[str]:
        """The keys of a map."""
        return {entry.key for entry in self.entries or ()}


@dataclass(frozen=True, slots=True)
class Entry:
    """A key and its value. TOML may say a key in several headers: each has a span of its own."""

    key: str
    spans: tuple[Span, ...]
    value: Node

    @property
    def start(self) -> int:
        """Where the key is first written."""
        return self.spans[0][0]

    @property
    def end(self) -> int:
        """Where the value ends."""
        return self.value.span[1]


def places(node: Node, pattern: Keys, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Every map that keys lead to with its path, `*` standing for any text; lists on the way are passed through."""
    for index, item in enumerate(node.items or ()):
        yield from places(item, pattern, (*path, index))
    if node.entries is not None and not pattern:
        yield path, node
    for entry in node.entries or ():
        if pattern and matches(pattern[:1], (entry.key,)):
            yield from places(entry.value, pattern[1:], (*path, entry.key))


def find(node: Node, pattern: Keys) -> Iterator[Node]:
    """The same maps without their paths."""
    return (found for _, found in places(node, pattern))


def yaml_tree(text: str) -> Node:
    """The tree of a text that the strict reader accepts; an empty one is a map without keys."""
    root = yaml.compose(text, yaml.CSafeLoader)
    return _node(root, text) if root is not None else Node((0, 0), entries=())


def _node(node: yaml.Node, text: str) -> Node:
    start, end = node.start_mark.index, node.end_mark.index
    if isinstance(node, yaml.MappingNode):
        entries = tuple(_entry(key, value, text) for key, value in node.value)
        flow = bool(node.flow_style)
        return Node((start, end if flow or not entries else entries[-1].end), entries=entries, flow=flow)
    if isinstance(node, yaml.SequenceNode):
        items = tuple(_node(item, text) for item in node.value)
        flow = bool(node.flow_style)
        return Node((start, end if flow or not items else items[-1].span[1]), items=items, flow=flow)
    return Node((start, start + len(text[start:end].rstrip())))  # a block of text ends behind the line that follows it


def _entry(key: yaml.Node, value: yaml.Node, text: str) -> Entry:
    span = (key.start_mark.index, key.end_mark.index)
    made = _node(value, text)
    if made.span[1] < span[1]:  # nothing is written behind the colon
        made = Node((span[1], span[1]))
    return Entry(str(key.value), (span,), made)
