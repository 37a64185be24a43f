"""The tutorial is true: every block of it is done in an empty folder, and prints what is shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from blocks import ROOT, Reader, matches

from cnai_gitops.system.tools import Settings

TUTORIAL = ROOT / "docs" / "tutorial.md"


def test_tutorial(tmp_path: Path, settings: Settings) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    reader = Reader(folder, tmp_path / "home")
    assert reader.follow(TUTORIAL) > 10


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("a\nb", "a\nb\n", True),
        ("a\nb", "a\nc", False),
        ("a\n...\nd", "a\nb\nc\nd", True),
        ("a\n...\nd", "a\nd", True),
        ("a\n...", "a\nb\nc", True),
        ("...\nd", "a\nd", True),
        ("a\n...\nd", "a\nb", False),
        ("a.c", "abc", False),
        ("a…d\ne", "abcd\ne", True),
        ("a…d", "ab\ncd", False),
    ],
)
def test_shown_output_is_compared(shown: str, printed: str, same: bool) -> None:
    assert matches(shown, printed) is same
