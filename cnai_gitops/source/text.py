"""Foreign text made safe for a message: escaped, shortened, with `did you mean`.

Must not: read files or know any file format.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

# C0, DEL, C1, line and paragraph separators, bidirectional controls, BOM, surrogates, noncharacters: each either starts
# a new line in somebody's log, moves a terminal's cursor, or shows a reviewer other text than the tool reads.
UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")


UNWRITABLE = re.compile("[\x00\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
"""Characters that Kubernetes tools refuse or change even when they are written as an escape."""

MAX_SHOWN = 1000  # characters of a source line that a finding carries


def printable(text: str) -> str:
    r"""The text with every control, bidirectional and invisible character written as an escape (`\x1b`, `\u202e`)."""
    return UNSAFE.sub(lambda m: escape(m.group()), text)


def escape(char: str) -> str:
    r"""One character as a JSON and YAML double-quoted escape of at most six characters (`\n`, `\u0085`)."""
    return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(char, f"\\u{ord(char):04x}")


def shorten(text: str, limit: int = 60) -> str:
    """The printable text, cut and marked with `…` when it has more than `limit` characters."""
    return printable(text if len(text) <= limit else text[: limit - 1] + "…")


def line_of(text: str, line: int) -> str:
    """Line number `line` (from 1) without its end; empty when there is none."""
    lines = text.split("\n", line)
    return lines[line - 1] if 0 < line <= len(lines) else ""


def source_line(text: str, line: int) -> str:
    """The same, printable, with each character in its column; empty when it is too long to show."""
    found = line_of(text, line)
    return UNSAFE.sub(lambda m: " " if m.group() == "\t" else "\N{REPLACEMENT CHARACTER}", found) if len(found) <= MAX_SHOWN else ""


def listed(words: Iterable[str], last: str = "or") -> str:
    """`a`, `a or b`, `a, b or c`."""
    *head, tail = list(words) or [""]
    return f"{', '.join(head)} {last} {tail}" if head else tail


def nearest(word: str, known: Iterable[str]) -> list[str]:
    """At most three known words that look like `word`, best first; differences of case count little."""
    by_fold = {k.casefold(): k for k in known}
    return [by_fold[f] for f in difflib.get_close_matches(word.casefold(), list(by_fold), n=3, cutoff=0.6)]
