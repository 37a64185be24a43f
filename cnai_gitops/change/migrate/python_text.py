"""A Python text with its syntax tree and the places of its nodes.

Must not: change the text or know what a call means.
"""

from __future__ import annotations

import ast
import io
import tokenize
import warnings
from dataclasses import dataclass, field

from cnai_gitops.change.migrate.tree import Span


def parsed(text: str) -> ast.Module:
    """The syntax tree; warnings are said when the file is loaded. Raises SyntaxError."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except (ValueError, RecursionError, MemoryError) as error:
            raise SyntaxError(str(error) or "too deeply nested") from error


@dataclass(slots=True)
class PythonText:
    """A Python text. `tree` is what it means once every place that was found is rewritten."""

    text: str
    tree: ast.Module = field(init=False)
    starts: list[int] = field(init=False)
    comments: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.tree = parsed(self.text)
        lines = self.text.split("\n")
        self.starts = [0]
        for line in lines:
            self.starts.append(self.starts[-1] + len(line) + 1)
        tokens = tokenize.generate_tokens(io.StringIO(self.text).readline)
        self.comments = [self.starts[t.start[0] - 1] + t.start[1] for t in tokens if t.type == tokenize.COMMENT]

    def begins_line(self, at: int) -> bool:
        """Whether only blanks stand before a character on its line."""
        return not self.text[self.text.rfind("\n", 0, at) + 1 : at].strip()

    def span(self, node: ast.expr | ast.keyword | ast.stmt | ast.alias) -> Span:
        """The characters of a node; the compiler counts bytes of a line."""
        ends = ((node.lineno, node.col_offset), (node.end_lineno or node.lineno, node.end_col_offset or node.col_offset))
        first, last = (self.starts[row - 1] + len(self._line(row).encode()[:column].decode()) for row, column in ends)
        return first, last

    def _line(self, row: int) -> str:
        return self.text[self.starts[row - 1] : self.starts[row]]


def keyword_of(call: ast.Call, name: str) -> ast.keyword | None:
    """The argument of a name, when a call has it."""
    return next((keyword for keyword in call.keywords if keyword.arg == name), None)
