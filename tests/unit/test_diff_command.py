"""`cnai diff` in a git repository: what it compares with, and what it says where there is nothing to compare with."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cnai_gitops import pipeline
from cnai_gitops.system.tools import Settings

Cnai = Callable[..., Any]
DEV = "environments/dev/fraud-detection.yaml"


def git(folder: Path, *arguments: str) -> None:
    author = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *author, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def committed(repository: Path, settings: Settings) -> Path:
    """The small repository, built and committed on branch main, with a change on another branch."""
    git(repository, "init", "--quiet", "--initial-branch", "main")
    pipeline.build(repository, settings)
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message", "before")
    git(repository, "switch", "--quiet", "--create", "change")
    file = repository / DEV
    assert "max: " in file.read_text()
    file.write_text(file.read_text().replace("max: ", "max: 1"))
    pipeline.build(repository, settings)
    git(repository, "commit", "--quiet", "--all", "--message", "after")
    return repository


def test_a_committed_change_is_compared_with_the_default_branch(committed: Path, cnai: Cnai) -> None:
    done = cnai("diff", "--no-check", "--root", committed)
    assert done.code == 1
    assert "maxReplicaCount" in done.out


def test_without_the_default_branch_nothing_is_called_unchanged(committed: Path, cnai: Cnai) -> None:
    git(committed, "branch", "--move", "main", "trunk")
    done = cnai("diff", "--no-check", "--root", committed)
    assert done.code == 2
    assert done.err == (
        "error: nothing to compare with: there is no branch main here, nor origin/main\n"
        "  help: commit first, give --base REVISION, or compare environments with --between\n"
    )
    assert cnai("diff", "--no-check", "--base", "trunk", "--root", committed).code == 1


def test_a_selection_compares_whole_quotas(committed: Path, cnai: Cnai) -> None:
    """Teams share a quota, so the part that is not shown counts on both sides."""
    done = cnai("diff", "fraud-detection", "-e", "dev", "-o", "json", "--root", committed)
    rows = json.loads(done.out)["quota"]
    assert {row["env"] for row in rows} == {"dev"}
    whole = json.loads(cnai("diff", "-o", "json", "--root", committed).out)["quota"]
    assert rows == [row for row in whole if row["env"] == "dev"]
    other = json.loads(cnai("diff", "fraud-detection", "-e", "prod", "-o", "json", "--root", committed).out)["quota"]
    assert all(row["before"] == row["after"] for row in other)
    assert other


def test_manifests_on_branches_are_not_in_the_base(repository: Path, settings: Settings, cnai: Cnai) -> None:
    config = repository / "cnai.toml"
    text = config.read_text()
    config.write_text('rendered = "branches"\n' + text if "rendered" not in text else text.replace('"commit"', '"branches"'))
    git(repository, "init", "--quiet", "--initial-branch", "main")
    git(repository, "add", "environments", "blueprints", "cnai.toml")
    git(repository, "commit", "--quiet", "--message", "sources")
    done = cnai("diff", "--no-check", "--root", repository)
    assert done.code == 2
    assert "holds no rendered manifests: cnai.toml has them written to branches" in done.err
