"""One edit of a YAML text that leaves every other byte as it was, comments and blank lines included.

Must not: know what the text says. What is written on one line (`{a: 1}`) can be changed there, not grow or shrink.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode

from cnai_gitops.errors import UsageError

Path_ = Sequence[str]


class Edited:
    """A YAML text whose top is a map. Paths are keys from the top; a key that is not there is a KeyError."""

    def __init__(self, text: str) -> None:
        self._end = "\r\n" if "\r\n" in text else "\n"
        self.text = text if text.endswith("\n") else text + self._end

    def set(self, path: Path_, value: str | int) -> None:
        """Write another scalar in place of the one at `path`."""
        _, node = self._find(path)
        if not isinstance(node, ScalarNode):
            raise UsageError(f"{'.'.join(path)} is no single value", help="edit the file by hand")
        self.text = f"{self.text[: node.start_mark.index]}{value}{self.text[node.end_mark.index :]}"

    def remove(self, path: Path_) -> None:
        """Take out a key with all its lines; comments above it stay."""
        key, node = self._on_lines(path)
        lines = self.text.splitlines(keepends=True)
        del lines[key.start_mark.line : _last_line(node) + 1]
        self.text = "".join(lines)

    def add(self, after: Path_, key: str, value: Mapping[str, str | int] | str | int | bool) -> None:
        """Put a key behind the one at `after`, in the same map."""
        neighbour, node = self._on_lines(after)
        pad = " " * neighbour.start_mark.column
        if isinstance(value, Mapping):
            new = [f"{pad}{key}:", *(f"{pad}  {name}: {_word(inner)}" for name, inner in value.items())]
        else:
            new = [f"{pad}{key}: {_word(value)}"]
        lines = self.text.splitlines(keepends=True)
        at = _last_line(node) + 1
        self.text = "".join([*lines[:at], *(line + self._end for line in new), *lines[at:]])

    def _on_lines(self, path: Path_) -> tuple[Node, Node]:
        """Key and value of a map that has each key on lines of its own."""
        key, node = self._find(path)
        line = self.text.splitlines()[key.start_mark.line]
        if line[: key.start_mark.column].strip():
            raise UsageError(f"{'.'.join(path)} shares its line with others", help="put each key on a line of its own, or edit by hand")
        return key, node

    def _find(self, path: Path_) -> tuple[Node, Node]:
        node: Any = YAML(typ="safe", pure=True).compose(self.text)
        key: Any = None
        for part in path:
            pairs = node.value if isinstance(node, MappingNode) else ()
            key, node = next(((k, v) for k, v in pairs if k.value == part), (None, None))
            if key is None:
                raise KeyError(".".join(path))
        return key, node


def _last_line(node: Any) -> int:
    """Last line that a value is written on; a block ends behind the comments that follow it, so its last leaf is asked."""
    while isinstance(node, CollectionNode) and node.value and not node.flow_style:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    ends_above = bool(node.end_mark.column == 0 and node.end_mark.line > node.start_mark.line)
    return int(node.end_mark.line) - ends_above


def _word(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
