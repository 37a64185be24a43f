"""What each of our codes means: the text of `cnai explain CNAI101`, from the data files in `codes/`.

Must not: hold texts itself. `codes/<hundred>.toml` has a `heading` and a table for each code; a new
code is a new table there. Policies
explain themselves in their own METADATA.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_FOLDER = Path(__file__).resolve().parent / "codes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One code: a title, why it matters, a bad and a good example, and how to mend it."""

    code: str
    title: str
    why: str
    bad: str
    good: str
    fix: str


@lru_cache(maxsize=1)
def entries() -> Mapping[str, Entry]:
    """Every code and its entry, in the order of the numbers."""
    return {
        code: Entry(code=code, **{name: text.strip("\n") for name, text in texts.items()})
        for _, tables in _files()
        for code, texts in tables.items()
    }


def headings() -> Mapping[str, list[Entry]]:
    """Entries by the heading of their file, in the order of the numbers."""
    return {heading: [entries()[code] for code in tables] for heading, tables in _files()}


def _files() -> Iterator[tuple[str, Mapping[str, Mapping[str, str]]]]:
    """Heading and tables of each file."""
    for file in sorted(_FOLDER.glob("*.toml")):
        data = tomllib.loads(file.read_text(encoding="utf-8"))
        yield data.pop("heading"), data


def explain(code: str) -> str | None:
    """The entry as a page of text; None for a code that is not ours."""
    entry = entries().get(code.upper())
    if entry is None:
        return None
    sections = (("Wrong", entry.bad), ("Right", entry.good))
    examples = [f"{title}:\n" + "\n".join(f"    {line}".rstrip() for line in text.split("\n")) for title, text in sections]
    return "\n\n".join([f"{entry.code}: {entry.title}", entry.why, *examples, f"To mend it: {entry.fix}"]) + "\n"
