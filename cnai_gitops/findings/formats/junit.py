"""JUnit XML, which nearly every CI system shows: a suite for each environment, a case for each finding.

Must not: count a waived finding as passed; it is skipped, with the waiver's id.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from cnai_gitops.findings import Finding, Severity
from cnai_gitops.findings.formats import ReportContext, place
from cnai_gitops.findings.plain import plain

_SOURCES = "sources"  # the suite of findings that belong to no environment


def render(findings: Sequence[Finding], context: ReportContext) -> str:
    """All environments have a suite; one without findings has a single case that passed."""
    suites: dict[str, list[Finding]] = {target.split("/")[0]: [] for target in context.targets}
    for finding in findings:
        suites.setdefault(finding.target.split("/")[0] or _SOURCES, []).append(finding)
    if not suites:
        suites[_SOURCES] = []
    failures = sum(_verdict(finding) == "failure" for finding in findings)
    skipped = sum(_verdict(finding) == "skipped" for finding in findings)
    tests = sum(max(len(members), 1) for members in suites.values())
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="cnai" tests="{tests}" failures="{failures}" skipped="{skipped}">',
    ]
    for name, members in suites.items():
        lines += _suite(name, members)
    return "\n".join([*lines, "</testsuites>", ""])


def _verdict(finding: Finding) -> str:
    """Name of the element that says how the case went; warnings pass, with their text as output."""
    if finding.waiver:
        return "skipped"
    return "failure" if finding.severity is Severity.ERROR else "system-out"


def _suite(name: str, members: Sequence[Finding]) -> list[str]:
    verdicts = [_verdict(finding) for finding in members]
    head = f"tests={_attribute(max(len(members), 1))} failures={_attribute(verdicts.count('failure'))}"
    head += f" skipped={_attribute(verdicts.count('skipped'))}"
    cases = [_case(finding, verdict) for finding, verdict in zip(members, verdicts, strict=True)]
    return [
        f"  <testsuite name={_attribute(name)} {head}>",
        *(cases or ['    <testcase classname="cnai" name="no findings"/>']),
        "  </testsuite>",
    ]


def _case(finding: Finding, verdict: str) -> str:
    name = " ".join(part for part in (finding.target, finding.resource or finding.path, place(finding) if finding.location else "") if part)
    message = finding.message if verdict != "skipped" else f"waived by {finding.waiver}: {finding.message}"
    body = "\n".join(plain(line) for line in (f"{place(finding)}: {finding.message}", finding.help and f"help: {finding.help}") if line)
    file = f" file={_attribute(finding.location.file)} line={_attribute(finding.location.line)}" if finding.location else ""
    inner = {
        "failure": f"<failure type={_attribute(finding.code)} message={_attribute(message)}>{escape(body)}</failure>",
        "skipped": f"<skipped message={_attribute(message)}/>",
        "system-out": f"<system-out>{escape(f'{finding.severity.value}: {body}')}</system-out>",
    }[verdict]
    return f"    <testcase classname={_attribute(finding.code)} name={_attribute(name or finding.code)}{file}>{inner}</testcase>"


def _attribute(value: object) -> str:
    return quoteattr(plain(str(value)))
