"""What people read in a terminal: place, rule, message, the source line with a caret, help.

Must not: open a file (a location carries its line) or wrap text.
"""

from __future__ import annotations

from collections.abc import Sequence

from cnai_gitops.findings import Finding, Location
from cnai_gitops.findings.formats import ReportContext, place, summary
from cnai_gitops.findings.plain import plain, width

_LINE = 120  # characters of a source line that are shown
_MORE = 3  # further places of one sentence that are named
_COLORS = {"error": "1;31", "warning": "1;33", "info": "1;36", "waived": "1;35"}


def render(findings: Sequence[Finding], context: ReportContext) -> str:
    """A block for each sentence, with the further places where it holds, then one line that sums up all findings."""
    same: dict[tuple[str, ...], list[Finding]] = {}
    for finding in findings:
        where = "" if finding.target else str(finding.location)  # a mistake in two files is two mistakes
        same.setdefault((finding.code, finding.severity, finding.message, finding.help, finding.waiver, where), []).append(finding)
    blocks = [_block(first, context.color, more) for first, *more in same.values()]
    return "\n".join([*blocks, summary(findings, context)]) + "\n"


def _block(finding: Finding, color: bool, more: Sequence[Finding]) -> str:
    word = "waived" if finding.waiver else finding.severity.value
    label = plain(f"{word}[{finding.code}]")
    if color:
        label = f"\033[{_COLORS[word]}m{label}\033[0m"
    about = _about(finding)
    lines = [f"{plain(place(finding) or 'cnai')}: {label}: {plain(finding.message)}{f' ({about})' if about else ''}"]
    advice = [f"help: {plain(finding.help)}"] if finding.help else []
    advice.append(f"docs: cnai explain {plain(finding.code)}")
    said = "      ".join(advice)
    if finding.location and finding.location.text:
        lines += _source(finding.location, said)
    else:
        lines.append(f"     = {said}")
    lines += [f"     = note: {plain(str(location))}: {plain(text)}" for location, text in finding.notes]
    lines += [f"     = the same: {plain(place(one))}{f' ({_about(one)})' if _about(one) else ''}" for one in more[:_MORE]]
    lines += [f"     = and {len(more) - _MORE} more places"] if len(more) > _MORE else []
    return "\n".join(lines)


def _about(finding: Finding) -> str:
    """Target, object and field of a finding, and the waiver that covers it."""
    resource = f"{finding.resource} {finding.path}".strip() if finding.resource else ""
    parts = [part for part in (finding.target, resource) if part and part != place(finding)]
    return plain(", ".join([*parts, *([f"waiver {finding.waiver}"] if finding.waiver else [])]))


def _source(location: Location, said: str) -> list[str]:
    """The source line and, below the place that is meant, a caret and the advice."""
    start = max(location.col - 1, 0)
    end = max(location.end_col - 1, start + 1)
    text = location.text.rstrip("\r\n")
    first = 0 if start < _LINE - 20 else start - 20
    shown = text[first : first + _LINE]
    before, meant = shown[: start - first], shown[start - first : end - first]
    line = ("…" if first else "") + plain(shown) + ("…" if first + _LINE < len(text) else "")
    indent = " " * (width(plain(before)) + bool(first))
    caret = "^" * max(width(plain(meant)), 1) if location.col else ""
    return [f"{location.line:5d} | {line}".rstrip(), f"      | {indent}{caret} {said}".rstrip() if caret else f"      | {said}"]
