"""What a release says must fit what the blueprint foresees."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

RELEASE = "environments/prod/fraud-detection.yaml"


@pytest.mark.parametrize(("weight", "said"), [(0, False), (10, False), (30, True), (50, False), (100, False)])
def test_weights_of_a_canary_are_the_steps_of_its_blueprint(repository: Path, cnai: Callable[..., Any], weight: int, said: bool) -> None:
    release = repository / RELEASE
    release.write_text(release.read_text().replace("weight: 10", f"weight: {weight}"))
    done = cnai("build", "--root", repository)
    assert done.code == 0
    words = f"warning[CNAI229]: serve.scorer of fraud-detection: weight {weight} is no step of its canary"
    assert (words in done.out + done.err) is said


def test_a_watch_without_a_service_is_no_watch(repository: Path, cnai: Callable[..., Any]) -> None:
    (repository / "blueprints" / "watcher.yaml").write_text(
        "name: watcher\nteam: risk\npurpose: fraud-detection\nobserve: {signals: [{kind: slo, p99_ms: 80}]}\n"
    )
    done = cnai("check", "--no-stale", "--root", repository)
    assert done.code == 1
    assert "blueprints/watcher.yaml:4:1: error[CNAI215]: observe.service watches nothing: watcher has no serve stage" in done.out


def test_a_file_that_defines_nothing_is_said(repository: Path, cnai: Callable[..., Any]) -> None:
    (repository / "blueprints" / "lost.py").write_text("def make():\n    return 1\n")
    (repository / "blueprints" / "_helps.py").write_text("x = 1\n")
    done = cnai("check", "--no-stale", "--root", repository)
    assert "blueprints/lost.py:1: warning[CNAI204]: defines no Blueprint, Dataset or Model at module level" in done.out
    assert "_helps" not in done.out
