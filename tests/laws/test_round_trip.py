"""Law 4: what is written reads back equal in PyYAML's reader and in the Go reader of kubectl and Argo CD."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from applications import plans
from hypothesis import HealthCheck, given
from hypothesis import settings as examples

from cnai_gitops.compile.argocd import HUB
from cnai_gitops.emit import emit
from cnai_gitops.overlay import equal
from cnai_gitops.plan.build import Plan
from cnai_gitops.resolved.index import Resolved
from cnai_gitops.resources.base import Body
from cnai_gitops.system.tools import Found


@pytest.fixture(scope="session")
def go_reader(tool: Callable[[str], Found]) -> Path:
    return tool("yamljson").path


def in_go(program: Path, bodies: list[Body]) -> list[Any]:
    """Each object as Go reads it; the reader takes texts as JSON, one a line, and answers one a line."""
    lines = "\n".join(json.dumps(emit([body])) for body in bodies)
    done = subprocess.run([str(program)], input=lines.encode(), capture_output=True, check=True)
    return [json.loads(line)["json"] for line in done.stdout.splitlines()]


def documents(plan: Plan) -> list[Body]:
    return [resource.body for objects in Resolved(plan).objects() if objects.unit.owner != HUB for resource in objects.resources]


def test_stories(story_plan: Plan, go_reader: Path) -> None:
    bodies = documents(story_plan)
    text = emit(bodies)
    assert len(bodies) > 500
    assert all(equal(read, body) for read, body in zip(yaml.load_all(text, yaml.CSafeLoader), bodies, strict=True))
    assert all(equal(read, body) for read, body in zip(in_go(go_reader, bodies), bodies, strict=True))


@examples(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(plan=plans())
def test_generated_applications(plan: Plan, go_reader: Path) -> None:
    bodies = documents(plan)
    text = emit(bodies)
    assert all(equal(read, body) for read, body in zip(yaml.load_all(text, yaml.CSafeLoader), bodies, strict=True))
    assert all(equal(read, body) for read, body in zip(in_go(go_reader, bodies), bodies, strict=True))
