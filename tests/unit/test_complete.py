"""What the shell completes: names of files, in a repository and outside of one."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnai_gitops.cli import complete
from cnai_gitops.findings.formats import formats


def test_in_a_repository(stories: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(stories / "blueprints")
    assert complete.environments("pr") == ["prod"]
    assert complete.apps("f") == ["festival-recs", "food-delivery", "fraud-detection"]
    assert complete.subjects("fr") == ["fraud-detection"]
    assert complete.subjects("governance.p") == ["governance.purpose_match"]


def test_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert complete.environments("") == complete.apps("") == []
    assert "images.no_critical" in complete.subjects("images.")


def test_formats_are_those_that_there_are() -> None:
    assert set(complete.outputs("findings", "")) == set(formats())
    assert complete.outputs("review", "mark") == ["markdown"]
