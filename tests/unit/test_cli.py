"""The command line: exit codes, which stream carries what, names that do not exist, and no traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from cnai_gitops.cli import app as cli
from cnai_gitops.cluster.health import config_map
from cnai_gitops.errors import NotEvaluated
from cnai_gitops.findings.formats import formats
from cnai_gitops.system.tools import Settings

Cnai = Callable[..., Any]
Process = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def built(repository: Path, settings: Settings, cnai: Cnai) -> Path:
    assert cnai("build", "--root", repository).code == 0
    return repository


def spoil(root: Path) -> None:
    """One finding: a field out of its range."""
    release = root / "environments/prod/fraud-detection.yaml"
    release.write_text(release.read_text().replace("max: 16", "max: 0"))


# -- exit codes and streams -----------------------------------------------------------------------------


def test_clean_is_0_and_says_so_on_stderr(repository: Path, settings: Settings, cnai: Cnai) -> None:
    done = cnai("build", "--root", repository)
    assert (done.code, done.out) == (0, "")
    assert done.err.startswith("deploy/  ")
    assert cnai("build", "--root", repository).err == "up to date: no input changed\n"
    assert cnai("build", "--root", repository, "--check").code == 0
    assert cnai("check", "--root", repository).code == 0


def test_a_finding_is_1_and_data_on_stdout(built: Path, cnai: Cnai) -> None:
    spoil(built)
    done = cnai("check", "--root", built)
    assert done.code == 1
    assert done.out.startswith("environments/prod/fraud-detection.yaml:11:21: error[CNAI101]: serve.scorer.scaling.max must be at least 1")
    assert done.err == ""
    assert cnai("build", "--root", built).err == "nothing was written\n"


def test_a_difference_is_1(built: Path, cnai: Cnai) -> None:
    manifest = built / "deploy/rendered/prod/eu1/fraud-detection/manifest.yaml"
    manifest.write_text("by hand\n")
    (built / "deploy/rendered/prod/eu2/fraud-detection/manifest.yaml").unlink()
    done = cnai("build", "--root", built, "--check")
    assert done.code == 1
    assert "stale  deploy/rendered/prod/eu1/fraud-detection/manifest.yaml\n" in done.err
    assert done.err.endswith("2 stale file(s); run `cnai build`\n")
    assert manifest.read_text() == "by hand\n"
    found = cnai("check", "--root", built, "-o", "name")
    assert found.code == 1
    assert "CNAI801" in found.out
    assert cnai("build", "--root", built).err.startswith("deploy/  2 written, ")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["build", "-e", "prd"], "environment 'prd' does not exist\n  help: known: dev, prod"),
        (["build", "fraud"], "application 'fraud' does not exist\n  help: known: fraud-detection"),
        (["check", "-e", "prd"], "environment 'prd' does not exist"),
        (["check", "--at", "yesterday"], "--at must be a day such as 2026-11-24, got 'yesterday'"),
        (["check", "-o", "xml"], "there is no output format 'xml'\n  help: the formats are "),
        (["explain", "fraud-detection", "serve.scorr.scaling"], "fraud-detection has no stage serve.scorr\n  help: its stages: "),
        (["explain", "fraud-detection", "serve.scorer.scalin"], "serve.scorer.scalin does not exist\n  help: fields of serve.scorer: "),
        (["explain", "CNAI999"], "'CNAI999' is no code, policy or application with a field\n  help: did you mean CNAI"),
        (["build", "--nonsense"], "No such option: --nonsense"),
        (["nonsense"], "No such command 'nonsense'"),
        (["build", "--jobs", "many"], "Invalid value for '-j' / '--jobs'"),
    ],
)
def test_usage_is_2(
    arguments: list[str], words: str, repository: Path, settings: Settings, cnai: Cnai, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository)
    done = cnai(*arguments)
    assert (done.code, done.out) == (2, "")
    assert words in done.err


def test_no_repository_is_2(tmp_path: Path, cnai: Cnai, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = cnai("build")
    assert done.code == 2
    assert done.err.startswith(f"error: no cnai.toml in {tmp_path} or above\n  help: run `cnai init`")


def test_a_missing_tool_is_3(built: Path, tmp_path: Path, cnai: Cnai, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNAI_TOOLS", str(tmp_path))
    done = cnai("check", "--root", built)
    assert (done.code, done.out) == (3, "")
    assert done.err.startswith("error: conftest >=0.60, <1 is needed and was not found\n  help: put conftest ")
    assert cnai("build", "--root", built, "--verify").code == 3


def test_what_did_not_run_is_3(built: Path, cnai: Cnai, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(*_: object, **__: object) -> None:
        raise NotEvaluated("rule a.b gave no answer")

    monkeypatch.setattr("cnai_gitops.check.verdict.gate", silent)
    done = cnai("check", "--root", built)
    assert (done.code, done.out, done.err) == (3, "", "error: rule a.b gave no answer\n")


def test_a_bug_of_ours_is_3_without_a_traceback(built: Path, cnai: Cnai, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("oops")

    monkeypatch.setattr("cnai_gitops.run.load", broken)
    done = cnai("build", "--root", built, "--check")
    assert (done.code, done.out) == (3, "")
    assert done.err.splitlines() == [
        "internal error: KeyError: 'oops'",
        "  help: this is a bug of cnai; run again with --traceback and report it",
    ]
    with pytest.raises(KeyError):
        cnai("--traceback", "build", "--root", built, "--check")


def test_an_interruption_is_130(built: Path, cnai: Cnai, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("cnai_gitops.run.load", stopped)
    done = cnai("build", "--root", built, "--check")
    assert (done.code, done.err) == (130, "interrupted\n")


def test_a_closed_pipe_is_quiet(repository: Path, settings: Settings) -> None:
    """`cnai check | head -0`: no traceback, no message, a code that is not 0."""
    spoil(repository)
    path = os.pathsep.join(p for p in sys.path if p)
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "cnai_gitops", "check", "--root", str(repository)]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path}, text=True, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, "")


# -- output formats -------------------------------------------------------------------------------------


PARSERS: dict[str, Callable[[str], Any]] = {
    "json": lambda text: [f["code"] for f in json.loads(text)["findings"]],
    "yaml": lambda text: [f["code"] for f in yaml.safe_load(text)["findings"]],
    "name": str.split,
    "github": str.splitlines,
    "gitlab": lambda text: [f["check_name"] for f in json.loads(text)],
    "sarif": lambda text: [r["ruleId"] for r in json.loads(text)["runs"][0]["results"]],
    "junit": lambda text: ElementTree.fromstring(text).findall(".//failure"),
    "markdown": str.splitlines,
    "table": str.splitlines,
}


def test_every_format_has_a_reader_here() -> None:
    assert sorted(PARSERS) == sorted(formats())


@pytest.mark.parametrize("name", sorted(PARSERS))
def test_formats(name: str, built: Path, cnai: Cnai, tmp_path: Path) -> None:
    spoil(built)
    done = cnai("check", "--root", built, "-o", name)
    assert done.code == 1
    assert "CNAI101" in done.out
    assert PARSERS[name](done.out)
    assert cnai("check", "--root", built, "-o", name, "--to", tmp_path / "report").out == ""
    assert (tmp_path / "report").read_text() == done.out


def test_json_is_whole_when_nothing_is_wrong(built: Path, cnai: Cnai) -> None:
    done = cnai("check", "--root", built, "-o", "json")
    report = json.loads(done.out)
    assert (done.code, report["kind"], report["findings"]) == (0, "FindingList", [])
    assert report["documents"] > 50
    assert report["rules"] > 5
    assert report["targets"] == ["dev/dev1", "prod/eu1", "prod/eu2", "prod/hub"]
    assert done.err.startswith("no findings; ")


# -- the rest -------------------------------------------------------------------------------------------


def test_the_day_is_asked_for_recorded_or_today(built: Path, cnai: Cnai) -> None:
    assert cnai("check", "--root", built, "--at", "2026-11-24").code == 0
    late = cnai("check", "--root", built, "--at", "2027-11-24", "-o", "name")
    assert late.code == 1
    assert "images.scan_fresh" in late.out
    config = built / "cnai.toml"
    config.write_text(config.read_text().replace('at = "2026-11-24"', 'at = "2027-11-24"'))
    assert cnai("check", "--root", built).code == 1


def test_one_environment_alone(repository: Path, settings: Settings, cnai: Cnai) -> None:
    assert cnai("build", "--root", repository, "-e", "dev").code == 0
    assert sorted(path.name for path in (repository / "deploy/rendered").iterdir()) == ["dev"]
    assert cnai("build", "--root", repository, "-e", "dev", "--check").code == 0
    assert cnai("build", "--root", repository, "--check").code == 1
    assert cnai("build", "--root", repository).code == 0
    assert cnai("build", "--root", repository, "-e", "dev", "--check").code == 0
    assert cnai("build", "--root", repository, "--check").code == 0


def test_explain_lists_every_layer(built: Path, cnai: Cnai) -> None:
    done = cnai("explain", "fraud-detection", "serve.scorer.scaling", "-e", "prod", "-c", "eu2", "--root", built)
    assert done.code == 0
    lines = done.out.splitlines()
    at = lines.index("serve.scorer.scaling.min = 2   (prod/eu2)")
    assert [line.split() for line in lines[at + 1 : at + 4]] == [
        ["2", "cluster", "environments/prod/fraud-detection.yaml:15:17", "<-", "wins"],
        ["4", "release", "environments/prod/fraud-detection.yaml:11:13"],
        ["1", "default", "-"],
    ]
    assert "serve.scorer.scaling.triggers[0].requests_per_replica = 200   (prod/eu2)" in lines


def test_explain_names_what_lies_over_every_layer(built: Path, cnai: Cnai) -> None:
    release = built / "environments/prod/fraud-detection.yaml"
    hatch = "overrides:\n- kind: ScaledObject\n  name: fraud-detection-scorer\n  reason: the test asks\n"
    hatch += "  set: {/spec/pollingInterval: 7}\n"
    release.write_text(release.read_text() + hatch)
    line = len(release.read_text().splitlines()) - 3
    done = cnai("explain", "fraud-detection", "serve.scorer.scaling.max", "-e", "prod", "--root", built)
    place = f"environments/prod/fraud-detection.yaml:{line}:3"
    assert f"  over it, release: ScaledObject fraud-detection-scorer /spec/pollingInterval   {place}" in done.out


def test_explain_asks_for_a_field_of_an_application(built: Path, cnai: Cnai) -> None:
    done = cnai("explain", "fraud-detection", "--root", built)
    assert (done.code, done.err.splitlines()[0]) == (2, "error: fraud-detection is an application: name a field of it")
    assert "serve.scorer" in done.err


@pytest.mark.parametrize("code", ["CNAI101", "images.scan_fresh"])
def test_explain_a_code(code: str, cnai: Cnai, built: Path) -> None:
    done = cnai("explain", code, "--root", built)
    assert done.code == 0
    assert code in done.out


def test_every_command_has_a_summary_and_an_example_of_its_options(cnai: Cnai) -> None:
    done = cnai("--help")
    assert done.code == 0
    for name in ("build", "check", "explain", "doctor"):
        line = next(line for line in done.out.splitlines() if line.split()[:1] == [name])
        assert len(line.split()) > 3
        assert cnai(name, "--help").out.startswith(f"Usage: cnai {name} ")


def test_aliases_do_the_same(built: Path, cnai: Cnai) -> None:
    assert "validate" not in cnai("--help").out
    for alias, name in cli.HIDDEN_ALIASES.items():
        if name in ("build", "check"):
            assert cnai(alias, "--help").code == 0
    assert cnai("render", "--root", built).err == "up to date: no input changed\n"


def test_doctor_prints_what_argo_cd_lacks(cnai: Cnai) -> None:
    done = cnai("doctor", "--argocd-cm")
    assert done.code == 0
    assert yaml.safe_load(done.out) == config_map()
    assert "resource.customizations.health.argoproj.io_Sensor" in config_map()["data"]


def test_doctor_as_data(settings: Settings, cnai: Cnai) -> None:
    done = cnai("doctor", "-o", "json")
    tools = {tool["name"]: tool for tool in json.loads(done.out)["tools"]}
    assert tools["conftest"]["ok"]
    assert tools["kustomize"]["version"]


def test_the_module_runs(process: Process, tmp_path: Path) -> None:
    done = process("--version", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("cnai ")
