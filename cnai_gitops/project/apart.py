"""Python blueprints through a process apart: files asked for, answers checked, and what cannot be believed said at its line.

Must not: run a blueprint, or take a cut answer for an empty one.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from cnai_gitops.errors import ToolError
from cnai_gitops.findings import Finding, Location, finding_of
from cnai_gitops.project.crossing import inputs_of, rebuilt
from cnai_gitops.project.model import Entry
from cnai_gitops.source.files import SourceError
from cnai_gitops.source.python import printed_notes
from cnai_gitops.source.text import shorten
from cnai_gitops.system.confine import FILES, NETWORK, SIGNALS, Limits
from cnai_gitops.system.process import Apart, Ended

LIMITS = Limits()
START = 120
"""Seconds in which the process must be there, on a busy machine too."""


_WORDS = {
    NETWORK: "the network can be reached",
    FILES: "files can be written and hidden ones read",
    SIGNALS: "other processes of the user can be signalled",
}


def missing(holds: Collection[str]) -> list[str]:
    """What a blueprint can do because the system does not offer what would keep it from that, in words."""
    return [words for what, words in _WORDS.items() if what not in holds]


@dataclass(slots=True)
class Read:
    """What a file defines, what it ran and what is said of it; `died` where nothing can be told."""

    entries: list[Entry[Any]] = field(default_factory=list)
    inputs: tuple[str, ...] = ()
    findings: list[Finding] = field(default_factory=list)
    died: Finding | None = None


@dataclass(slots=True)
class Blueprints:
    """Reads the Python blueprints of one repository, all of them in one process apart, which is started when it is first needed."""

    root: Path
    holds: frozenset[str] = frozenset()
    """What confines that process, once it runs."""
    _apart: Apart | None = None
    _asked: list[str] = field(default_factory=list)

    def ahead(self, files: Iterable[str]) -> None:
        """Ask for these files, which will be read in this order: the other process works on them meanwhile."""
        for file in files:
            self._ask(file)

    def read(self, file: str) -> Read:
        """What the file says. Raises ToolError where the other process cannot be had."""
        if self._apart is not None and self._apart.owner != os.getpid():  # a fork: the answers are its parent's
            self._apart = None
            self._asked.clear()
        if file not in self._asked:
            self._ask(file)
        try:
            while True:
                first = self._asked.pop(0)
                head, answer = self._answer()
                if head.get("file") == first == file:
                    return self._read(file, head, answer)
        except Ended as error:
            self.close()
            raise ToolError(f"the process that reads blueprints ended: {error}", help="run the command again") from error

    def close(self) -> None:
        """End the other process; it is started again when it is needed."""
        if self._apart is not None:
            self._apart.close()
        self._apart = None
        self._asked.clear()

    def start(self) -> None:
        """Start the other process, if it does not run. Raises ToolError."""
        if self._apart is None or self._apart.owner != os.getpid():
            self._apart = Apart("cnai_gitops.project.child", str(self.root), json.dumps(asdict(LIMITS)))
            self._asked.clear()
            self.holds = frozenset()

    def confined(self) -> frozenset[str]:
        """What confines that process. Raises ToolError where it does not start."""
        self.start()
        try:
            self._greeted()
        except Ended as error:
            raise ToolError(f"the process that reads blueprints does not start: {error}") from error
        return self.holds

    def _greeted(self) -> None:
        if not self.holds and self._apart is not None:
            self.holds = frozenset({"", *json.loads(self._apart.answer(START))["holds"]})

    def _ask(self, file: str) -> None:
        self.start()
        assert self._apart is not None
        try:
            self._apart.ask({"file": file})
        except Ended as error:
            raise ToolError(f"the process that reads blueprints ended: {error}", help="run the command again") from error
        self._asked.append(file)

    def _answer(self) -> tuple[Mapping[str, Any], bytes]:
        assert self._apart is not None
        self._greeted()
        head, _, answer = self._apart.answer(LIMITS.wall + START).partition(b"\n")
        return json.loads(head), answer

    def _read(self, file: str, head: Mapping[str, Any], answer: bytes) -> Read:
        printed = list(printed_notes(head["printed"], Location(file, 1)))
        if not head["whole"]:
            return Read([], (file,), printed, _died(self.root, file, head))
        try:
            said = json.loads(answer)
            findings = [finding_of(finding) for finding in said["findings"]]
            inputs = tuple(inputs_of(said)) if "values" in said else (file,)
            entries = [rebuilt(value, self.root, file) for value in said.get("values", ())]
        except SourceError as error:
            return Read([], inputs, [*findings, *error.findings, *printed])
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            reason = f"its answer cannot be understood ({type(error).__name__}: {shorten(str(error), 100)})"
            return Read([], (file,), printed, _unread(Location(file, 1), reason))
        return Read(entries, inputs, [*findings, *printed])


def _died(root: Path, file: str, head: Mapping[str, Any]) -> Finding:
    found = re.search(rf'File "{re.escape(str(root))}/([^"]+)", line (\d+)', head["trace"])
    place = Location(found[1], int(found[2])) if found else Location(file, 1)
    status = int(head["status"])
    ending = f"signal {-status}" if status < 0 else f"exit code {status}"
    return _unread(place, str(head["why"]) or f"it ended its process ({ending})")


def _unread(place: Location, reason: str) -> Finding:
    help_ = "a blueprint says what is; it neither ends the process nor works for long"
    return Finding(code="CNAI114", message=f"a blueprint was not read to its end: {reason}", location=place, help=help_)
