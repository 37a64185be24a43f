"""Output formats of a review, one module a format: the file's name is what `-o` takes.

Must not: compare, judge or print. Each module has `render(review, context) -> str`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from cnai_gitops.errors import UsageError
from cnai_gitops.findings import Finding
from cnai_gitops.findings.formats import ReportContext
from cnai_gitops.review.diff import Review
from cnai_gitops.review.overview import Matrix
from cnai_gitops.review.quota import QuotaRow

API_VERSION = "cnai/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewContext:
    """What is said besides the differences.

    `base` names the other side (a commit, an environment), `places` leads from (owner, stage) to `file:line`,
    `titles` from codes of policies to their titles, `report` to the full report. `color` is for terminals.
    """

    title: str
    base: str = ""
    version: str = ""
    findings: Sequence[Finding] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    quota: Sequence[QuotaRow] = ()
    hatches: Sequence[str] = ()
    matrix: Matrix | None = None
    places: Mapping[tuple[str, str], str] = field(default_factory=dict)
    report: str = ""
    color: bool = False

    def place(self, owner: str, stage: str) -> str:
        """`file:line` of a stage, or of its app; empty for what no blueprint makes."""
        return self.places.get((owner, stage)) or self.places.get((owner, ""), "")

    def of_findings(self, review: Review) -> ReportContext:
        """The context that formats of findings want."""
        targets = tuple(target.target for target in review.targets)
        return ReportContext(version=self.version, targets=targets, titles=self.titles, color=self.color)


Render = Callable[[Review, ReviewContext], str]


def formats() -> dict[str, Callable[[], Render]]:
    """Name of each format to a function that loads it; a new file in this folder is a new format."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return {name: lambda name=name: importlib.import_module(f"{__name__}.{name}").render for name in names}  # type: ignore[misc]


def render(name: str, review: Review, context: ReviewContext) -> str:
    """The review in the format `name`; raises UsageError with the list when there is no such format."""
    known = formats()
    if name not in known:
        raise UsageError(f"there is no output format {name!r}", help=f"the formats are {', '.join(known)}")
    return known[name]()(review, context)
