"""Planted mistakes: one wrong file of each kind that people write, and the exact first line that they see."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from cnai_gitops.system.tools import Settings

Cnai = Callable[..., Any]
Snapshot = Callable[[Path], dict[str, bytes]]

APP = "blueprints/fraud_detection.py"
DATA = "blueprints/datasets/transactions.yaml"
ENV = "environments/prod/environment.yaml"
RELEASE = "environments/prod/fraud-detection.yaml"
PATCH = "environments/prod/patches/fraud-detection"
COMPONENT = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: [{path: p.yaml}]\n"
WAIVER = """team: risk
waivers:
  - id: one
    rule: images.scan_fresh
    resource: prod/eu1/serving.kserve.io/InferenceService/risk-prod/fraud-detection-scorer
    reason: a reason that is long enough to be believed
    ticket: RISK-1
    owner: risk
    approver: data-protection
    created: "2026-11-20"
    expires: "2026-12-20"
"""


class Mistake(NamedTuple):
    """`new` replaces `old` in the file `path`, or is the whole file when `old` is empty; then `command` says `first`."""

    path: str
    old: str
    new: str
    first: str
    command: str = "build"
    code: int = 1


MISTAKES: dict[str, Mistake] = {
    "cnai.toml: not TOML": Mistake("cnai.toml", "[git]", "[git", "", code=2),
    "cnai.toml: a field that does not exist": Mistake("cnai.toml", "[git]", "[git]\nbrunch = 'main'", "", code=2),
    "cnai.toml: a field is missing": Mistake("cnai.toml", 'name = "acme"\n', "", "", code=2),
    "Python: syntax": Mistake(APP, "fraud = Blueprint(", "fraud = Blueprint((", ""),
    "Python: a field that does not exist": Mistake(APP, "nodes=2", "nods=2", ""),
    "Python: a wrong type": Mistake(APP, "nodes=2", 'nodes="2"', ""),
    "Python: a wrong value deep inside": Mistake(APP, "trials=4", "trials=0", ""),
    "Python: an accelerator that does not exist": Mistake(APP, 'gpu("h100"', 'gpu("h101"', ""),
    "Python: a runtime that does not exist": Mistake(APP, 'model="scorer", ', 'model="scorer", runtime="tritn", ', ""),
    "Python: an exception": Mistake(APP, "fraud = ", "1 / 0\nfraud = ", ""),
    "Python: an exit": Mistake(APP, "fraud = ", "raise SystemExit\nfraud = ", ""),
    "Python: a dataset that does not exist": Mistake(APP, 'reads=["transactions"]', 'reads=["transaction"]', ""),
    "Python: a model that does not exist": Mistake(APP, 'model="scorer"', 'model="scorr"', ""),
    "YAML blueprint: an engine that does not exist": Mistake(
        "blueprints/x.yaml", "", "name: x\nteam: risk\npurpose: x\nprepare:\n  name: p\n  engine: {kind: sparc, image: i, main: a.py}\n", ""
    ),
    "YAML blueprint: a number as text": Mistake(
        "blueprints/x.yaml", "", 'name: x\nteam: risk\npurpose: x\ntrain:\n  name: t\n  image: i\n  nodes: "2"\n', ""
    ),
    "YAML blueprint: an anchor": Mistake("blueprints/x.yaml", "", "name: &a x\nteam: risk\npurpose: *a\n", ""),
    "YAML blueprint: a tab": Mistake("blueprints/x.yaml", "", "name: x\n\tteam: risk\n", ""),
    "YAML blueprint: a name twice": Mistake("blueprints/x.yaml", "", "name: fraud-detection\nteam: risk\npurpose: x\n", ""),
    "dataset: a word that is not among those": Mistake(DATA, "restricted", "secret", ""),
    "dataset: a field is missing": Mistake(DATA, "retention_days: 1825\n", "", ""),
    "dataset: a YAML 1.1 boolean": Mistake(DATA, "personal: true", "personal: yes", ""),
    "environment: a key twice": Mistake(ENV, "tier: prod\n", "tier: prod\ntier: dev\n", ""),
    "environment: another name": Mistake(ENV, "name: prod\n", "name: prd\n", ""),
    "environment: a profile that does not exist": Mistake(ENV, 'profile: "2026.11"\n    api_cidrs: [10.40', 'profile: "2026.13"\n    api_cidrs: [10.40', ""),
    "environment: an accelerator that does not exist": Mistake(ENV, "h100: {count: 64", "h1000: {count: 64", ""),
    "environment: no primary": Mistake(ENV, "  eu1:\n", "  eu1:\n    role: standby\n", ""),
    "environment: a dataset has no place": Mistake(ENV, "  transactions:\n", "  transaktions:\n", ""),
    "environment: the team is unknown": Mistake(ENV, "  risk:\n", "  risc:\n", ""),
    "release: too small": Mistake(RELEASE, "max: 16", "max: 0", ""),
    "release: a field that does not exist": Mistake(RELEASE, "max: 16", "maximum: 16", ""),
    "release: a stage that does not exist": Mistake(RELEASE, "train.scorer:", "train.scorr:", ""),
    "release: an application that does not exist": Mistake(RELEASE, "app: fraud-detection", "app: fraud", ""),
    "release: an image that does not exist": Mistake(RELEASE, "  fraud-prep:", "  fraud-prap:", ""),
    "release: a short digest": Mistake(RELEASE, "  model: sha256:", "  model: sha256:0", ""),
    "release: a cluster that does not exist": Mistake(RELEASE, "  eu2:", "  eu3:", ""),
    "release: the blueprint's business": Mistake(RELEASE, "  timeout: 12h", "  reads: []", ""),
    "release: a list": Mistake(RELEASE, "", "- a\n", ""),
    "release: an empty file": Mistake(RELEASE, "", "", ""),
    "release: of no environment": Mistake("environments/prdo/fraud-detection.yaml", "", "app: fraud-detection\n", ""),
    "waiver: another team": Mistake("policies/waivers/risk.yaml", "team: risk", "team: other", ""),
    "waiver: no date": Mistake("policies/waivers/risk.yaml", '"2026-12-20"', '"2026-13-01"', ""),
    "waiver: nobody entitled": Mistake(
        "policies/waivers/risk.yaml", "images.scan_fresh", "governance.purpose_match", "", command="check"
    ),
    "waiver: it has ended": Mistake("policies/waivers/risk.yaml", "2026-12-20", "2026-11-23", "", command="check"),
    "policy: no METADATA": Mistake("policies/area/rule/rule.rego", "", "package cnai.area.rule\n\ndeny contains {", "", command="check"),
    "policy: not a rule's package": Mistake("policies/area/rule/rule.rego", "", "package main\n\ndeny := 1\n", "", command="check"),
    "patch: it matches nothing": Mistake(
        f"{PATCH}/p.yaml", "", "apiVersion: v1\nkind: Service\nmetadata: {name: other, namespace: risk-prod}\nspec: {x: 1}\n", ""
    ),
    "patch: a file is missing": Mistake(f"{PATCH}/kustomization.yaml", "p.yaml", "q.yaml", ""),
    "evidence: not JSON": Mistake("policies/evidence/" + "a" * 64 + ".json", "", "{", "", command="check"),
    "evidence: no digest": Mistake("policies/evidence/latest.json", "", "{}", "", command="check"),
}


@pytest.fixture
def planted(repository: Path, settings: Settings) -> Callable[[Mistake], Path]:
    """The golden repository with one mistake in it."""

    def plant(mistake: Mistake) -> Path:
        if mistake.path.startswith("policies/waivers"):
            (repository / "policies/waivers").mkdir(parents=True)
            (repository / "policies/waivers/risk.yaml").write_text(WAIVER)
        if mistake.path.startswith(PATCH):
            (repository / PATCH).mkdir(parents=True)
            (repository / PATCH / "kustomization.yaml").write_text(COMPONENT)
        file = repository / mistake.path
        file.parent.mkdir(parents=True, exist_ok=True)
        before = file.read_text() if mistake.old else ""
        assert mistake.old in before
        file.write_text(before.replace(mistake.old, mistake.new, 1) if mistake.old else mistake.new)
        return repository

    return plant


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_first_line(mistake: Mistake, planted: Callable[[Mistake], Path], cnai: Cnai, snapshot: Snapshot) -> None:
    root = planted(mistake)
    before = snapshot(root)
    done = cnai(mistake.command, "--root", root, *(["--no-stale"] if mistake.command == "check" else []))
    assert (done.code, done.first) == (mistake.code, mistake.first)
    assert "Traceback" not in done.out + done.err
    assert snapshot(root) == before
