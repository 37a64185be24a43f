"""The real workflow controller with Kueue, Trainer and JobSet: a rendered training from its first step to its end, on fake nodes.

Steps that handle an object are run by Argo's own executor, with the rights of the workflow's own account.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from api_client import Manifest
from bench import Bench, version
from fake_kubelet import Course, FakeKubelet
from pools import plain_node, pool_nodes
from stories import Stories

from cnai_gitops.resources.base import Body

pytestmark = pytest.mark.live

TARGET = "dev/dev1"
ARGO = f"argo-workflows-{version('argo')}"
API = "argoproj.io/v1alpha1"
TRIALS = 4
SPACE, TEMPLATE = "risk-dev", "fraud-detection-train-scorer"


@pytest.fixture(scope="module")
def stories() -> Stories:
    return Stories.read()


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with Bench(["kueue", "jobset", "trainer", "argo"]) as running:
        yield running


@pytest.fixture(scope="module")
def kubelet(bench: Bench, stories: Stories) -> Iterator[FakeKubelet]:
    """The nodes that dev declares, with everything of dev/dev1 that these controllers have to do with."""
    [(target, bodies)] = [(place, bodies) for place, bodies in stories.by_target().items() if place.name == TARGET]
    with FakeKubelet(bench, [*pool_nodes(target), plain_node("plain")], executor=bench.program("argoexec")) as running:
        apply_known(bench, [shortened(body) for body in bodies], without=("CronWorkflow",))
        yield running


def shortened(body: Body) -> Body:
    """A training with its first trials only: what is proven of four holds for two dozen, and takes minutes less."""
    for template in body["spec"].get("templates", ()) if body["kind"] == "WorkflowTemplate" else ():
        for step in (step for group in template.get("steps", ()) for step in group):
            if "withItems" in step:
                body = json.loads(json.dumps(body))
                _cut(body, template["name"])
                break
    return body


def _cut(body: dict[str, Any], name: str) -> None:
    [template] = [template for template in body["spec"]["templates"] if template["name"] == name]
    for step in (step for group in template["steps"] for step in group):
        step["withItems"] = step["withItems"][:TRIALS]


def apply_known(bench: Bench, bodies: Sequence[Body], without: Sequence[str] = ()) -> None:
    """Everything of a kind that this cluster has, namespaces first."""
    first = [body for body in bodies if body["kind"] in ("Namespace", "PriorityClass")]
    rest = [body for body in bodies if body not in first and body["kind"] not in without]
    bench.apply([*first, *(body for body in rest if bench.api.path(body) is not None)])


@pytest.fixture
def run(bench: Bench, kubelet: FakeKubelet) -> Iterator[Callable[..., str]]:
    """Start a workflow from a rendered template, as its schedule would; gone with all it made when the test ends."""
    kubelet.outputs = {"gate.best": "3", "package.digest": "sha256:" + "0" * 64}
    kubelet.decide = _quick
    started: list[tuple[str, str]] = []

    def begin(name: str, template: str = TEMPLATE, space: str = SPACE, **spec: Any) -> str:
        workflow = {"workflowTemplateRef": {"name": template}, **spec}
        bench.apply([{"apiVersion": API, "kind": "Workflow", "metadata": {"name": name, "namespace": space}, "spec": workflow}])
        started.append((space, name))
        return name

    yield begin
    for space, name in started:
        bench.delete({"apiVersion": API, "kind": "Workflow", "metadata": {"name": name, "namespace": space}})
    for space in {space for space, _ in started}:
        bench.wait(lambda space=space: not left(bench, space), f"nothing is left in {space}")  # type: ignore[misc]


def _quick(pod: Manifest) -> Course:
    return Course(1.0)


def phase(bench: Bench, name: str, space: str = SPACE) -> str:
    return str(bench.get("Workflow", API, name, space).get("status", {}).get("phase", ""))


def ended(bench: Bench, name: str, seconds: float = 240, space: str = SPACE) -> str:
    try:
        bench.wait(lambda: phase(bench, name, space) in ("Succeeded", "Failed", "Error"), f"workflow {name} ends", seconds)
    except AssertionError as error:
        status = bench.get("Workflow", API, name, space).get("status", {})
        running = [
            f"{n['displayName']} {n['phase']} {n.get('message', '')}" for n in status.get("nodes", {}).values() if "finishedAt" not in n
        ]
        raise AssertionError(f"{error}: {status.get('message', '')} {running}") from None
    return phase(bench, name, space)


def steps(bench: Bench, name: str, space: str = SPACE) -> dict[str, dict[str, int]]:
    """How often each template of a workflow ended how."""
    nodes = bench.get("Workflow", API, name, space)["status"]["nodes"].values()
    found: dict[str, Counter[str]] = {}
    for node in nodes:
        if node["type"] == "Pod":
            found.setdefault(node["templateName"], Counter())[node["phase"]] += 1
    return {name: dict(counts) for name, counts in sorted(found.items())}


def train_jobs(bench: Bench, space: str = SPACE) -> list[dict[str, Any]]:
    return bench.api.items(f"/apis/trainer.kubeflow.org/v1alpha1/namespaces/{space}/trainjobs")


def left(bench: Bench, space: str = SPACE) -> list[str]:
    """What holds or could hold quota: trainings and Kueue's workloads."""
    workloads = bench.api.items(f"/apis/kueue.x-k8s.io/v1beta2/namespaces/{space}/workloads")
    return [item["metadata"]["name"] for item in (*train_jobs(bench, space), *workloads)]


def holding(bench: Bench) -> dict[str, Any]:
    """Quota that is reserved now, by queue and resource."""
    found = {}
    for queue in bench.api.items("/apis/kueue.x-k8s.io/v1beta2/clusterqueues"):
        for flavor in queue.get("status", {}).get("flavorsReservation", ()):
            for resource in flavor["resources"]:
                if resource["total"] not in ("0", 0):
                    found[f"{queue['metadata']['name']} {flavor['name']} {resource['name']}"] = resource["total"]
    return found


def test_a_training_runs_to_its_end(
    bench: Bench, kubelet: FakeKubelet, run: Callable[..., str], record: Callable[[str, str, Any], None]
) -> None:
    """start, every trial through Kueue, Trainer and JobSet, gate, package, finish; and all quota is free again."""
    seen: set[str] = set()

    def watch(pod: Manifest) -> Course:
        if "jobset.sigs.k8s.io/jobset-name" in pod["metadata"].get("labels", {}):
            seen.add(pod["spec"]["nodeName"])
        return Course(1.0)

    kubelet.decide = watch
    name = run("to-the-end")
    assert ended(bench, name) == "Succeeded", bench.get("Workflow", API, name, SPACE)["status"].get("message")
    assert seen and all("-h100-" in node for node in seen), seen
    record(ARGO, f"{TEMPLATE}-succeeded", steps(bench, name))
    bench.wait(lambda: not holding(bench), f"quota is free again: {holding(bench)}")


def test_the_gate_holds_the_package_back(bench: Bench, kubelet: FakeKubelet, run: Callable[..., str]) -> None:
    """A model that is not good enough is not packaged, and the end is told."""
    kubelet.decide = lambda pod: Course(0.3, 1, "below the gate") if pod["metadata"]["name"].find("-gate-") > 0 else Course(1.0)
    name = run("gated")
    assert ended(bench, name) == "Failed"
    done = steps(bench, name)
    assert done["gate"] == {"Failed": 1}
    assert "Succeeded" not in done.get("package", {})
    assert done["finish"] == {"Succeeded": 1}


def _failing(trial: str) -> Callable[[Manifest], Course]:
    def course(pod: Manifest) -> Course:
        name = pod["metadata"].get("labels", {}).get("jobset.sigs.k8s.io/jobset-name", "")
        return Course(1.0, 1, "out of memory") if name.endswith(f"-{trial}") else Course(1.0)

    return course


def test_a_failed_trial_ends_the_workflow_and_frees_its_quota(
    bench: Bench, kubelet: FakeKubelet, run: Callable[..., str], record: Callable[[str, str, Any], None]
) -> None:
    kubelet.decide = _failing("2")
    name = run("failed")
    assert ended(bench, name) == "Failed"
    done = steps(bench, name)
    assert done["finish"] == {"Succeeded": 1}, "the end is told"
    assert "gate" not in done or done["gate"] == {"Omitted": 1}
    bench.wait(lambda: not holding(bench), f"quota is free again: {holding(bench)}")
    record(ARGO, f"{TEMPLATE}-trial-failed", done["finish"])


def test_a_timeout_leaves_nothing_running(bench: Bench, kubelet: FakeKubelet, run: Callable[..., str]) -> None:
    """The workflow's own deadline passes while trials run: they are ended, and their quota is free."""
    kubelet.decide = lambda pod: Course() if "jobset.sigs.k8s.io/jobset-name" in pod["metadata"].get("labels", {}) else Course(0.5)
    name = run("late", activeDeadlineSeconds=45)
    assert ended(bench, name) == "Failed"
    bench.wait(lambda: not holding(bench), "quota is free again after a timeout", 60)


def test_one_training_at_a_time(bench: Bench, kubelet: FakeKubelet, run: Callable[..., str]) -> None:
    """The mutex of the template: a second run waits for the first, and starts nothing meanwhile."""
    kubelet.decide = lambda pod: Course() if "jobset.sigs.k8s.io/jobset-name" in pod["metadata"].get("labels", {}) else Course(0.5)
    first = run("first")
    bench.wait(lambda: any(job["metadata"]["name"].startswith("first-") for job in train_jobs(bench)), "the first one trains")
    second = run("second")
    bench.wait(lambda: "Waiting for" in bench.get("Workflow", API, second, SPACE).get("status", {}).get("message", ""), "the second waits")
    assert not [job for job in train_jobs(bench) if job["metadata"]["name"].startswith("second-")]
    bench.delete({"apiVersion": API, "kind": "Workflow", "metadata": {"name": first, "namespace": SPACE}})
    kubelet.decide = _quick
    bench.wait(lambda: any(job["metadata"]["name"].startswith("second-") for job in train_jobs(bench)), "the second one trains")


def test_a_removed_run_takes_its_trainings_along(bench: Bench, kubelet: FakeKubelet, run: Callable[..., str]) -> None:
    kubelet.decide = lambda pod: Course() if "jobset.sigs.k8s.io/jobset-name" in pod["metadata"].get("labels", {}) else Course(0.5)
    name = run("removed")
    bench.wait(lambda: bool(holding(bench)), "a trial holds quota")
    bench.delete({"apiVersion": API, "kind": "Workflow", "metadata": {"name": name, "namespace": SPACE}})
    bench.wait(lambda: not left(bench) and not holding(bench), "nothing is left")


def test_a_schedule_starts_a_run(bench: Bench, kubelet: FakeKubelet, stories: Stories) -> None:
    """The rendered schedule, moved to the next minute; what it starts is the rendered template."""
    [bodies] = [bodies for place, bodies in stories.by_target().items() if place.name == TARGET]
    [schedule] = [body for body in bodies if body["kind"] == "CronWorkflow" and body["metadata"]["name"] == TEMPLATE]
    kubelet.decide = _quick
    bench.apply([{**schedule, "spec": {**schedule["spec"], "schedules": ["* * * * *"], "suspend": False}}])
    runs = lambda: [  # noqa: E731
        item
        for item in bench.api.items(f"/apis/{API}/namespaces/{SPACE}/workflows")
        if item["metadata"].get("labels", {}).get("workflows.argoproj.io/cron-workflow") == TEMPLATE
    ]
    try:
        bench.wait(lambda: bool(runs()), "the schedule has started a run", 150)
        assert runs()[0]["spec"]["workflowTemplateRef"]["name"] == TEMPLATE
    finally:
        bench.delete(schedule)
        bench.wait(lambda: not runs(), "the schedule and its runs are gone")


def test_no_step_was_refused(kubelet: FakeKubelet) -> None:
    """What the fake kubelet could not tell the server would make the tests above mean less."""
    assert [line for line in kubelet.trouble if "refused" in line or "403" in line] == []
