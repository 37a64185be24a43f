"""What a reader of a review wants beside the changes: findings, quotas, what was compared.

Must not: compute any of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cnai_gitops.findings import Finding


@dataclass(frozen=True, slots=True)
class QuotaRow:
    """Accelerators of one team, class and environment: peak before and after (None: unbounded), and the quota (None: none declared)."""

    env: str
    team: str
    accelerator: str
    before: float | None
    after: float | None
    quota: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPage:
    """`title` says what is compared, `base` with what; `version` is the tool's."""

    title: str
    base: str
    version: str
    findings: Sequence[Finding] = ()
    quota: Sequence[QuotaRow] = ()
    judged: bool = False
    """True when the checks ran; without them no verdict is given."""
