"""Fake nodes and the kubelet on them: pods start, run as long as a test says, and end. Steps of a workflow are run by Argo's own executor.

Must not: decide anything that a controller or the scheduler decides; it plays pods that are bound to its nodes.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from api_client import Api, Manifest
from control_plane import ControlPlane
from nodes import condition

WORKFLOW = "workflows.argoproj.io/workflow"
FOREVER = float("inf")
_STATUS = "application/strategic-merge-patch+json"
_MERGE = "application/merge-patch+json"


@dataclass(frozen=True, slots=True)
class Course:
    """How a pod goes: so many seconds, then this exit code of its containers."""

    seconds: float = FOREVER
    code: int = 0
    message: str = ""


Decide = Callable[[Manifest], Course]


@dataclass(slots=True)
class _Playing:
    """A pod that runs here."""

    pod: dict[str, Any]
    course: Course
    ip: str
    begun: float = field(default_factory=time.monotonic)
    started: str = field(default_factory=lambda: _now())
    step: subprocess.Popen[bytes] | None = None


class FakeKubelet:
    """Start it with `with`; `decide` may be changed while it runs, `outputs` are what container steps of a workflow report.

    A container step's parameter is looked up as TEMPLATE.PARAMETER; the executor's program is needed for steps that handle an object.
    """

    def __init__(
        self, plane: ControlPlane, nodes: Sequence[Manifest], decide: Decide | None = None, *, executor: Path | None = None
    ) -> None:
        self._plane, self._nodes = plane, list(nodes)
        self.decide: Decide = decide or (lambda pod: Course())
        self.outputs: dict[str, str] = {}
        self.lost: set[str] = set()  # nodes that say nothing any more
        self.trouble: list[str] = []
        self._executor = executor
        self._seen: set[str] = set()
        self._playing: dict[str, _Playing] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="kubelet", daemon=True)

    def __enter__(self) -> FakeKubelet:
        names = {node["metadata"]["name"] for node in self._nodes}
        for subresource in ("", "/status"):
            refused = [answer for answer in self._plane.api.apply(map(_ready, self._nodes), subresource=subresource) if not answer.ok]
            assert not refused, refused
        self._thread.start()
        ready = lambda: {n["metadata"]["name"] for n in self._plane.api.items("/api/v1/nodes") if _schedulable(n)}  # noqa: E731
        deadline = time.monotonic() + 90
        while not names <= ready():
            assert time.monotonic() < deadline, "the fake nodes are not ready"
            time.sleep(0.2)
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(30)
        for playing in self._playing.values():
            _end(playing.step)

    def _loop(self) -> None:
        api, renewed = Api(self._plane.network, self._plane.port, self._plane.pki), 0.0
        try:
            while not self._ended.is_set():
                try:
                    if time.monotonic() - renewed > 8:
                        self._renew(api)
                        renewed = time.monotonic()
                    self._turn(api)
                except Exception as error:  # the server is busy or goes down; a test looks at what was noted
                    self.trouble.append(f"{error!r} {traceback.format_exc(limit=-2)}")
                self._ended.wait(0.2)
        finally:
            api.close()

    def _renew(self, api: Api) -> None:
        for name in [node["metadata"]["name"] for node in self._nodes if node["metadata"]["name"] not in self.lost]:
            time_now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            lease = {
                "apiVersion": "coordination.k8s.io/v1",
                "kind": "Lease",
                "metadata": {"name": name, "namespace": "kube-node-lease"},
                "spec": {"holderIdentity": name, "leaseDurationSeconds": 40, "renewTime": time_now},
            }
            api.apply([lease])

    def _turn(self, api: Api) -> None:
        mine = {node["metadata"]["name"] for node in self._nodes} - self.lost
        for pod in api.items("/api/v1/pods"):
            uid = pod["metadata"]["uid"]
            if pod["spec"].get("nodeName") not in mine:
                continue
            if "deletionTimestamp" in pod["metadata"]:
                self._remove(api, pod)
            elif uid not in self._seen and pod["status"].get("phase") not in ("Succeeded", "Failed"):
                self._seen.add(uid)
                self._begin(api, pod)
        for uid in list(self._playing):
            self._go_on(api, uid)

    def _remove(self, api: Api, pod: Manifest) -> None:
        playing = self._playing.pop(pod["metadata"]["uid"], None)
        if playing is not None:
            _end(playing.step)
        api.request("DELETE", f"{_path(pod)}", {"gracePeriodSeconds": 0})

    def _begin(self, api: Api, pod: dict[str, Any]) -> None:
        number = len(self._seen)
        playing = _Playing(pod, self.decide(pod), f"10.244.{number // 250}.{number % 250 + 1}")
        self._playing[pod["metadata"]["uid"]] = playing
        self._say(api, playing, "Running")
        if WORKFLOW in pod["metadata"].get("labels", {}) and not playing.course.code:
            self._step(api, playing)

    def _go_on(self, api: Api, uid: str) -> None:
        playing = self._playing[uid]
        limit = playing.pod["spec"].get("activeDeadlineSeconds")
        if limit is not None and time.monotonic() - playing.begun > limit:  # a kubelet's work
            _end(playing.step)
            del self._playing[uid]
            self._say(api, playing, "Failed", 137, "Pod was active on the node longer than the specified deadline", "DeadlineExceeded")
        elif playing.step is not None:
            if playing.step.poll() is not None:
                del self._playing[uid]
                said = self._log(playing.pod).read_text(errors="replace").strip()[-500:]
                self._say(api, playing, "Failed" if playing.step.returncode else "Succeeded", playing.step.returncode, said)
        elif time.monotonic() - playing.begun > playing.course.seconds:
            del self._playing[uid]
            self._say(api, playing, "Failed" if playing.course.code else "Succeeded", playing.course.code, playing.course.message)

    def _say(self, api: Api, playing: _Playing, phase: str, code: int = 0, message: str = "", reason: str = "") -> None:
        status = _status(playing, phase, code, message) | ({"reason": reason, "message": message} if reason else {})
        answer = api.request("PATCH", f"{_path(playing.pod)}/status", {"status": status}, _STATUS)
        if answer[0] not in (200, 404):
            self.trouble.append(f"{playing.pod['metadata']['name']}: {answer}")

    def _step(self, api: Api, playing: _Playing) -> None:
        """A step of a workflow, with a token of the pod's own account: an object handled by the executor, or a container's result."""
        pod, environment = playing.pod, _environment(playing.pod)
        template, token = json.loads(environment["ARGO_TEMPLATE"]), self._token(api, playing.pod)
        if "resource" not in template:
            playing.course = Course(min(playing.course.seconds, 0.5), playing.course.code, playing.course.message)
            self._report(playing, template, token)
            return
        assert self._executor is not None, "a step handles an object: the executor's program is needed"
        folder = self._plane.folder / "pods" / pod["metadata"]["uid"]
        folder.mkdir(parents=True)
        (folder / "kubeconfig").write_text(json.dumps(self._kubeconfig(token, pod["metadata"]["namespace"])))
        # its own /tmp, where the executor keeps the manifest
        command = f"mount --bind {folder} /tmp && exec {self._executor} resource {template['resource']['action']}"
        with self._log(pod).open("wb") as log:
            playing.step = subprocess.Popen(
                [*self._plane.network.command, "unshare", "--mount", "sh", "-c", command],
                env={
                    **os.environ,
                    **environment,
                    "KUBECONFIG": "/tmp/kubeconfig",
                    "HOME": "/tmp",
                    "TMPDIR": "/tmp",
                    "ARGO_CONTAINER_NAME": "main",
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def _log(self, pod: Manifest) -> Path:
        return self._plane.folder / "pods" / f"{pod['metadata']['uid']}.log"

    def _report(self, playing: _Playing, template: Manifest, token: str) -> None:
        """What the wait container would report of a container step."""
        metadata, outputs = playing.pod["metadata"], template.get("outputs", {})
        name = metadata.get("annotations", {}).get("workflows.argoproj.io/node-id")
        parameters = [
            {**item, "value": self.outputs.get(f"{template['name']}.{item['name']}", "0")} for item in outputs.get("parameters", ())
        ]
        artifacts = [{**item, "s3": {"key": f"fake/{metadata['name']}/{item['name']}"}} for item in outputs.get("artifacts", ())]
        found = {key: value for key, value in (("parameters", parameters), ("artifacts", artifacts)) if value}
        labels = {WORKFLOW: metadata["labels"][WORKFLOW], "workflows.argoproj.io/report-outputs-completed": "true"}
        result = {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "WorkflowTaskResult",
            "metadata": {"name": name, "namespace": metadata["namespace"], "labels": labels},
            "outputs": {**found, "exitCode": "0"},
        }
        own = Api(self._plane.network, self._plane.port, self._plane.pki, token=token)
        try:
            [answer] = own.apply([result])
        finally:
            own.close()
        if not answer.ok:
            playing.course = Course(0.0, 64, f"result refused: {answer.message}")

    def _token(self, api: Api, pod: Manifest) -> str:
        account, space = pod["spec"].get("serviceAccountName", "default"), pod["metadata"]["namespace"]
        body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": 7200}}
        status, answer = api.request("POST", f"/api/v1/namespaces/{space}/serviceaccounts/{account}/token", body)
        assert status == 201, answer
        return str(answer["status"]["token"])

    def _kubeconfig(self, token: str, space: str) -> dict[str, Any]:
        authority = base64.b64encode((self._plane.pki / "ca.crt").read_bytes()).decode()
        cluster = {"server": f"https://127.0.0.1:{self._plane.port}", "certificate-authority-data": authority}
        return {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "here", "cluster": cluster}],
            "users": [{"name": "pod", "user": {"token": token}}],
            "contexts": [{"name": "here", "context": {"cluster": "here", "user": "pod", "namespace": space}}],
            "current-context": "here",
        }


def _end(step: subprocess.Popen[bytes] | None) -> None:
    """As a kubelet does: it asks, waits for the time of grace, and kills."""
    if step is None:
        return
    step.terminate()
    try:
        step.wait(10)
    except subprocess.TimeoutExpired:
        step.kill()
        step.wait()


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _path(pod: Manifest) -> str:
    return f"/api/v1/namespaces/{pod['metadata']['namespace']}/pods/{pod['metadata']['name']}"


def _ready(node: Manifest) -> dict[str, Any]:
    said = [{"type": "Ready", "status": "True", "reason": "Fake"}]
    said += [{"type": name, "status": "False", "reason": "Fake"} for name in ("MemoryPressure", "DiskPressure", "PIDPressure")]
    said = [{**item, "lastHeartbeatTime": _now(), "lastTransitionTime": _now()} for item in said]
    return {**node, "status": {**node["status"], "conditions": said}}


def _schedulable(node: Manifest) -> bool:
    taints = [taint["key"] for taint in node["spec"].get("taints", ()) if taint["key"].startswith("node.kubernetes.io/")]
    return condition(node, "Ready") == "True" and not taints


def _status(playing: _Playing, phase: str, code: int, message: str) -> dict[str, Any]:
    spec, running = playing.pod["spec"], phase == "Running"
    ready = "True" if running else "False"
    conditions = {"Initialized": "True", "Ready": ready, "ContainersReady": ready, "PodScheduled": "True"}
    ended = {"startedAt": playing.started, "finishedAt": _now()}
    done = {"terminated": {"exitCode": 0, "reason": "Completed", **ended}}
    first = [
        _container(item, running and item.get("restartPolicy") == "Always", {"running": {"startedAt": playing.started}})
        if item.get("restartPolicy") == "Always" and running
        else _container(item, False, done)
        for item in spec.get("initContainers", ())
    ]
    rest = []
    for item in spec["containers"]:
        own = 0 if item["name"] == "wait" else code
        words = {"exitCode": own, "reason": "Error" if own else "Completed", "message": message, **ended}
        rest.append(_container(item, running, {"running": {"startedAt": playing.started}} if running else {"terminated": words}))
    return {
        "phase": phase,
        "startTime": playing.started,
        "hostIP": "127.0.0.1",
        "podIP": playing.ip,
        "podIPs": [{"ip": playing.ip}],
        "conditions": [{"type": key, "status": value, "lastTransitionTime": _now()} for key, value in conditions.items()],
        "initContainerStatuses": first,
        "containerStatuses": rest,
    }


def _container(item: Manifest, ready: bool, state: Manifest) -> dict[str, Any]:
    image = item.get("image", "none")
    return {
        "name": item["name"],
        "image": image,
        "imageID": image,
        "ready": ready,
        "restartCount": 0,
        "containerID": f"fake://{item['name']}",
        "state": state,
    }


def _environment(pod: Manifest) -> dict[str, str]:
    """The variables of the container that carries the step's template; those that quote the pod's own fields are filled in."""
    for container in (*pod["spec"].get("initContainers", ()), *pod["spec"]["containers"]):
        found = {item["name"]: _value(item, pod) for item in container.get("env", ())}
        if "ARGO_TEMPLATE" in found:
            return found
    raise AssertionError(f"{pod['metadata']['name']}: no container carries a template")


def _value(item: Mapping[str, Any], pod: Any) -> str:
    if "value" in item:
        return str(item["value"])
    for key in item.get("valueFrom", {}).get("fieldRef", {}).get("fieldPath", "").split("."):
        pod = pod.get(key, "") if isinstance(pod, Mapping) else ""
    return pod if isinstance(pod, str) else ""
