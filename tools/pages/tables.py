"""Tables of Markdown, and text that is safe in a cell.

Must not: know a subject.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def cell(text: str) -> str:
    """Words on one line that stay one cell, and in which nothing is taken for HTML."""
    return _line(text).replace("<", "&lt;")


def code(text: str) -> str:
    """Text as code in a cell; empty stays empty."""
    return f"`{_line(text)}`" if text else ""


def _line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells are Markdown already."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def block(text: str, language: str = "") -> str:
    """Text as a block of code."""
    return f"```{language}\n{text.strip()}\n```"
