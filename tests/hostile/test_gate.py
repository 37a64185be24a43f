"""Rows 45 to 55: tools that are missing, old or lie; evidence, waivers and image references."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from spoiling import RELEASE, Change, component, override, replace, write

from cnai_gitops.system.tools import Settings, require

Refused = Callable[..., list[str]]
TRAINER = "2e9e57016c6ba7fe7d4c7941fbd14e2e6de8ba74baa3fade4932f61f46df79b0"
EVIDENCE = f"policies/evidence/{TRAINER}.json"
VERSION = 'if [ "$1" = --version ]; then echo "Conftest: 0.71.1"; exit; fi\n'


@pytest.fixture
def tools(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[[Mapping[str, str]], Path]:
    """Makes a folder of the real tools, some replaced by a script (left out when that is empty), and lets cnai look nowhere else."""

    def made(scripts: Mapping[str, str]) -> Path:
        folder = tmp_path / "tools"
        folder.mkdir()
        for name in ("conftest", "kustomize", "kbuild"):
            if name not in scripts:
                (folder / name).symlink_to(require(name, settings).path)
            elif scripts[name]:
                (folder / name).write_text(f"#!/bin/sh\n{scripts[name]}\n")
                (folder / name).chmod(0o755)
        monkeypatch.setenv("CNAI_TOOLS", str(folder))
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        return folder

    return made


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("", "error: conftest >=0.60, <1 is needed and was not found"),
        ('echo "Conftest: 0.30.0"', "error: conftest >=0.60, <1 is needed and was not found"),
        ("\x7fELF", "error: conftest >=0.60, <1 is needed and was not found"),
        (f"{VERSION}kill -9 $$", "error: conftest ended with -9: it said nothing"),
        (f"{VERSION}echo boom >&2; exit 2", "error: conftest ended with 2: boom"),
        (f"{VERSION}echo garbage", "error: conftest gave no verdict: it said nothing"),
        (f'{VERSION}printf \'[{{"namespace": "gate", \'', "error: conftest gave no verdict: it said nothing"),
        (f"{VERSION}echo '[]'", "error: conftest did not evaluate package gate: it said nothing"),
        (f"{VERSION}exit 0", "error: conftest gave no verdict: it said nothing"),
    ],
)
def test_a_conftest_that_cannot_be_believed(root: Path, refused: Refused, tools: Any, script: str, expected: str) -> None:
    tools({"conftest": script})
    assert refused("check", "--no-stale", code=3) == [expected]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("kill -9 $$", "error: kbuild answered 0 of 2 builds"),
        ("exit 0", "error: kbuild answered 0 of 2 builds"),
        ("echo garbage", "error: kbuild answered something that is no JSON"),
        ("""echo '{"objects": ["a'""", "error: kbuild answered something that is no JSON"),
        ("""echo '{"objects": []}'""", "error: kbuild answered 1 of 2 builds"),
        ("""echo '{"yaml": "a: 1"}'; echo '{"yaml": "a: 1"}'""", "error: kbuild answered something else than objects"),
        ("""echo '{"objects": null}'; echo '{"objects": []}'""", "error: kbuild answered something else than objects"),
        ("""echo '{"objects": [1]}'; echo '"ab"'""", "error: kbuild answered something else than objects"),
    ],
)
def test_a_kustomize_that_cannot_be_believed(root: Path, refused: Refused, tools: Any, script: str, expected: str) -> None:
    component("patches: []\n")(root)
    tools({"kbuild": script})
    assert refused(code=3) == [expected]


@pytest.mark.parametrize(
    ("said", "words"),
    [("{", "that is no YAML"), ("\\0377", "that is no YAML"), ("hello", "else than objects"), ("-- a", "else than objects")],
)
def test_a_kustomize_command_that_builds_no_objects(root: Path, refused: Refused, tools: Any, said: str, words: str) -> None:
    component("patches: []\n")(root)
    tools({"kbuild": "", "kustomize": f"""if [ "$1" = version ]; then echo v5.8.2; exit; fi\nprintf -- '{said}'"""})
    assert refused(code=3) == [f"error: kustomize built something {words}"]


def test_patches_without_any_kustomize(root: Path, refused: Refused, tools: Any) -> None:
    component("patches: []\n")(root)
    tools({"kbuild": "", "kustomize": ""})
    assert refused(code=3) == ["error: kustomize >=5.7, <6 is needed and was not found"]


# -- evidence --------------------------------------------------------------------------------------------------------------


def spoilt(change: Callable[[str], str]) -> Change:
    return lambda root: (root / EVIDENCE).write_text(change((root / EVIDENCE).read_text()))


REPORTS: dict[str, tuple[Change, str]] = {
    "empty": (
        spoilt(lambda text: ""),
        "CNAI720]: the report is no JSON: Input is a zero-length, empty document: line 1 column 1 (char 0)",
    ),
    "cut off": (spoilt(lambda text: text[:60]), "CNAI720]: the report is no JSON: unexpected end of data: line 1 column 61 (char 60)"),
    "a key twice": (
        spoilt(lambda text: f'{{"matches": [1], {text[1:]}'),
        "CNAI720]: the report is no JSON: the key matches is there twice",
    ),
    "not a number": (
        spoilt(lambda text: '{"a": NaN}'),
        "CNAI720]: the report is no JSON: unexpected character, expected a JSON value: line 1 column 7 (char 6)",
    ),
    "nested": (
        spoilt(lambda text: "[" * 100_000),
        "CNAI720]: the report is no JSON: depth limit exceeded: line 1 column 1026 (char 1025)",
    ),
    "nested less": (spoilt(lambda text: "[" * 1020 + "]" * 1020), "CNAI720]: the report is no JSON: it is nested too deep"),
    "another shape": (
        spoilt(lambda text: "[]"),
        "CNAI721]: this is no complete report of Trivy or Grype; it may be cut off, or nothing was scanned",
    ),
    "another image": (
        spoilt(lambda text: text.replace(TRAINER, "f" * 64)),
        f"CNAI722]: the report is about another image than sha256:{TRAINER}",
    ),
    "another tool": (
        spoilt(lambda text: text.replace('"grype"', '"syft"')),
        "CNAI721]: this looks like a report of Grype, and says that another tool wrote it",
    ),
}


@pytest.mark.parametrize("case", REPORTS)
def test_evidence_that_is_damaged(case: str, root: Path, refused: Refused, settings: Settings) -> None:
    change, expected = REPORTS[case]
    change(root)
    assert refused("check", "--no-stale") == [f"{EVIDENCE}:1: error[{expected}"]


def test_evidence_without_a_digest_in_its_name(root: Path, refused: Refused, settings: Settings) -> None:
    write("policies/evidence/latest.json", "{}")(root)
    assert refused("check", "--no-stale") == ["policies/evidence/latest.json:1: error[CNAI720]: the file name is no digest"]


def warnings(done: Any) -> set[str]:
    return {f["message"] for f in json.loads(done.out)["findings"]}


@pytest.mark.parametrize(("day", "number"), [("2026-11-20", 0), ("2026-12-20", 0), ("2026-12-21", 4), ("2026-11-19", 4)])
def test_evidence_that_is_stale_or_from_the_future(root: Path, cnai: Callable[..., Any], settings: Settings, day: str, number: int) -> None:
    done = cnai("check", "--no-stale", "--at", day, "-o", "json", "--root", root)
    assert len(warnings(done)) == number
    assert all("not within 30 days before" in words for words in warnings(done))


def test_a_report_with_a_hundred_thousand_findings(root: Path, cnai: Callable[..., Any], settings: Settings) -> None:
    report = json.loads((root / EVIDENCE).read_text())
    report["matches"] = [
        {"vulnerability": {"id": f"CVE-{i}", "severity": "Low", "fix": {"state": "fixed"}}, "artifact": {"name": "x"}}
        for i in range(100_000)
    ]
    report["matches"].append(
        {"vulnerability": {"id": "CVE-X", "severity": "Unknown", "fix": {"state": "fixed"}}, "artifact": {"name": "x"}}
    )
    (root / EVIDENCE).write_text(json.dumps(report))
    assert (root / EVIDENCE).stat().st_size > 5 * 1024 * 1024
    done = cnai("check", "--no-stale", "-o", "json", "--root", root)
    assert (done.code, warnings(done)) == (
        0,
        {f'image "registry.example.com/ml/trainer@sha256:{TRAINER}" has CVE-X in x, severity unknown, repaired in a newer package'},
    )


@pytest.mark.parametrize(("arguments", "words"), [(("--at", "24.11.2026"), "'24.11.2026'"), (("--at", "tomorrow"), "'tomorrow'")])
def test_a_day_that_is_none(root: Path, refused: Refused, settings: Settings, arguments: tuple[str, ...], words: str) -> None:
    assert refused("check", *arguments, code=2) == [f"error: --at must be a day such as 2026-11-24, got {words}"]


# -- policies and waivers --------------------------------------------------------------------------------------------------


def test_a_rule_in_another_package_than_its_folder(root: Path, refused: Refused, settings: Settings) -> None:
    write("policies/team/quota/rule.rego", 'package cnai.team.qouta\n\ndeny contains {"msg": "x"}\n')(root)
    assert refused("check", "--no-stale")[0] == (
        "policies/team/quota/rule.rego:1: error[CNAI701]: package cnai.team.qouta belongs into the folder team/qouta/"
    )


WAIVER = {
    "id": "w1",
    "rule": "images.no_critical",
    "resource": "dev/dev1/argoproj.io/WorkflowTemplate/risk-dev/scores-train-scorer",
    "reason": "a reason that is long enough",
    "ticket": "R-1",
    "owner": "risk",
    "approver": "security",
    "created": "2026-11-20",
    "expires": "2026-12-20",
}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"expires": "2026-11-23"}, "3:3: error[CNAI711]: waiver w1 expired on 2026-11-23"),
        ({"expires": "24.11.2026"}, "11:3: error[CNAI101]: waivers[0].expires must be a day such as 2026-11-24"),
        ({"expires": "2026-11-24T00:00:00+14:00"}, "11:3: error[CNAI101]: waivers[0].expires must be a day such as 2026-11-24"),
        ({"created": "2026-W48-2"}, "10:3: error[CNAI101]: waivers[0].created must be a day such as 2026-11-24"),
        ({"expires": "2026-13-01"}, "11:3: error[CNAI101]: waivers[0].expires: month must be in 1..12"),
        ({"expires": 20261124}, "11:3: error[CNAI101]: waivers[0].expires must be a date such as 2026-11-24, got 20261124"),
        ({"rule": "images.none"}, "3:3: error[CNAI716]: waiver w1 names the rule images.none, which does not exist"),
        ({"rule": "images.n\u043ene"}, '4:3: error[CNAI101]: waivers[0].rule must match ^[a-z_]+\\.[a-z_]+$, got "images.n\u043ene"'),
        ({"approver": "risk"}, "3:3: error[CNAI714]: waiver w1 is approved by its owner, risk"),
        ({"resource": "dev/*"}, "3:3: error[CNAI715]: waiver w1 is too broad: 'dev/*' is not one resource"),
        ({"expires": "2027-12-20"}, "3:3: error[CNAI718]: waiver w1 ends on 2027-12-20, later than 30 days after 2026-11-20"),
    ],
)
def test_a_waiver_that_excuses_nothing(root: Path, refused: Refused, settings: Settings, change: dict[str, Any], expected: str) -> None:
    rows = "\n  ".join(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in (WAIVER | change).items())
    write("policies/waivers/risk.yaml", f"team: risk\nwaivers:\n- {rows}\n")(root)
    assert f"policies/waivers/risk.yaml:{expected}" in refused("check", "--no-stale")


# -- images ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("digest", ["sha256:abc", f"sha256:{'A' * 64}", f"sha512:{'a' * 128}", "latest", TRAINER])
def test_a_digest_in_a_release(root: Path, refused: Refused, digest: str) -> None:
    replace(RELEASE, f"trainer: sha256:{TRAINER}", f"trainer: {digest}")(root)
    shown = digest if len(digest) <= 60 else f"{digest[:59]}…"
    assert refused() == [f'{RELEASE}:3:3: error[CNAI101]: images.trainer must match ^sha256:[0-9a-f]{{64}}$, got "{shown}"']


@pytest.mark.parametrize(
    "image",
    [
        "a",
        "a:latest",
        "a:b@sha256:abc",
        f"a@sha256:{'A' * 64}",
        f"a@sha512:{'a' * 128}",
        "[::1]:5000/a",
        "a\u3002b/c:1",
        f"a@sha256:{'a' * 64} ",
    ],
)
def test_an_image_that_is_not_pinned_is_refused_in_production(root: Path, cnai: Callable[..., Any], settings: Settings, image: str) -> None:
    """In dev it is a warning; the same words are an error in staging and prod."""
    override("InferenceService", "scores-scorer", {"/spec/predictor/model/image": image})(root)
    replace("environments/dev/environment.yaml", "tier: dev", "tier: prod")(root)
    done = cnai("check", "--no-stale", "-o", "json", "--root", root)
    found = [f for f in json.loads(done.out)["findings"] if f["code"] == "images.digest_pinned"]
    assert done.code == 1
    assert [f["message"] for f in found] == [f"image {json.dumps(image, ensure_ascii=False)} is not pinned by a digest"]
    assert found[0]["severity"] == "error"
    assert found[0]["location"]["file"] == RELEASE
    assert found[0]["location"]["line"] == 12  # what the override sets, and not the stage


def test_an_image_beside_the_model_is_seen(root: Path, cnai: Callable[..., Any], settings: Settings) -> None:
    override("InferenceService", "scores-scorer", {"/spec/predictor/containers": [{"name": "beside", "image": "a:latest"}]})(root)
    done = cnai("check", "--no-stale", "-o", "json", "--root", root)
    found = [f for f in json.loads(done.out)["findings"] if f["code"] == "images.digest_pinned"]
    assert [(f["path"], f["message"]) for f in found] == [
        ("spec.predictor.containers[0].image", 'image "a:latest" is not pinned by a digest')
    ]


def test_a_registry_with_a_port_is_no_tag(root: Path, cnai: Callable[..., Any], settings: Settings) -> None:
    override("InferenceService", "scores-scorer", {"/spec/predictor/model/image": f"reg:5000/a@sha256:{'a' * 64}"})(root)
    done = cnai("check", "--no-stale", "-o", "json", "--root", root)
    assert {f["code"] for f in json.loads(done.out)["findings"]} == {"images.scan_fresh"}
