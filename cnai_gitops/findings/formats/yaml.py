"""The JSON document as YAML, for people who pipe it through YAML tools.

Must not: write YAML itself; `cnai_gitops.emit` does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cnai_gitops.emit import emit_one
from cnai_gitops.findings import Finding
from cnai_gitops.findings.formats import ReportContext, document
from cnai_gitops.findings.plain import plain


def render(findings: Sequence[Finding], context: ReportContext) -> str:
    """One YAML document; text that YAML tools do not carry unchanged is shown escaped."""
    return emit_one(_plain(document(findings, context)))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return plain(value) if isinstance(value, str) else value
