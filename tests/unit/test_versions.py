"""`requires` in cnai.toml: ranges of versions, and what is said when this version is in none of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import cnai_gitops
from cnai_gitops.source.places import FilePlace
from cnai_gitops.source.requires import unmet
from cnai_gitops.source.versions import above, compatible, satisfies, version

Cnai = Callable[..., Any]


def test_previews_come_before_their_release() -> None:
    order = ["0.1", "0.2.dev1", "0.2a1", "0.2b1", "0.2rc1", "0.2rc2", "0.2", "0.2.1", "0.10", "1"]
    assert sorted(sorted(order), key=version) == order != sorted(order)
    assert version("0.2") == version("0.2.0") == version("0.2.0.0")


@pytest.mark.parametrize(
    ("installed", "wanted", "held"),
    [
        ("0.2.0", ">=0.2,<0.3", True),
        ("0.2.9", ">= 0.2 , < 0.3", True),
        ("0.3.0", ">=0.2,<0.3", False),
        ("0.2.0rc1", ">=0.2,<0.3", False),
        ("0.2.1", "==0.2", False),
        ("0.2.0", "==0.2", True),
        ("0.2.0", "!=0.2", False),
        ("0.2.0", ">0.2", False),
        ("0.2.0", "<=0.2", True),
        ("0.10.0", ">0.9", True),
    ],
)
def test_ranges(installed: str, wanted: str, held: bool) -> None:
    assert satisfies(installed, wanted) is held


@pytest.mark.parametrize("wanted", ["", "0.2", "~=0.2", ">=", ">=0.2;<0.3", ">=0.2,", "==0.2.*", ">=x"])
def test_no_range(wanted: str) -> None:
    with pytest.raises(ValueError, match="is no bound of a range of versions"):
        satisfies("0.2.0", wanted)


def test_above_is_newer_than_every_bound() -> None:
    assert above("0.3.0", ">=0.1,<0.2")
    assert not above("0.1.0", ">=0.2,<0.3")
    assert not above("0.2.0", "!=0.2.0,<0.3")


@pytest.mark.parametrize(
    ("installed", "wanted"), [("0.2.0", ">=0.2,<0.3"), ("0.12.3rc1", ">=0.12,<0.13"), ("1.4.2", ">=1.4,<2"), ("2", ">=2.0,<3")]
)
def test_a_range_that_this_version_begins(installed: str, wanted: str) -> None:
    assert compatible(installed) == wanted


def test_the_version_is_the_one_of_the_package(stories: Path) -> None:
    assert f'\nversion = "{cnai_gitops.__version__}"\n' in (stories / "pyproject.toml").read_text()
    assert f'\nrequires = "{compatible(cnai_gitops.__version__)}"\n' in (stories / "cnai.toml").read_text()


@pytest.mark.parametrize(
    ("wanted", "message", "cure"),
    [
        (
            '"<0.2"',
            "cnai.toml:2:1: these files require cnai-gitops <0.2, and 0.2.0 is installed",
            'run `cnai migrate` to rewrite the files for 0.2.0, or install what it asks for: pip install "cnai-gitops<0.2"',
        ),
        (
            '">=0.3,<0.4"',
            "cnai.toml:2:1: these files require cnai-gitops >=0.3,<0.4, and 0.2.0 is installed",
            'install what it asks for: pip install "cnai-gitops>=0.3,<0.4"',
        ),
        (
            '"~=0.2"',
            "cnai.toml:2:1: requires is no range of versions: '~=0.2' is no bound of a range of versions such as >=0.2,<0.3",
            'for example requires = ">=0.2,<0.3"',
        ),
        ("2", "cnai.toml:2:1: requires is no range of versions: it must be text", 'for example requires = ">=0.2,<0.3"'),
    ],
)
def test_what_is_said(monkeypatch: pytest.MonkeyPatch, wanted: str, message: str, cure: str) -> None:
    monkeypatch.setattr("cnai_gitops.source.requires.__version__", "0.2.0")
    text = f"# head\nrequires = {wanted}\n"
    finding = unmet(2 if wanted == "2" else wanted.strip('"'), FilePlace.of_toml("cnai.toml", text))
    assert finding is not None
    assert (f"{finding.location}: {finding.message}", finding.help) == (message, cure)


def require(root: Path, line: str) -> None:
    config = root / "cnai.toml"
    config.write_text(f"{line}\n{config.read_text()}")


@pytest.mark.parametrize("command", [("build",), ("check",), ("explain", "fraud-detection", "serve.scorer.scaling")])
def test_another_version_reads_nothing_further(repository: Path, cnai: Cnai, command: tuple[str, ...]) -> None:
    require(repository, 'requires = ">=99"\nnobody_knows = "this field"')
    done = cnai(*command, "--root", repository)
    assert done.code == 1
    assert done.out.startswith("cnai.toml:1:1: error[CNAI109]: these files require cnai-gitops >=99, and ")
    assert "nobody_knows" not in done.out + done.err
    assert not (repository / "deploy").exists()


def test_a_malformed_range_is_a_finding(repository: Path, cnai: Cnai) -> None:
    require(repository, 'requires = "newest"')
    done = cnai("check", "--root", repository)
    assert (done.code, done.out.partition(":")[0]) == (1, "cnai.toml")
    assert "error[CNAI101]: requires is no range of versions: 'newest' is no bound" in done.out


def test_init_writes_the_range_of_this_version(tmp_path: Path) -> None:
    from cnai_gitops.scaffold import repository

    made = repository("x", repository_url="https://git.example.com/x.git", registry="registry.example.com/x")
    assert f'requires = "{compatible(cnai_gitops.__version__)}"\n\n[organisation]' in made["cnai.toml"]
