"""Rows 1 to 20 through the command line: bombs in bounded memory, documents of another shape, and what comments can do."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from spoiling import BLUEPRINT, ENVIRONMENT, PATCHES, RELEASE, Change, append, component, override, replace, write

from cnai_gitops.system.tools import Settings

ROOT = Path(__file__).resolve().parents[2]
MEMORY = 1 << 30
"""Bytes of address space: Python and its libraries take half of it."""

Refused = Callable[..., list[str]]
LAUGHS = "".join(f"{name}: &{name} [{', '.join([f'*{below}'] * 9)}]\n" for below, name in zip("abcdefgh", "bcdefghi", strict=True))


def huge(path: str, size: int) -> Change:
    def change(root: Path) -> None:
        with (root / path).open("wb") as file:
            file.truncate(size)

    return change


BOMBS: dict[str, tuple[Change, str]] = {
    "aliases": (
        append(BLUEPRINT, f"a: &a [x, x]\n{LAUGHS}"),
        f"{BLUEPRINT}:13:4: error[CNAI105]: anchor &a is not allowed here",
    ),
    "alias of itself": (append(BLUEPRINT, "a: &a [*a]\n"), f"{BLUEPRINT}:13:4: error[CNAI105]: anchor &a is not allowed here"),
    "nesting": (
        write(BLUEPRINT, "[" * 100_000),
        f"{BLUEPRINT}:1:65: error[CNAI105]: values are nested more than 64 deep",
    ),
    "documents": (
        write(BLUEPRINT, "---\n" * 1_000_000),
        f"{BLUEPRINT}:2:1: error[CNAI105]: the file holds more than one document",
    ),
    "500 MB": (
        huge("blueprints/x.yaml", 500_000_000),
        "blueprints/x.yaml:1: error[CNAI108]: blueprints/x.yaml is larger than 5,242,880 bytes",
    ),
    "a line of 5 MB": (
        write(BLUEPRINT, f"a: {'x' * 5_000_000}: y\n"),
        f"{BLUEPRINT}:1:5000004: error[CNAI104]: not YAML: mapping values are not allowed in this context",
    ),
}


@pytest.mark.parametrize("case", BOMBS)
def test_a_bomb_does_not_go_off(case: str, root: Path) -> None:
    change, expected = BOMBS[case]
    change(root)
    done = subprocess.run(
        [sys.executable, "-m", "cnai_gitops", "build", "--root", root],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout.partition("\n")[0]) == (1, expected)


SHAPES: dict[str, tuple[Change, str]] = {
    "a list": (write("blueprints/x.yaml", "- a\n"), "blueprints/x.yaml:1:1: error[CNAI101]: the document must be a mapping, got a list"),
    "one word": (write("blueprints/x.yaml", "x\n"), 'blueprints/x.yaml:1:1: error[CNAI101]: the document must be a mapping, got "x"'),
    "nothing": (write("blueprints/x.yaml", ""), "blueprints/x.yaml:1:1: error[CNAI101]: the document must be a mapping, got nothing"),
    "a number": (write(ENVIRONMENT, "5\n"), f"{ENVIRONMENT}:1:1: error[CNAI101]: the document must be a mapping, got 5"),
    "an empty release": (write(RELEASE, ""), f"{RELEASE}:1:1: error[CNAI101]: must be a map"),
    "waivers as a list": (
        write("policies/waivers/x.yaml", "- a\n"),
        "policies/waivers/x.yaml:1:1: error[CNAI101]: the document must be a mapping, got a list",
    ),
    "another document": (append(RELEASE, "--- \napp: other\n"), f"{RELEASE}:7:1: error[CNAI105]: the file holds more than one document"),
    "a key twice": (append(RELEASE, "app: other\n"), f"{RELEASE}:7:1: error[CNAI105]: duplicate key app, first in line 1"),
}


@pytest.mark.parametrize("case", SHAPES)
def test_a_document_of_another_shape(case: str, root: Path, refused: Refused) -> None:
    change, expected = SHAPES[case]
    change(root)
    assert refused()[0] == expected


def test_a_comment_excuses_nothing(root: Path, refused: Refused) -> None:
    replace(BLUEPRINT, "nodes: 2\n", "nodes: 0  # cnai:ignore CNAI101\n")(root)
    replace(BLUEPRINT, "name: scores\n", "# cnai:ignore\n# noqa\nname: scores\n")(root)
    assert refused() == [f"{BLUEPRINT}:11:3: error[CNAI101]: train.nodes must be at least 1, got 0"]


def test_a_date_stays_text(root: Path, cnai: Callable[..., Any]) -> None:
    append(BLUEPRINT, "description: 2026-11-24\n")(root)
    assert cnai("build", "--root", root).code == 0


# -- documents of foreign files: what a hand-written component adds -------------------------------------------------------------

DEPLOYMENT = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "d", "namespace": "risk-dev"},
    "spec": {
        "replicas": 3,
        "selector": {"matchLabels": {"a": "b"}},
        "template": {
            "metadata": {"labels": {"a": "b"}},
            "spec": {
                "containers": [
                    {"name": "c", "image": "i", "resources": {"limits": {"nvidia.com/gpu": 8}, "requests": {"nvidia.com/gpu": 8}}}
                ]
            },
        },
    },
}
CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s, namespace: risk-dev}\n"


def added(text: str) -> Change:
    def change(root: Path) -> None:
        component("resources: [x.yaml]\n")(root)
        write(f"{PATCHES}/x.yaml", text)(root)

    return change


def listed(*items: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "List", "items": list(items)}


@pytest.mark.parametrize("document", [listed(DEPLOYMENT), listed(listed(DEPLOYMENT)), {**listed(DEPLOYMENT), "kind": "DeploymentList"}])
def test_a_list_hides_nothing(root: Path, refused: Refused, settings: Settings, document: dict[str, Any]) -> None:
    added(json.dumps(document))(root)
    words = "team risk in dev, accelerator class nvidia.com/gpu: the peak is 32 and no quota is declared"
    assert refused("check", "--no-stale") == [f"{PATCHES}/kustomization.yaml:1: error[accelerators.team_quota]: {words}"]


def test_every_document_is_seen(root: Path, cnai: Callable[..., Any], settings: Settings) -> None:
    before = json.loads(cnai("check", "--no-stale", "-o", "json", "--root", root).out)["documents"]
    added("---\n" + CONFIG % "a" + "--- \n" + CONFIG % "b" + "---\t\n--- # c\n" + CONFIG % "c" + "...\n---\n")(root)
    assert json.loads(cnai("check", "--no-stale", "-o", "json", "--root", root).out)["documents"] == before + 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("metadata: {name: x}\n", "missing kind in object"),
        ("apiVersion: v1\nKind: ConfigMap\nmetadata: {name: x}\n", "missing kind in object"),
        ("apiVersion: v1\nkind: ConfigMap\n", "missing metadata.name in object"),
    ],
)
def test_objects_that_kustomize_refuses(root: Path, refused: Refused, settings: Settings, text: str, words: str) -> None:
    added(text)(root)
    (found,) = refused()
    assert found.startswith(f"{PATCHES}:1: error[CNAI304]: kustomize refuses a patch: ")
    assert words in found


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (added(f"a: &a [x, x]\n{LAUGHS}"), f"{PATCHES}/x.yaml:1:4"),
        (
            component(f"patches:\n- patch: |-\n    a: &a [x, x]\n{''.join(f'    {line}' for line in LAUGHS.splitlines(True))}"),
            f"{PATCHES}/kustomization.yaml:4:10",
        ),
    ],
)
def test_a_bomb_never_reaches_kustomize(root: Path, refused: Refused, settings: Settings, change: Change, place: str) -> None:
    """It would take all of the memory there."""
    change(root)
    assert refused()[0] == f"{place}: error[CNAI105]: anchor &a is not allowed here"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('apiVersion: ""\nkind: ConfigMap\nmetadata: {name: x, namespace: risk-dev}\n', "no apiVersion ConfigMap"),
        ("apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: x, namespace: risk-dev}\n", "example.com/v1 Thing"),
    ],
)
def test_unknown_kinds_are_not_passed_over(root: Path, refused: Refused, settings: Settings, text: str, words: str) -> None:
    added(text)(root)
    (found,) = refused("check", "--no-stale")
    place = f"{PATCHES}/kustomization.yaml:1"
    assert found.startswith(f"{place}: error[CNAI401]: {words} is not a kind that is known here, so nothing about it was checked")


SHAPED: list[tuple[str, str, dict[str, Any], str]] = [
    ("Role", "scores-train-scorer", {"/metadata/labels": ["a"]}, "metadata.labels must be a map, not a list of 1"),
    ("InferenceService", "scores-scorer", {"/spec": "x"}, "spec must be a map, not 'x'"),
    ("InferenceService", "scores-scorer", {"/spec/predictor/model": None}, "spec.predictor.model must be a map, not null"),
    ("WorkflowTemplate", "scores-train-scorer", {"/spec/templates": [1]}, "spec.templates[0] must be a map, not 1"),
    ("WorkflowTemplate", "scores-train-scorer", {"/spec/arguments": "x"}, "spec.arguments must be a map, not 'x'"),
    ("ScaledObject", "scores-scorer", {"/spec/scaleTargetRef": "x"}, "spec.scaleTargetRef must be a map, not 'x'"),
    ("NetworkPolicy", "scores-scorer", {"/spec/egress": 7}, "spec.egress must be a list, not 7"),
]


@pytest.mark.parametrize(("kind", "name", "values", "words"), SHAPED)
def test_an_object_of_another_shape_is_a_finding_and_no_crash(
    root: Path, refused: Refused, settings: Settings, kind: str, name: str, values: dict[str, Any], words: str
) -> None:
    override(kind, name, values)(root)
    (found,) = [line for line in refused("check", "--no-stale") if "CNAI404" in line]
    assert found.partition(": error")[2] == f"[CNAI404]: {words}"


def test_metadata_as_a_whole_is_out_of_reach(root: Path, refused: Refused) -> None:
    override("Role", "scores-train-scorer", {"/metadata": None})(root)
    words = "overrides[0]: '/metadata' must be a JSON pointer into the object, for example /spec/minReplicaCount"
    assert refused() == [f"{RELEASE}:8:3: error[CNAI101]: {words}"]
