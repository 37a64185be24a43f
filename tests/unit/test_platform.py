"""The platform's objects: quotas that the cluster can honour, and priorities that every controller takes."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cnai_gitops import pipeline
from cnai_gitops.check.objects.inventory import Inventory
from cnai_gitops.check.objects.ledger import peaks
from cnai_gitops.compile.platform import parted
from cnai_gitops.plan.plan import Plan
from cnai_gitops.resolved.index import Resolved
from cnai_gitops.resources.base import Body, kind_of


@pytest.fixture(scope="module")
def plan(stories: Path) -> Plan:
    return pipeline.plan_of(stories)


@pytest.fixture(scope="module")
def platforms(plan: Plan) -> dict[str, list[Body]]:
    """Objects of the platform by target."""
    resolved = Resolved(plan)
    return {unit.target.name: [resource.body for resource in resolved.load(unit).resources] for unit in resolved.platforms}


def test_no_priority_is_below_zero_and_opportunistic_is_the_lowest(platforms: dict[str, list[Body]]) -> None:
    """JobSet writes the value into a label: -100 was refused, no pod was made, and the quota stayed held."""
    for bodies in platforms.values():
        for kind in ("PriorityClass", "WorkloadPriorityClass"):
            values = {body["metadata"]["name"]: body["value"] for body in bodies if body["kind"] == kind}
            assert min(values.values()) == values["opportunistic"] == 0
            assert sorted(values, key=lambda name: values[name]) == ["opportunistic", "training", "serving"]


def test_quotas_of_a_cluster_are_never_more_than_it_has(plan: Plan, platforms: dict[str, list[Body]]) -> None:
    full = set()
    for target in plan.targets:
        sums: dict[str, int] = defaultdict(int)
        for body in platforms[target.name]:
            if body["kind"] != "ClusterQueue":
                continue
            team = target.environment.teams[body["metadata"]["labels"]["cnai.dev/team"]]
            for flavor in (flavor for group in body["spec"]["resourceGroups"] for flavor in group["flavors"]):
                for one in flavor["resources"] if flavor["name"] != "default" else ():
                    sums[flavor["name"]] += int(one["nominalQuota"])
                    most = int(one["nominalQuota"]) + int(one["borrowingLimit"])
                    assert most == min(team.quota.get(flavor["name"], 0), target.place.accelerators[flavor["name"]].count)
        for name, pool in target.place.accelerators.items():
            assert sums[name] <= pool.count, (target.name, name)
            full.update({(target.name, name)} if sums[name] == pool.count else ())
    assert full  # some teams want more than there is, so that it had to be parted


def test_shares_in_numbers() -> None:
    assert parted(64, {"a": 32, "b": 16}) == {"a": 32, "b": 16}
    assert parted(64, {"a": 64, "b": 64}) == {"a": 32, "b": 32}
    assert parted(64, {"delivery": 32, "festival": 64, "risk": 64}) == {"delivery": 13, "festival": 26, "risk": 25}
    assert parted(0, {"a": 0}) == {"a": 0}


@given(st.integers(0, 500), st.dictionaries(st.text(max_size=3), st.integers(0, 500), max_size=6))
def test_shares(amount: int, wanted: dict[str, int]) -> None:
    found = parted(amount, wanted)
    assert found.keys() == wanted.keys()
    assert all(0 <= found[name] <= wanted[name] for name in wanted)
    assert sum(found.values()) == min(amount, sum(wanted.values()))


QUEUE, PRIORITY = "kueue.x-k8s.io/queue-name", "kueue.x-k8s.io/priority-class"


def test_every_run_that_holds_accelerators_carries_queue_and_priority(plan: Plan) -> None:
    seen = set()
    for objects in Resolved(plan).objects():
        bodies = [resource.body for resource in objects.resources]
        world = Inventory(bodies)
        for inner in (inner for body in bodies for _, inner in world.embedded(body)):
            kind = kind_of(inner)
            held = peaks([inner], objects.unit.target.facts.accelerators)
            if kind and kind.queued and any(demand.peak for demand in held.values()):
                seen.add(inner["kind"])
                labels = inner["metadata"]["labels"]
                assert labels[QUEUE] == objects.unit.team, inner["metadata"]
                assert labels[PRIORITY] in ("training", "opportunistic", "serving")
    assert "TrainJob" in seen


def objects_of_a_step(repository: Path, **engine: str) -> tuple[Body, list[Body]]:
    """The WorkflowTemplate of one step with a card, and what it creates."""
    stage = {"name": "rows", "engine": {**engine, "image": "rows", "accelerator": {"type": "h100", "per_node": 1}}}
    blueprint = {"name": "rows", "team": "risk", "purpose": "fraud-detection", "prepare": stage}
    (repository / "blueprints/rows.yaml").write_text(yaml.safe_dump(blueprint))
    (repository / "environments/prod/rows.yaml").write_text(yaml.safe_dump({"app": "rows", "images": {"rows": f"sha256:{'1' * 64}"}}))
    plan = pipeline.plan_of(repository)
    assert [finding.message for finding in plan.findings if finding.fails] == []
    resolved = Resolved(plan)
    bodies = [resource.body for resource in resolved.load(resolved.apps["rows"][0]).resources]
    template = next(body for body in bodies if body["kind"] == "WorkflowTemplate")
    return template, [inner for _, inner in Inventory(bodies).embedded(template)]


def test_a_container_step_with_cards_is_queued(repository: Path) -> None:
    template, _ = objects_of_a_step(repository, kind="container")
    (step,) = (one for one in template["spec"]["templates"] if "priorityClassName" in one)
    assert step["metadata"]["labels"] == {QUEUE: "risk", PRIORITY: "training"}
    assert step["priorityClassName"] == "training"


def test_a_ray_step_with_cards_is_queued(repository: Path) -> None:
    _, created = objects_of_a_step(repository, kind="ray", entrypoint="python rows.py")
    (job,) = (body for body in created if "spec" in body)
    assert (job["metadata"]["labels"][QUEUE], job["metadata"]["labels"][PRIORITY]) == ("risk", "training")
    cluster = job["spec"]["rayClusterSpec"]
    pods = [cluster["headGroupSpec"]["template"], cluster["workerGroupSpecs"][0]["template"]]
    assert [pod["spec"]["priorityClassName"] for pod in pods] == ["training", "training"]
