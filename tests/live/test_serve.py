"""The real KServe: every inference service becomes a Deployment whose pod is let in, runs one program, and is found by its Service."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from bench import Bench, version
from made import owned, plain, pod_of, selects, twice
from stories import Stories

from cnai_gitops.resources.base import Body

pytestmark = pytest.mark.live

KSERVE = f"kserve-{version('kserve')}"
SHEET = yaml.safe_load((Path(__file__).parent / "serving_cases.yaml").read_text(encoding="utf-8"))
TARGETS = ("dev/dev1", "dev/dev2", "staging/stage1", "staging/stage2", "prod/eu1", "prod/eu2", "prod/in1", "prod/in2", "prod/in3")
AROUND = ("Namespace", "PriorityClass", "LimitRange", "ServiceAccount", "ConfigMap", "PodDisruptionBudget", "NetworkPolicy", "Service")
Record = Callable[[str, str, Any], None]


@pytest.fixture(scope="module")
def stories() -> Stories:
    return Stories.read()


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with Bench(["kserve"]) as running:
        strict = {"pod-security.kubernetes.io/enforce": "restricted"}
        running.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "serving", "labels": strict}}])
        yield running


def merged(base: Any, over: Any) -> Any:
    """Deeply; null takes a key away."""
    if not isinstance(base, Mapping) or not isinstance(over, Mapping):
        return copy.deepcopy(over)
    found = {key: copy.deepcopy(value) for key, value in base.items()}
    for key, value in over.items():
        if value is None:
            found.pop(key, None)
        else:
            found[key] = merged(found.get(key), value)
    return found


def made_of(bench: Bench, service: Body) -> dict[str, Any]:
    """What the manager made of an inference service: Deployments, Services, HPAs, and each Deployment's pod or why it is refused."""
    name, space = service["metadata"]["name"], service["metadata"]["namespace"]
    deployments = f"/apis/apps/v1/namespaces/{space}/deployments"
    uid = bench.get("InferenceService", service["apiVersion"], name, space)["metadata"]["uid"]
    wanted = 1 + ("transformer" in service["spec"])
    bench.wait(lambda: len(owned(bench, deployments, uid)) == wanted or bool(complaints(bench, space, uid)), f"{name} has its Deployments")
    if said := complaints(bench, space, uid):
        return {"refused": said[0]}
    services = f"/api/v1/namespaces/{space}/services"
    bench.wait(lambda: len(owned(bench, services, uid)) >= wanted, f"{name} has its Services", 60)
    found = {
        "deployments": [plain(item) for item in owned(bench, deployments, uid)],
        "services": [_address_free(plain(item)) for item in owned(bench, services, uid)],
        "autoscalers": [plain(item) for item in owned(bench, f"/apis/autoscaling/v2/namespaces/{space}/horizontalpodautoscalers", uid)],
    }
    answers = [pod_of(bench, item) for item in found["deployments"]]
    return {**found, "pods": [plain(pod) if status == 201 else {"refused": pod["message"]} for status, pod in answers]}


def complaints(bench: Bench, space: str, uid: str) -> list[str]:
    """What the manager says when the server refuses what it makes."""
    events = [item for item in bench.api.items(f"/api/v1/namespaces/{space}/events") if item["involvedObject"].get("uid") == uid]
    return [item["message"] for item in events if item["type"] == "Warning" and "invalid" in item["message"].lower()]


def _address_free(service: dict[str, Any]) -> dict[str, Any]:
    spec = {key: value for key, value in service["spec"].items() if key not in ("clusterIP", "clusterIPs") or value in ("None", ["None"])}
    return {**service, "spec": spec}


def faults(made: Mapping[str, Any]) -> list[str]:
    """Why this would not serve: refused, called with two programs or a flag twice, no model, a Service at a port that nobody opens."""
    if "refused" in made:
        return [made["refused"]]
    found = []
    for deployment, pod in zip(made["deployments"], made["pods"], strict=True):
        if "refused" in pod:
            found.append(pod["refused"])
            continue
        name, spec, labels = deployment["metadata"]["name"], pod["spec"], pod["metadata"]["labels"]
        main = next(item for item in spec["containers"] if item["name"] == "kserve-container")
        found += [f"{name}: {word} twice" for word in twice(main)]
        if name.endswith("-predictor") and not any(mount["mountPath"].startswith("/mnt/models") for mount in main.get("volumeMounts", ())):
            found.append(f"{name}: no model is mounted")
        ports = {port["containerPort"] for item in spec["containers"] for port in item.get("ports", ())}
        own = [item for item in made["services"] if selects(item["spec"].get("selector", {}), labels)]
        if len(own) != 1:
            found.append(f"{name}: {len(own)} Services select its pods")
        found += [
            f"{name}: its Service goes to {port['targetPort']}" for item in own for port in item["spec"]["ports"] if _lost(port, ports)
        ]
    return found


def _lost(port: Mapping[str, Any], ports: set[int]) -> bool:
    """A port of a Service that no container says it opens; the log's agent says none."""
    return isinstance(port["targetPort"], int) and bool(ports) and port["targetPort"] not in ports | {9081}


@pytest.fixture
def cleared(bench: Bench) -> Iterator[list[Body]]:
    made: list[Body] = []
    yield made
    for body in made:
        bench.delete(body)
    spaces = {body["metadata"]["namespace"] for body in made}
    for space in spaces:
        path = f"/apis/apps/v1/namespaces/{space}/deployments"
        bench.wait(lambda path=path: not bench.api.items(path), "the Deployments are gone")  # type: ignore[misc]


@pytest.mark.parametrize("case", SHEET["cases"], ids=[case["name"] for case in SHEET["cases"]])
def test_what_the_manager_makes(bench: Bench, cleared: list[Body], case: dict[str, Any], record: Record) -> None:
    runtime, service = merged(SHEET["runtime"], case.get("runtime", {})), merged(SHEET["service"], case.get("service", {}))
    cleared += [service, runtime]
    bench.apply([runtime])
    [answer] = bench.api.apply([service])
    made = made_of(bench, service) if answer.ok else {"refused": answer.message}
    assert bool(faults(made)) is not case["good"], faults(made)
    record(KSERVE, f"cases/{case['name'].replace(' ', '-')}", {"in": [runtime, service], "out": made})


def services_of(stories: Stories, target: str) -> tuple[list[Body], list[Body]]:
    [bodies] = [bodies for place, bodies in stories.by_target().items() if place.name == target]
    return bodies, [body for body in bodies if body["kind"] == "InferenceService"]


@pytest.mark.parametrize("target", TARGETS)
def test_every_service_of_the_stories_gets_a_pod(bench: Bench, stories: Stories, cleared: list[Body], target: str, record: Record) -> None:
    bodies, services = services_of(stories, target)
    for kind in (*AROUND, "ServingRuntime"):
        bench.apply(body for body in bodies if body["kind"] == kind)
    assert services
    cleared += services
    bench.apply(services)
    found = {f"{body['metadata']['namespace']}/{body['metadata']['name']}": made_of(bench, body) for body in services}
    assert {name: said for name, made in found.items() if (said := faults(made))} == {}
    record(
        KSERVE,
        f"stories/{target.replace('/', '-')}",
        {name: {"pods": made["pods"], "services": made["services"]} for name, made in found.items()},
    )


@pytest.mark.parametrize("target", TARGETS)
def test_each_pod_is_selected_by_its_own_budget_and_network(bench: Bench, stories: Stories, cleared: list[Body], target: str) -> None:
    """One PodDisruptionBudget, at least one NetworkPolicy, one of our Services at most."""
    bodies, services = services_of(stories, target)
    for kind in (*AROUND, "ServingRuntime"):
        bench.apply(body for body in bodies if body["kind"] == kind)
    cleared += services
    bench.apply(services)
    for body in services:
        made = made_of(bench, body)
        assert faults(made) == []
        [pod] = made["pods"]
        mine = [item for item in bodies if item["metadata"].get("namespace") == body["metadata"]["namespace"]]
        labels = pod["metadata"]["labels"]
        budgets = [i for i in mine if i["kind"] == "PodDisruptionBudget" and selects(i["spec"]["selector"].get("matchLabels", {}), labels)]
        policies = [i for i in mine if i["kind"] == "NetworkPolicy" and selects(i["spec"]["podSelector"].get("matchLabels", {}), labels)]
        assert [item["metadata"]["name"] for item in budgets] == [body["metadata"]["name"]], budgets
        assert policies, "no NetworkPolicy takes the pod"
