"""Files of an older version: refused with the new spelling, brought up to date, and rendered to the bytes of today's files.

`before_<release>/<case>/` holds the files of a golden case, or of the stories, that were spelled otherwise before a release.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
BEFORE = HERE / "before_0_2"
Snapshot = Callable[[Path], dict[str, bytes]]
Cnai = Callable[..., Any]

UNKNOWN = {
    "fleet": [],  # nothing of it is refused: a Kafka lag without `min` means another one now
    "fraud": [("blueprints/fraud_detection.py:23:88", "canary", "`canary` is `kind: canary` of `rollout` since 0.2")],
    "stories": [
        ("blueprints/festival_recs.py:49:48", "cooldown", "`cooldown` is said by Scaling(cooldown=..., triggers=[Rate(...)]) since 0.2"),
        ("blueprints/food-delivery.yaml:36:3", "serve.canary", "`canary` is `kind: canary` of `rollout` since 0.2"),
        ("blueprints/food-delivery.yaml:40:3", "observe.slo", "`slo` is an item of `signals` since 0.2"),
        ("blueprints/food-delivery.yaml:41:3", "observe.drift", "`drift` is an item of `signals` since 0.2"),
        ("blueprints/fraud-detection.yaml:32:3", "serve.canary", "`canary` is `kind: canary` of `rollout` since 0.2"),
        ("blueprints/fraud-detection.yaml:34:3", "observe.slo", "`slo` is an item of `signals` since 0.2"),
        ("blueprints/fraud-detection.yaml:35:3", "observe.drift", "`drift` is an item of `signals` since 0.2"),
    ],
}


@pytest.fixture
def today(request: pytest.FixtureRequest, case: str, tmp_path: Path) -> Path:
    """A case as it is now, with what it renders in `deploy`."""
    if case == "stories":
        root = Path(request.getfixturevalue("copied_stories"))
        (root / "blueprints" / "fraud_detection.py").unlink()
        shutil.copy(HERE / "twin" / "fraud-detection.yaml", root / "blueprints")
        shutil.copytree(HERE.parents[1] / "deploy", root / "deploy")
        return root
    root = Path(shutil.copytree(HERE / case / "repository", tmp_path / "repository"))
    shutil.copytree(HERE / case / "expected", root / "deploy")
    return root


@pytest.mark.parametrize("case", UNKNOWN)
def test_an_old_repository_renders_the_same_once_it_is_migrated(case: str, today: Path, cnai: Cnai, snapshot: Snapshot) -> None:
    root, new = today, snapshot(today)
    shutil.copytree(BEFORE / case, root, dirs_exist_ok=True)
    config = (root / "cnai.toml").read_text()
    (root / "cnai.toml").write_text("".join(line for line in config.splitlines(keepends=True) if not line.startswith("requires")))
    done = cnai("build", "--root", root)
    assert done.code == int(bool(UNKNOWN[case]))
    for at, field, words in UNKNOWN[case]:
        assert f"{at}: error[CNAI102]: {field} is not a known field" in done.out
        assert f"help: {words}; run `cnai migrate`" in done.out
    if case == "stories":
        assert "train.sweep: `kind` must be one of grid, halton, got None" in done.out
        assert "help: `sweep` says `kind: halton` since 0.2; run `cnai migrate`" in done.out

    done = cnai("migrate", "--root", root)
    assert done.code == 0, done.out
    after = snapshot(root)
    done = cnai("migrate", "--root", root)
    assert (done.code, done.out, done.err) == (0, "", "nothing to rewrite\n")
    assert snapshot(root) == after

    shutil.rmtree(root / "deploy")
    assert cnai("build", "--root", root).code == 0
    assert deployed(snapshot(root)) == deployed(new)


def deployed(files: dict[str, bytes]) -> dict[str, str]:
    return {path: data.decode() for path, data in files.items() if path.startswith("deploy/") and not path.startswith("deploy/.index/")}
