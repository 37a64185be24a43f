"""What a check returns: findings, their places and their weight.

Must not: read files, print, know any rule. A finding says "your file is wrong"; an exception says
"I could not tell" (see `cnai_gitops.errors`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

PRINTED = "CNAI113"
"""Code of the notes that show what a blueprint printed; the only ones of this weight that a build shows."""


class Severity(StrEnum):
    """Weight of a finding: `error` fails the command, `warning` and `info` do not."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a user's file. `file` is relative to the project root; lines and columns count from 1.

    `text` is that source line as it was read, so that printing a finding never opens a file again.
    """

    file: str
    line: int
    col: int = 0
    end_col: int = 0
    text: str = ""

    def __str__(self) -> str:
        """`file:line:col`, as editors and terminals link it."""
        return f"{self.file}:{self.line}:{self.col}" if self.col else f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One statement about the user's files.

    `code` is `CNAI…` (see `findings.catalogue`) or a policy's `<area>.<rule>`; `path` names the field in
    the user's words (`serve.scorer.scaling.max`); `resource` is `group/Kind/namespace/name`; `target` is
    `environment/cluster`; `waiver` is the id of the waiver that covers it; `notes` are further places.
    """

    code: str
    message: str
    location: Location | None = None
    severity: Severity = Severity.ERROR
    help: str = ""
    path: str = ""
    resource: str = ""
    target: str = ""
    waiver: str = ""
    notes: tuple[tuple[Location, str], ...] = ()

    @property
    def fails(self) -> bool:
        """True when this finding alone makes a command exit with 1."""
        return self.severity is Severity.ERROR and not self.waiver

    @property
    def fingerprint(self) -> str:
        """Stable across line moves: rule, resource, path and target, never the line."""
        parts = (self.code, self.resource, self.path, self.target, self.location.file if self.location else "", self.message)
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]

    def sort_key(self) -> tuple[str, int, int, str, str, str, str]:
        """Order of every report: by place, then rule."""
        place = self.location or Location("", 0)
        return (place.file, place.line, place.col, self.code, self.target, self.resource, self.message)

    def covered_by(self, waiver: str) -> Finding:
        """The same finding, marked as waived; it stays in every report."""
        return replace(self, waiver=waiver)


def finding_of(data: Mapping[str, Any]) -> Finding:
    """The finding that `dataclasses.asdict` made plain data of."""
    location = Location(**data["location"]) if data["location"] else None
    notes = tuple((Location(**place), text) for place, text in data["notes"])
    return Finding(**{**data, "location": location, "notes": notes, "severity": Severity(data["severity"])})


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """All findings in report order, exact duplicates said once."""
    return sorted(dict.fromkeys(findings), key=Finding.sort_key)


def exit_code(findings: Iterable[Finding]) -> int:
    """0 when nothing fails, else 1."""
    return int(any(f.fails for f in findings))
