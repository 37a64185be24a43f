"""The how-tos are true: each is followed in a copy of the stories."""

from __future__ import annotations

from pathlib import Path

import pytest
from blocks import ROOT, Reader

from cnai_gitops.system.tools import Settings

HOW_TOS = sorted((ROOT / "docs" / "how-to").glob("*.md"))


@pytest.mark.slow
@pytest.mark.parametrize("how_to", HOW_TOS, ids=[path.stem for path in HOW_TOS])
def test_how_to(how_to: Path, copied_stories: Path, tmp_path: Path, settings: Settings) -> None:
    assert Reader(copied_stories, tmp_path / "home").follow(how_to) > 0


def test_every_document_is_listed() -> None:
    listed = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    written = [path for folder in ("how-to", "explanation", "decisions") for path in sorted((ROOT / "docs" / folder).glob("*.md"))]
    assert [path.name for path in written if f"({path.parent.name}/{path.name})" not in listed] == []
