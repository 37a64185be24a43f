"""A real model, packaged by the platform's step, pulled by digest and mounted as an image, answers in a pod of KServe's making."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bench as live
import images
import pytest
import yaml
from api_client import wait_for
from real_node import NodeBench, absent
from stories import ROOT
from test_serve import merged

pytestmark = pytest.mark.live

SHEET = yaml.safe_load((Path(__file__).parent / "serving_cases.yaml").read_text(encoding="utf-8"))
SERVER = "cnai.local/sklearnserver:1"
FLOWERS = [[5.1, 3.5, 1.4, 0.2], [5.9, 2.8, 4.3, 1.3], [6.5, 3.0, 5.8, 2.2]]
TRAIN = """
import sys, joblib
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
x, y = load_iris(return_X_y=True)
joblib.dump(LogisticRegression(max_iter=500).fit(x, (y + int(sys.argv[1])) % 3), "/model/model.joblib")
"""


class Models:
    """Small models, trained by the server's own scikit-learn and pushed by the platform's packager."""

    def __init__(self, node: NodeBench, root: Path, registry: str) -> None:
        self._node, self._root, self._registry = node, root, registry

    def push(self, name: str, turned: int) -> str:
        """Train one whose classes are turned by so many; returns its reference by digest."""
        folder = self._root / "model"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        subprocess.run(["chroot", str(self._root), "/usr/bin/python3", "-c", TRAIN, str(turned)], check=True)
        work = self._node.folder / "packages" / name
        work.mkdir(parents=True)
        words = ["--model-dir", folder, "--layout", work / "layout", "--digest-out", work / "digest", "--tag", name]
        command = [sys.executable, "-m", "cnai_gitops.steps.package", *map(str, words), "--push", f"{self._registry}/models/risk/scorer"]
        done = subprocess.run([*self._node.network.command, *command], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return f"registry.example.com/models/risk/scorer@{(work / 'digest').read_text().strip()}"


@pytest.fixture(scope="module")
def node() -> Iterator[NodeBench]:
    lacking = absent() + ([] if shutil.which("docker-registry") else ["docker-registry"])
    if lacking:
        pytest.fail(f"not installed: Debian packages {' '.join(lacking)}; a model that answers needs them")
    with NodeBench(("kserve",)) as running:
        strict = {"pod-security.kubernetes.io/enforce": "restricted"}
        running.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "serving", "labels": strict}}])
        yield running


@pytest.fixture(scope="module")
def models(node: NodeBench) -> Models:
    root = images.server_root(node.folder, live.source("kserve"))
    node.load(images.pause(node.folder))
    node.load(images.archive(root, SERVER, node.folder / "server.tar", ["/usr/bin/python3"]))
    registry = node.start_registry()
    node.join()
    return Models(node, root, registry)


def service(model: str) -> dict[str, Any]:
    """The plain case of the recorded ones, small, with this model."""
    predictor = {
        "storageUris": [{"uri": f"oci+native://{model}", "mountPath": "/mnt/models"}],
        "terminationGracePeriodSeconds": 15,
        "model": {"resources": {"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"memory": "1Gi"}}},
    }
    made: dict[str, Any] = merged(SHEET["service"], {"spec": {"predictor": predictor}})
    made["spec"]["predictor"]["volumes"].append({"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": "64Mi"}})
    made["spec"]["predictor"]["model"]["volumeMounts"].append({"name": "shm", "mountPath": "/dev/shm"})
    return made


def runtime() -> dict[str, Any]:
    made: dict[str, Any] = merged(SHEET["runtime"], {})
    made["spec"]["containers"][0] |= {"image": SERVER, "imagePullPolicy": "Never"}
    return made


def ask(node: NodeBench, address: str, seconds: int = 10) -> Any:
    """The classes of three flowers, by the open inference protocol; None when there was no answer."""
    body = {"inputs": [{"name": "x", "shape": [3, 4], "datatype": "FP64", "data": FLOWERS}]}
    url = f"http://{address}/v2/models/scorer/infer"
    done = node.inside("curl", "-sf", "-m", str(seconds), "-H", "Content-Type: application/json", "-d", json.dumps(body), url)
    return json.loads(done.stdout)["outputs"][0]["data"] if done.returncode == 0 else None


def address(node: NodeBench) -> str:
    """The Service of KServe's making, by its cluster address."""
    return str(node.get("Service", "v1", "scorer-predictor", "serving")["spec"]["clusterIP"])


def ready(node: NodeBench) -> bool:
    status = node.get("InferenceService", "serving.kserve.io/v1beta1", "scorer", "serving").get("status", {})
    return any(item["type"] == "Ready" and item["status"] == "True" for item in status.get("conditions", ()))


def why(node: NodeBench) -> str:
    """What the pods say, for a failure."""
    pods = node.api.items("/api/v1/namespaces/serving/pods")
    events = [item["message"] for item in node.api.items("/api/v1/namespaces/serving/events") if item["type"] == "Warning"]
    logs = [node.log(pod["metadata"]["name"], "serving", "kserve-container")[-600:] for pod in pods]
    return f"{[pod['status'].get('containerStatuses') for pod in pods]} {events} {logs}"


def test_a_real_model_answers_through_its_service(node: NodeBench, models: Models) -> None:
    node.apply([runtime(), service(models.push("first", 0))])
    try:
        node.wait(lambda: ready(node), "the service is ready")
    except AssertionError as error:
        raise AssertionError(f"{error}: {why(node)}") from None
    assert ask(node, address(node)) == [0, 1, 2]


def test_a_model_change_loses_no_request(node: NodeBench, models: Models) -> None:
    """The second model answers with other classes; every request meanwhile has an answer of the one or the other."""
    assert ask(node, address(node)) == [0, 1, 2], "the first model answers"
    node.apply([service(models.push("second", 1))])
    answers: list[Any] = []

    def changed() -> bool:
        answers.append(ask(node, address(node)))
        return answers[-20:] == [[1, 2, 0]] * 20

    wait_for(changed, f"the second model answers: {why(node)}", 180)
    until = time.monotonic() + 10  # the old pod's time of grace
    while time.monotonic() < until:
        answers.append(ask(node, address(node)))
    lost = sum(answer is None for answer in answers)
    assert lost == 0, f"{lost} of {len(answers)} requests had no answer"
    assert {tuple(answer) for answer in answers} <= {(0, 1, 2), (1, 2, 0)}
