"""Workflow commands of GitHub Actions: annotations on the lines of a pull request.

Must not: send more than GitHub shows (ten of a kind), or let a message start a command of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

from cnai_gitops.findings import Finding, Severity
from cnai_gitops.findings.formats import ReportContext, place, summary
from cnai_gitops.findings.plain import plain

_LIMIT = 10  # of each kind in one step; GitHub drops the rest without a word
_KIND = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(findings: Sequence[Finding], context: ReportContext) -> str:
    """At most ten annotations of each kind, the last of which says how many more there are; then the summary."""
    kinds: dict[str, list[Finding]] = {"error": [], "warning": [], "notice": []}
    for finding in findings:
        kinds["notice" if finding.waiver else _KIND[finding.severity]].append(finding)
    lines = [line for kind, members in kinds.items() for line in _annotations(kind, members)]
    return "".join(f"{line}\n" for line in [*lines, plain(summary(findings, context))])


def _annotations(kind: str, members: Sequence[Finding]) -> list[str]:
    shown = members if len(members) <= _LIMIT else members[: _LIMIT - 1]
    lines = [_annotation(kind, finding) for finding in shown]
    if len(members) > len(shown):
        lines.append(f"::{kind} title=cnai::+{len(members) - len(shown)} more, see the report")
    return lines


def _annotation(kind: str, finding: Finding) -> str:
    properties = {}
    if finding.location:
        location = finding.location
        properties = {"file": location.file, "line": str(location.line)}
        if location.col:
            properties["col"] = str(location.col)
        if location.end_col > location.col:
            properties["endColumn"] = str(location.end_col)
    properties["title"] = finding.code + (f" waived by {finding.waiver}" if finding.waiver else "")
    about = ", ".join(part for part in (finding.target, finding.resource) if part and part != place(finding))
    head = finding.message if finding.location else f"{place(finding) or 'cnai'}: {finding.message}"
    parts = [head + (f" ({about})" if about else "")]
    parts += [f"help: {finding.help}"] if finding.help else []
    said = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{kind} {said}::" + "%0A".join(_data(part) for part in parts)


def _data(text: str) -> str:
    return plain(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
