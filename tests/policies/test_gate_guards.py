"""Each way in which a run of conftest can pass in silence, and the words that come instead."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest

from cnai_gitops.check.gate.rego import read_files
from cnai_gitops.errors import NotEvaluated, ToolError
from cnai_gitops.findings import Finding
from cnai_gitops.system import process
from cnai_gitops.system.data import policies_dir

Run = Callable[..., list[Finding]]
RULE = """# METADATA
# title: A rule
# description: For a test.
# custom:
#   id: area.rule
#   severity: {dev: warn, staging: warn, prod: deny}
#   help: do it
#   waivable: false
#   max_waiver_days: 0
#   controls: {}
#   since: 0.1.0
package cnai.area.rule

import data.lib.result

deny contains result.new(rego.metadata.chain(), document, "", "words") if {
	some document in input.documents
	document.object.kind == "Refused"
}
"""
BAD = """documents:
- {id: _canary/c//Refused/n/a-rule, object: {kind: Refused}}
data: {}
expect: [{id: _canary/c//Refused/n/a-rule, path: ""}]
"""


@dataclass(frozen=True)
class Ended:
    code: int = 0
    stdout: bytes = b""
    stderr: bytes = b""


def document(identity: str = "prod/eu1//ConfigMap/n/a", **more: Any) -> dict[str, Any]:
    env, cluster, *_ = identity.split("/")
    return {
        "id": identity,
        "env": env,
        "tier": "prod",
        "cluster": cluster,
        "object": {"kind": "ConfigMap"},
        "pods": [],
        "images": [],
    } | more


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """An organisation's pack with one sound rule."""
    folder = tmp_path / "own" / "area" / "rule"
    (folder / "examples").mkdir(parents=True)
    (folder / "rule.rego").write_text(RULE)
    (folder / "examples" / "bad.yaml").write_text(BAD)
    return tmp_path / "own"


def replaced(folder: Path, old: str, new: str) -> None:
    file = folder / "area" / "rule" / "rule.rego"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


def codes(findings: Sequence[Finding]) -> list[tuple[str, int]]:
    return [(finding.code, finding.location.line if finding.location else 0) for finding in findings]


# -- an organisation's rules -----------------------------------------------------------------------------


def test_an_own_rule_is_run_beside_the_pack(run_gate: Run, own: Path) -> None:
    refused = document(object={"kind": "Refused"})
    (found,) = run_gate([refused], packs=[policies_dir(), own])
    assert (found.code, found.message, found.help) == ("area.rule", "words", "do it")


def test_a_pack_given_twice_is_read_once(run_gate: Run) -> None:
    assert run_gate([document()], packs=[policies_dir(), policies_dir() / ".." / "policies"]) == []


def test_a_copy_of_the_pack_is_the_pack(run_gate: Run, pack: Path, own: Path) -> None:
    """The checkout of the pack itself, read by a program that was installed from another checkout."""
    shutil.copytree(own, pack, dirs_exist_ok=True)
    files, findings = read_files([policies_dir(), pack])
    assert findings == []
    assert [file.path for file in files if file.root == pack] == ["area/rule/rule.rego"]
    assert [found.code for found in run_gate([document(object={"kind": "Refused"})], packs=[policies_dir(), pack])] == ["area.rule"]


@pytest.mark.parametrize("path", ["gate.rego", "lib/result.rego", "images/digest_pinned/digest_pinned.rego"])
def test_a_copy_that_differs_is_a_finding(run_gate: Run, pack: Path, path: str) -> None:
    (pack / path).write_text((pack / path).read_text() + "# changed\n")
    (found,) = run_gate([document()], packs=[policies_dir(), pack])
    assert (found.code, found.location and found.location.file) == ("CNAI703", f"policies/{path}")
    assert found.message.endswith(f"is already declared by policies/{path} of the pack {policies_dir()}, with another text")


def test_a_file_more_in_a_copy_of_a_rule_is_a_finding(run_gate: Run, pack: Path) -> None:
    (pack / "images/digest_pinned/more.rego").write_text("package cnai.images.digest_pinned\n\ndeny contains 1\n")
    (found,) = run_gate([document()], packs=[policies_dir(), pack])
    assert (found.code, found.location and found.location.file) == ("CNAI703", "policies/images/digest_pinned/more.rego")


def test_a_checkout_is_checked_by_a_program_from_another_one(repository: Path, cnai: Callable[..., Any]) -> None:
    before = cnai("check", "--no-stale", "--root", repository)
    shutil.rmtree(repository / ".cnai", ignore_errors=True)  # else the second one says how much it took from the first; CI keeps none
    shutil.copytree(policies_dir(), repository / "policies", dirs_exist_ok=True, ignore=shutil.ignore_patterns("evidence", "waivers"))
    assert cnai("check", "--no-stale", "--root", repository) == before


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        ("package cnai.area.rule", "package cnai.area.rulle", "CNAI701", "belongs into the folder area/rulle/"),
        ("package cnai.area.rule", "package cani.area.rule", "CNAI702", "never evaluated"),
        ("package cnai.area.rule", "package main", "CNAI702", "never evaluated"),
        ("package cnai.area.rule", 'package cnai["area"].rule', "CNAI701", "plain package line"),
        ("package cnai.area.rule", "package gate", "CNAI703", "already declared by policies/gate.rego"),
        ("package cnai.area.rule", "package lib.result", "CNAI703", "already declared by policies/lib/result.rego"),
        ("deny contains", "deny__x contains", "CNAI702", "deny__x never runs"),
        ("deny contains", "Deny contains", "CNAI702", "Deny never runs"),
        ("deny contains", "denied contains", "CNAI702", "can deny nothing"),
        ("deny contains", "warn contains", "CNAI702", "warn never runs"),
        ("deny contains", "forbid contains", "CNAI702", "can deny nothing"),
        ("# METADATA", "# Metadata", "CNAI704", "no METADATA"),
        ("id: area.rule", "id: area.other", "CNAI704", "custom.id is area.other"),
        ("dev: warn", "dev: deny", "CNAI704", "what dev denies"),
        ("prod: deny", "prod: info", "CNAI704", "warn or deny"),
        ("waivable: false", "waivable: true", "CNAI704", "max_waiver_days"),
        ("waivable: false", "waivable: never", "CNAI704", "must be a bool"),
        ("since: 0.1.0", "since: [", "CNAI1", ""),
    ],
)
def test_a_rule_that_would_not_run_is_a_finding(run_gate: Run, own: Path, old: str, new: str, code: str, words: str) -> None:
    replaced(own, old, new)
    findings = run_gate([document()], packs=[policies_dir(), own])
    assert any(finding.code.startswith(code) and words in finding.message and finding.fails for finding in findings), findings
    assert all(finding.location and finding.location.file.startswith("own/area/rule/") for finding in findings)


@pytest.mark.parametrize("package", ["cnai.flat", "cnai.area.rule.deeper"])
def test_a_package_of_another_depth_is_a_finding(run_gate: Run, own: Path, package: str) -> None:
    (own / "other.rego").write_text(f'# a comment first\npackage {package}\n\ndeny contains {{"msg": "never"}}\n')
    (found,) = run_gate([document()], packs=[policies_dir(), own])
    assert codes([found]) == [("CNAI701", 2)]
    assert package in found.message


def test_a_rule_without_a_bad_example_is_a_finding(run_gate: Run, own: Path) -> None:
    example = own / "area" / "rule" / "examples" / "bad.yaml"
    example.write_text(BAD.replace("_canary", "prod"))
    assert [finding.code for finding in run_gate([document()], packs=[policies_dir(), own])] == ["CNAI705"]
    example.unlink()
    assert [finding.code for finding in run_gate([document()], packs=[policies_dir(), own])] == ["CNAI705"]


def test_links_are_refused(run_gate: Run, own: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "x.rego").write_text("package lib.x\n")
    (own / "lib").symlink_to("../outside")
    assert [finding.code for finding in run_gate([document()], packs=[policies_dir(), own])] == ["CNAI108"]
    (own / "lib").unlink()
    (own / "copy.rego").symlink_to("area/rule/rule.rego")
    assert "CNAI706" in {finding.code for finding in run_gate([document()], packs=[policies_dir(), own])}


def test_tests_and_other_files_are_not_handed_over(run_gate: Run, own: Path, tmp_path: Path) -> None:
    (own / "area" / "rule" / "rule_test.rego").write_text("package broken {{{\n")
    (own / "evidence").mkdir()
    (own / "evidence" / "data.json").write_text('{"uses": "hostile"}')
    assert run_gate([document()], packs=[policies_dir(), own], workdir=tmp_path / "run") == []
    given = {path.name for path in (tmp_path / "run").rglob("*") if path.is_file()}
    assert not {name for name in given if name.endswith("_test.rego") or name == "bad.yaml"}
    assert {"inventory.json", "capabilities.json", "gate.rego", "rule.rego"} <= given


# -- Rego that is loaded and still says nothing ---------------------------------------------------------------


def test_a_silent_rule_is_noticed_by_its_canary(run_gate: Run, own: Path) -> None:
    replaced(own, '"Refused"', '"refused"')
    with pytest.raises(NotEvaluated, match=r"did not catch their own bad example: area\.rule"):
        run_gate([document()], packs=[policies_dir(), own])


def test_a_finding_built_by_hand_is_noticed(run_gate: Run, own: Path) -> None:
    replaced(
        own,
        'result.new(rego.metadata.chain(), document, "", "words")',
        'object.union(result.new(rego.metadata.chain(), document, "", "words"), {"msg": "made by hand", "rule": "by.hand"})',
    )
    with pytest.raises(NotEvaluated, match="made by hand"):
        run_gate([document(object={"kind": "Refused"})], packs=[policies_dir(), own])


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("to_number(document.object.kind) > 4", r"own/area/rule/rule\.rego:18"),
        ("document.object.kind ==", r"own/area/rule/rule\.rego:\d+"),
        ('http.send({"method": "get", "url": "http://localhost"}).status_code == 200', r"http\.send"),
        ('opa.runtime().env.PATH != ""', r"opa\.runtime"),
        ("time.now_ns() > 0", r"time\.now_ns"),
        ('rand.intn("x", 2) == 1', r"rand\.intn"),
        ('net.lookup_ip_addr("localhost")', r"net\.lookup_ip_addr"),
        ('uuid.rfc4122("x") != ""', r"uuid\.rfc4122"),
        ('trace("x")', "trace"),
        ("unused := 1", "unused"),
    ],
)
def test_rego_that_crashes_or_asks_the_machine_is_not_evaluated(run_gate: Run, own: Path, line: str, words: str) -> None:
    replaced(own, 'document.object.kind == "Refused"', line)
    with pytest.raises(NotEvaluated, match=words):
        run_gate([document()], packs=[policies_dir(), own])


def test_the_environment_does_not_leak(run_gate: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNAI_SECRET", "hush")
    monkeypatch.setenv("CONFTEST_NAMESPACE", "typo")
    seen: list[Mapping[str, str]] = []

    def recorded(argv: Sequence[str], **options: Any) -> process.Completed:
        seen.append(options["env"])
        return process.run(argv, **options)

    assert run_gate([document()], run=recorded) == []
    assert os.environ["CNAI_SECRET"] == "hush"
    assert set(seen[0]) == {"HOME", "GOGC"}


# -- conftest itself ---------------------------------------------------------------------------------------------


def answered(change: Callable[[list[Any]], Any]) -> Callable[..., Ended]:
    """A conftest whose true answer is changed on the way back."""

    def run(argv: Sequence[str], **options: Any) -> Ended:
        true = process.run(argv, **options)
        return Ended(true.code, orjson.dumps(change(orjson.loads(true.stdout))), true.stderr)

    return run


def without(rule: str) -> Callable[[list[Any]], Any]:
    def change(results: list[Any]) -> list[Any]:
        results[0]["failures"] = [failure for failure in results[0]["failures"] if failure["metadata"].get("rule") != rule]
        return results

    return change


def miscounted(results: list[Any]) -> list[Any]:
    for failure in results[0]["failures"]:
        if failure["metadata"].get("rule") == "gate.count":
            failure["metadata"]["documents"] -= 1
    return results


def unaware(results: list[Any]) -> list[Any]:
    for failure in results[0]["failures"]:
        if failure["metadata"].get("rule") == "gate.count":
            failure["metadata"]["rules"].remove("security.restricted_pods")
    return results


def renamed(results: list[Any]) -> list[Any]:
    return [results[0] | {"namespace": "main"}]


def with_exceptions(results: list[Any]) -> list[Any]:
    return [results[0] | {"exceptions": [{"msg": "waived by conftest"}]}]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda results: None, "did not evaluate package gate"),
        (lambda results: [], "did not evaluate package gate"),
        (lambda results: {}, "did not evaluate package gate"),
        (lambda results: results * 2, "did not evaluate package gate"),
        (renamed, "did not evaluate package gate"),
        (with_exceptions, "passed something over"),
        (miscounted, r"saw \d+ documents of \d+"),
        (without("gate.count"), "how many documents"),
        (without("images.no_critical"), r"bad example: images\.no_critical"),
        (unaware, r"differ: security\.restricted_pods"),
    ],
)
def test_an_incomplete_answer_is_not_believed(run_gate: Run, change: Callable[[list[Any]], Any], words: str) -> None:
    with pytest.raises(NotEvaluated, match=words):
        run_gate([document()], run=answered(change))


@pytest.mark.parametrize(
    "answer",
    [
        Ended(0),
        Ended(1, b"", b"policy/0/gate.rego:9: rego_parse_error"),
        Ended(0, b"garbage"),
        Ended(1, b'[{"namespace": "gate", '),
        Ended(-9),
        Ended(2),
    ],
)
def test_a_killed_or_confused_conftest_is_not_believed(run_gate: Run, answer: Ended) -> None:
    with pytest.raises(NotEvaluated, match="conftest"):
        run_gate([document()], run=lambda argv, **options: answer)


def test_complaints_name_the_users_file_on_one_line(run_gate: Run) -> None:
    answer = Ended(1, b"", b"policy/0/gate.rego:9: wrong\n::error file=x::forged\x1b[31m")
    with pytest.raises(NotEvaluated) as caught:
        run_gate([document()], run=lambda argv, **options: answer)
    assert "policies/gate.rego:9: wrong ::error" in str(caught.value)
    assert "\x1b" not in str(caught.value)


def test_a_missing_or_sleeping_conftest(run_gate: Run, tmp_path: Path) -> None:
    with pytest.raises(ToolError):
        run_gate([document()], conftest=tmp_path / "nothing")
    sleeper = tmp_path / "sleeper"
    sleeper.write_text("#!/bin/sh\nexec sleep 30\n")
    sleeper.chmod(0o755)
    with pytest.raises(ToolError, match="did not finish"):
        run_gate([document()], conftest=sleeper, timeout=0.2)


def test_an_empty_pack_is_not_evaluated(run_gate: Run, tmp_path: Path) -> None:
    for packs in ([], [tmp_path], [tmp_path / "none"]):
        with pytest.raises(NotEvaluated):
            run_gate([document()], packs=packs)


# -- what is put in --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("documents", "data", "words"),
    [
        ([document("_canary/c//ConfigMap/n/a")], {}, "_canary"),
        ([document()], {"uses": [dict.fromkeys(("id", "env", "tier", "cluster", "app", "dataset", "access"), "_canary/x")]}, "_canary"),
        ([document(), document()], {}, "same id"),
        ([document(tier="moon")], {}, "not complete"),
        ([document(pods=None)], {}, "not complete"),
        ([document(images=[{"path": "p", "image": "a"}])], {}, "lacks digest"),
        ([document()], {"run": {}}, r"run\.at"),
        ([document()], {"cnai": {}}, "none may be called"),
        ([document()], {"uses": [{"id": "x"}]}, "an entry of uses lacks env"),
        ([document()], {"services": [{"id": "x"}]}, "an entry of services lacks"),
        ([document()], {"scans": {"sha256:1": {}}}, "an entry of scans lacks"),
        ([document()], {"ledger": {"teams": [{"env": "prod"}], "documents": {}}}, "an entry of ledger.teams lacks"),
        ([document(object={"kind": {1, 2}})], {}, "cannot be written as JSON"),
    ],
)
def test_input_that_rules_would_skip_is_refused(run_gate: Run, documents: list[dict[str, Any]], data: dict[str, Any], words: str) -> None:
    with pytest.raises(NotEvaluated, match=words):
        run_gate(documents, data)


def test_the_arguments_stay_as_they_are(run_gate: Run) -> None:
    documents, data = [document()], {"run": {"at": "2026-11-24"}, "uses": [], "datasets": {}}
    before = orjson.dumps([documents, data])
    assert run_gate(documents, data) == []
    assert orjson.dumps([documents, data]) == before
