"""Reports of commands that were stopped, waivers at the edge, checkouts with odd names, and commands that were killed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from spoiling import BIGGER, BLUEPRINT, PATCHES, Change, append, component, override, write

from cnai_gitops.system.tools import Settings

ROOT = Path(__file__).resolve().parents[2]
REFUSED = component(
    "patches:\n- target: {kind: ScaledObject, name: nobody}\n  patch: |-\n    - {op: add, path: /metadata/labels, value: {}}\n"
)
ENDS = write("blueprints/x.py", "import os\nos._exit(0)\n")


@pytest.mark.parametrize(("change", "rule", "code"), [(REFUSED, "CNAI304", 1), (ENDS, "CNAI114", 3)])
@pytest.mark.parametrize("command", ["check", "diff"])
def test_what_stops_a_command_is_in_its_report(
    command: str, change: Change, rule: str, code: int, root: Path, cnai: Callable[..., Any], settings: Settings, tmp_path: Path
) -> None:
    change(root)
    form = ("-o", "sarif") if command == "check" else ("-o", "json", "--base", "HEAD")
    report = tmp_path / "report"
    report.write_text("of yesterday")
    done = cnai(command, *form, "--to", report, "--root", root)
    assert (done.code, done.out) == (code, "")
    said = json.loads(report.read_text())
    if command == "check":
        assert [result["ruleId"] for result in said["runs"][0]["results"]] == [rule]
    else:
        assert [finding["code"] for finding in said["findings"]] == [rule]
    assert json.loads(cnai(command, *form, "--root", root).out)


def test_an_old_report_is_gone_when_nothing_can_be_told(root: Path, cnai: Callable[..., Any], tmp_path: Path) -> None:
    report = tmp_path / "report.sarif"
    report.write_text("of yesterday")
    write("cnai.toml", "x = [\n")(root)
    done = cnai("check", "-o", "sarif", "--to", report, "--root", root)
    assert done.code == 2
    assert not report.exists()


WAIVER = """\
team: risk
waivers:
- id: one
  rule: reliability.disruption_budget
  resource: {resource}
  reason: the second replica comes with the next budget
  ticket: RISK-1
  owner: anna
  approver: ben
  created: {created}
  expires: {expires}
"""


@pytest.mark.parametrize(
    ("created", "expires", "words"),
    [
        ("9999-12-31", "9999-12-31", "waiver one runs from 9999-12-31 to 9999-12-31, seen on 2026-11-24"),
        ("0001-01-01", "0001-01-01", "waiver one expired on 0001-01-01"),
        ("0001-01-01", "9999-12-31", "waiver one ends on 9999-12-31, later than"),
        ("9999-12-31", "0001-01-01", "waiver one runs from 9999-12-31 to 0001-01-01, seen on 2026-11-24"),
    ],
)
def test_waivers_at_the_edge_of_time(
    created: str, expires: str, words: str, root: Path, refused: Callable[..., list[str]], settings: Settings
) -> None:
    text = WAIVER.format(resource="dev/dev1/apps/Deployment/risk-dev/x", created=created, expires=expires)
    write("policies/waivers/risk.yaml", text)(root)
    found = refused("check", "--no-stale")
    assert any(line.startswith("policies/waivers/risk.yaml:3:3: error[CNAI71") and words in line for line in found), found


@pytest.mark.parametrize("day", ["10000-01-01", "2026-02-30", "2026-13-01", "-001-01-01"])
def test_days_that_are_none(day: str, root: Path, refused: Callable[..., list[str]]) -> None:
    write("policies/waivers/risk.yaml", WAIVER.format(resource="a/b/c/d/e/f", created=f'"{day}"', expires='"2026-12-01"'))(root)
    (found,) = refused("check", "--no-stale")
    assert found.startswith("policies/waivers/risk.yaml:10:3: error[CNAI101]: waivers[0].created")


def test_a_waiver_of_another_application_is_not_called_unused(root: Path, cnai: Callable[..., Any], settings: Settings) -> None:
    other = (root / BLUEPRINT).read_text().replace("name: scores", "name: others").replace("scorer", "ranker")
    write("blueprints/others.yaml", other)(root)
    release = (root / "environments/dev/scores.yaml").read_text().replace("app: scores", "app: others").replace("scorer", "ranker")
    write("environments/dev/others.yaml", release)(root)
    resource = "dev/dev1/serving.kserve.io/InferenceService/risk-dev/scores-scorer"
    write("policies/waivers/risk.yaml", WAIVER.format(resource=resource, created='"2026-11-20"', expires='"2026-12-20"'))(root)
    append(BLUEPRINT, "")(root)
    codes = {}
    for app in ("scores", "others"):
        found = json.loads(cnai("check", app, "--no-stale", "-o", "json", "--root", root).out)["findings"]
        codes[app] = [finding["code"] for finding in found if finding["code"] == "CNAI713"]
    gone = resource.replace("scores-scorer", "others-nobody")
    write("policies/waivers/risk.yaml", WAIVER.format(resource=gone, created='"2026-11-20"', expires='"2026-12-20"'))(root)
    found = json.loads(cnai("check", "--no-stale", "-o", "json", "--root", root).out)["findings"]
    assert codes["others"] == []
    assert [finding["code"] for finding in found if finding["code"] == "CNAI713"] == ["CNAI713"]


def test_a_checkout_whose_path_is_no_text(root: Path) -> None:
    odd = Path(os.fsdecode(os.fsencode(root.parent) + b"/odd-\xff\xfe"))
    shutil.copytree(root, odd)
    write("blueprints/x.py", "import os\nfrom cnai_gitops import Blueprint\nx = Blueprint(name='X', team='risk', purpose='p')\n")(odd)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for command in ("build", "check"):
        done = subprocess.run([sys.executable, "-m", "cnai_gitops", command], cwd=odd, env=environment, capture_output=True, check=False)
        text = (done.stdout + done.stderr).decode()
        assert (done.returncode, "internal error" in text) == (1, False), text
        assert text.startswith("blueprints/x.py:3:15: error[CNAI101]: name must "), text
    (odd / "blueprints" / "x.py").unlink()
    done = subprocess.run([sys.executable, "-m", "cnai_gitops", "build"], cwd=odd, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_what_a_killed_build_left_is_removed_whatever_ran_in_between(root: Path, cnai: Callable[..., Any], settings: Settings) -> None:
    """What a killed build leaves: the lock with its number, and half a file; also what a killed check leaves in `.cnai/`."""
    with subprocess.Popen([sys.executable, "-c", "pass"]) as ended:
        pass
    left = [root / f"deploy/rendered/dev/dev1/scores/.manifest.yaml.{ended.pid}.cnai-tmp", root / f".cnai/.units.json.{ended.pid}.cnai-tmp"]
    for path in left:
        path.write_text("half")
    (root / ".cnai" / "lock").write_text(str(ended.pid))
    cnai("check", "--root", root)
    cnai("build", "--check", "--root", root)
    assert all(path.exists() for path in left)
    BIGGER(root)
    living = root / f".cnai/.units.json.{os.getppid()}.cnai-tmp"
    living.write_text("of another one that runs")
    assert cnai("build", "--root", root).code == 0
    assert [path.name for path in root.rglob("*") if "cnai-tmp" in path.name] == [living.name]


SMP = """\
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: scores-scorer, namespace: risk-dev}
spec:
  predictor:
    model:
      image: foo:latest
"""


def test_findings_about_what_a_patch_or_an_override_sets(root: Path, cnai: Callable[..., Any], settings: Settings) -> None:
    operations = (
        "    - op: replace\n      path: /spec/maxReplicaCount\n      value: many\n    - {op: add, path: /spec/nonsense, value: 1}\n"
    )
    component(f"patches:\n- path: x.yaml\n- target: {{kind: ScaledObject}}\n  patch: |-\n{operations}")(root)
    write(f"{PATCHES}/x.yaml", SMP)(root)
    override("NetworkPolicy", "scores-scorer", {"/spec/foo": 1, "/spec/bar": 2})(root)
    found = json.loads(cnai("check", "--no-stale", "-o", "json", "--root", root).out)["findings"]
    places = {f["message"]: f"{f['location']['file']}:{f['location']['line']}" for f in found if f["location"]}
    said = {
        words: place
        for message, place in places.items()
        for words in ("foo:latest", "nonsense", "many", "spec.foo", "spec.bar")
        if words in message
    }
    assert said == {
        "foo:latest": f"{PATCHES}/x.yaml:7",
        "many": f"{PATCHES}/kustomization.yaml:8",
        "nonsense": f"{PATCHES}/kustomization.yaml:10",
        "spec.foo": "environments/dev/scores.yaml:12",
        "spec.bar": "environments/dev/scores.yaml:13",
    }
