"""JSON for programs, apiVersion cnai/v1.

Must not: lose a field in a minor release.
"""

from __future__ import annotations

from collections.abc import Sequence

from cnai_gitops.findings import Finding
from cnai_gitops.findings.formats import ReportContext, document
from cnai_gitops.findings.plain import encode


def render(findings: Sequence[Finding], context: ReportContext) -> str:
    """One JSON object; exact text, with everything harmful to a terminal as JSON escapes."""
    return encode(document(findings, context))
