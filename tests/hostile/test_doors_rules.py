"""Rules that vanish, change unseen or bite only while they are tested; and approvers of areas that do not exist."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from spoiling import Change, append

from cnai_gitops.check.gate.lock import check_rules, lock_of
from cnai_gitops.check.gate.rego import read_files
from cnai_gitops.check.gate.rules import read_rules, rules_of
from cnai_gitops.findings import Finding
from cnai_gitops.system.data import policies_dir
from cnai_gitops.system.tools import Settings

Refused = Callable[..., list[str]]
RULES = sorted(read_rules([policies_dir()]))


def said(*packs: Path) -> list[Finding]:
    files, _ = read_files(packs)
    return list(check_rules(packs, files, rules_of(files)[0]))


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A copy of the built-in pack that a test may damage."""
    return Path(shutil.copytree(policies_dir(), tmp_path / "policies", ignore=shutil.ignore_patterns("evidence")))


def folder_of(pack: Path, rule: str) -> Path:
    return pack / rule.replace(".", "/")


def renamed(rego: Path) -> None:
    rego.rename(rego.with_suffix(".Rego"))


VANISH: dict[str, Callable[[Path], Any]] = {
    "deleted": lambda rego: shutil.rmtree(rego.parent),
    "its file deleted": lambda rego: rego.unlink(),
    "another suffix": renamed,
    "a backup": lambda rego: rego.rename(f"{rego}.bak"),
    "hidden": lambda rego: rego.rename(rego.with_name(f".{rego.name}")),
    "a test by its name": lambda rego: rego.rename(rego.with_name(f"{rego.stem}_more_test.rego")),
    "another package": lambda rego: rego.write_text(rego.read_text().replace("package cnai.", "package lib.")),
}


@pytest.mark.parametrize("way", VANISH)
@pytest.mark.parametrize("rule", RULES)
def test_a_rule_does_not_vanish(pack: Path, rule: str, way: str) -> None:
    folder = folder_of(pack, rule)
    VANISH[way](folder / f"{folder.name}.rego")
    (found,) = said(pack)
    line = (pack / "lock.json").read_text()[: (pack / "lock.json").read_text().index(f'"{rule}"')].count("\n") + 1
    assert (found.code, str(found.location)) == ("CNAI726", f"policies/lock.json:{line}")
    assert found.message == f"rule {rule} is gone: it is in policies/lock.json, and nothing in policies/ declares it"


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("what", ["rule", "example"])
def test_a_rule_does_not_change_unseen(pack: Path, rule: str, what: str) -> None:
    folder = folder_of(pack, rule)
    file = folder / (f"{folder.name}.rego" if what == "rule" else "examples/bad.yaml")
    file.write_text(file.read_text() + "# changed\n")
    (found,) = said(pack)
    assert (found.code, found.message) == ("CNAI727", f"rule {rule} is not what policies/lock.json says")
    assert str(found.location).startswith(f"policies/{rule.replace('.', '/')}/{folder.name}.rego:")


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_that_is_not_in_the_lock_is_said(pack: Path, rule: str) -> None:
    lock = pack / "lock.json"
    lock.write_text("\n".join(line for line in lock.read_text().split("\n") if f'"{rule}"' not in line).replace(",\n  }", "\n  }"))
    assert [(found.code, found.message) for found in said(pack)] == [("CNAI727", f"rule {rule} is not in policies/lock.json")]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"rules": 1}', '{"rule": {}}', "\x00"])
def test_a_lock_that_cannot_be_read(pack: Path, text: str) -> None:
    (pack / "lock.json").write_text(text)
    assert [(found.code, found.message) for found in said(pack)] == [("CNAI727", "policies/lock.json cannot be read")]


def test_no_lock_at_all(pack: Path) -> None:
    (pack / "lock.json").unlink()
    (found,) = said(pack)
    assert (found.code, found.message) == ("CNAI727", f"policies/ has {len(RULES)} rules and no lock.json, so one could vanish unseen")


def test_the_lock_of_the_pack_is_what_is_there() -> None:
    files, _ = read_files([policies_dir()])
    assert (policies_dir() / "lock.json").read_text() == lock_of(policies_dir(), files, rules_of(files)[0])


# -- an organisation's rule, by the command ----------------------------------------------------------------------------------

RULE = "policies/serving/owner_named"


@pytest.fixture
def own(root: Path, cnai: Callable[..., Any], settings: Settings) -> Path:
    assert cnai("new", "policy", "serving.owner_named", "--root", root).code == 0
    done = cnai("check", "--no-stale", "--root", root)
    assert done.code == 0, done.out + done.err
    return root


COMMANDS: dict[str, tuple[Change, str]] = {
    "deleted": (lambda root: shutil.rmtree(root / RULE), "policies/lock.json:3: error[CNAI726]: rule serving.owner_named is gone"),
    "changed": (append(f"{RULE}/owner_named.rego", "# more\n"), "is not what policies/lock.json says"),
    "unlocked": (
        lambda root: (root / "policies/lock.json").unlink(),
        "policies/lock.json:1: error[CNAI727]: policies/ has 1 rule and no lock.json",
    ),
}


@pytest.mark.parametrize("case", COMMANDS)
def test_an_own_rule(case: str, own: Path, refused: Refused, cnai: Callable[..., Any]) -> None:
    change, words = COMMANDS[case]
    change(own)
    (found,) = refused("check", "--no-stale")
    assert words in found
    assert cnai("policies", "lock", "--root", own).code == 0
    assert cnai("check", "--no-stale", "--root", own).code == 0


TESTED = {
    "the environment": 'document.env == "_canary"',
    "the beginning of its id": 'startswith(document.id, "_canary/")',
    "the namespace": 'contains(document.object.metadata.namespace, "_canary")',
    "in a list": 'document.env in {"_canary"}',
}


@pytest.mark.parametrize("case", TESTED)
def test_a_rule_that_names_the_test(case: str, own: Path, refused: Refused, cnai: Callable[..., Any]) -> None:
    number = condition(own, TESTED[case])
    assert refused("check", "--no-stale")[-1:] == [
        f"{RULE}/owner_named.rego:{number}: error[CNAI728]: the rule asks whether it is being tested"
    ]


GUESSES = {
    "an environment that is not known": "not document.env in object.keys(data.environments)",
    "another environment than ours": 'not document.env in {"dev", "staging", "prod"}',
    "another cluster than ours": 'document.cluster != "dev1"',
    "a name with an underscore": 'contains(document.id, "/_")',
    "nobody's": 'document.owner == ""',
    "no region": 'document.region == ""',
    "no team": 'document.team == ""',
    "the word": 'contains(document.object.metadata.name, "canary")',
    "a name that is no label": "not regex.match(`^[a-z0-9-]+$`, document.object.metadata.name)",
}
"""Conditions that held for the planted document alone while its place was one of its own."""


@pytest.mark.parametrize("case", GUESSES)
def test_a_rule_that_guesses_the_test_is_silent_and_not_believed(case: str, own: Path, refused: Refused, cnai: Callable[..., Any]) -> None:
    condition(own, GUESSES[case])
    assert refused("check", "--no-stale", code=3) == ["error: rules that did not catch their own bad example: serving.owner_named"]


def condition(root: Path, text: str) -> int:
    """Add a condition to the rule, which reads everything from then on; its line."""
    file = root / RULE / "owner_named.rego"
    lines = [line for line in file.read_text().split("\n") if "scope:" not in line]
    at = next(i for i, line in enumerate(lines) if "some document in input.documents" in line) + 1
    lines.insert(at, f"\t{text}")
    file.write_text("\n".join(lines))
    return at + 1


# -- approvers -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("area", ["reliabilty", "Reliability", "securty", "image", "images_more", "gate", "lib", "all", "x"])
def test_approvers_of_an_area_that_does_not_exist(root: Path, refused: Refused, settings: Settings, area: str) -> None:
    append("cnai.toml", f'[approvers]\nimages = ["security"]\n"{area}" = ["somebody"]\n')(root)
    assert refused("check", "--no-stale") == [
        f"cnai.toml:12:1: error[CNAI725]: [approvers] {area} is no area of policies, so it limits nobody"
    ]
