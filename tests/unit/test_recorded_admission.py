"""The offline verdict on queues is held against what the real Kueue decided; `make live` records that."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from cnai_gitops.check.objects.inventory import Inventory
from cnai_gitops.check.objects.queues import never_admitted

LIVE = Path(__file__).resolve().parents[1] / "live"
[RECORDED] = sorted((LIVE / "recorded").glob("kueue-*"))[-1:]
CASES = [json.loads(file.read_text(encoding="utf-8")) for file in sorted((RECORDED / "admission").glob("*.json"))]
ALONE = [case for case in CASES if len(case["steps"]) == 1 and case["steps"][0]["run"].get("queue") is None]
BLIND = pytest.mark.xfail(strict=True, reason="the offline sum counts cards only; cpu and memory are not seen yet")
FEWER = pytest.mark.xfail(strict=True, reason="the offline sum does not know that a Job may start with fewer pods")
PARTS = pytest.mark.xfail(strict=True, reason="the offline sum adds the flavors up; Kueue wants one flavor for a set of pods")


def _marks(case: dict[str, Any]) -> list[pytest.MarkDecorator]:
    words = case["answers"]["a"].get("words", "")
    if "quota for cpu" in words or "quota for memory" in words:
        return [BLIND]
    if case["name"] == "one flavor must hold all pods of a set":
        return [PARTS]
    return [FEWER] if case["name"] == "a Job that may be smaller starts smaller" else []


@pytest.fixture(scope="module")
def queues() -> list[dict[str, Any]]:
    """The queues in which the cases were decided."""
    found: list[dict[str, Any]] = json.loads((RECORDED / "queues.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("case", [pytest.param(case, marks=_marks(case), id=case["name"]) for case in ALONE])
def test_a_workload_that_waits_alone_is_one_that_is_never_admitted(case: dict[str, Any], queues: list[dict[str, Any]]) -> None:
    sys.path[:0] = [str(LIVE), str(LIVE.parent / "cluster")]
    try:
        from workloads import manifest
    finally:
        del sys.path[:2]
    body = manifest(case["steps"][0]["run"])
    found = never_admitted(Inventory([*queues, body]))
    assert bool(found) == (case["answers"]["a"]["verdict"] == "pending"), case["answers"]["a"]


def test_the_record_has_every_kind_of_answer() -> None:
    """So that the comparison above means something."""
    kinds = {answer["verdict"].split()[0] for case in CASES for answer in case["answers"].values()}
    assert kinds == {"admitted", "pending", "preempted", "none"}
    assert len(CASES) >= 30
