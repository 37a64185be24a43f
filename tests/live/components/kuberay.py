"""KubeRay: Ray clusters, jobs and services. Its webhooks are off, as in its release."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import bench as live
from definitions import read_released

if TYPE_CHECKING:
    from bench import Bench

PROGRAMS = ("kuberay",)
MODULE = "github.com/ray-project/kuberay/ray-operator"


def definitions() -> Mapping[str, bytes]:
    """Those of its release."""
    return read_released(sorted((live.source("jobset", MODULE) / "config/crd/bases").glob("*.yaml")))


def start(bench: Bench) -> None:
    """Beside the API server, without election."""
    health, metrics = bench.network.free_ports(2)
    addresses = (f"--metrics-addr=127.0.0.1:{metrics}", f"--health-probe-bind-address=127.0.0.1:{health}")
    bench.run("kuberay", f"--kubeconfig={bench.kubeconfig}", *addresses, "--enable-leader-election=false", ready=health)
