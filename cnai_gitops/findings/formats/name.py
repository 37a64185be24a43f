"""One line for each finding: rule and place, for scripts.

Must not: print anything else, not even a summary.
"""

from __future__ import annotations

from collections.abc import Sequence

from cnai_gitops.findings import Finding
from cnai_gitops.findings.formats import ReportContext, place
from cnai_gitops.findings.plain import plain


def render(findings: Sequence[Finding], context: ReportContext) -> str:
    """Lines `<code> <file:line:column | object | target>`, each said once, in report order."""
    lines = dict.fromkeys(plain(f"{finding.code} {place(finding)}".rstrip()) for finding in findings)
    return "".join(f"{line}\n" for line in lines)
