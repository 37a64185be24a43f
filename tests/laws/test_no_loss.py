"""Law 2, the second half: what the escape hatch sets is in the object, and what hera drops is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from applications import REPOSITORY, surroundings
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from cnai_gitops import Override, pipeline
from cnai_gitops.compile.app import compile_app
from cnai_gitops.parts.workflow import build, leaves
from cnai_gitops.plan.build import Plan, make_plan
from cnai_gitops.system.tools import Settings

POINTERS = st.sampled_from(
    [
        "/spec/pollingInterval",
        "/spec/new/deep",
        "/metadata/labels/a.b~1c",
        "/spec/triggers/0/metadata/threshold",
        "/spec/triggers/-",
        "/spec/x~0y",
    ]
)
VALUES = st.recursive(
    st.one_of(st.integers(-5, 5), st.booleans(), st.sampled_from(["1e3", "no", "a\nb", ""])),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2)),
    max_leaves=4,
)
WRONG = st.sampled_from(["/spec/triggers/7/type", "/spec/triggers/x", "/kindless/0/a", "/spec/pollingInterval/deeper", "/spec/triggers/9"])


def fraud(*overrides: Override) -> Plan:
    """The golden application with escape hatches in its production release."""
    base = surroundings()
    key = ("prod", "fraud-detection")
    entry = base.releases[key]
    changed = type(entry)(entry.value.with_(overrides=list(overrides)), entry.place, entry.file)
    return make_plan(_with(base, key, changed))


def _with(base: Any, key: tuple[str, str], entry: Any) -> Any:
    from dataclasses import replace

    return replace(base, releases={**base.releases, key: entry})


def production(plan: Plan) -> Any:
    return next(target for target in plan.targets if target.name == "prod/eu1")


def value_at(body: Any, pointer: str) -> Any:
    for part in (part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]):
        body = body[-1 if part == "-" else int(part)] if isinstance(body, list) else body[part]
    return body


@examples(max_examples=60, deadline=None)
@given(POINTERS, VALUES)
def test_the_escape_hatch_reaches_any_field(pointer: str, value: Any) -> None:
    plan = fraud(Override(kind="ScaledObject", set={pointer: value}, reason="a reason that is long enough"))
    resources, findings = compile_app(plan, plan.app("fraud-detection", production(plan)))
    assert findings == []
    scaled = [resource for resource in resources if resource.key.kind == "ScaledObject"]
    assert len(scaled) == 3
    for resource in scaled:
        assert value_at(resource.body, pointer) == value
        assert any("overrides (release)" in words for _, words in resource.trace)


@examples(max_examples=20, deadline=None)
@given(WRONG)
def test_an_escape_hatch_that_cannot_be_followed_names_its_line(pointer: str) -> None:
    plan = fraud(Override(kind="ScaledObject", set={pointer: 1}, reason="a reason that is long enough"))
    resources, findings = compile_app(plan, plan.app("fraud-detection", production(plan)))
    if not findings:  # a path through a map is made on the way
        scaled = [resource for resource in resources if resource.key.kind == "ScaledObject"]
        assert [value_at(resource.body, pointer) for resource in scaled] == [1, 1, 1]
        return
    assert {finding.code for finding in findings} == {"CNAI311"}
    assert all(finding.location and finding.location.file == "environments/prod/fraud-detection.yaml" for finding in findings)


def test_a_hatch_without_an_object_fails_the_build(repository: Path, settings: Settings) -> None:
    file = repository / "environments/prod/fraud-detection.yaml"
    text = file.read_text()
    file.write_text(text + "overrides:\n  - {kind: Deployment, set: {/spec/replicas: 1}, reason: there is no such object here}\n")
    built = pipeline.build(repository, settings)
    assert [(f.code, f.location.line if f.location else 0) for f in built.findings if f.fails] == [
        ("CNAI310", len(text.splitlines()) + 2)
    ] * 2
    assert not (repository / "deploy").exists()


TEMPLATE: dict[str, Any] = {
    "apiVersion": "argoproj.io/v1alpha1",
    "kind": "WorkflowTemplate",
    "metadata": {"name": "a", "namespace": "b"},
    "spec": {"entrypoint": "main", "templates": [{"name": "main", "container": {"image": "x", "args": ["1e3", "no"], "env": []}}]},
}


def test_every_leaf_comes_out_of_hera() -> None:
    built = build(TEMPLATE)
    assert set(leaves(TEMPLATE)) <= set(leaves(built))
    assert list(built["spec"]["templates"][0]["container"]) == ["image", "args", "env"]


@pytest.mark.parametrize(
    "plant",
    [
        lambda body: body["spec"].update(planted="x"),
        lambda body: body["spec"]["templates"][0].update(planted={"a": 1}),
        lambda body: body["spec"]["templates"][0]["container"].update(imagePullPolice="Always"),
        lambda body: body["metadata"].update(planted="x"),
    ],
)
def test_a_field_that_hera_drops_is_refused(plant: Callable[[Any], None]) -> None:
    import copy

    body = copy.deepcopy(TEMPLATE)
    plant(body)
    with pytest.raises(ValueError, match=r"planted|imagePullPolice"):
        build(body)


@given(st.text(st.characters(codec="utf-8"), max_size=8), st.text(st.characters(codec="utf-8"), max_size=8))
def test_free_text_goes_through_hera_unchanged(argument: str, value: str) -> None:
    container = {"image": argument or "x", "args": [argument], "env": [{"name": "A", "value": value}]}
    body = {**TEMPLATE, "spec": {"entrypoint": "main", "templates": [{"name": "main", "container": container}]}}
    assert build(body)["spec"]["templates"][0]["container"] == container


def test_the_repository_of_these_tests_is_clean() -> None:
    assert REPOSITORY.is_dir()
    assert [finding.message for finding in fraud().findings] == []
