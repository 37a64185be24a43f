"""Code Quality report of GitLab.

Must not: give two entries one fingerprint; GitLab keeps only the first of them.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

from cnai_gitops.findings import Finding, Severity
from cnai_gitops.findings.formats import PROJECT_FILE, ReportContext
from cnai_gitops.findings.plain import encode, plain

_SEVERITY = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def render(findings: Sequence[Finding], context: ReportContext) -> str:
    """A JSON list, one entry for each finding; waived ones are entries of severity info."""
    seen: Counter[str] = Counter()
    entries = []
    for finding in findings:
        seen[finding.fingerprint] += 1
        entries.append(_entry(finding, seen[finding.fingerprint]))
    return encode(entries)


def _entry(finding: Finding, occurrence: int) -> dict[str, object]:
    location = finding.location
    about = [part for part in (finding.target, finding.resource, finding.waiver and f"waived by {finding.waiver}") if part]
    return {
        "description": plain(finding.message + (f" ({', '.join(about)})" if about else "")),
        "check_name": plain(finding.code),
        "fingerprint": hashlib.sha256(f"{finding.fingerprint}{occurrence}".encode()).hexdigest(),
        "severity": "info" if finding.waiver else _SEVERITY[finding.severity],
        "location": {
            "path": plain(location.file.removeprefix("./")) if location else PROJECT_FILE,
            "lines": {"begin": max(location.line, 1) if location else 1},
        },
    }
