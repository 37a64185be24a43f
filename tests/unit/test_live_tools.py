"""The tables of the live tests agree with each other and with what is pinned; a run says what it did not do."""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest

LIVE = Path(__file__).resolve().parents[2] / "tools" / "live"
TESTS = LIVE.parents[1] / "tests" / "live"


@pytest.fixture(scope="module")
def run() -> ModuleType:
    sys.path.insert(0, str(LIVE))
    try:
        import run as module
    finally:
        sys.path.remove(str(LIVE))
    return module


def test_module_files_are_those_of_the_table(run: ModuleType) -> None:
    for name, table in run.build.MODULES.items():
        text = (LIVE / name / "go.mod").read_text(encoding="utf-8")
        pins = {table["module"]: table["version"], **table.get("also", {})}
        used = {program.package for program in run.build.programs_of(name)}
        for module, version in pins.items():
            found = re.search(rf"^\s*(?:require )?{re.escape(module)} (\S+)", text, re.MULTILINE)
            if found or any(package.startswith(module) for package in used):
                assert found, f"{name}/go.mod does not require {module}"
                assert found[1] == version, f"{name}/go.mod has another {module} than modules.toml; build.py --pin {name} writes it anew"
        assert (LIVE / name / "go.sum").exists()


def test_suites_name_programs_and_files_that_are_there(run: ModuleType) -> None:
    for name, suite in run.SUITES.items():
        assert (TESTS / suite["file"]).exists(), name
        assert set(suite["programs"]) <= run.build.PROGRAMS.keys(), name
    assert {suite["file"] for suite in run.SUITES.values()} == {file.name for file in TESTS.glob("test_*.py")}


def test_records_are_of_the_pinned_versions(run: ModuleType) -> None:
    pinned = {f"{table['profile']}-{table['version'].removeprefix('v')}" for table in run.build.MODULES.values() if "profile" in table}
    assert {folder.name for folder in (TESTS / "recorded").iterdir()} <= pinned


def test_without_time_a_suite_is_named_and_no_failure(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run.build, "missing", lambda names: ["kueue"])
    monkeypatch.setitem(run.SUITES["queue"], "tools", [])
    result = run.run_one("queue", time.monotonic() + 60)
    assert (result.ran, result.ok) == (False, True)
    assert re.fullmatch(r"(59|60) s are left, and it needs about \d+ s", result.words)


@pytest.mark.parametrize(("suite", "ok"), [("sync", False), ("observe", True)])
def test_a_lacking_program_is_a_failure_of_the_core_only(run: ModuleType, monkeypatch: pytest.MonkeyPatch, suite: str, ok: bool) -> None:
    monkeypatch.setitem(run.SUITES[suite], "tools", ["no-such-program"])
    result = run.run_one(suite, None)
    assert (result.ran, result.ok) == (False, ok)
    assert result.words.startswith("not installed: no-such-program (Debian: ")


def test_a_program_depends_on_its_pins_its_source_and_its_flags(run: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    for name in ("go.mod", "go.sum", "own/main.go"):
        (tmp_path / name).write_text(name)
    program = run.build.Program("own", tmp_path, "./own")
    before = program.stamp
    (tmp_path / "own/main.go").write_text("changed")
    after = program.stamp
    assert len({before, after, run.build.Program("own", tmp_path, "./own", tags="more").stamp}) == 3
