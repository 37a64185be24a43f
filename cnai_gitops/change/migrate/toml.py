"""The tree of a TOML file, with the places of its keys: the standard library reads TOML without saying where.

Must not: judge the text. `tomllib` accepted it before, so this only follows brackets, quotes and headers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from cnai_gitops.change.migrate.tree import Entry, Node, Span

_BLANK = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_KEY = re.compile(r"""[ \t]*([A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')[ \t]*""")
_TEXT = re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}|' + r"'''.*?'{3,5}" + r"""|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""", re.DOTALL)
_BARE = re.compile(r"[^,\]}#\n]*")


def toml_tree(text: str) -> Node:
    """The tree of a text that `tomllib` accepts."""
    return _Reader(text).read().node()


@dataclass(slots=True)
class _Table:
    """A table that is being filled; `header` is its name, None for one between brackets, empty when it lies in several places."""

    header: str | None = ""
    spans: dict[str, list[Span]] = field(default_factory=dict)
    values: dict[str, _Table | list[_Table] | Node] = field(default_factory=dict)
    span: Span = (0, 0)

    def table(self, key: str, span: Span) -> _Table:
        """The table at a key, the last one when it is a list of tables; made when there is none. This one is scattered then."""
        self.header = ""
        self.spans.setdefault(key, []).append(span)
        value = self.values.setdefault(key, _Table())
        last = value[-1] if isinstance(value, list) else value
        return last if isinstance(last, _Table) else _Table()

    def node(self) -> Node:
        """The table as it is in the end."""
        entries = tuple(Entry(key, tuple(self.spans[key]), _frozen(value)) for key, value in self.values.items())
        span = self.span if self.header is None else (entries[0].start, max(entry.end for entry in entries)) if entries else (0, 0)
        return Node(span, entries=entries, flow=self.header is None, header=self.header)


def _frozen(value: _Table | list[_Table] | Node) -> Node:
    if isinstance(value, list):
        items = tuple(table.node() for table in value)
        return Node((items[0].span[0], items[-1].span[1]), items=items, flow=False)
    return value.node() if isinstance(value, _Table) else value


@dataclass(slots=True)
class _Reader:
    text: str
    at: int = 0

    def read(self) -> _Table:
        root = current = _Table()
        while self._blank() < len(self.text):
            if self.text[self.at] != "[":
                self._statement(current)
                continue
            many = self.text.startswith("[[", self.at)
            self.at += 2 if many else 1
            keys = self._keys()
            current = self._header(root, keys, many=many)
            self.at += 2 if many else 1
        return root

    def _header(self, root: _Table, keys: Sequence[tuple[str, Span]], *, many: bool) -> _Table:
        above = root
        for key, span in keys[:-1]:
            above = above.table(key, span)
        key, span = keys[-1]
        if many:
            above.header = ""
            above.spans.setdefault(key, []).append(span)
            items = above.values.setdefault(key, [])
            made = _Table()
            if isinstance(items, list):
                items.append(made)
            return made
        made = above.table(key, span)
        if not made.values:  # else a table inside it came first
            made.header = self.text[keys[0][1][0] : span[1]]
        return made

    def _statement(self, table: _Table) -> None:
        keys = self._keys()
        self.at += 1  # the equals sign
        for key, span in keys[:-1]:
            table = table.table(key, span)
        key, span = keys[-1]
        table.spans[key], table.values[key] = [span], self._value()

    def _keys(self) -> list[tuple[str, Span]]:
        """The parts of a key with dots between them, each with its span."""
        keys: list[tuple[str, Span]] = []
        while found := _KEY.match(self.text, self.at):
            keys.append((found[1].strip("\"'"), found.span(1)))
            self.at = found.end()
            if not self.text.startswith(".", self.at):
                break
            self.at += 1
        return keys

    def _value(self) -> Node:
        start = self._blank()
        if self.text[start] in "[{":
            return self._brackets(start)
        found = _TEXT.match(self.text, start) or _BARE.match(self.text, start)
        self.at = start + len(found[0].rstrip()) if found else start
        return Node((start, self.at))

    def _brackets(self, start: int) -> Node:
        self.at += 1
        items: list[Node] = []
        table = _Table(header=None)
        is_table = self.text[start] == "{"
        while self.text[self._blank()] not in "]}":
            if is_table:
                self._statement(table)
            else:
                items.append(self._value())
            if self.text[self._blank()] == ",":
                self.at += 1
        self.at += 1
        if not is_table:
            return Node((start, self.at), items=tuple(items))
        table.span = (start, self.at)
        return table.node()

    def _blank(self) -> int:
        """Pass over blanks, line ends and comments."""
        found = _BLANK.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.at
