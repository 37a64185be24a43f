"""Argo Workflows: the controller. Its executor runs in pods, or in the hands of the fake kubelet."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import bench as live
from definitions import read_released

if TYPE_CHECKING:
    from bench import Bench

PROGRAMS = ("workflow-controller", "argoexec")
IMAGE = f"quay.io/argoproj/argoexec:v{live.version('argo')}"
SETTINGS = "workflow-controller-configmap"


def definitions() -> Mapping[str, bytes]:
    """Those of its release, complete."""
    return read_released(sorted((live.source("argo") / "manifests/base/crds/full").glob("argoproj.io_*.yaml")))


def start(bench: Bench) -> None:
    """In its own namespace, which its kubeconfig names; what the platform asks of a cluster is in its settings."""
    bench.api.make_namespaces([{"metadata": {"namespace": "argo"}}])
    bench.apply([settings()])
    config = json.loads(bench.kubeconfig.read_text())
    config["contexts"][0]["context"]["namespace"] = "argo"
    kubeconfig = bench.folder / "argo.kubeconfig"
    kubeconfig.write_text(json.dumps(config))
    flags = (f"--kubeconfig={kubeconfig}", "--configmap", SETTINGS, "--executor-image", IMAGE)
    environment = {"LEADER_ELECTION_DISABLE": "true", "DEFAULT_REQUEUE_TIME": "1s"}  # it looks at a workflow every ten seconds otherwise
    bench.run("workflow-controller", *flags, env=environment)
    bench.wait(lambda: bench.http_ok(6060, "/healthz"), "the workflow controller is ready")


def settings() -> dict[str, Any]:
    """The executor under the strictest Pod Security: without it no container step is let into our namespaces."""
    restricted = {"allowPrivilegeEscalation": False, "runAsNonRoot": True, "runAsUser": 10001, "capabilities": {"drop": ["ALL"]}}
    executor = {"securityContext": restricted, "resources": {"requests": {"cpu": "10m", "memory": "64Mi"}, "limits": {"memory": "256Mi"}}}
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": SETTINGS, "namespace": "argo"},
        "data": {"executor": json.dumps(executor)},
    }
