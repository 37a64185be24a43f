"""Kueue: quota, admission, preemption.

Must not: configure anything that the platform's documents do not ask a cluster's owner for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import bench as live
from definitions import read_released

if TYPE_CHECKING:
    from bench import Bench

PROGRAMS = ("kueue",)
FRAMEWORKS = (
    "batch/job",
    "ray.io/rayjob",
    "ray.io/raycluster",
    "ray.io/rayservice",
    "jobset.x-k8s.io/jobset",
    "trainer.kubeflow.org/trainjob",
    "pod",
    "deployment",
)


def definitions() -> Mapping[str, bytes]:
    """Those of its release."""
    return read_released(sorted((live.source("kueue") / "config/components/crd/bases").glob("*.yaml")))


def start(bench: Bench) -> None:
    """Its metrics certificate has one fixed place below /etc: an overlay over /etc that this process alone sees holds it."""
    health, metrics, webhook = bench.network.free_ports(3)
    bench.api.make_namespaces([{"metadata": {"namespace": "kueue-system"}}])
    file = bench.folder / "kueue.yaml"
    file.write_text(json.dumps(settings(bench, health, metrics, webhook)))
    upper, work = bench.folder / "etc", bench.folder / "etc-work"
    certificates = upper / "kueue/metrics/certs"
    certificates.mkdir(parents=True)
    work.mkdir()
    for name in ("tls.crt", "tls.key"):
        (certificates / name).write_bytes((bench.certificates / name).read_bytes())
    mount = f"mount -t overlay overlay -o lowerdir=/etc,upperdir={upper},workdir={work} /etc"
    flags = f"--config={file} --kubeconfig={bench.kubeconfig} --feature-gates=VisibilityOnDemand=false --zap-log-level=2"
    bench.processes.start("kueue", "unshare", "--mount", "sh", "-c", f"{mount} && exec {bench.program('kueue')} {flags}")
    bench.wait(lambda: bench.http_ok(health, "/readyz"), "kueue is ready")
    bench.webhooks(webhook, live.source("kueue") / "config/components/webhook/manifests.yaml")


def settings(bench: Bench, health: int, metrics: int, webhook: int) -> dict[str, Any]:
    """Its configuration: certificates of ours, and every kind of work that the platform queues."""
    return {
        "apiVersion": "config.kueue.x-k8s.io/v1beta2",
        "kind": "Configuration",
        "health": {"healthProbeBindAddress": f"127.0.0.1:{health}"},
        "metrics": {"bindAddress": f"127.0.0.1:{metrics}", "enableClusterQueueResources": True},
        "webhook": {"port": webhook, "host": "127.0.0.1", "certDir": str(bench.certificates)},
        "leaderElection": {"leaderElect": False},
        "internalCertManagement": {"enable": False},
        "clientConnection": {"qps": 50, "burst": 100},
        "integrations": {"frameworks": list(FRAMEWORKS)},
    }
