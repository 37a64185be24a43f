"""A cache costs time, never truth: after any edit, files, findings and review are those of a run that knows nothing.

Values are edited, not comments: blueprints, releases, environments, datasets, cnai.toml, patches, waivers, policies, scan
reports, the day; applications come and go, output and caches are damaged.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cnai_gitops import pipeline
from cnai_gitops.check.verdict import Verdict
from cnai_gitops.plan.selection import EVERYTHING
from cnai_gitops.review.diff import compare
from cnai_gitops.review.revisions import against, base_of, hatches, ledger_before, side_of
from cnai_gitops.system.tools import Settings, require

Edit = Callable[[Path, random.Random], None]
STEPS = 7
DAYS = (date(2026, 11, 24), date(2026, 11, 26), date(2026, 12, 30))
FRAUD = "environments/prod/fraud-detection.yaml"
SECOND = """name: fraud-{name}
team: {team}
purpose: fraud-detection
serve:
  name: {stage}
  model: scorer
  runtime: triton
  reads: [fraud-features]
  scaling: {{kind: rate, requests_per_replica: {rate}}}
"""
BOUGHT = """name: scorer
owner: risk
origin: bought
licence: Apache-2.0
purposes: [fraud-detection]
"""
OVERRIDE = """
overrides:
- kind: {kind}
  set: {{{path}: {value}}}
  reason: a reason that is long enough
"""
PATCH = """apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
patches:
- target: {{kind: ScaledObject}}
  patch: |-
    - op: replace
      path: /spec/maxReplicaCount
      value: {value}
"""
RULE = """# METADATA
# title: Namespaces are few
# description: A rule that compares documents of several owners, and so says nothing of a scope.
# custom:
#   id: own.few
#   severity: {{dev: warn, staging: warn, prod: warn}}
#   help: use fewer
#   waivable: false
#   max_waiver_days: 0
#   controls: {{}}
#   since: "1"
package cnai.own.few

import data.lib.result

deny contains result.new(rego.metadata.chain(), document, "metadata.namespace", "too many objects") if {{
	some document in input.documents
	count([other | some other in input.documents; other.env == document.env; other.object.kind == document.object.kind]) > {most}
}}
"""
BAD = """documents:
{documents}
expect:
- {{id: _canary/c/v1/ConfigMap/n/x0}}
"""


def edit(path: str, pattern: str, *values: str) -> Edit:
    """Another value of a field: the first group of the pattern is replaced."""

    def change(root: Path, chance: random.Random) -> None:
        file = root / path
        if file.is_file():
            text = file.read_text()
            found = list(re.finditer(pattern, text))
            if found:
                at = chance.choice(found)
                file.write_text(text[: at.start(1)] + chance.choice(values) + text[at.end(1) :])

    return change


def application(root: Path, chance: random.Random) -> None:
    """A second application comes, changes or goes, with or without its release; its names may be those of the first."""
    name = chance.choice(["watch", "detection-two"])
    blueprint, releases = (
        root / f"blueprints/fraud_{name}.yaml",
        [root / f"environments/{env}/fraud-{name}.yaml" for env in ("dev", "prod")],
    )
    (root / "blueprints/models").mkdir(exist_ok=True)
    (root / "blueprints/models/scorer.yaml").write_text(BOUGHT)
    if blueprint.exists() and chance.random() < 0.4:
        for file in chance.choice([[blueprint, *releases], releases[:1], releases]):
            file.unlink(missing_ok=True)
        return
    stage = chance.choice(["scorer", "other"])
    blueprint.write_text(SECOND.format(name=name, team=chance.choice(["risk", "risk", "nobody"]), stage=stage, rate=chance.randint(1, 99)))
    for file in releases:
        digest = "".join(chance.choice("0123456789abcdef") for _ in range(64))
        text = f"app: fraud-{name}\nserve.{stage}:\n  model: sha256:{digest}\n"
        kind, path, value = chance.choice(
            [
                ("PodDisruptionBudget", "/spec/selector", "{matchLabels: {cnai.dev/team: risk}}"),
                ("ScaledObject", "/spec/scaleTargetRef/name", "fraud-detection-scorer"),
                ("ScaledObject", "/spec/maxReplicaCount", "7"),
                ("NetworkPolicy", "/metadata/namespace", "risk-prod"),
                ("InferenceService", "/spec/predictor/model", "[]"),
            ]
        )
        file.write_text(text + (OVERRIDE.format(kind=kind, path=path, value=value) if chance.random() < 0.5 else ""))


def release(root: Path, chance: random.Random) -> None:
    """An override in the release of the first application, or none."""
    text = (root / FRAUD).read_text().partition("\noverrides:")[0]
    more = OVERRIDE.format(kind="ScaledObject", path="/spec/maxReplicaCount", value=chance.randint(1, 99)) if chance.random() < 0.6 else ""
    (root / FRAUD).write_text(text + more)


def patch(root: Path, chance: random.Random) -> None:
    folder = root / "environments/prod/patches/fraud-detection/own"
    shutil.rmtree(folder.parent, ignore_errors=True)
    if chance.random() < 0.6:
        folder.mkdir(parents=True)
        (folder / "kustomization.yaml").write_text(PATCH.format(value=chance.randint(1, 99)))


def reports(root: Path, chance: random.Random) -> None:
    """A scan report goes, or gets older."""
    found = sorted((root / "policies/evidence").glob("*.json"))
    if found:
        file = chance.choice(found)
        if chance.random() < 0.4:
            file.unlink()
        else:
            file.write_text(file.read_text().replace("2026-11-2", "2026-10-2"))


def waiver(root: Path, chance: random.Random) -> None:
    file = root / "policies/waivers/risk.yaml"
    if file.exists():
        file.unlink()
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(
        "team: risk\nwaivers:\n- id: one\n  rule: images.scan_fresh\n  resource: prod/eu1/serving.kserve.io/InferenceService/risk-prod/x\n"
        "  path: spec\n  reason: it is replaced in a week\n  ticket: T-1\n  owner: risk\n  approver: security\n"
        f"  created: 2026-11-20\n  expires: 2026-12-0{chance.randint(1, 9)}\n"
    )


def policy(root: Path, chance: random.Random) -> None:
    """A rule of one's own that looks at everything at once; it changes, or goes."""
    folder = root / "policies/own/few"
    shutil.rmtree(folder.parent, ignore_errors=True)
    if chance.random() < 0.7:
        (folder / "examples").mkdir(parents=True)
        most = chance.randint(2, 30)
        (folder / "few.rego").write_text(RULE.format(most=most))
        ids = [f"_canary/c/v1/ConfigMap/n/x{i}" for i in range(most + 1)]
        documents = "\n".join(f"- {{id: {one}, object: {{kind: ConfigMap}}}}" for one in ids)
        (folder / "examples/bad.yaml").write_text(BAD.format(documents=documents))


def output(root: Path, chance: random.Random) -> None:
    """Somebody edits, removes or adds a generated file."""
    files = sorted(path for path in (root / "deploy").rglob("*.yaml") if path.is_file())
    if files:
        file = chance.choice(files)
        chance.choice([file.unlink, lambda: file.write_text(file.read_text() + "\n"), lambda: file.write_text("")])()


def caches(root: Path, chance: random.Random) -> None:
    """A cache is lost, cut short, garbled or foreign."""
    files = sorted((root / ".cnai").glob("*.json"))
    if not files:
        return
    file = chance.choice(files)
    data = file.read_bytes()
    at = chance.randrange(len(data))
    damaged = chance.choice([None, data[:at], data[:at] + b"#" + data[at + 1 :], b"[]", data.replace(b"3.11", b"3.10"), data[::-1]])
    file.unlink() if damaged is None else file.write_bytes(damaged)


EDITS: tuple[Edit, ...] = (
    edit(FRAUD, r"(?:min|max): (\d+)", "3", "5", "9"),
    edit(FRAUD, r"timeout: (\w+)", "6h", "9h"),
    edit("environments/dev/fraud-detection.yaml", r"max: (\d+)", "1", "3"),
    edit("environments/prod/environment.yaml", r"h100: (\d+)}", "64", "8"),
    edit("environments/prod/environment.yaml", r"jurisdiction: (\w+)", "EU", "US"),
    edit("environments/prod/environment.yaml", r"access_log: (\S+)", "s3://elsewhere/log", '""'),
    edit("environments/prod/environment.yaml", r"role: (\w+)", "standby", "primary"),
    edit("environments/dev/environment.yaml", r"tier: (\w+)", "dev", "staging"),
    edit("blueprints/fraud_detection.py", r"p99_ms=(\d+)", "70", "90", "'fast'"),
    edit("blueprints/fraud_detection.py", r"nodes=(\d+)", "1", "3"),
    edit("blueprints/fraud_detection.py", r"requests_per_replica=(\d+)", "100", "300"),
    edit("blueprints/fraud_detection.py", r'then="(\w+)"', "alert", "retrain"),
    edit("blueprints/datasets/transactions.yaml", r"purposes: \[(\S+)\]", "fraud-detection", "marketing"),
    edit("blueprints/datasets/fraud-features.yaml", r"(?:origin|classification): (.+)", "public", "restricted"),
    edit("blueprints/datasets/fraud-features.yaml", r"name: (\S+)", "fraud-features", "other-features"),
    edit("cnai.toml", r'(?:name|registry) = "([^"]+)"', "acme", "other"),
    edit("cnai.toml", r'startup = "([^"]+)"', "15m", "20m"),
    application,
    application,
    release,
    patch,
    reports,
    waiver,
    policy,
    output,
    caches,
)


def snapshot(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def outcome(root: Path, settings: Settings, day: date, *, known: bool) -> list[Any]:
    """Everything that a user sees: what a build says and writes, what a check says, and the review."""
    built = pipeline.build(root, settings)
    run = pipeline.Run.begin(root, settings, remember=known)
    verdict: Verdict = pipeline.judge(run, settings, at=day)
    seen: list[Any] = [sorted(map(repr, built.findings)), snapshot(root / "deploy"), [repr(f) for f in verdict.findings]]
    seen += [verdict.documents, verdict.targets, verdict.data.get("ledger")]
    if not verdict.data:
        return seen
    base = base_of(run.resolved.plan, "HEAD", settings)
    if known:
        review = against(run.resolved, base, EVERYTHING)
        before = ledger_before(run.resolved, base, verdict.known.get("units", {}))
    else:
        review = compare(base.read(base.blobs), side_of(run.resolved, EVERYTHING), hatches(run.resolved, EVERYTHING))
        before = ledger_before(run.resolved, base, {})
    return [*seen, review, sorted((row["env"], row["team"], row["class"], row["peak"]) for row in before if row["peak"])]


def committed(root: Path) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    for command in (["init", "-q", "-b", "main"], ["add", "-A", "--", ":!.cnai"], [*identity, "commit", "-q", "-m", "base"]):
        subprocess.run(["git", "-C", str(root), *command], check=True)


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2))])
def test_random_edits(repository: Path, settings: Settings, tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(20261128 + seed)
    assert not pipeline.build(repository, settings).failed
    committed(repository)
    for step in range(STEPS):
        made = [chance.choice(EDITS) for _ in range(chance.choice([1, 1, 1, 2, 3]))]
        for change in made:
            change(repository, chance)
        day = chance.choice(DAYS) if chance.random() < 0.3 else DAYS[0]
        cold = Path(shutil.copytree(repository, tmp_path / f"cold{step}", ignore=shutil.ignore_patterns(".cnai", "__pycache__")))
        words = f"step {step}: {[getattr(change, '__name__', '?') for change in made]}"
        expected, found = outcome(cold, settings, day, known=False), outcome(repository, settings, day, known=True)
        assert len(found) == len(expected), words
        for one, other in zip(found, expected, strict=True):
            assert one == other, words
        again = pipeline.check(repository, settings, at=day, remember=True)
        assert [repr(finding) for finding in again.findings] == expected[2], words
        if len(expected) > 6 and not (repository / "policies/own").is_dir():
            assert again.reused, words  # else nothing is taken from an earlier run, and nothing is tested
        if len(expected) <= 6 and chance.random() < 0.5:  # else everything that follows would fail with it
            subprocess.run(["git", "-C", str(repository), "checkout", "-q", "--", "blueprints", "environments", "cnai.toml"], check=True)
        shutil.rmtree(cold)


@pytest.mark.parametrize("what", ["cnai_gitops.system.making.__version__", "cnai_gitops.system.making.code"])
def test_another_version_takes_nothing_over(repository: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    """Another version of this package, or the same one with another file in it (facts are files of it)."""
    pipeline.build(repository, settings)
    pipeline.check(repository, settings, at=DAYS[0], remember=True)
    assert pipeline.check(repository, settings, at=DAYS[0], remember=True).reused
    monkeypatch.setattr(what, "9.9.9" if what.endswith("__version__") else lambda: (1, 1))
    again = pipeline.check(repository, settings, at=DAYS[0], remember=True)
    assert (again.reused, again.documents > 0) == (0, True)
    assert pipeline.Run.begin(repository, settings).resolved.records


def test_another_tool_takes_nothing_over(repository: Path, settings: Settings, tmp_path: Path) -> None:
    pipeline.build(repository, settings)
    pipeline.check(repository, settings, at=DAYS[0], remember=True)
    conftest = require("conftest", settings)
    other = tmp_path / "tools" / "conftest"
    other.parent.mkdir()
    shutil.copy(conftest.path, other)
    elsewhere = Settings(cache=settings.cache, path=f"{other.parent}:{os.environ['PATH']}", go=settings.go)
    if require("conftest", elsewhere).path == conftest.path:
        elsewhere = Settings(cache=tmp_path / "cache", path=f"{other.parent}:{os.environ['PATH']}", go=settings.go)
    assert require("conftest", elsewhere).path == other
    assert pipeline.check(repository, elsewhere, at=DAYS[0], remember=True).reused == 0


# -- a forged cache -------------------------------------------------------------------------------------------------------


def forge(root: Path, settings: Settings) -> None:
    """A cache that says that everything is well, made as carefully as a forger can: digests and all."""
    import orjson

    from cnai_gitops.system.making import making
    from cnai_gitops.system.store import read_store, write_store

    conftest = require("conftest", settings)
    made_by = f"{making(settings, 'kbuild', 'kustomize')} {conftest.path} {conftest.version}"
    known = read_store(root, "verdicts", made_by)
    for record in known["units"].values():
        record["findings"] = []
    assert orjson.dumps(known)
    write_store(root, "verdicts", made_by, known)


@pytest.fixture
def spoilt(repository: Path, settings: Settings) -> Path:
    """A repository with findings of policies that look at one unit, checked once."""
    file = repository / "blueprints/datasets/transactions.yaml"
    file.write_text(file.read_text().replace("purposes: [fraud-detection]", "purposes: [marketing]"))
    pipeline.build(repository, settings)
    verdict = pipeline.check(repository, settings, at=DAYS[0], remember=True)
    assert "governance.purpose_match" in {finding.code for finding in verdict.findings if finding.fails}
    return repository


def test_a_forged_verdict_does_not_pass_on_a_ci_server(
    spoilt: Path, settings: Settings, cnai: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    forge(spoilt, settings)
    monkeypatch.delenv("CI", raising=False)
    forged = cnai("check", "--root", spoilt, "-o", "name")
    assert "governance.purpose_match" not in forged.out  # else the forgery below proves nothing
    monkeypatch.setenv("CI", "true")
    done = cnai("check", "--root", spoilt, "-o", "name")
    assert done.code == 1
    assert "governance.purpose_match" in done.out
    assert "as before" not in done.err


def test_a_careless_forgery_is_noticed(spoilt: Path, settings: Settings) -> None:
    file = spoilt / ".cnai/verdicts.json"
    file.write_bytes(file.read_bytes().replace(b"governance.purpose_match", b"governance.nothing_else_"))
    verdict = pipeline.check(spoilt, settings, at=DAYS[0], remember=True)
    assert "governance.purpose_match" in {finding.code for finding in verdict.findings if finding.fails}
    assert verdict.reused == 0


def test_what_depends_on_the_day_is_asked_again(repository: Path, settings: Settings) -> None:
    pipeline.build(repository, settings)
    first = pipeline.check(repository, settings, at=DAYS[0], remember=True)
    later = pipeline.check(repository, settings, at=DAYS[2], remember=True)
    assert later.reused == first.documents
    assert "images.scan_fresh" not in {finding.code for finding in first.findings}
    assert "images.scan_fresh" in {finding.code for finding in later.findings}
