"""Argo CD: application controller and repo server, without its API server, on a git repository over HTTPS.

Must not: know an Application; a test applies those that the platform renders.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bench as live
from definitions import read_released

if TYPE_CHECKING:
    from bench import Bench

PROGRAMS = ("argocd",)
SPACE = "argocd"
_LABELS = {"app.kubernetes.io/part-of": "argocd"}


def definitions() -> Mapping[str, bytes]:
    """Applications and projects."""
    return read_released(sorted((live.source("argocd") / "manifests/crds").glob("app*-crd.yaml")))


def start(bench: Bench) -> None:
    """Redis, repo server, controller; the one program is told by its name which of them it is."""
    home = bench.folder / "argocd"
    for name in ("bin", "tls", "ssh", "gpg/keys", "gpg/source", "plugin", "tmp"):
        (home / name).mkdir(parents=True)
    (home / "gpg/keys").chmod(0o700)
    (home / "ssh/ssh_known_hosts").touch()
    shutil.copy(bench.pki / "ca.crt", home / "tls/git.example.com")
    for name in ("argocd-application-controller", "argocd-repo-server", "argocd"):
        (home / "bin" / name).symlink_to(bench.program("argocd"))
    for name in ("git-verify-wrapper.sh", "gpg-wrapper.sh"):  # the repo server wants the first even where nothing is signed
        shutil.copy(live.source("argocd") / "hack" / name, home / "bin")
        (home / "bin" / name).chmod(0o755)
    bench.apply(settings())
    cache, repo, repo_metrics, metrics = bench.network.free_ports(4)
    where = ("--redis", f"127.0.0.1:{cache}", "--logformat", "text")
    environment = _environment(bench, home)
    bench.processes.start("redis", "redis-server", "--bind", "127.0.0.1", "--port", str(cache), "--save", "", "--appendonly", "no")
    own = ("--address", "127.0.0.1", "--port", str(repo), "--metrics-address", "127.0.0.1", "--metrics-port", str(repo_metrics))
    bench.processes.start("repo-server", home / "bin/argocd-repo-server", *own, *where, env=environment)
    bench.wait(lambda: bench.http_ok(repo_metrics, "/healthz"), "the repo server is ready")
    paths = (
        "--kubeconfig",
        str(bench.kubeconfig),
        "--namespace",
        SPACE,
        "--repo-server",
        f"127.0.0.1:{repo}",
        "--metrics-port",
        str(metrics),
    )
    pace = ("--app-resync", "10", "--status-processors", "4", "--operation-processors", "4")
    bench.processes.start("application-controller", home / "bin/argocd-application-controller", *paths, *pace, *where, env=environment)
    bench.wait(lambda: bench.http_ok(metrics, "/healthz"), "the application controller is ready")


def _environment(bench: Bench, home: Path) -> dict[str, str]:
    return {
        "ARGOCD_FAKE_IN_CLUSTER": "true",
        "ARGOCD_GPG_ENABLED": "false",
        "ARGOCD_GNUPGHOME": str(home / "gpg/keys"),
        "ARGOCD_GPG_DATA_PATH": str(home / "gpg/source"),
        "ARGOCD_TLS_DATA_PATH": str(home / "tls"),
        "ARGOCD_SSH_DATA_PATH": str(home / "ssh"),
        "ARGOCD_PLUGINSOCKFILEPATH": str(home / "plugin"),
        "ARGOCD_RECONCILIATION_JITTER": "0",
        "TMPDIR": str(home / "tmp"),
        "HOME": str(home),
        "KUBECONFIG": str(bench.kubeconfig),
        "PATH": f"{home / 'bin'}:{os.environ['PATH']}",
    }


def settings() -> list[dict[str, Any]]:
    """What an installation has; the platform's own settings come on top."""
    metadata = lambda name: {"name": name, "namespace": SPACE, "labels": {**_LABELS, "app.kubernetes.io/name": name}}  # noqa: E731
    data = {"timeout.reconciliation": "10s", "timeout.reconciliation.jitter": "0s"}
    everything = {
        "sourceRepos": ["*"],
        "destinations": [{"namespace": "*", "server": "*"}],
        "clusterResourceWhitelist": [{"group": "*", "kind": "*"}],
    }
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SPACE}},
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata("argocd-cm"), "data": data},
        {"apiVersion": "v1", "kind": "Secret", "metadata": metadata("argocd-secret"), "stringData": {"server.secretkey": "c3Bpa2U="}},
        {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "AppProject",
            "metadata": {"name": "default", "namespace": SPACE},
            "spec": everything,
        },
    ]


def cluster_secret(bench: Bench, name: str, server: str) -> dict[str, Any]:
    """A cluster that Argo CD may sync to."""
    text = {key: base64.b64encode((bench.pki / file).read_bytes()).decode() for key, file in _TLS.items()}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": f"cluster-{name}", "namespace": SPACE, "labels": {"argocd.argoproj.io/secret-type": "cluster"}},
        "stringData": {"name": name, "server": server, "config": json.dumps({"tlsClientConfig": text})},
    }


_TLS = {"caData": "ca.crt", "certData": "admin.crt", "keyData": "admin.key"}
