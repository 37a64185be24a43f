"""Kubeflow Trainer: a TrainJob and its runtime become a JobSet."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from typing import TYPE_CHECKING

import bench as live
from definitions import read_released

if TYPE_CHECKING:
    from bench import Bench

PROGRAMS = ("trainer",)
MODULE = "github.com/kubeflow/trainer/v2"


def definitions() -> Mapping[str, bytes]:
    """Those of its release."""
    return read_released(sorted((live.source("kueue", MODULE) / "manifests/base/crds").glob("*.yaml")))


def start(bench: Bench) -> None:
    """It takes its certificate from a fixed place below /tmp, so it gets a /tmp of its own."""
    health, metrics, webhook = bench.network.free_ports(3)
    bench.api.make_namespaces([{"metadata": {"namespace": "kubeflow-system"}}])
    tmp = bench.folder / "trainer-tmp"
    shutil.copytree(bench.certificates, tmp / "k8s-webhook-server/serving-certs")
    settings = {
        "apiVersion": "config.trainer.kubeflow.org/v1alpha1",
        "kind": "Configuration",
        "health": {"healthProbeBindAddress": f"127.0.0.1:{health}"},
        "metrics": {"bindAddress": f"127.0.0.1:{metrics}", "secureServing": False},
        "webhook": {"port": webhook, "host": "127.0.0.1"},
        "leaderElection": {"leaderElect": False},
        "certManagement": {"enable": False},
    }
    (tmp / "trainer.yaml").write_text(json.dumps(settings))
    shutil.copy(bench.kubeconfig, tmp / "kubeconfig")
    command = f"mount --bind {tmp} /tmp && exec {bench.program('trainer')} --config=/tmp/trainer.yaml --kubeconfig=/tmp/kubeconfig"
    bench.processes.start("trainer", "unshare", "--mount", "sh", "-c", f"{command} --zap-log-level=2")
    bench.wait(lambda: bench.http_ok(health, "/readyz"), "trainer is ready")
    bench.webhooks(webhook, live.source("kueue", MODULE) / "manifests/base/webhook/manifests.yaml")
