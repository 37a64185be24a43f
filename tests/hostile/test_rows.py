"""The table of hostile inputs is whole, and everything that it names is there."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest
from rows import NOT_TESTED, ROWS

TESTS = Path(__file__).resolve().parents[1]


@cache
def functions(file: str) -> set[str]:
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_row_is_tested_or_says_why_not() -> None:
    assert sorted([*ROWS, *NOT_TESTED]) == list(range(1, 65))
    assert len(ROWS) >= 50
    assert all(NOT_TESTED.values())


@pytest.mark.parametrize("row", ROWS)
def test_what_a_row_names_is_there(row: int) -> None:
    title, tests = ROWS[row]
    assert title
    assert tests
    for test in tests:
        file, _, name = test.partition("::")
        assert name in functions(file), test


def test_every_hostile_test_belongs_to_a_row() -> None:
    named = {test for _, tests in ROWS.values() for test in tests}
    files = [
        file for file in Path(__file__).parent.glob("test_*.py") if not file.name.startswith("test_doors_")
    ]  # each a matrix of its own
    here = {f"hostile/{file.name}::{name}" for file in files for name in functions(f"hostile/{file.name}")}
    tests = {test for test in here if "::test_" in test and not test.startswith("hostile/test_rows.py")}
    assert sorted(tests - named - OTHERS) == []


OTHERS = {
    "hostile/test_inputs.py::test_an_evil_file",
    "hostile/test_inputs.py::test_every_evil_file_is_named",
    "hostile/test_stopped.py::test_a_checkout_whose_path_is_no_text",
    "hostile/test_stopped.py::test_a_waiver_of_another_application_is_not_called_unused",
    "hostile/test_stopped.py::test_an_old_report_is_gone_when_nothing_can_be_told",
    "hostile/test_stopped.py::test_days_that_are_none",
    "hostile/test_stopped.py::test_findings_about_what_a_patch_or_an_override_sets",
    "hostile/test_stopped.py::test_waivers_at_the_edge_of_time",
    "hostile/test_stopped.py::test_what_a_killed_build_left_is_removed_whatever_ran_in_between",
    "hostile/test_stopped.py::test_what_stops_a_command_is_in_its_report",
    "hostile/test_blueprints.py::test_a_sound_change_is_built",
    "hostile/test_gate.py::test_evidence_without_a_digest_in_its_name",
    "hostile/test_paths.py::test_a_list_of_files_that_no_build_wrote",
    "hostile/test_text.py::test_metadata_as_a_whole_is_out_of_reach",
}
"""Tests of things that no row asks for."""
