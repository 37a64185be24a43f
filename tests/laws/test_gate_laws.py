"""Laws 7 and 8: what dev denies, staging and prod deny; accelerators are counted in one place."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from cnai_gitops import pipeline
from cnai_gitops.check.gate.rules import read_rules
from cnai_gitops.check.verdict import verdict
from cnai_gitops.findings import Finding
from cnai_gitops.plan.build import Plan, make_plan
from cnai_gitops.system.data import policies_dir
from cnai_gitops.system.tools import Settings, require

TIERS = ("dev", "staging", "prod")
DAY = date(2026, 11, 24)
PACKAGE = Path(pipeline.__file__).parent
COUNTER = re.compile(r"nvidia\.com/gpu|amd\.com/gpu|google\.com/tpu|habana\.ai/gaudi|gpu\.intel\.com|aws\.amazon\.com/neuron")


def denied(plan: Plan, tier: str, settings: Settings) -> set[tuple[str, str, str, str]]:
    """What the policies deny when every environment is of this tier."""
    environments = {name: replace(e, value=e.value.with_(tier=tier)) for name, e in plan.project.environments.items()}
    plan = make_plan(replace(plan.project, environments=environments))
    found = verdict(pipeline.resolve(plan, settings), at=DAY, packs=[policies_dir()], conftest=require("conftest", settings).path)
    return {_what(finding) for finding in found.findings if finding.fails}


def _what(finding: Finding) -> tuple[str, str, str, str]:
    return finding.code, finding.resource, finding.target, finding.path


def test_the_gate_only_gets_stricter(repository: Path, settings: Settings) -> None:
    for report in (repository / "policies/evidence").iterdir():
        report.unlink()  # every image is without a scan now
    release = repository / "environments/dev/fraud-detection.yaml"
    release.write_text(release.read_text().replace("{max: 2}", "{max: 20}"))
    plan = pipeline.plan_of(repository)
    found = [denied(plan, tier, settings) for tier in TIERS]
    assert found[0] <= found[1] <= found[2]
    assert found[0] < found[2]


def test_no_rule_is_milder_in_a_later_tier() -> None:
    order = {"warn": 0, "deny": 1}
    rules = read_rules([policies_dir()])
    assert rules
    for rule in rules.values():
        grades = [order[rule.severity[tier]] for tier in TIERS]
        assert grades == sorted(grades), rule.id


def test_no_policy_counts_accelerators() -> None:
    """Policies compare totals that the ledger has made; none of them looks for a resource name or adds anything up."""
    files = [file for file in policies_dir().rglob("*.rego") if not file.name.endswith("_test.rego")]
    assert files
    counting = {
        str(file): match[0]
        for file in files
        if (match := COUNTER.search(file.read_text())) or (match := re.search(r"\b(sum|product)\(", file.read_text()))
    }
    assert counting == {}


def test_only_the_ledger_adds_up_accelerators() -> None:
    """Only facts and the files of API groups know names of accelerator resources, and the totals are made once."""
    names = {path.relative_to(PACKAGE).parts[0] for path in PACKAGE.rglob("*.py") if COUNTER.search(_code(path))}
    assert names == {"facts", "resources"}
    counting = {path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py") if "Demand" in _called(path)}
    assert {name for name in counting if not name.startswith("resources/")} <= {
        "check/objects/inventory.py",
        "check/objects/ledger.py",
        "check/objects/queues.py",
    }


def _code(path: Path) -> str:
    """The source without docstrings and comments."""
    return ast.unparse(_Plain().visit(ast.parse(path.read_text(encoding="utf-8"))))


class _Plain(ast.NodeTransformer):
    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        return None if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str) else node

    def generic_visit(self, node: ast.AST) -> ast.AST:
        node = super().generic_visit(node)
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.body:
            node.body = [ast.Pass()]
        return node


def _called(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}


@pytest.mark.parametrize("env", ["dev", "prod"])
def test_the_ledger_counts_what_the_blueprint_asks_for(env: str, repository: Path, settings: Settings) -> None:
    """4 accelerators a node x 2 nodes x 2 parallel trials, counted from the manifests alone, on each cluster."""
    plan = pipeline.plan_of(repository)
    found = verdict(pipeline.resolve(plan, settings), at=DAY, packs=[policies_dir()], conftest=require("conftest", settings).path)
    [total] = [total for total in found.data["ledger"]["teams"] if total["env"] == env]
    clusters = len([target for target in plan.targets if target.env == env])
    assert (total["class"], total["peak"], total["unknown"]) == ("h100", 16 * clusters, [])
