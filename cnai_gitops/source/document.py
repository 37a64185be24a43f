"""One YAML document as plain data, and the place of each of its values.

Must not: open files or judge. Places are found only when somebody asks: the kept text is parsed a second time then, so
that a build without findings never pays for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml

from cnai_gitops.findings import Location
from cnai_gitops.source.text import line_of, source_line

FieldPath = Sequence[str | int]


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML document that the strict reader accepted.

    `data` holds only dict (with text keys), list, str, int, float, bool and None; `number` counts documents in the file
    from 0. Columns of every Location count characters from 1, and `end_col` is the first column after the text meant.
    """

    file: str
    data: Any
    text: str
    number: int = 0

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines of the whole file, without their ends."""
        return tuple(self.text.split("\n"))

    def locate(self, path: FieldPath) -> Location:
        """Place of the key (or list item) at `path`; of its nearest ancestor when the document does not hold it.

        A segment that the document does not hold is passed over, because validators put the name of a union's member
        into their paths. A text segment finds the list item of that `name`. The place ends with the value when that lies
        on the same line.
        """
        key, value = self._find(path)
        first, last = key or value, value if isinstance(value, yaml.ScalarNode) else key
        if first is None:
            return self._at(0, 0, 0)
        if last is None or last.end_mark.line != first.start_mark.line:
            last = key
        return self._at(first.start_mark.line, first.start_mark.column, last.end_mark.column if last else 0)

    def locate_value(self, path: FieldPath) -> Location:
        """Place of the value at `path`, or of what `locate` finds when there is no such value."""
        _, value = self._find(path)
        if value is None:
            return self.locate(path)
        start, end = value.start_mark, value.end_mark
        return self._at(start.line, start.column, end.column if end.line == start.line else 0)

    def _find(self, path: FieldPath) -> tuple[yaml.Node | None, yaml.Node | None]:
        """Key node (None for a list item and for the document) and value node at `path`."""
        key: yaml.Node | None = None
        nodes = _nodes(self.text)
        value = nodes[self.number] if self.number < len(nodes) else None  # an empty file has no document at all
        for segment in path:
            if isinstance(value, yaml.MappingNode):
                key, value = next(((k, v) for k, v in value.value if k.value == segment), (key, value))
            elif isinstance(value, yaml.SequenceNode):
                item = _item(value, segment)
                key, value = (None, item) if item else (key, value)
        return key, value

    def _at(self, line: int, column: int, stop: int) -> Location:
        return location_at(self.file, self.text, line, column, stop)


def location_at(file: str, text: str, line: int, column: int, stop: int) -> Location:
    """Place of a mark of the parser, which counts from 0; `stop` 0 is the end of the line.

    The parser puts an unexpected end into a line that need not exist; that is the end of the last line.
    """
    last = text.count("\n", 0, -1)
    if line > last:
        line, column, stop = last, len(line_of(text, last + 1)), 0
    shown = source_line(text, line + 1)
    return Location(file, line + 1, column + 1, max(stop or len(shown.rstrip()), column + 1) + 1, shown)


@lru_cache(maxsize=8)
def _nodes(text: str) -> tuple[yaml.Node | None, ...]:
    """The node tree of each document. The strict reader has bounded depth and size and refused aliases before."""
    return tuple(yaml.compose_all(text, yaml.CSafeLoader))


def _item(items: yaml.SequenceNode, segment: str | int) -> yaml.Node | None:
    """List item by its index, or by the text of its `name`."""
    if isinstance(segment, int):
        return items.value[segment] if 0 <= segment < len(items.value) else None
    named = (item for item in items.value if isinstance(item, yaml.MappingNode))
    return next((item for item in named if any(k.value == "name" and v.value == segment for k, v in item.value)), None)
