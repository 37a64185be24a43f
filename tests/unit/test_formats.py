from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from cnai_gitops.errors import UsageError
from cnai_gitops.findings import Finding, Location, Severity, formats
from cnai_gitops.findings.formats import ReportContext, render
from cnai_gitops.findings.plain import encode, plain, width

CONTEXT = ReportContext(version="0.1.0", targets=("prod/eu1", "staging/eu1"), documents=120, rules=14)
PLACE = Location("environments/prod/fraud-detection.yaml", 10, 5, 11, "    max: 0\n")
ERROR = Finding(
    code="CNAI101",
    message="serve.scorer.scaling.max must be at least 1, got 0",
    location=PLACE,
    help="the largest number of replicas this model may use",
    path="serve.scorer.scaling.max",
)
DENIED = Finding(
    code="governance.purpose_match",
    message="transactions may not be used for marketing",
    resource="apps/Deployment/risk-prod/scorer",
    target="prod/eu1",
)
WAIVED = replace(DENIED, waiver="risk-2026-07")
WARNING = replace(DENIED, code="images.pinned", severity=Severity.WARNING, message="a tag can move")

HOSTILE = "x\n::error file=a::forged\r\x1b[31m##[error]|`<script>alert(1)</script>`\u202e@team %0A,\x00"
FORGED = Finding(
    code="CNAI102",
    message=HOSTILE,
    location=Location("::add-mask::\n,a:%.yaml", 1, 3, 4, HOSTILE),
    help=HOSTILE,
    path=HOSTILE,
    resource=HOSTILE,
    target=f"prod/{HOSTILE}",
    notes=((Location(HOSTILE, 2, 1), HOSTILE),),
)
NAMES = ("github", "gitlab", "json", "junit", "markdown", "name", "sarif", "table", "yaml")


def test_every_file_is_a_format() -> None:
    assert tuple(formats.formats()) == NAMES


def test_a_new_file_is_a_new_format(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "count.py").write_text("def render(findings, context):\n    return f'{len(findings)}\\n'\n")
    monkeypatch.setattr(formats, "__path__", [*formats.__path__, str(tmp_path)])
    assert render("count", [ERROR, DENIED], CONTEXT) == "2\n"


def test_an_unknown_format_lists_the_known_ones() -> None:
    with pytest.raises(UsageError) as caught:
        render("xml", [], CONTEXT)
    assert caught.value.help == f"the formats are {', '.join(NAMES)}"


def test_table() -> None:
    assert render("table", [ERROR, DENIED, WAIVED, WARNING], CONTEXT) == (
        "environments/prod/fraud-detection.yaml:10:5: error[CNAI101]: serve.scorer.scaling.max must be at least 1, got 0\n"
        "   10 |     max: 0\n"
        "      |     ^^^^^^ help: the largest number of replicas this model may use      docs: cnai explain CNAI101\n"
        "apps/Deployment/risk-prod/scorer: error[governance.purpose_match]: transactions may not be used for marketing (prod/eu1)\n"
        "     = docs: cnai explain governance.purpose_match\n"
        "apps/Deployment/risk-prod/scorer: waived[governance.purpose_match]: transactions may not be used for marketing"
        " (prod/eu1, waiver risk-2026-07)\n"
        "     = docs: cnai explain governance.purpose_match\n"
        "apps/Deployment/risk-prod/scorer: warning[images.pinned]: a tag can move (prod/eu1)\n"
        "     = docs: cnai explain images.pinned\n"
        "2 errors, 1 warning, 1 waived; 120 documents, 14 rules, 2 targets\n"
    )


def test_table_says_when_there_is_nothing() -> None:
    assert render("table", [], replace(CONTEXT, targets=("prod/eu1",))) == "no findings; 120 documents, 14 rules, 1 target\n"


def test_table_marks_the_right_columns() -> None:
    def lines(text: str, col: int, end: int) -> list[str]:
        finding = Finding(code="CNAI101", message="m", location=Location("a.yaml", 1, col, end, text))
        return render("table", [finding], CONTEXT).splitlines()[1:3]

    assert lines("\tmax: 0", 2, 8) == ["    1 | \\tmax: 0", "      |   ^^^^^^ docs: cnai explain CNAI101"]
    assert lines("名前: 0", 5, 6) == ["    1 | 名前: 0", "      |       ^ docs: cnai explain CNAI101"]
    assert lines("a: 0", 0, 0) == ["    1 | a: 0", "      | docs: cnai explain CNAI101"]
    source, caret = lines("x" * 5000 + "!" + "y" * 5000, 5001, 5002)
    assert len(source) < 140
    assert source[caret.index("^")] == "!"


def test_table_shows_other_places_and_colors() -> None:
    finding = replace(ERROR, notes=((Location("a.yaml", 3, 1), "first here"),))
    assert render("table", [finding], CONTEXT).splitlines()[3] == "     = note: a.yaml:3:1: first here"
    assert ": \033[1;31merror[CNAI101]\033[0m: " in render("table", [finding], replace(CONTEXT, color=True))


def test_name() -> None:
    assert render("name", [ERROR, ERROR, DENIED, Finding(code="CNAI700", message="m")], CONTEXT) == (
        "CNAI101 environments/prod/fraud-detection.yaml:10:5\ngovernance.purpose_match apps/Deployment/risk-prod/scorer\nCNAI700\n"
    )


def test_json() -> None:
    document = json.loads(render("json", [ERROR, WAIVED], CONTEXT))
    assert {key: document[key] for key in ("apiVersion", "kind", "version", "targets", "documents", "rules", "summary")} == {
        "apiVersion": "cnai/v1",
        "kind": "FindingList",
        "version": "0.1.0",
        "targets": ["prod/eu1", "staging/eu1"],
        "documents": 120,
        "rules": 14,
        "summary": {"error": 1, "warning": 0, "info": 0, "waived": 1},
    }
    assert document["findings"][0] == {
        "code": "CNAI101",
        "severity": "error",
        "title": "A value does not fit its field",
        "message": ERROR.message,
        "fails": True,
        "fingerprint": ERROR.fingerprint,
        "help": ERROR.help,
        "path": ERROR.path,
        "location": {"file": PLACE.file, "line": 10, "column": 5, "endColumn": 11},
    }
    assert (document["findings"][1]["waiver"], document["findings"][1]["fails"]) == ("risk-2026-07", False)


def test_titles_of_policies_come_from_the_context() -> None:
    context = replace(CONTEXT, titles={"governance.purpose_match": "Data is used for its purpose"})
    assert json.loads(render("json", [DENIED], context))["findings"][0]["title"] == "Data is used for its purpose"


def test_json_keeps_hostile_text_exactly() -> None:
    assert json.loads(render("json", [FORGED], CONTEXT))["findings"][0]["message"] == HOSTILE


def test_yaml() -> None:
    document = yaml.safe_load(render("yaml", [ERROR, WAIVED], CONTEXT))
    assert document == json.loads(render("json", [ERROR, WAIVED], CONTEXT))


def test_github() -> None:
    assert render("github", [ERROR, WARNING, WAIVED], CONTEXT) == (
        "::error file=environments/prod/fraud-detection.yaml,line=10,col=5,endColumn=11,title=CNAI101::"
        "serve.scorer.scaling.max must be at least 1, got 0%0Ahelp: the largest number of replicas this model may use\n"
        "::warning title=images.pinned::apps/Deployment/risk-prod/scorer: a tag can move (prod/eu1)\n"
        "::notice title=governance.purpose_match waived by risk-2026-07::"
        "apps/Deployment/risk-prod/scorer: transactions may not be used for marketing (prod/eu1)\n"
        "1 error, 1 warning, 1 waived; 120 documents, 14 rules, 2 targets\n"
    )


@pytest.mark.parametrize(("number", "last"), [(10, "m9"), (11, "+2 more, see the report"), (500, "+491 more, see the report")])
def test_github_counts_what_it_would_not_show(number: int, last: str) -> None:
    findings = [Finding(code="CNAI101", message=f"m{i}", location=Location("a", i + 1)) for i in range(number)]
    lines = render("github", findings, CONTEXT).splitlines()[:-1]
    assert len(lines) == 10
    assert lines[-1].endswith(f"::{last}")


def test_github_starts_no_command_but_its_own() -> None:
    lines = render("github", [FORGED], CONTEXT).splitlines()
    assert [line.startswith("::") for line in lines] == [True, False]
    assert lines[0].startswith("::error file=%3A\\x3aadd-mask%3A\\x3a\\n%2Ca%3A%25.yaml,line=1,col=3,endColumn=4,title=CNAI102::")
    assert lines[0].count("::") == 2


def test_gitlab() -> None:
    first, second, third = json.loads(render("gitlab", [ERROR, WARNING, WAIVED], CONTEXT))
    assert {**first, "fingerprint": ""} == {
        "description": ERROR.message,
        "check_name": "CNAI101",
        "fingerprint": "",
        "severity": "major",
        "location": {"path": "environments/prod/fraud-detection.yaml", "lines": {"begin": 10}},
    }
    assert (second["severity"], third["severity"]) == ("minor", "info")
    assert second["location"] == {"path": "cnai.toml", "lines": {"begin": 1}}
    assert third["description"].endswith("(prod/eu1, apps/Deployment/risk-prod/scorer, waived by risk-2026-07)")


def test_gitlab_fingerprints_are_unique_and_stable() -> None:
    moved = replace(ERROR, location=replace(PLACE, line=11))
    entries = json.loads(render("gitlab", [ERROR, moved, DENIED], CONTEXT))
    assert len({entry["fingerprint"] for entry in entries}) == 3
    assert json.loads(render("gitlab", [moved], CONTEXT))[0]["fingerprint"] == entries[0]["fingerprint"]


def test_sarif() -> None:
    log = json.loads(render("sarif", [ERROR, WARNING, WAIVED], CONTEXT))
    [run] = log["runs"]
    assert log["version"] == "2.1.0"
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["CNAI101", "governance.purpose_match", "images.pinned"]
    assert run["results"][0] == {
        "ruleId": "CNAI101",
        "ruleIndex": 0,
        "level": "error",
        "message": {"text": f"{ERROR.message} Help: {ERROR.help}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": PLACE.file, "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": 10, "startColumn": 5, "endColumn": 11},
                },
                "logicalLocations": [{"fullyQualifiedName": "serve.scorer.scaling.max", "kind": "member"}],
            }
        ],
        "partialFingerprints": {"primaryLocationLineHash": f"{ERROR.fingerprint}:1"},
        "suppressions": [],
    }
    assert [result["ruleIndex"] for result in run["results"]] == [0, 2, 1]
    assert run["results"][2]["suppressions"] == [{"kind": "external", "status": "accepted", "justification": "risk-2026-07"}]
    assert run["invocations"] == [{"executionSuccessful": True}]


def test_sarif_stays_below_the_limit_and_says_so() -> None:
    infos = [Finding(code="CNAI230", message=f"m{i}", severity=Severity.INFO) for i in range(25_010)]
    [run] = json.loads(render("sarif", [*infos, ERROR], CONTEXT))["runs"]
    assert len(run["results"]) == 25_000
    assert run["results"][0]["ruleId"] == "CNAI101"
    [notification] = run["invocations"][0]["toolExecutionNotifications"]
    assert notification["message"]["text"] == "11 more findings are not in this report, which takes 25000"


def test_junit() -> None:
    assert render("junit", [ERROR, DENIED, WAIVED, WARNING], CONTEXT) == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<testsuites name="cnai" tests="5" failures="2" skipped="1">\n'
        '  <testsuite name="prod" tests="3" failures="1" skipped="1">\n'
        '    <testcase classname="governance.purpose_match" name="prod/eu1 apps/Deployment/risk-prod/scorer">'
        '<failure type="governance.purpose_match" message="transactions may not be used for marketing">'
        "apps/Deployment/risk-prod/scorer: transactions may not be used for marketing</failure></testcase>\n"
        '    <testcase classname="governance.purpose_match" name="prod/eu1 apps/Deployment/risk-prod/scorer">'
        '<skipped message="waived by risk-2026-07: transactions may not be used for marketing"/></testcase>\n'
        '    <testcase classname="images.pinned" name="prod/eu1 apps/Deployment/risk-prod/scorer">'
        "<system-out>warning: apps/Deployment/risk-prod/scorer: a tag can move</system-out></testcase>\n"
        "  </testsuite>\n"
        '  <testsuite name="staging" tests="1" failures="0" skipped="0">\n'
        '    <testcase classname="cnai" name="no findings"/>\n'
        "  </testsuite>\n"
        '  <testsuite name="sources" tests="1" failures="1" skipped="0">\n'
        '    <testcase classname="CNAI101" name="serve.scorer.scaling.max environments/prod/fraud-detection.yaml:10:5"'
        ' file="environments/prod/fraud-detection.yaml" line="10">'
        '<failure type="CNAI101" message="serve.scorer.scaling.max must be at least 1, got 0">'
        "environments/prod/fraud-detection.yaml:10:5: serve.scorer.scaling.max must be at least 1, got 0\n"
        "help: the largest number of replicas this model may use</failure></testcase>\n"
        "  </testsuite>\n"
        "</testsuites>\n"
    )


def test_markdown() -> None:
    assert render("markdown", [WAIVED, ERROR], CONTEXT) == (
        "**cnai**: 1 error, 1 waived; 120 documents, 14 rules, 2 targets\n\n"
        "|  | where | rule | message |\n|---|---|---|---|\n"
        "| ❌ error | environments/prod/fraud&#45;detection.yaml:10:5 | CNAI101 | serve.scorer.scaling.max must be at least 1, got 0"
        " <br>help: the largest number of replicas this model may use |\n"
        "| ⏸️ waived | apps/Deployment/risk&#45;prod/scorer | governance.purpose&#95;match | transactions may not be used for marketing"
        " <br>prod/eu1, apps/Deployment/risk&#45;prod/scorer, waiver risk&#45;2026&#45;07 |\n"
    )
    assert render("markdown", [], CONTEXT) == "**cnai**: no findings; 120 documents, 14 rules, 2 targets\n"


def test_markdown_stays_in_its_budget_and_counts_the_rest() -> None:
    findings = [replace(DENIED, message=f"{i} " + "|" * 500) for i in range(20_000)]
    text = render("markdown", [*findings, ERROR], CONTEXT)
    assert len(text) <= 60_000
    shown = text.count("\n| ❌ error |")
    assert f"\n{20_001 - shown} of 20001 findings are not shown; see the full report.\n" in text


def test_markdown_makes_no_markup_of_words() -> None:
    text = render("markdown", [FORGED], CONTEXT)
    row = text.splitlines()[4]
    assert row.count("|") == 5
    assert "<script" not in text
    assert "`" not in text
    assert not re.search(r"@\w", text)
    assert set(re.findall(r"<[^>]*>", text)) == {"<br>", "<!-- -->"}


@pytest.mark.parametrize("name", NAMES)
def test_hostile_text_is_harmless_in_every_format(name: str) -> None:
    text = render(name, [FORGED, replace(FORGED, location=None, waiver=HOSTILE)], CONTEXT)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", text)
    assert not re.search(r"##\w*\[", text)
    commands = [line for line in text.splitlines() if re.match(r"\s*::", line)]
    assert len(commands) == (2 if name == "github" else 0)
    assert text.endswith("\n")


def test_hostile_text_keeps_xml_well_formed() -> None:
    suites = ElementTree.fromstring(render("junit", [FORGED, replace(FORGED, waiver=HOSTILE)], CONTEXT))
    assert suites.get("failures") == "1"
    assert "<script>" in str(suites.findtext("*/testcase/failure"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain words", "plain words"),
        ("ä 名 🎉", "ä 名 🎉"),
        ("a\nb\tc\r", "a\\nb\\tc\\r"),
        ("\x1b[31m\x00\x7f\x85", "\\x1b[31m\\x00\\x7f\\x85"),
        ("\u202eabc\u200b\ufeff\u2028", "\\u202eabc\\u200b\\ufeff\\u2028"),
        ("\udcff\U000e0041", "\\udcff\\U000e0041"),
        ("::error::x", ":\\x3aerror:\\x3ax"),
        ("##[error]x ##vso[task] ## heading", "#\\x23[error]x #\\x23vso[task] ## heading"),
    ],
)
def test_plain(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_encode_is_exact() -> None:
    value = {"a": ["::x", "##vso[", "\u202e", "\x7f\x1b", "\U000e0041", "ä", 'quote"\\'], "b": {}, "c": 1.5}
    assert json.loads(encode(value)) == value
    assert json.loads(encode([value, "\udcff"])) == [value, "\udcff"]
    assert encode({"a": "é"}) == '{\n  "a": "é"\n}\n'


def test_width() -> None:
    assert [width(text) for text in ("abc", "名前", "e\u0301", "")] == [3, 4, 1, 0]


def test_a_sentence_that_holds_in_many_places_is_said_once() -> None:
    one = Finding(
        code="images.scan_fresh", message="image a has no scan report", location=Location("b.py", 3), target="prod/eu1", resource="g/K/n/x"
    )
    many = [replace(one, target=f"prod/c{number}") for number in range(1, 7)]
    text = render("table", [one, *many], ReportContext(version="1"))
    assert text.count("has no scan report") == 1
    assert "     = the same: b.py:3 (prod/c1, g/K/n/x)\n" in text
    assert "     = and 3 more places\n" in text
    assert text.endswith("7 errors\n")
    elsewhere = [replace(one, target="", resource="", location=Location(file, 3)) for file in ("a.yaml", "b.yaml")]
    assert render("table", elsewhere, ReportContext(version="1")).count("has no scan report") == 2
