from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cnai_gitops.check.gate.canary import Example, read_example
from cnai_gitops.check.gate.policy import gate
from cnai_gitops.check.gate.rules import Rule, read_rules
from cnai_gitops.findings import Finding
from cnai_gitops.system.data import policies_dir
from cnai_gitops.system.tools import Found

DAY = "2026-11-24"
Run = Callable[..., list[Finding]]


@pytest.fixture(scope="session")
def opa(tool: Callable[[str], Found]) -> Path:
    return tool("opa").path


@pytest.fixture(scope="session")
def rules() -> dict[str, Rule]:
    return read_rules([policies_dir()])


@pytest.fixture(scope="session")
def run_gate(tool: Callable[[str], Found]) -> Run:
    """The gate over the built-in pack, on the stories' day; keywords are passed on."""
    conftest = tool("conftest").path

    def run(documents: list[dict[str, Any]], data: dict[str, Any] | None = None, **options: Any) -> list[Finding]:
        facts = {"run": {"at": DAY}} | (data or {})
        return gate(documents, facts, **{"packs": [policies_dir()], "conftest": conftest} | options)

    return run


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A copy of the built-in pack that a test may damage."""
    return Path(shutil.copytree(policies_dir(), tmp_path / "policies"))


@pytest.fixture(scope="session")
def examples(rules: dict[str, Rule]) -> dict[tuple[str, str], Example]:
    """Every example by rule and name."""
    return {(rule.id, name): read_example(rule, name) for rule in rules.values() for name in ("good", "bad", "unknown", "waived")}
