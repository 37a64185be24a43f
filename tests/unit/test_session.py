"""A repository in Python: what a change in memory may be asked."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from cnai_gitops import pipeline
from cnai_gitops.errors import UsageError
from cnai_gitops.session import load
from cnai_gitops.system.tools import Settings


def test_a_change_in_memory_is_rendered_and_related_but_not_judged_as_if_it_were_in_the_files(stories: Path) -> None:
    repo = load(stories)
    tried = repo.with_app(repo.apps["fraud-detection"].with_(purpose="advertising"))
    assert "advertising" in tried.render("fraud-detection", "prod").to_yaml()
    for act, words in ((tried.check, "check"), (tried.build, "build")):
        with pytest.raises(UsageError, match=f"{words} reads the files, and fraud-detection is changed in memory only") as refused:
            act()
        assert "load" in refused.value.help


def test_an_unknown_application_is_two_lines_in_a_notebook(stories: Path) -> None:
    with pytest.raises(UsageError) as refused:
        load(stories).render("fraud", "prod")
    lines = refused.value._render_traceback_()
    assert lines[0] == "UsageError: application 'fraud' does not exist"
    assert lines[1].startswith("  help: known: ")


def test_a_diff_shows_a_change_that_is_in_memory_only(repository: Path, settings: Settings) -> None:
    pipeline.build(repository, settings)
    for arguments in (["init", "--quiet", "--initial-branch", "main"], ["add", "."], ["commit", "--quiet", "--message", "before"]):
        subprocess.run(
            ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.com", *arguments], cwd=repository, check=True, capture_output=True
        )
    repo = load(repository)
    assert not repo.diff().changed
    tried = repo.with_app(repo.apps["fraud-detection"].with_(serve__port=9000))
    review = tried.diff("HEAD")
    assert review.changed
    assert "9000" in review._repr_html_()
