"""Law: what is known of a kind is said once, by the kind; nobody else lists kinds, and what a kind says holds."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
import yaml

from cnai_gitops.check.schemas.published import kubernetes_schema, nearest_minor
from cnai_gitops.compile.app import compile_app
from cnai_gitops.facts.operators import operators
from cnai_gitops.facts.profiles import newest
from cnai_gitops.plan.build import Plan
from cnai_gitops.resources.base import KUBERNETES, Kind, State, kind_of, kinds

PACKAGE = Path(__file__).resolve().parents[2] / "cnai_gitops"
ALL = sorted(kinds().values(), key=lambda kind: (kind.api_version, kind.kind))
EVERY = pytest.mark.parametrize("kind", ALL, ids=[f"{kind.api_version}-{kind.kind}" for kind in ALL])

MAKERS = ("resources/", "compile/", "engines/", "parts/")
"""Rooms that make objects, and so write the names of their kinds."""

PUBLIC = ("exports.py", "__all__")
"""Lists of public names: a class of ours may be called like a kind."""


@EVERY
def test_somebody_serves_every_kind(kind: Kind) -> None:
    if kind.operator == KUBERNETES:
        published = kubernetes_schema(kind, nearest_minor(newest().versions[KUBERNETES]))
        assert published is not None, "Kubernetes has no such kind: say which operator serves it"
    else:
        assert kind.operator in operators(), "facts/operators.yaml has no operator of that name"


@EVERY
def test_a_model_is_of_its_kind(kind: Kind) -> None:
    model = kind.typed_dict()
    assert (model is None) == (kind.operator == KUBERNETES)
    if model is not None:
        hints = get_type_hints(model)
        assert (get_args(hints["apiVersion"]), get_args(hints["kind"])) == ((kind.api_version,), (kind.kind,))


@EVERY
def test_a_kind_that_ends_badly_is_degraded(kind: Kind) -> None:
    if kind.ends and kind.health:
        for field, values in kind.ends[:2]:
            condition = field.removeprefix("conditions[").removesuffix("]")
            keys = [f"{condition}={value}" if condition != field else value for value in values]
            wanted = "Degraded" if field == kind.ends.failed.field and values == kind.ends.failed.values else "Healthy"
            known = [key for key in keys if f'["{key}"]' in kind.health]
            assert all(f'["{key}"] = "{wanted}"' in kind.health for key in known), (wanted, keys)


@EVERY
def test_who_queues_and_who_scales_is_on_record(kind: Kind) -> None:
    assert kind.queued is None or kind.queued.by in operators()
    assert kind.queued is None or kind.effective or kind.demand
    assert kind.calls is None or kind.effective or kind.demand, "what runs others is counted"


def as_argo_says_it(state: State) -> str:
    values = f"== {state.values[0]}" if len(state.values) == 1 else f"in ({', '.join(state.values)})"
    return f"status.{state.field} {values}"


def waits(plan: Plan) -> Iterator[tuple[Kind, dict[str, Any]]]:
    """(kind, resource template) of each template that waits for the end of an object."""
    for app in plan.project.apps:
        for target in plan.targets_of(app):
            for resource in compile_app(plan, plan.app(app, target))[0]:
                spec = resource.body.get("spec", {})
                for template in spec.get("workflowSpec", spec).get("templates", ()) if resource.key.group == "argoproj.io" else ():
                    made = template.get("resource", {})
                    kind = kind_of(yaml.safe_load(made["manifest"])) if made.get("successCondition") else None
                    if kind is not None:
                        yield kind, made


def test_a_workflow_waits_for_what_the_kind_calls_its_end(story_plan: Plan) -> None:
    seen = set()
    for kind, made in waits(story_plan):
        assert kind.ends is not None, kind.kind
        assert made["successCondition"] == as_argo_says_it(kind.ends.succeeded), kind.kind
        bad = [state for state in (kind.ends.failed, kind.ends.stopped) if state]
        assert made["failureCondition"] == ",".join(map(as_argo_says_it, bad)), kind.kind
        seen.add(kind.kind)
    assert seen == {"JobSet", "RayJob", "SparkApplication"}


# -- nobody else lists kinds ---------------------------------------------------------------------------------


@cache
def names() -> frozenset[str]:
    return frozenset(kind.kind for kind in ALL)


def listed(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, name) of every kind's name that is compared with something, or stands in a list, a set, or as a key."""
    for node in ast.walk(tree):
        parts: list[ast.AST | None] = []
        if isinstance(node, ast.Compare):
            parts = [node.left, *node.comparators]
        elif isinstance(node, ast.Tuple | ast.List | ast.Set):
            parts = list(node.elts)
        elif isinstance(node, ast.Dict):
            parts = list(node.keys)
        elif isinstance(node, ast.MatchValue):
            parts = [node.value]
        for part in parts:
            if isinstance(part, ast.Constant) and part.value in names():
                yield part.lineno, part.value


def test_a_hidden_list_is_seen() -> None:
    text = """
if kind == "Deployment": pass
RUNS = frozenset({"Workflow", "CronWorkflow"})
FORMS = {"Role": 1}
match kind:
    case "Job": pass
made = {"kind": "ConfigMap"}
made = get("ServiceAccount")
"""
    assert sorted(name for _, name in listed(ast.parse(text))) == ["CronWorkflow", "Deployment", "Job", "Role", "Workflow"]


def test_nobody_else_lists_kinds() -> None:
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if not name.startswith((*MAKERS, *PUBLIC)):
            text = "\n".join("" if line.startswith(PUBLIC) else line for line in path.read_text(encoding="utf-8").splitlines())
            found |= {f"{name}:{line}": word for line, word in listed(ast.parse(text))}
    assert found == {}, "a fact of a kind belongs to its Kind in resources/"


def test_kinds_are_declared_only_where_they_are_found() -> None:
    room = PACKAGE / "resources"
    declaring = {
        path.relative_to(room).as_posix()
        for path in room.rglob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name) and target.id == "KINDS"
    }
    assert {path for path in declaring if "/" in path and not path.endswith("/kinds.py")} == set(), "a package declares kinds in kinds.py"
    assert {path.relative_to(room).as_posix() for path in room.rglob("kinds.py")} <= declaring
