from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cnai_gitops.check.canary import Example, read_example
from cnai_gitops.check.policy import gate
from cnai_gitops.check.rules import Rule, read_rules
from cnai_gitops.findings import Finding
from cnai_gitops.system.data import policies_dir

DAY = "2026-11-24"
Run = Callable[..., list[Finding]]


def tool(name: str) -> Path:
    """A pinned tool, from the folder in CNAI_TOOLS or the user's cache; skips where it is not built."""
    path = Path(os.environ.get("CNAI_TOOLS") or Path.home() / ".cache" / "cnai" / "build") / name
    if not path.is_file():
        pytest.skip(f"{name} is not built here; set CNAI_TOOLS to the folder of the pinned tools")
    return path


@pytest.fixture(scope="session")
def opa() -> Path:
    return tool("opa")


@pytest.fixture(scope="session")
def rules() -> dict[str, Rule]:
    return read_rules([policies_dir()])


@pytest.fixture(scope="session")
def run_gate() -> Run:
    """The gate over the built-in pack, on the stories' day; keywords are passed on."""
    conftest = tool("conftest")

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
