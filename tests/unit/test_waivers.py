from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from cnai_gitops.check.gate.rules import Rule
from cnai_gitops.check.gate.waivers import Waiver, apply_waivers
from cnai_gitops.findings import Finding, Location, exit_code

AT = date(2026, 11, 24)
RULE = Rule(
    id="images.no_critical",
    title="t",
    description="d",
    severity={"dev": "warn", "staging": "deny", "prod": "deny"},
    help="rebuild it",
    waivable=True,
    max_waiver_days=90,
    controls={},
    since="0.1.0",
    location=Location("p.rego", 1),
    folder=Path(),
)
RULES = {RULE.id: RULE, "images.digest_pinned": replace(RULE, id="images.digest_pinned", waivable=False, max_waiver_days=0)}
FINDING = Finding(code=RULE.id, message="m", path="spec.image#CVE-1", resource="apps/Deployment/risk-prod/scorer", target="prod/eu1")
WAIVER = Waiver(
    id="w1",
    rule=RULE.id,
    resource="prod/eu1/apps/Deployment/risk-prod/scorer",
    path="spec.image#CVE-1",
    reason="The vendor delivers the repaired package next week.",
    ticket="RISK-1",
    owner="risk",
    approver="security",
    created=AT,
    expires=AT + timedelta(days=60),
    location=Location("policies/waivers/risk.yaml", 3),
)


def codes(findings: list[Finding]) -> list[str]:
    return sorted(finding.code for finding in findings if finding.code.startswith("CNAI"))


def changed(**change: object) -> list[Finding]:
    return apply_waivers([FINDING], [replace(WAIVER, **change)], AT, RULES)  # type: ignore[arg-type]


def test_a_covered_finding_stays_and_does_not_fail() -> None:
    (found,) = changed()
    assert found == FINDING.covered_by("w1")
    assert exit_code([found]) == 0


@pytest.mark.parametrize(
    "change",
    [
        {"path": ""},
        {"path": "spec.image"},
        {"path": "spec.image#CVE-2"},
        {"resource": "prod/eu2/apps/Deployment/risk-prod/scorer"},
        {"resource": "staging/eu1/apps/Deployment/risk-prod/scorer"},
        {"resource": "prod/eu1/apps/Deployment/risk-prod/scorer-2"},
        {"resource": "prod/eu1/Apps/Deployment/risk-prod/scorer"},
    ],
)
def test_nothing_but_the_exact_place_is_covered(change: dict[str, str]) -> None:
    found = changed(**change)
    assert FINDING in found
    assert codes(found) == ["CNAI713"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"expires": AT - timedelta(days=1), "created": AT - timedelta(days=9)}, "CNAI711"),
        ({"created": AT + timedelta(days=1)}, "CNAI718"),
        ({"expires": AT - timedelta(days=1)}, "CNAI718"),
        ({"expires": AT + timedelta(days=91)}, "CNAI718"),
        ({"approver": "risk"}, "CNAI714"),
        ({"approver": " Risk "}, "CNAI714"),
        ({"resource": "*"}, "CNAI715"),
        ({"resource": "prod/eu1/apps/Deployment/risk-prod/*"}, "CNAI715"),
        ({"resource": "apps/Deployment/risk-prod/scorer"}, "CNAI715"),
        ({"path": "spec.*"}, "CNAI715"),
        ({"rule": "images.no_criticals"}, "CNAI716"),
        ({"rule": "images.digest_pinned"}, "CNAI717"),
        ({"reason": "because"}, "CNAI719"),
        ({"reason": " " * 30}, "CNAI719"),
        ({"ticket": ""}, "CNAI719"),
    ],
)
def test_an_unsound_waiver_covers_nothing(change: dict[str, object], code: str) -> None:
    found = changed(**change)
    assert FINDING in found
    assert codes(found) == [code]
    assert exit_code([finding for finding in found if finding.code == code]) == 1
    assert {finding.location for finding in found if finding.code == code} == {WAIVER.location}


def test_the_last_day_still_counts() -> None:
    found = changed(created=AT - timedelta(days=5), expires=AT)
    assert FINDING.covered_by("w1") in found
    assert codes(found) == ["CNAI712"]
    assert exit_code(found) == 0


@pytest.mark.parametrize(("days", "warned"), [(30, ["CNAI712"]), (31, [])])
def test_the_end_is_announced(days: int, warned: list[str]) -> None:
    assert codes(changed(expires=AT + timedelta(days=days))) == warned


def test_two_waivers_for_one_finding() -> None:
    found = apply_waivers([FINDING], [WAIVER, replace(WAIVER, id="w2")], AT, RULES)
    assert codes(found) == ["CNAI713"]
    assert FINDING.covered_by("w1") in found


def test_a_repeated_id_voids_both() -> None:
    found = apply_waivers([FINDING], [WAIVER, replace(WAIVER, path="x", location=None)], AT, RULES)
    assert codes(found) == ["CNAI719", "CNAI719"]
    assert FINDING in found


def test_unused_is_said_only_of_judged_environments() -> None:
    assert codes(apply_waivers([], [WAIVER], AT, RULES)) == ["CNAI713"]
    assert codes(apply_waivers([], [WAIVER], AT, RULES, evaluated=lambda waiver: waiver.resource.startswith("prod/"))) == ["CNAI713"]
    assert apply_waivers([], [WAIVER], AT, RULES, evaluated=lambda waiver: waiver.resource.startswith("dev/")) == []


def test_a_misspelled_rule_gets_a_proposal() -> None:
    (found,) = [finding for finding in changed(rule="images.no_criticals") if finding.code == "CNAI716"]
    assert "images.no_critical" in found.help


def test_a_waiver_by_an_earlier_name_of_the_rule_holds_with_a_warning() -> None:
    rules = RULES | {RULE.id: replace(RULE, aliases=("images.no_criticals", "scans.critical"))}
    found = apply_waivers([FINDING], [replace(WAIVER, rule="scans.critical")], AT, rules)
    assert FINDING.covered_by("w1") in found
    (warning,) = [finding for finding in found if finding.code == "CNAI716"]
    assert warning.message == "waiver w1 names the rule scans.critical, which is called images.no_critical now"
    assert warning.help == "write images.no_critical"
    assert exit_code(found) == 0


def test_who_may_approve_is_asked_of_the_present_area() -> None:
    rules = RULES | {RULE.id: replace(RULE, aliases=("scans.critical",))}
    waiver = replace(WAIVER, rule="scans.critical")
    assert codes(apply_waivers([FINDING], [waiver], AT, rules, approvers={"images": ["other"], "scans": ["security"]})) == [
        "CNAI714",
        "CNAI716",
    ]
