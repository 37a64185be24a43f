from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cnai_gitops.check.gate.rego import read_files
from cnai_gitops.check.gate.rules import TIERS, read_rules, renamed, rules_of
from cnai_gitops.errors import NotEvaluated
from cnai_gitops.system.data import policies_dir


def test_the_pack_has_its_rules_in_order() -> None:
    rules = read_rules([policies_dir()])
    assert list(rules) == sorted(rules)
    rule = rules["governance.purpose_match"]
    assert rule.area == "governance"
    assert rule.severity == {"dev": "warn", "staging": "deny", "prod": "deny"}
    assert (rule.waivable, rule.max_waiver_days, rule.since) == (True, 14, "0.1.0")
    assert rule.controls["gdpr"] == ("5(1)(b)", "6")
    assert "\n" not in rule.description
    assert rule.location.file == "policies/governance/purpose_match/purpose_match.rego"
    assert (rule.folder / "examples" / "good.yaml").is_file()


def test_every_rule_says_what_to_do() -> None:
    for rule in read_rules([policies_dir()]).values():
        assert rule.help
        assert rule.title
        assert rule.controls
        assert set(rule.severity) == set(TIERS)


def test_a_missing_pack_is_not_evaluated(tmp_path: Path) -> None:
    with pytest.raises(NotEvaluated, match="missing"):
        read_rules([tmp_path / "none"])


def test_files_of_a_folder_are_one_rule(tmp_path: Path) -> None:
    folder = tmp_path / "area" / "rule"
    folder.mkdir(parents=True)
    main = (policies_dir() / "governance/purpose_match/purpose_match.rego").read_text().replace("governance.purpose_match", "area.rule")
    (folder / "rule.rego").write_text(main)
    (folder / "a_part.rego").write_text("package cnai.area.rule\n\nlimit := 3\n")
    files, findings = read_files([tmp_path])
    rules, of_rules = rules_of(files)
    assert findings + of_rules == []
    assert rules["area.rule"].location.file.endswith("/area/rule/rule.rego")


def test_empty_files_are_findings(tmp_path: Path) -> None:
    (tmp_path / "x.rego").write_text("# nothing\n")
    (tmp_path / "y.rego").write_bytes(b"\xff\xfe")
    _, findings = read_files([tmp_path])
    assert [finding.code for finding in findings] == ["CNAI701", "CNAI107"]


def pack_with(tmp_path: Path, aliases: str) -> Path:
    """The built-in pack in which purpose_match has had other names."""
    pack = Path(shutil.copytree(policies_dir(), tmp_path / "policies"))
    file = pack / "governance/purpose_match/purpose_match.rego"
    file.write_text(file.read_text().replace("#   since:", f"#   aliases: {aliases}\n#   since:"))
    return pack


def test_earlier_ids_of_a_rule(tmp_path: Path) -> None:
    files, _ = read_files([pack_with(tmp_path, "[data.purpose, governance.purpose]")])
    rules, findings = rules_of(files)
    assert findings == []
    assert renamed(rules) == {"data.purpose": "governance.purpose_match", "governance.purpose": "governance.purpose_match"}


@pytest.mark.parametrize(
    ("aliases", "words"),
    [
        ("data.purpose", "custom.aliases is a list of earlier ids, each <area>.<rule>"),
        ("[1]", "custom.aliases is a list of earlier ids, each <area>.<rule>"),
        ("[purpose]", "custom.aliases is a list of earlier ids, each <area>.<rule>"),
        ("[governance.residency]", "the alias governance.residency is a name of rule governance.residency"),
        ("[governance.purpose_match]", "the alias governance.purpose_match is a name of rule governance.purpose_match"),
    ],
)
def test_unsound_aliases(tmp_path: Path, aliases: str, words: str) -> None:
    files, _ = read_files([pack_with(tmp_path, aliases)])
    _, findings = rules_of(files)
    assert [(f.code, f.message) for f in findings] == [("CNAI704", f"METADATA of rule governance.purpose_match: {words}")]
