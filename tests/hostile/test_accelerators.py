"""Rows 56 to 61: counts of accelerators that are no numbers, hidden, unbounded, or decided by a running workflow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from spoiling import BLUEPRINT, MANIFEST, RELEASE, append, override

from cnai_gitops.system.tools import Settings

Refused = Callable[..., list[str]]
GPU = "nvidia.com/gpu"
UNPLACED = f"team risk in dev, accelerator class {GPU}"


def service(limits: Any, requests: Any, **more: Any) -> Callable[[Path], Any]:
    resources = {"limits": limits, "requests": requests}
    return override("InferenceService", "scores-scorer", {"/spec/predictor/model/resources": resources, **more})


def workflow(values: dict[str, Any]) -> Callable[[Path], Any]:
    return override("WorkflowTemplate", "scores-train-scorer", values)


def templates(root: Path) -> dict[str, tuple[int, dict[str, Any]]]:
    """Templates of the workflow by name, with their index."""
    (found,) = [body for body in yaml.safe_load_all((root / MANIFEST).read_text()) if body["kind"] == "WorkflowTemplate"]
    return {template["name"]: (index, template) for index, template in enumerate(found["spec"]["templates"])}


@pytest.mark.parametrize("junk", ["1.5", "64k", "-1", "abc", "0x10", "1e3", "", " 1", "1_000", "\uff11", "4Gi", "9223372036854775808"])
def test_a_quantity_that_is_no_whole_number(root: Path, refused: Refused, settings: Settings, junk: str) -> None:
    service({GPU: junk}, {GPU: junk})(root)
    words = f"unreadable quantity {junk!r} of {GPU} in containers[0]"
    assert refused("check", "--no-stale") == [
        f"{BLUEPRINT}:4:1: error[accelerators.team_quota]: team risk in dev, accelerator class h100: cannot tell the peak ({words})",
        f"{BLUEPRINT}:10:1: error[CNAI603]: InferenceService scores-scorer: {words}",
    ]


@pytest.mark.parametrize(("junk", "shown"), [(True, "true"), (1.5, "1.5"), (None, "null"), ({}, "a map of 0"), ([], "a list of 0")])
def test_a_quantity_of_another_type(root: Path, refused: Refused, settings: Settings, junk: Any, shown: str) -> None:
    service({GPU: junk}, {GPU: junk})(root)
    place = "spec.predictor.model.resources.limits['nvidia.com/gpu']"
    expected = f"{RELEASE}:12:5: error[CNAI404]: {place} must be a whole number or text, not {shown}"
    assert expected in refused("check", "--no-stale")


def test_limits_that_differ_from_requests(root: Path, cnai: Callable[..., Any], settings: Settings) -> None:
    service({GPU: "2"}, {GPU: "1"})(root)
    done = cnai("check", "--no-stale", "--root", root)
    assert done.code == 1
    assert [line.partition(" (dev/dev1")[0] for line in done.out.splitlines() if "[accelerators." in line] == [
        f"{BLUEPRINT}:10:1: error[accelerators.team_quota]: {UNPLACED}: the peak is 6 and no quota is declared",
        f'environments/dev/scores.yaml:12:5: warning[accelerators.whole_and_equal]: {GPU} is requested as "1" and limited to "2"',
    ]


def test_the_largest_number_of_replicas(root: Path, refused: Refused, settings: Settings) -> None:
    service({GPU: "8"}, {GPU: "8"})(root)
    append(
        "environments/dev/scores.yaml",
        "- kind: ScaledObject\n  reason: what this test is about\n  set: {/spec/maxReplicaCount: 2147483647}\n",
    )(root)
    assert refused("check", "--no-stale") == [
        f"{BLUEPRINT}:10:1: error[CNAI601]: InferenceService scores-scorer: nothing bounds the number of {GPU} it can hold",
        f"{BLUEPRINT}:10:1: error[accelerators.team_quota]: {UNPLACED}: nothing bounds the peak",
    ]


def test_more_trials_than_anybody_can_count(root: Path, refused: Refused, settings: Settings) -> None:
    index, _ = templates(root)["trial"]
    workflow({f"/spec/templates/{index}/steps/0/0/withParam": "{{steps.plan.outputs.result}}"})(root)
    assert refused("check", "--no-stale") == [
        f"{BLUEPRINT}:4:1: error[CNAI601]: WorkflowTemplate scores-train-scorer: nothing bounds the number of h100 it can hold",
        f"{BLUEPRINT}:4:1: error[accelerators.team_quota]: team risk in dev, accelerator class h100: nothing bounds the peak",
    ]


def test_a_patch_of_pods_is_counted(root: Path, refused: Refused, settings: Settings) -> None:
    workflow({"/spec/podSpecPatch": '{"containers": [{"name": "main", "resources": {"limits": {"nvidia.com/gpu": "64"}}}]}'})(root)
    assert refused("check", "--no-stale") == [
        f"{BLUEPRINT}:4:1: error[accelerators.team_quota]: {UNPLACED}: the peak is 128 and no quota is declared"
    ]  # two pods of the exit handler stand side by side


@pytest.mark.parametrize(
    ("patch", "words"),
    [("{{inputs.parameters.patch}}", "a placeholder decides what it says"), ("[]", "it is not a map"), ("{", "while parsing a flow node")],
)
def test_a_patch_of_pods_that_nobody_can_read(root: Path, refused: Refused, settings: Settings, patch: str, words: str) -> None:
    workflow({"/spec/podSpecPatch": patch})(root)
    found = [line for line in refused("check", "--no-stale") if "CNAI602" in line]
    start = f"{BLUEPRINT}:4:1: error[CNAI602]: WorkflowTemplate scores-train-scorer: podSpecPatch: "
    assert len(found) == 1
    assert found[0].startswith(start) and words in found[0]


@pytest.mark.parametrize(
    ("manifest", "words"),
    [
        ("{", "while parsing a flow node did not find expected node content"),
        ("[1]", "it is not a map"),
        ("a: &a [x, x]\nb: [*a, *a]\n", "it has an alias"),
        ("[" * 100_000, "it is nested too deeply"),
        ("kind: Job\nkind: Pod\n", "a key is there twice"),
        ("#" * 1_100_000, "it is longer than an object may be"),
    ],
)
def test_a_manifest_inside_a_manifest_that_nobody_can_read(
    root: Path, refused: Refused, settings: Settings, manifest: str, words: str
) -> None:
    index, _ = templates(root)["create-trainjob"]
    workflow({f"/spec/templates/{index}/resource/manifest": manifest})(root)
    (found,) = refused("check", "--no-stale")
    start = "error[CNAI602]: WorkflowTemplate scores-train-scorer: manifest of template create-trainjob: "
    assert found.startswith(f"{BLUEPRINT}:4:1: {start}{words}")


def test_every_object_of_a_manifest_inside_a_manifest_is_counted(root: Path, refused: Refused, settings: Settings) -> None:
    index, template = templates(root)["create-trainjob"]
    one = template["resource"]["manifest"].replace('nvidia.com/gpu: "4"', 'nvidia.com/gpu: "8"')
    workflow({f"/spec/templates/{index}/resource/manifest": f"{one}\n---\n{one}\n---\n{one}"})(root)
    words = "team risk in dev, accelerator class h100: the peak is 48 and the quota 32"
    assert f"{BLUEPRINT}:4:1: error[accelerators.team_quota]: {words}" in refused("check", "--no-stale")
