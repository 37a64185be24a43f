"""What controllers really made of an object, recorded by the live tests, against what `Kind.effective` says that they make of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from cnai_gitops import pipeline
from cnai_gitops.check.objects.inventory import Inventory
from cnai_gitops.resolved.index import Resolved
from cnai_gitops.resources.base import Body, Pods, kind_of

RECORDED = Path(__file__).resolve().parents[1] / "live" / "recorded"
ROOT = RECORDED.parents[2]
CASES = sorted(RECORDED.glob("kserve-*/cases/*.json"))
STORIES = sorted(RECORDED.glob("kserve-*/stories/*.json"))

OF_SERVER = ("not-ready", "unreachable")
"""Taints that the API server has every pod tolerate for some minutes."""
OF_CONFIG = {"agent": ("image", "args", "env", "resources")}
"""Fields of containers that KServe takes from its own settings."""


def effective(record: Mapping[str, Any]) -> list[Pods]:
    [service] = [body for body in record["in"] if body["kind"] == "InferenceService"]
    kind = kind_of(service)
    assert kind is not None and kind.effective is not None
    return list(kind.effective(service, Inventory(record["in"])))


def real(pod: Mapping[str, Any]) -> dict[str, Any]:
    """The pod spec without what the API server adds."""
    spec = json.loads(json.dumps(pod["spec"]))
    spec["volumes"] = [volume for volume in spec.get("volumes") or () if not volume["name"].startswith("kube-api-access")]
    spec["tolerations"] = [t for t in spec.get("tolerations") or () if not t["key"].endswith(OF_SERVER)]
    for container in (*(spec.get("initContainers") or ()), *spec["containers"]):
        container["volumeMounts"] = [m for m in container.get("volumeMounts") or () if not m["name"].startswith("kube-api-access")]
        if container.get("resources") == {}:
            del container["resources"]
    return {key: value for key, value in spec.items() if value != []}


def containers(spec: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for group in ("initContainers", "containers"):
        for container in spec.get(group) or ():
            fields = {name: value for name, value in container.items() if name not in OF_CONFIG.get(container["name"], ()) and value != []}
            fields["env"] = sorted(fields.get("env") or (), key=lambda variable: variable["name"])
            yield f"{group}/{container['name']}", fields


ANSWERED = [path for path in CASES if "pods" in json.loads(path.read_text())["out"]]
ADMITTED = [path for path in ANSWERED if "refused" not in json.loads(path.read_text())["out"]["pods"][0]]


def test_there_are_records() -> None:
    assert len(ADMITTED) >= 10
    assert len(STORIES) == 9
    assert len(ANSWERED) > len(ADMITTED)


def assert_same(mine: Pods, pod: Mapping[str, Any]) -> None:
    """What is told of a pod is so; the real one may have more where nothing is told."""
    theirs = real(pod)
    assert {"app", "component"} <= mine.labels.keys()
    assert mine.labels.items() <= pod["metadata"]["labels"].items()
    for field in ("securityContext", "nodeSelector", "tolerations", "priorityClassName", "volumes", "imagePullSecrets", "affinity"):
        assert mine.spec.get(field) == theirs.get(field), field
    assert mine.spec.get("serviceAccountName", "default") == theirs["serviceAccountName"]
    ours, found = dict(containers(mine.spec)), dict(containers(theirs))
    assert ours.keys() == found.keys()
    for name, container in ours.items():
        for field in ("image", "command", "env", "securityContext", "volumeMounts", "lifecycle", "ports"):
            assert container.get(field) == found[name].get(field), f"{name} {field}"
        if "args" in container:
            assert container["args"] == found[name].get("args"), name
        if "resources" in container:
            assert container["resources"] == found[name].get("resources"), name


@pytest.mark.parametrize("path", ADMITTED, ids=lambda path: path.stem)
def test_pods_are_what_the_controller_made(path: Path) -> None:
    record = json.loads(path.read_text())
    told, made = effective(record), record["out"]["pods"]
    assert len(told) == len(made)
    for mine, pod in zip(told, made, strict=True):
        assert_same(mine, pod)


@pytest.fixture(scope="module")
def clusters() -> dict[str, list[Body]]:
    """Every object of the stories by cluster, as the records call it."""
    found: dict[str, list[Body]] = {}
    for objects in Resolved(pipeline.plan_of(ROOT)).objects():
        found.setdefault(objects.unit.target.name.replace("/", "-"), []).extend(resource.body for resource in objects.resources)
    return found


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_pods_of_the_stories_are_what_the_controller_made(path: Path, clusters: dict[str, list[Body]]) -> None:
    """A change of what is emitted is a change of what was run: the live tests record it anew."""
    bodies, record = clusters[path.stem], json.loads(path.read_text())
    services = {f"{b['metadata']['namespace']}/{b['metadata']['name']}": b for b in bodies if b["kind"] == "InferenceService"}
    assert services.keys() == record.keys()
    world = Inventory(bodies)
    for name, service in services.items():
        kind = kind_of(service)
        assert kind is not None and kind.effective is not None
        for mine, pod in zip(kind.effective(service, world), record[name]["pods"], strict=True):
            assert_same(mine, pod)


@pytest.mark.parametrize("path", sorted(set(ANSWERED) - set(ADMITTED)), ids=lambda path: path.stem)
def test_what_the_namespace_refuses_is_in_the_pods(path: Path) -> None:
    """The restricted level named containers that KServe adds; they are there, without the security that it asks for."""
    record = json.loads(path.read_text())
    words = record["out"]["pods"][0]["refused"]
    [pods] = effective(record)
    added = {name.partition("/")[2]: container for name, container in containers(pods.spec) if name.partition("/")[2] in words}
    assert added
    assert all("securityContext" not in container for container in added.values())
