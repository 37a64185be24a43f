"""Planted mistakes: one wrong file of each kind that people write, and the exact first line that they see."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from cnai_gitops.scaffold import new_policy
from cnai_gitops.system.tools import Settings

Cnai = Callable[..., Any]
Snapshot = Callable[[Path], dict[str, bytes]]

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
    """`new` replaces `old` in `file`, or is the whole file when `old` is empty; then `command` says `first`."""

    file: str
    new: str
    first: str
    old: str = ""
    command: str = "build"
    code: int = 1


TABLE = Path(__file__).parents[1] / "golden" / "mistakes.yaml"
MISTAKES = {name: Mistake(**fields) for name, fields in yaml.load(TABLE.read_text(), yaml.CSafeLoader).items()}


@pytest.fixture
def planted(repository: Path, settings: Settings) -> Callable[[Mistake], Path]:
    """The golden repository with one mistake in it."""

    def plant(mistake: Mistake) -> Path:
        if mistake.file.startswith("policies/waivers"):
            (repository / "policies/waivers").mkdir(parents=True)
            (repository / "policies/waivers/risk.yaml").write_text(WAIVER)
        if mistake.file.startswith(PATCH):
            (repository / PATCH).mkdir(parents=True)
            (repository / PATCH / "kustomization.yaml").write_text(COMPONENT)
        file = repository / mistake.file
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


def test_a_waiver_that_nobody_entitled_approved(repository: Path, settings: Settings, cnai: Cnai) -> None:
    (repository / "policies/waivers").mkdir()
    waiver = WAIVER.replace("images.scan_fresh", "governance.purpose_match").replace("approver: data-protection", "approver: friend")
    (repository / "policies/waivers/risk.yaml").write_text(waiver)
    done = cnai("check", "--root", repository, "--no-stale")
    assert done.code == 1
    assert "waiver one is approved by friend, who may not approve for governance" in done.out
    assert "help: data-protection may (cnai.toml)" in done.out


def test_a_rule_that_is_no_rego(repository: Path, settings: Settings, cnai: Cnai) -> None:
    for path, text in new_policy("operations", "owner_named").items():
        (repository / path).parent.mkdir(parents=True, exist_ok=True)
        (repository / path).write_text(text.replace("some document in", "some document inn"))
    done = cnai("check", "--root", repository, "--no-stale")
    assert done.code == 3
    assert done.out == ""
    assert "policies/operations/owner_named/owner_named.rego" in done.err.replace("\n", "")
