"""What `cnai init` and `cnai new` write is valid, loads, and has nothing wrong with it."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import jsonschema_rs
import pytest
import yaml

from cnai_gitops import render
from cnai_gitops.check.gate.canary import planted, read_example
from cnai_gitops.check.gate.policy import gate
from cnai_gitops.check.gate.rules import read_rules
from cnai_gitops.findings import Severity
from cnai_gitops.plan.build import Plan, make_plan
from cnai_gitops.project import load
from cnai_gitops.resolved.index import Resolved
from cnai_gitops.scaffold import new_blueprint, new_environment, new_policy, repository
from cnai_gitops.source.yaml import parse
from cnai_gitops.system.data import policies_dir
from cnai_gitops.system.tools import Found, Settings

ADDRESSES = {"repository_url": "https://git.example.com/ml/config.git", "registry": "registry.example.com/ml"}
PLACEHOLDER = "sha256:<64 hexadecimal digits>"
DIGEST = "sha256:" + "7" * 64
MODELINE = re.compile(r"# yaml-language-server: \$schema=(\S+)\n")


def everything() -> dict[str, str]:
    parts = (
        repository("churn", **ADDRESSES),
        new_blueprint("next-offer", "py", "sales"),
        new_blueprint("other-one", "yaml", "ml"),
        new_environment("lab-2", "staging"),
        new_policy("acme", "named_team"),
    )
    files: dict[str, str] = {}
    for part in parts:
        assert not set(part) & set(files)
        files |= part
    return files


FILES = everything()


def write(root: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def planned(root: Path, files: dict[str, str]) -> Plan:
    return make_plan(load(write(root, files)))


# -- the files ------------------------------------------------------------------------------------------


def test_what_a_repository_has() -> None:
    files = repository("churn-risk", **ADDRESSES)
    assert list(files) == sorted(files)
    assert {path for path in files if not path.startswith("schemas/")} == {
        ".gitattributes", ".github/workflows/cnai.yml", ".gitignore", ".gitlab-ci.yml", ".pre-commit-config.yaml",
        "CODEOWNERS", "README.md",
        "blueprints/churn_risk.py", "blueprints/datasets/churn-risk-examples.yaml", "cnai.toml",
        "environments/dev/churn-risk.yaml", "environments/dev/environment.yaml",
        "environments/prod/churn-risk.yaml", "environments/prod/environment.yaml",
        "environments/staging/churn-risk.yaml", "environments/staging/environment.yaml",
        "policies/README.md", "policies/waivers/ml.yaml", "tests/test_churn_risk.py",
    }  # fmt: skip
    assert len([path for path in files if path.startswith("schemas/")]) == 7


@pytest.mark.parametrize("path", FILES)
def test_a_text_is_clean(path: str) -> None:
    text = FILES[path]
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert not re.search(r"[ \t]+$|\r|\{%", text, re.MULTILINE)
    assert "{{" not in text.replace("${{", "")


@pytest.mark.parametrize("path", [path for path in FILES if path.endswith((".yaml", ".yml"))])
def test_yaml_parses_and_fits_the_schema_that_it_names(path: str) -> None:
    text = FILES[path]
    if path.startswith(".git"):
        assert yaml.safe_load(text)
        return
    data = parse(text, path).data
    if path.startswith(("blueprints/", "environments/", "policies/waivers/")):
        named = MODELINE.match(text)
        assert named, path
        target = os.path.normpath(Path(path).parent / named[1])
        assert jsonschema_rs.Draft7Validator(json.loads(FILES[target])).is_valid(data), path


def test_toml_fits_its_schema() -> None:
    text = FILES["cnai.toml"]
    named = re.match(r"#:schema \./(\S+)\n", text)
    assert named
    assert jsonschema_rs.Draft7Validator(json.loads(FILES[named[1]])).is_valid(tomllib.loads(text))


@pytest.mark.parametrize("path", [path for path in FILES if path.endswith(".py")])
def test_python_compiles(path: str) -> None:
    tree = ast.parse(FILES[path])
    assert ast.get_docstring(tree)
    names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert not path.startswith("tests/") or (len(names) == 2 and all(name.startswith("test_") for name in names))


def test_attributes_and_owners_read_back() -> None:
    assert "deploy/** linguist-generated gitlab-generated" in FILES[".gitattributes"].splitlines()
    owners = dict(line.split(maxsplit=1) for line in FILES["CODEOWNERS"].splitlines() if not line.startswith("#"))
    assert owners["/blueprints/datasets/"] == "@churn/data-owners"
    assert owners["/environments/"] == owners["/policies/"] == "@churn/platform"


def test_pipelines_build_check_and_keep_the_findings() -> None:
    steps = yaml.safe_load(FILES[".github/workflows/cnai.yml"])["jobs"]["check"]["steps"]
    commands = [step["run"].split(" ||")[0] for step in steps if "run" in step]
    assert [c for c in commands if c.startswith("cnai ")] == [
        "cnai tools install",
        "cnai build --check",
        "cnai check -o github",
        'cnai diff --base "origin/$GITHUB_BASE_REF" --exit-zero -o markdown >> "$GITHUB_STEP_SUMMARY"',
        "cnai check -o sarif > cnai.sarif",
    ]
    assert not any("${{" in command for command in commands)  # what a pull request says never becomes shell
    assert [step["uses"].split("@")[0] for step in steps if "uses" in step] == ["actions/checkout", "github/codeql-action/upload-sarif"]
    jobs = yaml.safe_load(FILES[".gitlab-ci.yml"])
    assert jobs["build"]["script"] == ["cnai build --check"]
    assert any(line.startswith("cnai check -o gitlab") for line in jobs["check"]["script"])
    assert jobs["check"]["artifacts"]["paths"] == ["cnai.sarif", "review.md"]


def test_hooks_are_local() -> None:
    (source,) = yaml.safe_load(FILES[".pre-commit-config.yaml"])["repos"]
    assert source["repo"] == "local"
    for hook in source["hooks"]:
        assert re.match(hook["files"], "blueprints/churn.py")
        assert not re.match(hook["files"], "README.md")


# -- the repository as a whole ----------------------------------------------------------------------------


def test_a_new_repository_has_nothing_wrong_and_says_what_waits(tmp_path: Path) -> None:
    plan = planned(tmp_path, repository("churn", **ADDRESSES))
    assert {finding.severity for finding in plan.findings} == {Severity.INFO}
    assert {(finding.code, finding.target) for finding in plan.findings} == {
        ("CNAI230", "dev/dev1"), ("CNAI230", "staging/staging1"), ("CNAI230", "prod/prod1"),
    }  # fmt: skip
    assert set(plan.project.apps) == {"churn"}
    assert {hub.name for hub in plan.hubs.values()} == {"prod/hub"}


def test_additions_keep_it_clean(tmp_path: Path) -> None:
    plan = planned(tmp_path, FILES)
    assert [finding for finding in plan.findings if finding.severity is not Severity.INFO] == []
    assert set(plan.project.apps) == {"churn", "next-offer", "other-one"}
    assert set(plan.project.environments) == {"dev", "lab-2", "prod", "staging"}


def test_both_forms_say_the_same(tmp_path: Path) -> None:
    base = repository("base", **ADDRESSES)
    one = planned(tmp_path / "py", base | new_blueprint("churn", "py", "ml")).project.apps["churn"].value
    other = planned(tmp_path / "yaml", base | new_blueprint("churn", "yaml", "ml")).project.apps["churn"].value
    assert one == other


@pytest.mark.parametrize("pinned", [False, True])
def test_it_renders(tmp_path: Path, pinned: bool) -> None:
    files = repository("churn", **ADDRESSES, environments=["dev", "prod"])
    if pinned:  # as a user does it: take the comment signs away, put the digest in
        for path in files:
            if path.startswith("environments/"):
                text = re.sub(r"^# (?=(train|images)[.:a-z]*$|  )", "", files[path], flags=re.MULTILINE)
                files[path] = text.replace(PLACEHOLDER, DIGEST)
    plan = planned(tmp_path, files)
    assert bool(plan.findings) is not pinned
    resolved = Resolved(plan)
    owner = render.render_app(resolved, "churn")
    assert owner.findings == []
    text = owner.files["deploy/rendered/prod/prod1/churn/manifest.yaml"]
    assert ("kind: InferenceService" in text) is pinned
    assert ("minReplicaCount: 2" in text) is pinned
    hub = render.render_shared(resolved)[1].files
    assert list(hub) == ["deploy/rendered/prod/hub/_argocd/manifest.yaml"]


def test_one_environment_is_enough(tmp_path: Path) -> None:
    plan = planned(tmp_path, repository("churn", **ADDRESSES, environments=["prod"], team="risk", organisation="acme"))
    assert [finding for finding in plan.findings if finding.fails] == []
    assert plan.project.config.organisation.name == "acme"
    assert plan.project.apps["churn"].value.team == "risk"


@pytest.mark.parametrize("mistake", ["", "train.modle:\n  suspend: true\n"])
def test_its_first_tests_pass_until_something_is_wrong(tmp_path: Path, settings: Settings, mistake: str) -> None:
    release = "environments/dev/churn.yaml"
    write(tmp_path, FILES | {release: FILES[release] + mistake})
    environ = {**os.environ, "PYTHONPATH": str(policies_dir().parent)}
    subprocess.run([sys.executable, "-m", "cnai_gitops", "policies", "lock"], cwd=tmp_path, env=environ, check=True, timeout=120)
    argv = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"]
    done = subprocess.run(argv, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=120)
    assert done.returncode == bool(mistake), done.stdout
    assert ("CNAI223" in done.stdout) is bool(mistake)


# -- a new policy -------------------------------------------------------------------------------------------


def test_a_new_policy_is_sound_rego(tmp_path: Path, tool: Callable[[str], Found]) -> None:
    opa = tool("opa").command
    write(tmp_path, new_policy("acme", "named_team"))
    flags = ["--ignore", "*.yaml,*.json", str(policies_dir() / "lib" / "result.rego"), str(tmp_path / "policies")]

    def ran(*argv: str) -> str:
        done = subprocess.run([*opa, *argv], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert ran("fmt", "--list", str(tmp_path / "policies")) == ""
    ran("check", "--strict", *flags)
    report = json.loads(ran("test", "--coverage", *flags))
    mine = {path: file for path, file in report["files"].items() if "named_team" in path}
    assert len(mine) == 2
    assert all(file["coverage"] == 100 for file in mine.values())


def test_a_new_policy_bites_in_the_gate(tmp_path: Path, tool: Callable[[str], Found]) -> None:
    write(tmp_path, new_policy("acme", "named_team") | new_policy("other", "named_team"))
    packs = [policies_dir(), tmp_path / "policies"]
    rules = read_rules(packs)
    names = ("good", "unknown", "waived")
    examples = {(rule, name): read_example(rules[rule], name) for rule in ("acme.named_team", "other.named_team") for name in names}
    documents, data = planted([], {"run": {"at": "2026-11-24"}}, examples.values())
    found = gate(documents, data, packs=packs, conftest=tool("conftest").path)
    for (rule, name), example in examples.items():
        ids = {document["id"] for document in example.documents}
        mine = [f for f in found if f.code == rule and f"{f.target}/{f.resource}" in ids]
        assert [(f.path, f.fails) for f in mine] == ([] if name == "good" else [("metadata.labels", True)])
        assert all(expected["contains"] in finding.message for expected, finding in zip(example.expect, mine, strict=True))
