"""JobSet: groups of Jobs, as Trainer makes them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

import bench as live
from definitions import read_released

if TYPE_CHECKING:
    from bench import Bench

PROGRAMS = ("jobset",)


def definitions() -> Mapping[str, bytes]:
    """Those of its release."""
    return read_released(sorted((live.source("jobset") / "config/components/crd/bases").glob("*.yaml")))


def start(bench: Bench) -> None:
    """With our certificates, and webhooks on loopback."""
    health, metrics, webhook = bench.network.free_ports(3)
    bench.api.make_namespaces([{"metadata": {"namespace": "jobset-system"}}])
    file = bench.folder / "jobset.yaml"
    settings = {
        "apiVersion": "config.jobset.x-k8s.io/v1alpha1",
        "kind": "Configuration",
        "health": {"healthProbeBindAddress": f"127.0.0.1:{health}"},
        "metrics": {"bindAddress": f"127.0.0.1:{metrics}"},
        "webhook": {"port": webhook, "host": "127.0.0.1", "certDir": str(bench.certificates)},
        "leaderElection": {"leaderElect": False},
        "internalCertManagement": {"enable": False},
    }
    file.write_text(json.dumps(settings))
    bench.run("jobset", f"--config={file}", f"--kubeconfig={bench.kubeconfig}", ready=health)
    bench.webhooks(webhook, live.source("jobset") / "config/components/webhook/manifests.yaml")
