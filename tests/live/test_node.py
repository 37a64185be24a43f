"""A real node: the kubelet and containerd run the platform's pods under the strictest Pod Security."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import images
import pytest
from api_client import Manifest
from real_node import NodeBench, absent
from stories import ROOT, Stories

from cnai_gitops.resources.base import Body

pytestmark = pytest.mark.live

SPACE, TEMPLATE = "risk-dev", "fraud-detection-train-scorer"
BUSYBOX, STEPS = "cnai.local/busybox:1", "cnai.local/cnai-steps:1"
POD = {"runAsNonRoot": True, "runAsUser": 10001, "runAsGroup": 10001, "fsGroup": 10001, "seccompProfile": {"type": "RuntimeDefault"}}
CONTAINER = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}


@pytest.fixture(scope="module")
def bodies() -> list[Body]:
    [found] = [bodies for place, bodies in Stories.read().by_target().items() if place.name == "dev/dev1"]
    return found


@pytest.fixture(scope="module")
def node(bodies: list[Body]) -> Iterator[NodeBench]:
    """A node with three images, and the namespaces, limits, accounts and network policies of dev/dev1."""
    if lacking := absent():
        pytest.fail(f"not installed: Debian packages {' '.join(lacking)}; a real node needs them")
    with NodeBench() as running:
        for archive in (
            images.pause(running.folder),
            images.busybox(running.folder),
            images.steps(running.folder, ROOT / "cnai_gitops", STEPS),
        ):
            running.load(archive)
        running.join()
        for kinds in (
            ("Namespace", "PriorityClass"),
            ("LimitRange", "ResourceQuota", "NetworkPolicy", "ServiceAccount", "Role", "RoleBinding"),
        ):
            running.apply(body for body in bodies if body["kind"] in kinds)
        running.wait(lambda: bool(running.get("ServiceAccount", "v1", "default", SPACE)), "the namespace has its account")
        yield running


def container(name: str, *command: str, image: str = BUSYBOX, **more: Any) -> dict[str, Any]:
    return {"name": name, "image": image, "imagePullPolicy": "Never", "command": list(command), "securityContext": CONTAINER, **more}


def pod(name: str, *containers: Manifest, **spec: Any) -> dict[str, Any]:
    base = {"restartPolicy": "Never", "securityContext": POD, "terminationGracePeriodSeconds": 2, "automountServiceAccountToken": False}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": SPACE},
        "spec": {**base, "containers": list(containers), **spec},
    }


def ended(node: NodeBench, name: str, container_name: str) -> dict[str, Any]:
    """How a container ended."""
    found: dict[str, Any] = {}

    def over() -> bool:
        for status in node.pod(name, SPACE).get("containerStatuses", ()):
            if status["name"] == container_name and "terminated" in status["state"]:
                found.update(status["state"]["terminated"])
        return bool(found)

    node.wait(over, f"{name}/{container_name} ends")
    return found


def test_a_pod_with_probes_serves_what_its_init_container_wrote(node: NodeBench) -> None:
    mount = [{"name": "www", "mountPath": "/www"}]
    web = container(
        "web",
        *("httpd", "-f", "-p", "8080", "-h", "/www"),
        volumeMounts=mount,
        startupProbe={"httpGet": {"path": "/index.html", "port": 8080}, "periodSeconds": 1, "failureThreshold": 30},
        readinessProbe={"exec": {"command": ["test", "-f", "/www/index.html"]}, "periodSeconds": 1},
    )
    fill = container("fill", "sh", "-c", "echo hello > /www/index.html", volumeMounts=mount)
    node.apply([pod("web", web, initContainers=[fill], volumes=[{"name": "www", "emptyDir": {}}])])
    node.wait(
        lambda: any(c["type"] == "Ready" and c["status"] == "True" for c in node.pod("web", SPACE).get("conditions", ())), "web is ready"
    )
    said = node.inside("curl", "-s", "-m", "5", f"http://{node.pod('web', SPACE)['podIP']}:8080/")
    assert said.stdout == "hello\n"


def test_a_memory_limit_is_real(node: NodeBench) -> None:
    node.apply([pod("hungry", container("c", "sh", "-c", "x=a; while true; do x=$x$x; done", resources={"limits": {"memory": "24Mi"}}))])
    assert ended(node, "hungry", "c")["reason"] == "OOMKilled"


def test_a_failed_job_is_seen_as_failed(node: NodeBench) -> None:
    template = {"spec": {**pod("x", container("c", "sh", "-c", "exit 3"))["spec"]}}
    job = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "bad", "namespace": SPACE},
        "spec": {"backoffLimit": 0, "template": template},
    }
    node.apply([job])
    node.wait(lambda: node.get("Job", "batch/v1", "bad", SPACE).get("status", {}).get("failed") == 1, "the Job has failed")


def test_a_privileged_pod_is_refused(node: NodeBench) -> None:
    [answer] = node.api.apply([pod("root", container("c", "true"), hostNetwork=True)])
    assert not answer.ok
    assert 'violates PodSecurity "restricted' in answer.message


def step(bodies: list[Body], name: str, before: str, **parameters: str) -> dict[str, Any]:
    """A pod for one container step of a rendered workflow: all its own fields, our image, and a helper that says what it left."""
    [template] = [body for body in bodies if body["kind"] == "WorkflowTemplate" and body["metadata"]["name"] == TEMPLATE]
    spec = template["spec"]
    [chosen] = [item for item in spec["templates"] if item["name"] == name]
    text = json.dumps(chosen["container"])
    for key, value in {"workflow.name": "run", "workflow.uid": "0b0e9b4e-3d0e-4a53-9d0c-3f4f4e0d6f11", **parameters}.items():
        text = text.replace("{{%s}}" % key, value)  # noqa: UP031
    main = {**json.loads(text), "name": "main", "image": STEPS, "imagePullPolicy": "Never"}
    helper = {
        "volumeMounts": main["volumeMounts"],
        "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}, "limits": {"memory": "64Mi"}},
    }
    made = pod(
        f"step-{name}",
        main,
        container("keep", "sh", "-c", "until [ -e /cnai/done ]; do sleep 0.2; done; cat /cnai/out/* 2>/dev/null", **helper),
        initContainers=[container("artifacts", "sh", "-ec", before, **helper)],
        volumes=spec["volumes"],
        securityContext=spec["securityContext"],
        serviceAccountName=spec["serviceAccountName"],
    )
    made["metadata"]["labels"] = spec["podMetadata"]["labels"]
    return made


RUNS = "".join(
    f"mkdir -p /cnai/in/runs/{number}; echo '{{\"auc\": {value}}}' > /cnai/in/runs/{number}/metrics.json; "
    for number, value in enumerate([0.90, 0.95, 0.93, *[0.91] * 21])
)
"""Metrics of all trials: the gate misses one that left none."""


def test_the_gate_chooses_the_best_trial_in_a_real_pod(node: NodeBench, bodies: list[Body]) -> None:
    made = step(bodies, "gate", RUNS)
    node.apply([made])
    over = ended(node, "step-gate", "main")
    assert over["exitCode"] == 0, node.log("step-gate", SPACE, "main")
    assert "1" in node.log("step-gate", SPACE, "main")


def test_the_gate_refuses_trials_that_are_not_good_enough(node: NodeBench, bodies: list[Body]) -> None:
    made = step(bodies, "gate", "mkdir -p /cnai/in/runs/0; echo '{\"auc\": 0.5}' > /cnai/in/runs/0/metrics.json")
    made["metadata"]["name"] = "step-gate-refused"
    node.apply([made])
    assert ended(node, "step-gate-refused", "main")["exitCode"] != 0


def test_an_image_that_is_not_there_is_told(node: NodeBench) -> None:
    node.apply([pod("lost", container("c", "true", image="registry.example.com/ml/lost@sha256:" + "0" * 64))])
    state = lambda: [status["state"].get("waiting", {}).get("reason") for status in node.pod("lost", SPACE).get("containerStatuses", ())]  # noqa: E731
    node.wait(lambda: state() == ["ErrImageNeverPull"], "the image is missed")
