"""Rows 33 to 44: fields, numbers, overlays and patches, environments, duplicates, Python blueprints, secrets."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from spoiling import (
    BIGGER,
    BLUEPRINT,
    COMPONENT,
    ENVIRONMENT,
    MANIFEST,
    PATCHES,
    RELEASE,
    Change,
    append,
    component,
    override,
    replace,
    write,
)

from cnai_gitops.system.tools import Settings

Refused = Callable[..., list[str]]
KUSTOMIZATION = f"{PATCHES}/kustomization.yaml"

FIELDS: dict[str, tuple[Change, str]] = {
    "a typing error": (
        replace(BLUEPRINT, "nodes: 2", "nodse: 2"),
        f"{BLUEPRINT}:9:3: error[CNAI102]: train.nodse is not a known field",
    ),
    "text for a whole number": (
        replace(BLUEPRINT, "nodes: 2", 'nodes: "2"'),
        f'{BLUEPRINT}:9:3: error[CNAI101]: train.nodes must be a whole number, got "2"',
    ),
    "true for a whole number": (
        replace(BLUEPRINT, "nodes: 2", "nodes: true"),
        f"{BLUEPRINT}:9:3: error[CNAI101]: train.nodes must be a whole number, got true",
    ),
    "2.0 for a whole number": (
        replace(BLUEPRINT, "nodes: 2", "nodes: 2.0"),
        f"{BLUEPRINT}:9:3: error[CNAI101]: train.nodes must be a whole number, got 2.0",
    ),
    "a number for text": (
        replace(BLUEPRINT, "purpose: scoring", "purpose: 5"),
        f"{BLUEPRINT}:3:1: error[CNAI101]: purpose must be text, got 5",
    ),
    "negative": (replace(BLUEPRINT, "nodes: 2", "nodes: -1"), f"{BLUEPRINT}:9:3: error[CNAI101]: train.nodes must be at least 1, got -1"),
    "zero": (
        replace(RELEASE, "max: 2", "max: 0"),
        f"{RELEASE}:6:13: error[CNAI101]: serve.scorer.scaling.max must be at least 1, got 0",
    ),
    "2^31": (
        replace(RELEASE, "max: 2", "max: 2147483648"),
        f"{RELEASE}:6:13: error[CNAI101]: serve.scorer.scaling.max must be at most 100000, got 2147483648",
    ),
    "2^63": (
        replace(RELEASE, "max: 2", "max: 9223372036854775808"),
        f"{RELEASE}:6:18: error[CNAI107]: 9223372036854775808 is beyond 2^53, where tools round",
    ),
    "NaN": (
        replace(RELEASE, "max: 2", "max: .nan"),
        f"{RELEASE}:6:18: error[CNAI105]: .nan is ambiguous: a number that JSON cannot hold",
    ),
    "NaN in Python": (
        write(
            "blueprints/x.py",
            "from cnai_gitops import Rate\nrate = Rate(requests_per_replica=float('nan'))\n",
        ),
        "blueprints/x.py:2:13: error[CNAI101]: requests_per_replica must be a whole number, got nan",
    ),
}


@pytest.mark.parametrize("case", FIELDS)
def test_fields_and_numbers(case: str, root: Path, refused: Refused) -> None:
    change, expected = FIELDS[case]
    change(root)
    assert refused()[0] == expected


def test_a_typing_error_gets_a_proposal(root: Path, cnai: Callable[..., Any]) -> None:
    replace(BLUEPRINT, "nodes: 2", "nodse: 2")(root)
    assert "help: did you mean nodes or model?" in cnai("build", "--root", root).out
    append("cnai.toml", "[gti]\n")(root)
    done = cnai("build", "--root", root)
    assert (done.code, done.err) == (2, "error: cnai.toml:10:1: gti is not a known field\n  help: did you mean git?\n")


# -- overlays and patches --------------------------------------------------------------------------------------------------

PATCHED: dict[str, tuple[Change, str]] = {
    "itself": (component("components: [.]\n"), "cycle detected: candidate root"),
    "a test that fails": (
        component("patches:\n- target: {kind: ScaledObject}\n  patch: |-\n    - {op: test, path: /spec/maxReplicaCount, value: 99}\n"),
        "testing value /spec/maxReplicaCount failed: test failed",
    ),
    "an object that is not there": (
        component("patches:\n- patch: |-\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata: {name: nobody}\n"),
        "no resource matches strategic merge patch",
    ),
}


@pytest.mark.parametrize("case", PATCHED)
def test_what_kustomize_refuses_is_said_in_one_line(case: str, root: Path, refused: Refused, settings: Settings) -> None:
    change, words = PATCHED[case]
    change(root)
    (found,) = refused()
    assert found.startswith(f"{PATCHES}:1: error[CNAI304]: kustomize refuses a patch: ")
    assert words in found
    assert str(root) not in found


def test_a_circle_of_components(root: Path, refused: Refused, settings: Settings) -> None:
    component("components: [c0]\n")(root)
    for number in range(20):
        write(f"{PATCHES}/c{number}/kustomization.yaml", f"{COMPONENT}components: [../c{(number + 1) % 20}]\n")(root)
    (found,) = refused()
    assert found.startswith(f"{PATCHES}:1: error[CNAI304]: kustomize refuses a patch: ")
    assert "cycle detected" in found


def test_a_patch_that_fits_nothing(root: Path, refused: Refused, settings: Settings) -> None:
    operation = "  patch: |-\n    - {op: add, path: /metadata/annotations, value: {a: b}}\n"
    component(f"patches:\n- target: {{kind: ScaledObject}}\n{operation}- target: {{kind: ScaledObject, name: nobody}}\n{operation}")(root)
    assert refused() == [f"{KUSTOMIZATION}:7:3: error[CNAI304]: no object fits the target of this patch, so it changes nothing"]


def test_a_patch_that_fits_two(root: Path, cnai: Callable[..., Any], settings: Settings) -> None:
    component("patches:\n- target: {kind: NetworkPolicy}\n  patch: |-\n    - {op: add, path: /metadata/annotations, value: {a: b}}\n")(root)
    assert cnai("build", "--root", root).code == 0
    assert (root / MANIFEST).read_text().count("  annotations:\n    a: b\n") == 2


def test_a_patch_that_removes_what_is_required(root: Path, refused: Refused, settings: Settings) -> None:
    component("patches:\n- target: {kind: ScaledObject}\n  patch: |-\n    - {op: remove, path: /spec/scaleTargetRef}\n")(root)
    assert refused("check", "--no-stale") == [f"{BLUEPRINT}:10:1: error[CNAI405]: spec.scaleTargetRef is missing"]


def test_patches_for_nobody(root: Path, refused: Refused) -> None:
    write("environments/dev/patches/nobody/kustomization.yaml", "kind: Component\n")(root)
    folder = "environments/dev/patches/nobody"
    assert refused() == [f"{folder}:1: error[CNAI227]: {folder} patches an application that is not deployed to dev"]


def test_an_override_that_fits_nothing(root: Path, refused: Refused) -> None:
    override("ScaledObject", "nobody", {"/spec/maxReplicaCount": 1})(root)
    assert refused() == [f"{RELEASE}:8:3: error[CNAI310]: override of ScaledObject/nobody changes nothing: no such object"]


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("resources", "https://github.com/kubernetes-sigs/kustomize//examples?ref=v5"),
        ("resources", "https://example.com/x.yaml"),
        ("components", "git@github.com:a/b.git"),
        ("components", "github.com/a/b"),
        ("resources", "git::https://example.com/a.git"),
        ("crds", "http://169.254.169.254/latest/meta-data"),
        ("resources", "../../../../../outside"),
    ],
)
def test_nothing_is_fetched(root: Path, refused: Refused, settings: Settings, field: str, name: str) -> None:
    component(f"{field}: ['{name}']\n")(root)
    column = len(field) + 4
    shown = (name if len(name) <= 60 else f"{name[:59]}…").replace("::", ":\\x3a")  # nothing looks like a command in a log
    assert refused() == [f"{KUSTOMIZATION}:3:{column}: error[CNAI108]: {shown} is not a file of the patch folders"]


def test_content_larger_than_the_api_server_takes(root: Path, refused: Refused, settings: Settings) -> None:
    component("configMapGenerator: [{name: large, namespace: risk-dev, files: [x.yaml]}]\n")(root)
    write(f"{PATCHES}/x.yaml", "#" * 1_500_000)(root)
    (found,) = refused("check", "--no-stale")
    assert found == (f"{PATCHES}/kustomization.yaml:1: error[CNAI406]: the data has 1,500,017 bytes, the API server takes 1,048,576")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe\x00", "starts with UTF-16 or UTF-32"),
        (b"\x7fELF\x00", "holds a NUL character"),
        (b"#" * 6_000_000, "is larger than 5,242,880 bytes"),
    ],
)
def test_content_that_is_no_text(root: Path, refused: Refused, settings: Settings, content: bytes, words: str) -> None:
    component("configMapGenerator: [{name: large, files: [x.yaml]}]\n")(root)
    write(f"{PATCHES}/x.yaml", content)(root)
    file = f"{PATCHES}/x.yaml"
    (found,) = refused()
    assert found in (f"{file}:1: error[CNAI107]: {file} {words}", f"{file}:1: error[CNAI108]: {file} {words}")


# -- environments and identities -------------------------------------------------------------------------------------------

TARGETS: dict[str, tuple[Change, str]] = {
    "a release without its environment": (
        write("environments/qa/scores.yaml", "app: scores\n"),
        "environments/qa/scores.yaml:1:1: error[CNAI220]: environment 'qa' does not exist: no environments/qa/environment.yaml",
    ),
    "no cluster": (
        replace(ENVIRONMENT, "clusters:\n", "clusters: {}\nold:\n"),
        f"{ENVIRONMENT}:3:1: error[CNAI101]: clusters must have at least 1 item(s), got a mapping",
    ),
    "a hub alone": (
        replace(
            ENVIRONMENT,
            "    region: eu-central-1\n    jurisdiction: EU\n    server",
            "    role: hub\n    region: eu-central-1\n    jurisdiction: EU\n    server",
        ),
        f"{ENVIRONMENT}:1:1: error[CNAI101]: needs at least one cluster with `role: primary`",
    ),
    "a cluster that is not there": (
        replace(RELEASE, "app: scores\n", "app: scores\nrun_on: [eu9]\n"),
        f"{RELEASE}:2:10: error[CNAI224]: cluster 'eu9' does not exist in dev",
    ),
    "one name twice": (
        lambda root: write("blueprints/two.yaml", (root / BLUEPRINT).read_text())(root),
        "blueprints/two.yaml:1:1: error[CNAI201]: Blueprint 'scores' is declared twice; first at blueprints/scores.yaml:1:1",
    ),
}


@pytest.mark.parametrize("case", TARGETS)
def test_environments_and_identities(case: str, root: Path, refused: Refused) -> None:
    change, expected = TARGETS[case]
    change(root)
    assert refused()[0] == expected


def test_two_applications_that_make_one_object(root: Path, refused: Refused) -> None:
    train = "train: {name: other, image: trainer, model: other}\nserve: {name: scorer, model: other}\n"
    write("blueprints/two.yaml", f"name: scores-train\nteam: risk\npurpose: scoring\n{train}")(root)
    digest = "sha256:1497b2a3711c8a3e75250696c910cfbad7441c7de7d740b382a0ac3cfecf1364"
    write("environments/dev/scores-train.yaml", f"app: scores-train\nserve.scorer:\n  model: {digest}\n")(root)
    assert refused() == [
        f"blueprints/two.yaml:5:1: error[CNAI301]: scores and scores-train both make {kind}/scores-train-scorer"
        for kind in ("NetworkPolicy", "ServiceAccount")
    ]


def test_what_is_left_open_is_not_deployed(root: Path, cnai: Callable[..., Any], settings: Settings) -> None:
    """A placeholder digest stands in the base only; a stage without a digest is left out and said."""
    replace(RELEASE, "  trainer: sha256:2e9e57016c6ba7fe7d4c7941fbd14e2e6de8ba74baa3fade4932f61f46df79b0\n", "  {}\n")(root)
    assert cnai("build", "--root", root).code == 0
    done = cnai("check", "--no-stale", "--root", root)
    assert done.out.partition("\n")[0] == (
        f"{RELEASE}:1:1: info[CNAI230]: train.scorer is not deployed to dev/dev1: no digest for image trainer (dev/dev1)"
    )
    rendered = "".join(file.read_text() for file in (root / "deploy" / "rendered").rglob("*.yaml"))
    assert "WorkflowTemplate" not in rendered
    assert "sha256:" + "0" * 64 not in rendered


# -- Python blueprints -----------------------------------------------------------------------------------------------------

CODE: dict[str, tuple[str, str]] = {
    "an exit": ("import sys\nsys.exit(0)\n", "2:1: error[CNAI106]: a blueprint must not exit"),
    "a recursion": ("def f(): f()\nf()\n", "1:10: error[CNAI106]: loading failed: RecursionError: maximum recursion depth exceeded"),
    "a question": ("input('name? ')\n", "1:1: error[CNAI106]: loading failed: EOFError: EOF when reading a line"),
    "a syntax error": ("def\n", "1:4: error[CNAI106]: not Python: invalid syntax"),
}


@pytest.mark.parametrize("case", CODE)
def test_python_that_fails(case: str, root: Path, refused: Refused) -> None:
    text, expected = CODE[case]
    write("blueprints/x.py", text)(root)
    assert refused() == [f"blueprints/x.py:{expected}"]


def test_yaml_runs_nothing_and_python_prints_nothing(root: Path, cnai: Callable[..., Any]) -> None:
    write("blueprints/x.py", "print('::add-mask::x')\n")(root)
    done = cnai("build", "-o", "json", "--root", root)
    found = [(finding["code"], finding["severity"], finding["message"]) for finding in json.loads(done.out)["findings"]]
    nothing = "defines no Blueprint, Dataset or Model at module level"
    assert (done.code, found) == (0, [("CNAI204", "warning", nothing), ("CNAI113", "info", "printed: ::add-mask::x")])


# -- secrets ---------------------------------------------------------------------------------------------------------------

SECRET = "hush-4711-hush"
SECRETS: dict[str, tuple[Change, str]] = {
    "a variable": (
        append(BLUEPRINT, f"  env: {{AWS_SECRET_ACCESS_KEY: {SECRET}}}\n"),
        "spec.predictor.model.env[3].value holds the value of AWS_SECRET_ACCESS_KEY, which looks like a secret",
    ),
    "an argument": (append(BLUEPRINT, f"  args: ['--password={SECRET}']\n"), "spec.predictor.model.args[5] holds a credential"),
    "an address": (
        append(BLUEPRINT, f"  env: {{DB: 'postgres://risk:{SECRET}@db/risk'}}\n"),
        "spec.predictor.model.env[3].value holds a credential",
    ),
    "an override": (
        override("ServiceAccount", "scores-scorer", {"/metadata/annotations/token": f"hf_{SECRET.replace('-', '') * 4}"}),
        "metadata.annotations.token holds a credential",
    ),
    "a generated Secret": (
        component(f"secretGenerator: [{{name: s, namespace: risk-dev, literals: [a={SECRET}]}}]\n"),
        "data of a Secret is written out",
    ),
}


@pytest.mark.parametrize("case", SECRETS)
def test_a_secret_is_refused_and_not_shown(case: str, root: Path, cnai: Callable[..., Any], settings: Settings) -> None:
    change, words = SECRETS[case]
    change(root)
    done = cnai("check", "--no-stale", "--root", root)
    (found,) = [line for line in done.out.splitlines() if "error[" in line]
    assert done.code == 1
    assert f"error[CNAI407]: {words} (dev/dev1, " in found
    assert SECRET not in done.out + done.err


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"secrets:\n  token: {SECRET}\n", "30:3: error[CNAI101]: secrets.token must be a mapping, got text that is not shown"),
        (
            f"secrets:\n  token: {{store: vault, remote: x, value: {SECRET}}}\n",
            "30:36: error[CNAI102]: secrets.token.value is not a known field",
        ),
    ],
)
def test_an_environment_holds_names_of_secrets_only(root: Path, refused: Refused, text: str, expected: str) -> None:
    append(ENVIRONMENT, text)(root)
    assert refused() == [f"{ENVIRONMENT}:{expected}"]


def test_a_sound_change_is_built(root: Path, cnai: Callable[..., Any]) -> None:
    """What every other test starts from is not refused."""
    BIGGER(root)
    assert cnai("build", "--root", root).code == 0
    assert cnai("build", "--check", "--root", root).code == 0
