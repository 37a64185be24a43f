"""Strict YAML reader: one pass over libyaml's events builds plain data and collects every problem.

Must not: resolve tags, expand aliases, recurse, guess. Anchors and aliases are refused outright: nobody needs them in a
file of forty lines, and without them no document can be larger than its text. Foreign files obey the same rules.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from cnai_gitops.findings import Finding, Location
from cnai_gitops.source.document import Document as Document
from cnai_gitops.source.document import location_at
from cnai_gitops.source.files import SourceError, read_text
from cnai_gitops.source.scalars import AmbiguousError, Scalar, resolve
from cnai_gitops.source.text import UNWRITABLE, line_of, printable, shorten, source_line

MAX_DEPTH = 64
MAX_NODES = 100_000
MAX_FINDINGS = 50

# Raw characters that some tool drops, turns into a line break, or shows otherwise than it reads them.
_RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")

_HELP = {  # what to do about libyaml's words
    "mapping values are not allowed in this context": "quote the text if it holds `: `, or check the indentation of this line",
    "did not find expected key": "check the indentation of this line",
    "could not find expected ':'": "write `key: value`",
    "found unexpected end of stream": "close the quote or bracket",
    "did not find expected <document start>": "remove the text behind the end of the document",
    "did not find expected ',' or ']'": "close the bracket, or add a comma",
    "did not find expected ',' or '}'": "close the brace, or add a comma",
}


def read_yaml(root: Path, relative: str) -> Document:
    """The one document of the file at `relative` (posix, below `root`); raises SourceError with all its findings."""
    return parse(read_text(root, relative), relative)


def parse(text: str, file: str) -> Document:
    """The one document in `text`; an empty text is a document whose data is None."""
    documents = _Reader(text, file, single=True).read()
    return documents[0] if documents else Document(file, None, text)


def parse_all(text: str, file: str) -> list[Document]:
    """Every document in `text`, empty ones (data None) included, so that nobody can hide one."""
    return _Reader(text, file, single=False).read()


@dataclass(slots=True)
class _Open:
    """A mapping or list that is being filled; `key` is the key whose value comes next."""

    data: Any
    keys: dict[str, yaml.NodeEvent] | None  # the event of each key; None for a list
    key: str | None = None


class _Stop(Exception):
    """Reading further would cost more than it tells."""


@dataclass(slots=True)
class _Reader:
    text: str
    file: str
    single: bool
    findings: list[Finding] = field(default_factory=list)
    documents: list[Any] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    nodes: int = 0

    def read(self) -> list[Document]:
        """All documents, or SourceError."""
        with contextlib.suppress(_Stop):
            self._refuse_raw_characters()
            if not self.findings:  # libyaml refuses some of these too, in fewer words
                self._read_events()
        if self.findings:
            raise SourceError(*self.findings)
        return [Document(self.file, data, self.text, number) for number, data in enumerate(self.documents)]

    def _read_events(self) -> None:
        parser = yaml.CSafeLoader(self.text)  # only its events are used
        try:
            while (event := parser.get_event()) is not None:
                if isinstance(event, yaml.ScalarEvent):
                    self._scalar(event)
                elif isinstance(event, yaml.MappingStartEvent):
                    self._start(event, {})
                elif isinstance(event, yaml.SequenceStartEvent):
                    self._start(event, [])
                elif isinstance(event, yaml.CollectionEndEvent):
                    self.stack.pop()
                elif isinstance(event, yaml.AliasEvent):
                    self._refuse(event, f"alias *{shorten(event.anchor or '')}", "write the value out")
                    self._add(event, None, is_text=True)
                elif isinstance(event, yaml.DocumentStartEvent):
                    self._start_document(event)
        except yaml.MarkedYAMLError as error:
            self._syntax(error)

    # -- one method an event

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        if event.anchor is not None or event.tag is not None:
            self._refuse_decoration(event)
        value: Scalar = event.value
        if _is_plain(event):
            try:
                value = resolve(event.value)
            except AmbiguousError as error:
                self._ambiguous(event, error)
        elif event.style == '"' and (found := UNWRITABLE.search(event.value)):
            self._lost(found.group(), self._at(event))
        self._add(event, value, is_text=isinstance(value, str))

    def _start(self, event: yaml.CollectionStartEvent, data: Any) -> None:
        if event.anchor is not None or event.tag is not None:
            self._refuse_decoration(event)
        if len(self.stack) >= MAX_DEPTH:
            self._problem("CNAI105", event, f"values are nested more than {MAX_DEPTH} deep", "flatten the document")
            raise _Stop
        self._add(event, data, is_text=False)
        self.stack.append(_Open(data, {} if isinstance(data, dict) else None))

    def _start_document(self, event: yaml.DocumentStartEvent) -> None:
        if event.version or event.tags:
            self._refuse(event, "a %YAML or %TAG directive", "remove it")
        if self.single and self.documents:
            self._problem("CNAI105", event, "the file holds more than one document", "keep one document in a file")
            raise _Stop

    # -- where a value goes

    def _add(self, event: yaml.NodeEvent, value: Any, *, is_text: bool) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self._problem("CNAI105", event, f"the file holds more than {MAX_NODES:,} values", "split the file")
            raise _Stop
        if not self.stack:
            self.documents.append(value)
            return
        top = self.stack[-1]
        if top.keys is None:
            top.data.append(value)
        elif top.key is None:
            top.key = self._key(event, value, top.keys, is_text=is_text)
        else:
            top.data[top.key] = value
            top.key = None

    def _key(self, event: yaml.NodeEvent, value: Any, keys: dict[str, yaml.NodeEvent], *, is_text: bool) -> str:
        if not is_text:
            shown = shorten(event.value) if isinstance(event, yaml.ScalarEvent) else "a list or mapping"
            quoted = isinstance(event, yaml.ScalarEvent) and shown
            self._problem(
                "CNAI105", event, f"a key must be text, got {shown or 'nothing'}", f'quote it: "{shown}"' if quoted else "name the key"
            )
        if not isinstance(value, str):
            return f"\0{len(keys)}"  # stands for a key that was refused; the document is never handed out
        if value == "<<" and not _is_plain(event):
            self._problem("CNAI107", event, "the key << is lost by tools that take it for a merge", "choose another key")
        elif not value:
            self._problem("CNAI107", event, "a key is empty", "name the key")
        elif value in keys:
            first = self._at(keys[value])
            self._problem(
                "CNAI105", event, f"duplicate key {shorten(value)}, first in line {first.line}", "keep one of them", (first, "first here")
            )
        keys.setdefault(value, event)
        return value

    # -- problems

    def _ambiguous(self, event: yaml.ScalarEvent, error: AmbiguousError) -> None:
        if event.value == "<<":
            self._refuse(event, "merge key <<", "write the fields out")
        elif error.too_large:
            self._problem("CNAI107", event, f"{shorten(event.value)} is {error}", error.help)
        else:
            self._problem("CNAI105", event, f"{shorten(event.value)} is ambiguous: {error}", error.help)

    def _refuse_decoration(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        if event.anchor is not None:
            self._refuse(event, f"anchor &{shorten(event.anchor)}", "remove it, and write the value out where it is used")
        if event.tag is not None:
            self._refuse(event, f"tag {shorten(event.tag)}", "remove it; each field knows its type")

    def _refuse(self, event: yaml.Event, what: str, help_: str) -> None:
        self._problem("CNAI105", event, f"{what} is not allowed here", help_)

    def _refuse_raw_characters(self) -> None:
        for found in _RAW.finditer(self.text):
            line = self.text.count("\n", 0, found.start()) + 1
            column = found.start() - self.text.rfind("\n", 0, found.start())
            self._lost(found.group(), Location(self.file, line, column, column + 1, source_line(self.text, line)))

    def _lost(self, char: str, place: Location) -> None:
        help_ = "remove it" if UNWRITABLE.match(char) else f'write it as an escape in double quotes: "{printable(char)}"'
        self._report("CNAI107", place, f"character U+{ord(char):04X} does not survive every tool", help_)

    def _syntax(self, error: yaml.MarkedYAMLError) -> None:
        mark, context = error.problem_mark or error.context_mark, error.context_mark
        place = self._place(mark.line, mark.column) if mark else Location(self.file, 1)
        tab = mark is not None and line_of(self.text, mark.line + 1)[mark.column :].startswith("\t")
        help_ = (
            "indent with spaces, not with a tab"
            if tab
            else _HELP.get(error.problem or "", "check the indentation and the quotes around here")
        )
        notes = (
            ((self._place(context.line, context.column), printable(error.context or "")),)
            if context and mark and context.line != mark.line
            else ()
        )
        self._report("CNAI104", place, f"not YAML: {printable(error.problem or 'unknown problem')}", help_, *notes)

    def _problem(self, code: str, event: yaml.Event, message: str, help_: str, *notes: tuple[Location, str]) -> None:
        self._report(code, self._at(event), message, help_, *notes)

    def _report(self, code: str, place: Location, message: str, help_: str, *notes: tuple[Location, str]) -> None:
        self.findings.append(Finding(code=code, message=message, location=place, help=help_, notes=notes))
        if len(self.findings) >= MAX_FINDINGS:
            raise _Stop

    def _at(self, event: yaml.Event) -> Location:
        start, end = event.start_mark, event.end_mark
        if start is None or end is None:  # as the stubs have it; the C parser always knows
            return Location(self.file, 1)
        return self._place(
            start.line, start.column, end.column if end.line == start.line and end.column > start.column else start.column + 1
        )

    def _place(self, line: int, column: int, stop: int = 0) -> Location:
        return location_at(self.file, self.text, line, column, stop or column + 1)


def _is_plain(event: yaml.NodeEvent) -> bool:
    return isinstance(event, yaml.ScalarEvent) and not event.style
