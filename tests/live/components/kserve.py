"""KServe: its manager, with the settings, runtimes and webhooks of its release."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bench as live
import yaml
from definitions import read_released

if TYPE_CHECKING:
    from bench import Bench

PROGRAMS = ("kserve-manager",)
SERVED = ("ConfigMap", "ClusterStorageContainer", "ClusterServingRuntime")


def definitions() -> Mapping[str, bytes]:
    """Those of inference services; language models and local caches have their own, and large ones."""
    folder = live.source("kserve") / "config/crd/full"
    return read_released(
        [*sorted(folder.glob("serving.kserve.io_*.yaml")), *sorted((folder / "clusterstoragecontainer").glob("serving*.yaml"))]
    )


def released() -> list[dict[str, Any]]:
    """What its release installs."""
    folder: Path = live.source("kserve") / "install" / f"v{live.version('kserve')}"
    found = []
    for name in ("kserve.yaml", "kserve-cluster-resources.yaml"):
        found += [item for item in yaml.load_all((folder / name).read_text(encoding="utf-8"), yaml.CSafeLoader) if item]
    return found


def start(bench: Bench) -> None:
    """The webhooks of trained models, language models and caches are left out: nothing here serves them."""
    bench.api.make_namespaces([{"metadata": {"namespace": "kserve"}}])
    objects = released()
    bench.apply(_plain(item) for item in objects if item["kind"] in SERVED)
    health, metrics, webhook = bench.network.free_ports(3)
    tmp = bench.folder / "kserve-tmp"  # it takes its certificate from the default place below TMPDIR
    shutil.copytree(bench.certificates, tmp / "k8s-webhook-server/serving-certs")
    addresses = (f"--metrics-addr=127.0.0.1:{metrics}", f"--health-probe-addr=127.0.0.1:{health}", f"--webhook-port={webhook}")
    environment = {"KUBECONFIG": str(bench.kubeconfig), "TMPDIR": str(tmp), "POD_NAMESPACE": "kserve"}
    bench.run("kserve-manager", *addresses, env=environment, ready=health)
    hooks = bench.folder / "kserve-webhooks.yaml"
    hooks.write_text(yaml.dump_all([item for item in objects if _served(item)], Dumper=yaml.CSafeDumper))
    bench.webhooks(webhook, hooks)


def _plain(item: Mapping[str, Any]) -> dict[str, Any]:
    """Without the long example, and without the time that a release carries."""
    metadata = {key: value for key, value in item["metadata"].items() if key != "creationTimestamp"}
    data = {"data": {key: value for key, value in item["data"].items() if key != "_example"}} if "data" in item else {}
    return {**item, "metadata": metadata, **data}


def _served(item: Mapping[str, Any]) -> bool:
    name = item["metadata"]["name"]
    return item["kind"].endswith("WebhookConfiguration") and not any(word in name for word in ("trainedmodel", "llm", "localmodel"))
