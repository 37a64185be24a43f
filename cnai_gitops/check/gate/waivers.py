"""Waivers: exceptions with an owner and an end, matched exactly, and the hygiene that keeps them few.

Must not: remove a finding (a waived one stays in every report), know today's date, read files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from cnai_gitops.check.gate.rules import Rule, renamed
from cnai_gitops.findings import Finding, Location, Severity, ordered
from cnai_gitops.source.text import nearest

SOON = timedelta(days=30)
_SHORTEST_REASON = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """One exception: rule, one resource (`environment/cluster/group/Kind/namespace/name`) and one path of it, all exact.

    It holds from the day `created` to the end of the day `expires`.
    """

    id: str
    rule: str
    resource: str
    path: str
    reason: str
    ticket: str
    owner: str
    approver: str
    created: date
    expires: date
    location: Location | None = None


def apply_waivers(
    findings: Sequence[Finding],
    waivers: Sequence[Waiver],
    at: date,
    rules: Mapping[str, Rule],
    *,
    evaluated: Callable[[Waiver], bool] | None = None,
    approvers: Mapping[str, Collection[str]] | None = None,
) -> list[Finding]:
    """The same findings, covered ones marked, and what is wrong with the waivers themselves.

    An unsound waiver covers nothing; one that calls its rule by an earlier name still does, with a warning. `evaluated`
    says of a waiver whether its object was judged when not everything was: one for another object is not called unused then.
    `approvers` says by policy area who may approve; an area that it does not name is open to everybody but the owner.
    """
    waivers, hygiene = _by_present_names(waivers, renamed(rules))
    sound: dict[tuple[str, str, str], Waiver] = {}
    repeated = {name for name, times in Counter(waiver.id for waiver in waivers).items() if times > 1}
    for waiver in waivers:
        wrong = [*_faults(waiver, at, rules, repeated), *_not_approved(waiver, approvers or {})]
        hygiene += wrong
        if any(finding.severity is Severity.ERROR for finding in wrong):
            continue
        first = sound.setdefault(_key(waiver), waiver)
        if first is not waiver:
            hygiene.append(_finding(waiver, "CNAI713", f"covers nothing that waiver {first.id} does not cover", "remove one of the two"))
    used: set[str] = set()
    marked: list[Finding] = []
    for finding in findings:
        covering = sound.get((finding.code, f"{finding.target}/{finding.resource}", finding.path))
        marked.append(finding.covered_by(covering.id) if covering else finding)
        if covering:
            used.add(covering.id)
    for waiver in sound.values():
        if waiver.id not in used and (evaluated is None or evaluated(waiver)):
            hygiene.append(
                _finding(waiver, "CNAI713", f"covers no finding of {waiver.rule}", "remove it: what it excused is gone, or was never so")
            )
    return ordered([*marked, *hygiene])


def _by_present_names(waivers: Sequence[Waiver], names: Mapping[str, str]) -> tuple[list[Waiver], list[Finding]]:
    present = [replace(waiver, rule=names.get(waiver.rule, waiver.rule)) for waiver in waivers]
    return present, [
        _finding(old, "CNAI716", f"names the rule {old.rule}, which is called {new.rule} now", f"write {new.rule}", Severity.WARNING)
        for old, new in zip(waivers, present, strict=True)
        if old.rule != new.rule
    ]


def _key(waiver: Waiver) -> tuple[str, str, str]:
    return (waiver.rule, waiver.resource, waiver.path)


def _faults(waiver: Waiver, at: date, rules: Mapping[str, Rule], repeated: Collection[str]) -> Iterator[Finding]:
    """What makes the waiver void (errors), or will soon (a warning)."""
    if waiver.id in repeated:
        yield _finding(waiver, "CNAI719", "has an id that another waiver has too", "give it an id of its own")
    if any("*" in text for text in (waiver.resource, waiver.path)) or waiver.resource.count("/") < 5:
        help_ = "name one resource: environment/cluster/group/Kind/namespace/name"
        yield _finding(waiver, "CNAI715", f"is too broad: {waiver.resource!r} is not one resource", help_)
    if waiver.approver.strip().casefold() == waiver.owner.strip().casefold():
        yield _finding(waiver, "CNAI714", f"is approved by its owner, {waiver.owner}", "let somebody else approve it")
    if len(waiver.reason.strip()) < _SHORTEST_REASON or not waiver.ticket.strip():
        yield _finding(
            waiver,
            "CNAI719",
            f"needs a ticket and a reason of {_SHORTEST_REASON} characters",
            "say why it is bearable, and until what happens",
        )
    yield from _faults_of_time(waiver, at)
    rule = rules.get(waiver.rule)
    if rule is None:
        close = nearest(waiver.rule, rules)
        yield _finding(
            waiver,
            "CNAI716",
            f"names the rule {waiver.rule}, which does not exist",
            f"did you mean {close[0]}?" if close else "see `cnai explain`",
        )
    elif not rule.waivable:
        yield _finding(waiver, "CNAI717", f"is for {waiver.rule}, which cannot be waived", rule.help)
    elif (waiver.expires - waiver.created).days > rule.max_waiver_days:  # dates have an end, their difference has none
        longest = f"{rule.max_waiver_days} days after {waiver.created}"
        yield _finding(
            waiver, "CNAI718", f"ends on {waiver.expires}, later than {longest}", "shorten it; it can be renewed with a new approval"
        )


def _not_approved(waiver: Waiver, approvers: Mapping[str, Collection[str]]) -> Iterator[Finding]:
    area = waiver.rule.partition(".")[0]
    if area in approvers and waiver.approver not in approvers[area]:
        names = ", ".join(approvers[area]) or "nobody"
        yield _finding(waiver, "CNAI714", f"is approved by {waiver.approver}, who may not approve for {area}", f"{names} may (cnai.toml)")


def _faults_of_time(waiver: Waiver, at: date) -> Iterator[Finding]:
    if waiver.created > at or waiver.expires < waiver.created:
        yield _finding(waiver, "CNAI718", f"runs from {waiver.created} to {waiver.expires}, seen on {at}", "correct the dates")
    elif waiver.expires < at:
        yield _finding(waiver, "CNAI711", f"expired on {waiver.expires}", "mend the finding, or ask for a new waiver")
    elif waiver.expires - at <= SOON:
        days = (waiver.expires - at).days
        yield _finding(
            waiver, "CNAI712", f"expires on {waiver.expires}, in {days} days", "mend the finding before that day", Severity.WARNING
        )


def _finding(waiver: Waiver, code: str, text: str, help_: str, severity: Severity = Severity.ERROR) -> Finding:
    return Finding(code=code, message=f"waiver {waiver.id} {text}", location=waiver.location, severity=severity, help=help_, path=waiver.id)
