"""SARIF 2.1.0, which GitHub's code scanning and others read.

Must not: exceed what GitHub takes (25,000 results in a run) without saying what was cut.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from cnai_gitops.findings import Finding, Location, Severity, catalogue
from cnai_gitops.findings.formats import PROJECT_FILE, ReportContext, weight
from cnai_gitops.findings.plain import encode, plain

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_RESULTS = 25_000
_LEVEL = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def render(findings: Sequence[Finding], context: ReportContext) -> str:
    """One run with one rule for each code; past the limit the least important findings are cut and counted."""
    kept = list(findings) if len(findings) <= _RESULTS else sorted(findings, key=weight)[:_RESULTS]
    codes = sorted({finding.code for finding in kept})
    seen: Counter[str] = Counter()
    results = []
    for finding in kept:
        seen[finding.fingerprint] += 1
        results.append(_result(finding, codes.index(finding.code), seen[finding.fingerprint]))
    invocation: dict[str, Any] = {"executionSuccessful": True}
    if len(kept) < len(findings):
        said = f"{len(findings) - len(kept)} more findings are not in this report, which takes {_RESULTS}"
        invocation["toolExecutionNotifications"] = [{"level": "warning", "message": {"text": said}}]
    driver = {"name": "cnai", "semanticVersion": context.version, "rules": [_rule(code, context) for code in codes]}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "invocations": [invocation], "results": results}
    return encode({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(code: str, context: ReportContext) -> dict[str, Any]:
    entry = catalogue.entries().get(code)
    rule: dict[str, Any] = {"id": plain(code), "shortDescription": {"text": plain(context.title(code))}}
    if entry:
        rule["fullDescription"] = {"text": entry.why}
    rule["help"] = {"text": (f"{entry.fix}\n" if entry else "") + f"cnai explain {plain(code)}"}
    return rule


def _result(finding: Finding, rule: int, occurrence: int) -> dict[str, Any]:
    message = plain(finding.message) + (f" Help: {plain(finding.help)}" if finding.help else "")
    result: dict[str, Any] = {
        "ruleId": plain(finding.code),
        "ruleIndex": rule,
        "level": _LEVEL[finding.severity],
        "message": {"text": message},
        "locations": _locations(finding),
        "partialFingerprints": {"primaryLocationLineHash": f"{finding.fingerprint}:{occurrence}"},
        # All results have the list or none may: an empty one says "not suppressed".
        "suppressions": [{"kind": "external", "status": "accepted", "justification": plain(finding.waiver)}] if finding.waiver else [],
    }
    if finding.notes:
        result["relatedLocations"] = [
            {"id": number, "message": {"text": plain(text)}, **_physical(location)}
            for number, (location, text) in enumerate(finding.notes, start=1)
        ]
    return result


def _locations(finding: Finding) -> list[dict[str, Any]]:
    named = {"resource": finding.resource, "member": finding.path, "module": finding.target}
    logical = [{"fullyQualifiedName": plain(name), "kind": kind} for kind, name in named.items() if name]
    place: dict[str, Any] = _physical(finding.location or Location(PROJECT_FILE, 1))
    if logical:
        place["logicalLocations"] = logical
    return [place]


def _physical(location: Location) -> dict[str, Any]:
    region = {"startLine": max(location.line, 1)}
    if location.col:
        region["startColumn"] = location.col
    if location.end_col > location.col > 0:
        region["endColumn"] = location.end_col
    uri = quote(location.file.removeprefix("./").encode("utf-8", "surrogateescape"))
    return {"physicalLocation": {"artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"}, "region": region}}
