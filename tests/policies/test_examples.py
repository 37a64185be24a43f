"""Every rule against its four examples, through the real conftest."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cnai_gitops.check.gate.canary import CANARY, Example, planted, read_example
from cnai_gitops.check.gate.rules import Rule, read_rules
from cnai_gitops.check.gate.waivers import Waiver, apply_waivers
from cnai_gitops.findings import Finding, Severity
from cnai_gitops.system.data import policies_dir

RULES = sorted(read_rules([policies_dir()]))
Examples = dict[tuple[str, str], Example]
Run = Callable[..., list[Finding]]


@pytest.fixture(scope="module")
def judged(run_gate: Run, examples: Examples) -> list[Finding]:
    """One run over all good, unknown and waived examples together; the bad ones are the canaries of that very run."""
    ordinary = [example for (_, name), example in examples.items() if name != "bad"]
    documents, data = planted([], {}, ordinary)
    return run_gate(documents, data)


def of(findings: list[Finding], rule: str, example: Example) -> list[Finding]:
    """What the rule says about the documents of the example."""
    ids = {document["id"] for document in example.documents}
    return [finding for finding in findings if finding.code == rule and f"{finding.target}/{finding.resource}" in ids]


def assert_expected(found: list[Finding], example: Example) -> None:
    assert example.expect
    for expected in example.expect:
        assert any(
            f"{finding.target}/{finding.resource}" == expected["id"]
            and finding.path == expected["path"]
            and expected["contains"] in finding.message
            for finding in found
        ), (expected, found)


def as_real(example: Example) -> Example:
    """The bad example as documents of production."""
    text = json.dumps([example.documents, example.data, example.expect])
    return Example(*json.loads(text.replace(CANARY, "prod")), waivers=[])


@pytest.mark.parametrize("rule", RULES)
def test_good_passes(judged: list[Finding], examples: Examples, rule: str) -> None:
    assert of(judged, rule, examples[rule, "good"]) == []


@pytest.mark.parametrize("rule", RULES)
def test_unknown_is_denied_in_production(judged: list[Finding], examples: Examples, rule: str) -> None:
    found = of(judged, rule, examples[rule, "unknown"])
    assert_expected(found, examples[rule, "unknown"])
    assert {finding.severity for finding in found} == {Severity.ERROR}


@pytest.mark.parametrize("rule", RULES)
def test_waived_stays_in_the_report(judged: list[Finding], examples: Examples, rules: dict[str, Rule], rule: str) -> None:
    example = examples[rule, "waived"]
    found = of(judged, rule, example)
    assert_expected(found, example)
    dates = {key: date.fromisoformat(example.waivers[0][key]) for key in ("created", "expires")}
    after = apply_waivers(found, [Waiver(**example.waivers[0] | dates)], date(2026, 11, 24), rules)
    assert [finding for finding in after if finding.code == rule and not finding.waiver] == ([] if rules[rule].waivable else found)
    assert len([finding for finding in after if finding.code == rule]) == len(found)
    assert ("CNAI717" in {finding.code for finding in after}) is not rules[rule].waivable


@pytest.mark.parametrize("rule", RULES)
def test_only_its_rule_objects_to_a_bad_example(run_gate: Run, examples: Examples, pack: Path, rule: str) -> None:
    """Deleting the rule turns its bad example green: no other rule was doing the work."""
    example = as_real(examples[rule, "bad"])
    shutil.rmtree(pack / rule.replace(".", "/"))
    assert run_gate(example.documents, example.data, packs=[pack]) == []


def test_every_bad_example_is_refused(run_gate: Run, examples: Examples) -> None:
    bad = {rule: as_real(examples[rule, "bad"]) for rule in RULES}
    documents, data = planted([], {}, bad.values())
    found = run_gate(documents, data)
    assert {finding.code for finding in found} == set(RULES)
    for rule, example in bad.items():
        assert_expected(of(found, rule, example), example)


def test_the_gate_is_monotone(run_gate: Run, examples: Examples) -> None:
    """What dev denies, staging denies; what staging denies, prod denies."""
    documents, data = planted([], {}, [as_real(examples[rule, "bad"]) for rule in RULES])
    denied: dict[str, set[str]] = {}
    for tier in ("dev", "staging", "prod"):
        text = json.dumps([documents, data]).replace('"tier": "prod"', f'"tier": "{tier}"')
        answers: list[Any] = json.loads(text)
        denied[tier] = {f"{finding.code} {finding.resource}" for finding in run_gate(*answers) if finding.severity is Severity.ERROR}
    assert denied["dev"] <= denied["staging"] <= denied["prod"]
    assert denied["dev"]


def test_examples_name_only_known_files(rules: dict[str, Rule]) -> None:
    for rule in rules.values():
        found = sorted(path.name for path in (rule.folder / "examples").iterdir())
        assert found == ["bad.yaml", "good.yaml", "unknown.yaml", "waived.yaml"], f"examples of {rule.id}: {found}"
        assert read_example(rule, "good").expect == []
