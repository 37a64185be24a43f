"""What a run may skip in CI, and why; any other skip is a failure there, named like one.

Must not: skip a test itself, or change a run outside CI.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

DECLARED: Mapping[str, tuple[str, ...]] = {
    "CNAI_CRDS, the folder of upstream CRDs, is not set": (
        "tests/conformance/test_manifests_against_crds.py",
        "tests/conformance/test_models_against_crds.py",
        "tests/conformance/test_written_models.py",
        "tests/live/test_sync.py",
    ),
    "mounting a small disk is not allowed here": (
        "tests/hostile/test_paths.py::test_a_full_disk",
        "tests/hostile/test_paths.py::test_a_read_only_disk",
        "tests/laws/test_whole_files.py::test_a_full_disk",
        "tests/laws/test_whole_files.py::test_a_read_only_disk",
        "tests/unit/test_files.py::test_a_full_disk_leaves_what_was_there",
        "tests/unit/test_files.py::test_a_read_only_disk_is_named",
    ),
}
"""Files and tests by the reason that they give: each is something that a machine may truly lack."""


class Declared:
    """A pytest plugin that turns a skip which is not declared into a failure; in a worker of xdist as well."""

    def __init__(self, declared: Mapping[str, tuple[str, ...]] = DECLARED) -> None:
        """`declared` names files or tests, without parameters, by the reason of their skip."""
        self.declared = declared

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self) -> Iterator[Any]:
        """The report of a test that ran, or did not."""
        report = yield
        return self._judged(report)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_make_collect_report(self) -> Iterator[Any]:
        """The report of a file whose tests were found, or which skipped them all."""
        report = yield
        return self._judged(report)

    def _judged(self, report: Any) -> Any:
        if not report.skipped or hasattr(report, "wasxfail"):
            return report
        reason = report.longrepr[2].removeprefix("Skipped: ")
        test = report.nodeid.partition("[")[0]
        if not {test, test.partition("::")[0]} & set(self.declared.get(reason, ())):
            report.outcome = "failed"
            report.longrepr = f"{report.nodeid} is skipped in CI, and tests/skips.py does not declare it: {reason}"
        return report
