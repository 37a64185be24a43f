"""Argo's own linter on every workflow template and schedule of the stories. It needs no cluster."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from control_plane import builder
from stories import Stories

from cnai_gitops.resources.base import Body

pytestmark = pytest.mark.live

KINDS = ("WorkflowTemplate", "ClusterWorkflowTemplate", "CronWorkflow", "Workflow")
TARGETS = ("dev/dev1", "dev/dev2", "staging/stage1", "staging/stage2", "prod/eu1", "prod/eu2", "prod/in1", "prod/in2", "prod/in3")


@pytest.fixture(scope="module")
def stories() -> Stories:
    return Stories.read()


def linted(bodies: list[Body], folder: Path) -> subprocess.CompletedProcess[str]:
    """Argo's verdict on these objects together, as one cluster has them."""
    missing = builder("live").missing(["argolint"])
    assert not missing, "argolint is not built; `python tools/live/build.py argolint` builds it"
    files = []
    for number, body in enumerate(bodies):
        file = folder / f"{number}.yaml"
        file.write_text(json.dumps(body))
        files.append(str(file))
    return subprocess.run([builder("live").default_folder() / "argolint", *files], capture_output=True, text=True, check=False, timeout=300)


@pytest.mark.parametrize("target", TARGETS)
def test_every_workflow_passes_the_linter(stories: Stories, target: str, tmp_path: Path) -> None:
    [bodies] = [bodies for place, bodies in stories.by_target().items() if place.name == target]
    chosen = [body for body in bodies if body["kind"] in KINDS]
    submitted = [sent.body for sent in stories.embedded() if sent.where.startswith(f"{target} ") and sent.body["kind"] == "Workflow"]
    assert chosen
    done = linted([*chosen, *submitted], tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("break_it", "words"),
    [
        (lambda spec: spec.update(entrypoint="nowhere"), "template name 'nowhere' undefined"),
        (lambda spec: spec["templates"][0].update(inptus={}), 'unknown field "spec.templates[0].inptus"'),
        (lambda spec: _tasks(spec)[0].update(template="nowhere"), "template name 'nowhere' undefined"),
        (lambda spec: _tasks(spec)[0].update(depends="nobody"), "nobody"),
    ],
    ids=["entrypoint", "field", "template", "task"],
)
def test_the_linter_refuses_a_broken_one(stories: Stories, break_it: Any, words: str, tmp_path: Path) -> None:
    """So that the tests above can fail."""
    [bodies] = [bodies for place, bodies in stories.by_target().items() if place.name == "dev/dev1"]
    [body] = [body for body in bodies if body["kind"] == "WorkflowTemplate" and body["metadata"]["name"] == "fraud-detection-train-scorer"]
    broken = json.loads(json.dumps(body))
    break_it(broken["spec"])
    done = linted([broken], tmp_path)
    assert done.returncode != 0
    assert words in done.stdout + done.stderr


def _tasks(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return next(template["dag"]["tasks"] for template in spec["templates"] if "dag" in template)
