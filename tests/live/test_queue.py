"""The real Kueue, with Trainer, JobSet and KubeRay, on the queues that the stories render: who is admitted, who waits, who is ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from bench import Bench, version
from stories import Stories
from workloads import admitted_counts, conditions, manifest, pod_sets, verdict, words, workload_of

from cnai_gitops.resources.base import Body

pytestmark = pytest.mark.live

TABLE = yaml.safe_load((Path(__file__).parent / "admission.yaml").read_text(encoding="utf-8"))
QUEUES = ("Namespace", "PriorityClass", "ResourceFlavor", "Cohort", "ClusterQueue", "LocalQueue", "WorkloadPriorityClass")
KUEUE = f"kueue-{version('kueue')}"
TARGETS = ("dev/dev1", "dev/dev2", "staging/stage1", "staging/stage2", "prod/eu1", "prod/eu2", "prod/in1", "prod/in2", "prod/in3")


@pytest.fixture(scope="module")
def stories() -> Stories:
    return Stories.read()


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with Bench(["kueue", "jobset", "trainer", "kuberay"]) as running:
        yield running


def bodies_of(stories: Stories, target: str) -> list[Body]:
    [found] = [bodies for place, bodies in stories.by_target().items() if place.name == target]
    return found


def apply_queues(bench: Bench, bodies: list[Body]) -> None:
    for kind in QUEUES:
        bench.apply(body for body in bodies if body["kind"] == kind)
    for body in bodies:
        if body["kind"] == "ClusterQueue":
            bench.wait(lambda body=body: _active(bench, body), f"ClusterQueue {body['metadata']['name']} is active")  # type: ignore[misc]


def _active(bench: Bench, body: Body) -> bool:
    found = bench.get("ClusterQueue", body["apiVersion"], body["metadata"]["name"])
    return any(item["type"] == "Active" and item["status"] == "True" for item in found.get("status", {}).get("conditions", ()))


@pytest.fixture(scope="module")
def dev1(bench: Bench, stories: Stories) -> Bench:
    apply_queues(bench, bodies_of(stories, "dev/dev1"))
    return bench


def test_the_queues_of_the_scenarios(stories: Stories, record: Callable[[str, str, Any], None]) -> None:
    """Recorded too, so that a fast test can hold the offline sum against the real verdicts."""
    record(KUEUE, "queues", [dict(body) for body in bodies_of(stories, "dev/dev1") if body["kind"] in QUEUES])


@pytest.fixture
def cleared(bench: Bench) -> Iterator[list[dict[str, Any]]]:
    """What a test runs; gone when it ends, with all that came of it."""
    made: list[dict[str, Any]] = []
    yield made
    for body in made:
        bench.delete(body)
    bench.wait(lambda: all(workload_of(bench, body) is None for body in made), "the queues are empty")


@pytest.mark.parametrize("scenario", TABLE, ids=[row["name"] for row in TABLE])
def test_admission(dev1: Bench, cleared: list[dict[str, Any]], scenario: dict[str, Any], record: Callable[[str, str, Any], None]) -> None:
    made: dict[str, dict[str, Any]] = {}
    for step in scenario["steps"]:
        if "delete" in step:
            dev1.delete(made.pop(step["delete"]))
            continue
        if "pause" in step:
            time.sleep(step["pause"])
            continue
        body = manifest(step["run"])
        made[body["metadata"]["name"]] = body
        cleared.append(body)
        dev1.apply([body])
        if body["metadata"]["labels"]:
            dev1.wait(lambda body=body: verdict(workload_of(dev1, body)) not in ("none", "asked"), f"Kueue answers {scenario['name']}")
    said: dict[str, str] = {}

    def settled() -> bool:
        said.update({name: verdict(workload_of(dev1, body)) for name, body in made.items()})
        return said == scenario["expect"]

    try:
        dev1.wait(settled, scenario["name"], 30)
    except AssertionError as error:
        raise AssertionError(f"{error}; Kueue says {said}, wanted {scenario['expect']}") from None
    record(KUEUE, f"admission/{slug(scenario['name'])}", _told(dev1, scenario, made))


def _told(bench: Bench, scenario: dict[str, Any], made: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The scenario with Kueue's own words and numbers."""
    answers = {}
    for name, body in made.items():
        workload = workload_of(bench, body)
        answers[name] = {"verdict": verdict(workload)}
        if answers[name]["verdict"] == "pending":
            answers[name]["words"] = words(workload)
        if workload is not None and answers[name]["verdict"].startswith("admitted"):
            answers[name]["pods"] = list(admitted_counts(workload))
    return {"name": scenario["name"], "steps": scenario["steps"], "answers": answers}


def slug(name: str) -> str:
    return "-".join("".join(letter if letter.isalnum() else " " for letter in name.lower()).split())


@pytest.mark.parametrize("target", TARGETS)
def test_the_queues_of_every_cluster_are_accepted_and_active(bench: Bench, stories: Stories, target: str) -> None:
    apply_queues(bench, bodies_of(stories, target))


def queued(stories: Stories, target: str) -> list[Body]:
    """What the workflows of a cluster create and Kueue admits, by the names that a run would give."""
    found = []
    for sent in stories.embedded():
        if sent.where.startswith(f"{target} ") and "kueue.x-k8s.io/queue-name" in sent.body["metadata"].get("labels", {}):
            stage = sent.where.split()[1].partition("#")[0]
            found.append({**sent.body, "metadata": {**sent.body["metadata"], "name": f"{stage}-0"}})
    return found


def priority_of(stories: Stories, target: str, body: Body) -> int:
    """The value of the priority class that the object's label names."""
    values = {item["metadata"]["name"]: item["value"] for item in bodies_of(stories, target) if item["kind"] == "PriorityClass"}
    return int(values.get(body["metadata"]["labels"].get("kueue.x-k8s.io/priority-class", ""), 0))


@pytest.mark.parametrize("target", TARGETS)
def test_each_workload_of_the_stories_is_admitted_on_its_cluster_and_makes_its_pods(
    bench: Bench, stories: Stories, target: str, cleared: list[dict[str, Any]], record: Callable[[str, str, Any], None]
) -> None:
    """Alone; together they wait for each other. Those of a negative priority are looked at below."""
    apply_queues(bench, bodies_of(stories, target))
    bench.apply(body for body in bodies_of(stories, target) if body["kind"] in ("TrainingRuntime", "ServiceAccount"))
    told = []
    for body in queued(stories, target):
        if priority_of(stories, target, body) < 0:
            continue
        cleared.append(dict(body))
        told.append(_run_alone(bench, body))
    assert told
    record(KUEUE, f"stories/{target.replace('/', '-')}", told)


def _run_alone(bench: Bench, body: Body) -> dict[str, Any]:
    """Create it, wait for its pods, and end it; what Kueue counted."""
    name, space = body["metadata"]["name"], body["metadata"]["namespace"]
    bench.apply([body])
    bench.wait(
        lambda: verdict(workload_of(bench, body)).startswith("admitted"),
        f"{body['kind']} {name} is admitted: {words(workload_of(bench, body))}",
        60,
    )
    workload = workload_of(bench, body)
    assert workload is not None
    wanted = sum(item["count"] for item in workload["spec"]["podSets"])
    pods = lambda: [p for p in bench.api.items(f"/api/v1/namespaces/{space}/pods") if "deletionTimestamp" not in p["metadata"]]  # noqa: E731
    if body["kind"] == "TrainJob":  # a Ray cluster makes its workers when its head answers
        bench.wait(lambda: len(pods()) == wanted, f"{name} has {wanted} pods", 60)
    bench.delete(body)
    bench.wait(lambda: workload_of(bench, body) is None and not pods(), f"{name} is gone")
    return {
        "kind": body["kind"],
        "name": name,
        "queue": body["metadata"]["labels"]["kueue.x-k8s.io/queue-name"],
        "podSets": pod_sets(workload),
    }


def test_an_opportunistic_training_makes_its_pods(bench: Bench, stories: Stories, cleared: list[dict[str, Any]]) -> None:
    apply_queues(bench, bodies_of(stories, "dev/dev2"))
    bench.apply(body for body in bodies_of(stories, "dev/dev2") if body["kind"] in ("TrainingRuntime", "ServiceAccount"))
    chosen = [
        body for body in queued(stories, "dev/dev2") if body["metadata"]["labels"].get("kueue.x-k8s.io/priority-class") == "opportunistic"
    ]
    assert chosen
    cleared.extend(dict(body) for body in chosen)
    for body in chosen:
        _run_alone(bench, body)


def test_words_of_a_waiting_workload_name_the_flavor_and_the_limit(dev1: Bench, cleared: list[dict[str, Any]]) -> None:
    body = manifest({"name": "large", "pods": 4, "cards": 8, "class": "h100"})
    cleared.append(body)
    dev1.apply([body])
    dev1.wait(lambda: bool(words(workload_of(dev1, body))), "Kueue says why")
    said = words(workload_of(dev1, body))
    assert "insufficient quota for nvidia.com/gpu in flavor h100" in said
    assert "current podset request (32) > maximum capacity (24)" in said


def test_an_ended_workload_gives_its_quota_back_at_once(dev1: Bench, cleared: list[dict[str, Any]]) -> None:
    """Preemption suspends the Job; its pods are gone before the other one has its cards."""
    low, high = (
        manifest({"name": name, "pods": 3, "cards": 8, "class": "h100", "priority": name}) for name in ("opportunistic", "training")
    )
    cleared += [low, high]
    dev1.apply([low])
    dev1.wait(lambda: verdict(workload_of(dev1, low)).startswith("admitted"), "the first is admitted")
    dev1.apply([high])
    dev1.wait(lambda: verdict(workload_of(dev1, high)).startswith("admitted"), "the second is admitted")
    assert dev1.get("Job", "batch/v1", "opportunistic", "risk-dev")["spec"]["suspend"] is True
    ended = workload_of(dev1, low)
    assert ended is not None
    assert conditions(ended)["Preempted"]["reason"] == "InClusterQueue"
