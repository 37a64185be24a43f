from __future__ import annotations

import re
from pathlib import Path

import pytest

from cnai_gitops.findings import catalogue

PACKAGE = Path(catalogue.__file__).resolve().parents[1]
CODE = re.compile(r"\bCNAI[1-8]\d\d\b")


def used() -> dict[str, str]:
    """Code to a file that uses it; the catalogue and docstrings' examples of it are not a use."""
    sources = [file for file in PACKAGE.rglob("*.py") if "findings" not in file.relative_to(PACKAGE).parts]
    return {code: str(file.relative_to(PACKAGE)) for file in sources for code in CODE.findall(file.read_text(encoding="utf-8"))}


def test_every_code_in_the_source_is_explained() -> None:
    missing = {code: file for code, file in used().items() if code not in catalogue.entries()}
    assert used()
    assert not missing, f"add to cnai_gitops/findings/codes/: {missing}"


def test_every_explained_code_is_used() -> None:
    assert sorted(set(catalogue.entries()) - set(used())) == []


@pytest.mark.parametrize("file", sorted((PACKAGE / "findings" / "codes").glob("*.toml")), ids=lambda file: file.name)
def test_codes_lie_in_the_file_of_their_hundred(file: Path) -> None:
    codes = re.findall(r"^\[(.+)\]$", file.read_text(encoding="utf-8"), re.MULTILINE)
    assert codes == sorted(set(codes))
    assert {f"{code[4]}00.toml" for code in codes} == {file.name}


@pytest.mark.parametrize("entry", catalogue.entries().values(), ids=lambda entry: entry.code)
def test_entries_are_complete(entry: catalogue.Entry) -> None:
    assert re.fullmatch(r"CNAI[1-8]\d\d", entry.code)
    assert all((entry.title, entry.why, entry.bad, entry.good, entry.fix))
    assert entry.bad != entry.good
    assert not entry.title.endswith(".")
    assert entry.why.endswith(".")
    assert entry.fix.endswith(".")


def test_explanation_is_a_page() -> None:
    page = catalogue.explain("cnai101")
    assert page is not None
    assert page.startswith("CNAI101: A value does not fit its field\n\n")
    assert "Wrong:\n    serve.scorer:\n      scaling:\n        max: 0\n\nRight:\n" in page


def test_codes_of_policies_are_not_ours() -> None:
    assert catalogue.explain("governance.purpose_match") is None
