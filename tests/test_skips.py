"""In CI each skip is declared with its reason; another one fails the run, in one process and in several."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from skips import DECLARED

TESTS = Path(__file__).resolve().parent
CONFTEST = """
import os
from skips import Declared

def pytest_configure(config):
    if os.environ.get("CI"):
        config.pluginmanager.register(Declared({"no such machine": ("test_some.py::test_declared", "test_more.py")}))
"""
SOME = """
import pytest

def test_passes(): pass

@pytest.mark.parametrize("number", [1, 2])
def test_declared(number): pytest.skip("no such machine")

@pytest.mark.skip(reason="no such machine")
def test_of_another_name(): pass

@pytest.fixture
def tool(): pytest.skip("nothing is built here")

def test_other_reason(tool): pass

@pytest.mark.xfail(reason="a known fault", run=False)
def test_expected_to_fail(): raise AssertionError
"""
MORE = "import pytest\n\n@pytest.mark.skip(reason='no such machine')\ndef test_of_a_declared_file(): pass\n"
WHOLE = "import pytest\n\npytest.importorskip('no_such_package')\n\ndef test_lost(): pass\n"


def outcome(folder: Path, *arguments: str, ci: str) -> tuple[int, dict[str, int], str]:
    """(exit code, counts of the last line, all output) of a run of these tests."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "CI"))} | {
        "PYTHONPATH": str(TESTS),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    command = [sys.executable, "-m", "pytest", "-ra", "-p", "xdist", "-p", "no:cacheprovider", "--rootdir", str(folder), *arguments]
    done = subprocess.run(command, cwd=folder, env=environment | {"CI": ci}, capture_output=True, text=True, timeout=120)
    counts = {
        word.rstrip("s"): int(number) for number, word in re.findall(r"(\d+) (\w+)", done.stdout.splitlines()[-1].partition(" in ")[0])
    }
    return done.returncode, counts, done.stdout


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    for name, text in (("conftest.py", CONFTEST), ("test_some.py", SOME), ("test_more.py", MORE)):
        (tmp_path / name).write_text(text)
    return tmp_path


def test_outside_ci_everything_may_be_skipped(suite: Path) -> None:
    code, counts, _ = outcome(suite, ci="")
    assert (code, counts) == (0, {"passed": 1, "skipped": 5, "xfailed": 1})


@pytest.mark.parametrize("workers", ["0", "2"])
def test_in_ci_a_skip_that_is_not_declared_fails(suite: Path, workers: str) -> None:
    (suite / "test_whole.py").write_text(WHOLE)
    code, counts, said = outcome(suite, "-n", workers, "--continue-on-collection-errors", ci="true")
    assert (code, counts) == (1, {"passed": 1, "skipped": 3, "xfailed": 1, "error": 3})
    assert "SKIPPED [2] test_some.py:7: no such machine" in said
    words = "is skipped in CI, and tests/skips.py does not declare it"
    assert f"test_some.py::test_of_another_name {words}: no such machine" in said
    assert f"test_some.py::test_other_reason {words}: nothing is built here" in said
    assert f"test_whole.py {words}: could not import 'no_such_package'" in said


@pytest.mark.parametrize("name", sorted({name for names in DECLARED.values() for name in names}))
def test_what_is_declared_is_there(name: str) -> None:
    path, _, test = name.partition("::")
    text = (TESTS.parent / path).read_text(encoding="utf-8")
    assert f"def {test}(" in text if test else "skip" in text


def test_a_clone_without_upstream_crds_skips_what_is_declared() -> None:
    """All that needs them, wherever it lies; so that CI of a clone passes, and says what did not run."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "CNAI_CRDS"))}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "crds", "tests", "--ignore", "tests/e2e"]
    done = subprocess.run(command, cwd=TESTS.parent, env=environment | {"CI": "true"}, capture_output=True, text=True, timeout=120)
    assert (done.returncode, re.findall(r"\d+ (?:passed|failed|errors?)", done.stdout)) == (0, []), done.stdout
    assert re.search(r"\d+ skipped", done.stdout)
