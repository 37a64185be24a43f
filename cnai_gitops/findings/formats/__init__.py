"""Output formats of findings, one module a format: the file's name is what `-o` takes.

Must not: judge, drop a finding without saying how many, or print. Each module has
`render(findings, context) -> str`; what others wrote goes through `findings.plain` first.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cnai_gitops.errors import UsageError
from cnai_gitops.findings import Finding, Location, Severity, catalogue

API_VERSION = "cnai/v1"
PROJECT_FILE = "cnai.toml"  # the place of findings about no file, in formats that insist on one


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportContext:
    """What was looked at: version of this tool, targets (`environment/cluster`), how many documents and rules; `reused` of the
    documents were not judged again by rules that look at nothing but them.

    `titles` maps policy codes to their titles; our own codes have theirs in the catalogue. `color` is for terminals.
    """

    version: str
    targets: tuple[str, ...] = ()
    documents: int = 0
    reused: int = 0
    rules: int = 0
    titles: Mapping[str, str] = field(default_factory=dict)
    color: bool = False

    def title(self, code: str) -> str:
        """The rule in a few words; the code itself when nobody named it."""
        entry = catalogue.entries().get(code)
        return entry.title if entry else self.titles.get(code, code)


Render = Callable[[Sequence[Finding], ReportContext], str]


def formats() -> dict[str, Callable[[], Render]]:
    """Name of each format to a function that loads it; a new file in this folder is a new format."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return {name: lambda name=name: importlib.import_module(f"{__name__}.{name}").render for name in names}  # type: ignore[misc]


def render(name: str, findings: Sequence[Finding], context: ReportContext) -> str:
    """The findings in the format `name`; raises UsageError with the list when there is no such format."""
    known = formats()
    if name not in known:
        raise UsageError(f"there is no output format {name!r}", help=f"the formats are {', '.join(known)}")
    return known[name]()(findings, context)


def counts(findings: Sequence[Finding]) -> dict[str, int]:
    """How many errors, warnings, infos (waived ones not among them) and waived findings."""
    found = Counter("waived" if f.waiver else f.severity.value for f in findings)
    return {name: found[name] for name in (*(severity.value for severity in Severity), "waived")}


def summary(findings: Sequence[Finding], context: ReportContext) -> str:
    """One line: what was found, in how much."""
    found = [_count(number, word) for word, number in counts(findings).items() if number]
    told = ", ".join(found) or "no findings"
    if not context.documents:  # nothing was judged, so nothing is said of it
        return told
    before = f" ({context.documents - context.reused:,} judged, {context.reused:,} as before)" if context.reused else ""
    looked_at = (_count(context.documents, "document") + before, _count(context.rules, "rule"), _count(len(context.targets), "target"))
    return f"{told}; {', '.join(looked_at)}"


def _count(number: int, word: str) -> str:
    plural = "" if number == 1 or word in ("waived", "info") else "s"
    return f"{number} {word}{plural}"


def weight(finding: Finding) -> int:
    """Order of importance, the worst first: error, warning, info, waived."""
    return 3 if finding.waiver else list(Severity).index(finding.severity)


def place(finding: Finding) -> str:
    """Where it is in a few words: file and line, else the object, else the target, else nothing."""
    return str(finding.location) if finding.location else finding.resource or finding.target


def document(findings: Sequence[Finding], context: ReportContext) -> dict[str, Any]:
    """The findings as data for programs; fields are only ever added to it."""
    return {
        "apiVersion": API_VERSION,
        "kind": "FindingList",
        "version": context.version,
        "targets": list(context.targets),
        "documents": context.documents,
        "reused": context.reused,
        "rules": context.rules,
        "summary": counts(findings),
        "findings": [_as_data(finding, context) for finding in findings],
    }


def _as_data(finding: Finding, context: ReportContext) -> dict[str, Any]:
    data: dict[str, Any] = {
        "code": finding.code,
        "severity": finding.severity.value,
        "title": context.title(finding.code),
        "message": finding.message,
        "fails": finding.fails,
        "fingerprint": finding.fingerprint,
    }
    optional = {name: getattr(finding, name) for name in ("help", "path", "resource", "target", "waiver")}
    data |= {name: value for name, value in optional.items() if value}
    if finding.location:
        data["location"] = _place_as_data(finding.location)
    if finding.notes:
        data["notes"] = [{"location": _place_as_data(location), "message": text} for location, text in finding.notes]
    return data


def _place_as_data(location: Location) -> dict[str, Any]:
    data: dict[str, Any] = {"file": location.file, "line": location.line}
    data |= {name: value for name, value in (("column", location.col), ("endColumn", location.end_col)) if value}
    return data
