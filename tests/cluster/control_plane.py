"""A real control plane without containers: etcd, API server and, on demand, controllers, scheduler and fake nodes.

Must not: listen on anything but loopback, or touch a process that it did not start.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType, TracebackType

from api_client import Answer, Api, Manifest, wait_for
from definitions import kind_of, read_definitions
from network import Network
from nodes import Pod, condition, of_a_new_node, pod_of
from pki import make_pki, write_kubeconfig
from processes import Processes

TOOLS = Path(__file__).resolve().parents[2] / "tools"
SERVERS = ("etcd", "kube-apiserver")
_DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


def builder(folder: str = "cluster") -> ModuleType:
    """The script that builds the programs of a folder of `tools`."""
    spec = importlib.util.spec_from_file_location(f"{folder}_build", TOOLS / folder / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class ControlPlane:
    """Start it with `with`; `api` talks to the server, `kubeconfig` is for other programs in the same network.

    `flags` are more flags of the API server; a later one wins over an earlier one.
    """

    def __init__(self, seed: Path | None = None, flags: Sequence[str] = ()) -> None:
        self._seed = seed  # data of an etcd that was stopped; see `seed`
        self._more_flags = flags
        self.bin: Path = builder().default_folder()
        self.folder = Path(tempfile.mkdtemp(prefix="cnai-e2e-"))
        self.pki = self.folder / "pki"
        self.kubeconfig = self.folder / "admin.kubeconfig"
        self.network = Network()
        self.etcd_port, self.peer_port, self.port, self.kwok_port = self.network.free_ports(4)
        self.processes = Processes(self.folder, self.network)
        self._api: Api | None = None

    def __enter__(self) -> ControlPlane:
        try:
            builder().build(self.bin, list(SERVERS))
            self.prepare()
            write_kubeconfig(self.kubeconfig, self.pki, self.port)
            if self._seed:
                shutil.copytree(self._seed, self.folder / "etcd")
            self._api = Api(self.network, self.port, self.pki)
            self.start("etcd", *self._etcd_flags())
            self.start("kube-apiserver", *self._apiserver_flags(), *self._more_flags)
            wait_for(lambda: self._ready("/readyz"), "the API server is ready", 90)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def prepare(self) -> None:
        """What must be there before the first server starts."""
        make_pki(self.pki)

    @property
    def api(self) -> Api:
        """The client; there is none before the start."""
        assert self._api is not None
        return self._api

    def stop(self) -> None:
        """Stop everything and remove every trace."""
        self._stop_servers()
        self.network.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _stop_servers(self) -> None:
        """In the order of dependence: with etcd gone first, the API server would hang in its shutdown."""
        if self._api is not None:
            self._api.close()
        self.processes.stop()

    def start(self, program: str, *flags: str) -> None:
        """Start one of the programs that `builder` builds."""
        self.processes.start(program, self.bin / program, *flags)

    def _ready(self, path: str) -> bool:
        self.processes.check()
        try:
            return self.api.request("GET", path)[0] == 200
        except OSError:
            return False

    def _etcd_flags(self) -> list[str]:
        client, peer = f"http://127.0.0.1:{self.etcd_port}", f"http://127.0.0.1:{self.peer_port}"
        return [
            f"--data-dir={self.folder / 'etcd'}",
            f"--listen-client-urls={client}",
            f"--advertise-client-urls={client}",
            f"--listen-peer-urls={peer}",
            f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=default={peer}",
            "--unsafe-no-fsync",
        ]

    def _apiserver_flags(self) -> list[str]:
        pki = self.pki
        return [
            f"--etcd-servers=http://127.0.0.1:{self.etcd_port}",
            "--bind-address=127.0.0.1",
            f"--secure-port={self.port}",
            "--advertise-address=127.0.0.1",
            "--endpoint-reconciler-type=none",  # a loopback address may not become an endpoint
            "--service-cluster-ip-range=10.96.0.0/16",
            f"--tls-cert-file={pki / 'apiserver.crt'}",
            f"--tls-private-key-file={pki / 'apiserver.key'}",
            f"--client-ca-file={pki / 'ca.crt'}",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={pki / 'sa.pub'}",
            f"--service-account-signing-key-file={pki / 'sa.key'}",
            f"--requestheader-client-ca-file={pki / 'ca.crt'}",
            "--requestheader-allowed-names=front-proxy-client",
            f"--proxy-client-cert-file={pki / 'front-proxy.crt'}",
            f"--proxy-client-key-file={pki / 'front-proxy.key'}",
            "--authorization-mode=RBAC",
        ]

    def apply_crds(self, folder: Path, kinds: Collection[tuple[str, str]] | None = None) -> list[str]:
        """Create the CustomResourceDefinitions below `folder`, of each name one; returns the names, all established.

        `kinds`, pairs of group and kind, asks for these only: the server takes seconds to check a large one.
        """
        definitions = {name: text for name, text in read_definitions(folder).items() if kinds is None or kind_of(text) in kinds}
        return self.create_definitions(definitions)

    def create_definitions(self, definitions: Mapping[str, bytes]) -> list[str]:
        """Create CustomResourceDefinitions, name to text; returns the names, all established."""
        names = sorted(definitions, key=lambda name: -len(definitions[name]))
        with ThreadPoolExecutor(2) as pool:  # two connections, each takes every other one
            list(pool.map(lambda part: self._create(definitions, part), (names[::2], names[1::2])))
        wanted = {kind_of(text) for text in definitions.values()}
        wait_for(lambda: wanted <= self.api.served(), "all CustomResourceDefinitions are established", 300)
        self.api.forget_kinds()
        return sorted(definitions)

    def _create(self, definitions: Mapping[str, bytes], names: Iterable[str]) -> None:
        api = Api(self.network, self.port, self.pki)
        try:
            for name in names:  # as they are on disk: the server reads YAML faster than we do
                status, answer = api.request("POST", _DEFINITIONS, definitions[name], "application/yaml")
                assert status in (201, 409), f"{name}: {answer}"
        finally:
            api.close()

    def established(self) -> set[str]:
        """Names of the CustomResourceDefinitions that the server serves."""
        items = self.api.items(_DEFINITIONS)
        return {item["metadata"]["name"] for item in items if condition(item, "Established") == "True"}

    def dry_run(self, manifests: Sequence[Manifest]) -> list[Answer]:
        """What the API server would say about each object, with the object as it would be stored."""
        return self.api.dry_run(manifests)

    def start_nodes(self, nodes: Sequence[Manifest]) -> None:
        """Start controllers, scheduler and kwok once, and bring up these fake nodes, without those of an earlier test and their work."""
        if "kwok" not in self.processes:
            self.start_controllers()
            builder().build(self.bin, ["kwok"])
            self.start("kwok", f"--kubeconfig={self.kubeconfig}", *self._kwok_flags())
        names = {node["metadata"]["name"] for node in nodes}
        self._remove_nodes({node["metadata"]["name"] for node in self.api.items("/api/v1/nodes")} - names)
        for subresource in ("", "/status"):
            refused = [answer for answer in self.api.apply(nodes, subresource=subresource) if not answer.ok]
            assert not refused, refused
        wait_for(lambda: self._ready("/readyz") and names <= self._ready_nodes(), "the nodes are ready", 60)

    def start_controllers(self) -> None:
        """Start the controller manager and the scheduler."""
        builder().build(self.bin, ["kube-controller-manager", "kube-scheduler"])
        self.start("kube-controller-manager", *self._controller_flags())
        access = [f"--{name}={self.kubeconfig}" for name in ("kubeconfig", "authentication-kubeconfig", "authorization-kubeconfig")]
        [port] = self.network.free_ports(1)
        self.start("kube-scheduler", *access, "--bind-address=127.0.0.1", f"--secure-port={port}", "--leader-elect=false")

    def _remove_nodes(self, names: Collection[str]) -> None:
        """First the work that would else move on to the next nodes."""
        if not names:
            return
        for item in self.api.items("/apis/apps/v1/deployments"):
            metadata = item["metadata"]
            path = f"/apis/apps/v1/namespaces/{metadata['namespace']}/deployments/{metadata['name']}"
            self.api.request("DELETE", f"{path}?propagationPolicy=Background")
        wait_for(lambda: not self.api.items("/api/v1/pods"), "the pods of an earlier test are gone", 60)
        for name in names:
            self.api.request("DELETE", f"/api/v1/nodes/{name}")

    def _ready_nodes(self) -> set[str]:
        """Nodes that pods can be placed on: the taint of a new node goes some time after it is ready."""
        nodes = [node for node in self.api.items("/api/v1/nodes") if condition(node, "Ready") == "True"]
        return {node["metadata"]["name"] for node in nodes if not any(of_a_new_node(taint) for taint in node["spec"].get("taints", ()))}

    def _controller_flags(self) -> list[str]:
        names = ("kubeconfig", "authentication-kubeconfig", "authorization-kubeconfig")
        return [
            *(f"--{name}={self.kubeconfig}" for name in names),
            "--bind-address=127.0.0.1",
            f"--secure-port={self.network.free_ports(1)[0]}",
            "--leader-elect=false",
            f"--service-account-private-key-file={self.pki / 'sa.key'}",
            f"--root-ca-file={self.pki / 'ca.crt'}",
        ]

    def _kwok_flags(self) -> list[str]:
        """The binary carries no stages of its own: those of its module say how fake nodes and pods behave."""
        command = ["go", "list", "-m", "-f", "{{.Dir}}", "sigs.k8s.io/kwok"]
        environment = {**os.environ, "GOWORK": "off", "GOFLAGS": "-mod=readonly"}
        found = subprocess.run(command, cwd=TOOLS / "cluster" / "kwok", env=environment, check=True, capture_output=True, text=True)
        stage = Path(found.stdout.strip()) / "kustomize" / "stage"
        files = [stage / "node/fast/node-initialize.yaml", stage / "node/heartbeat-with-lease/node-heartbeat-with-lease.yaml"]
        files += sorted((stage / "pod/fast").glob("pod-*.yaml"))
        config = self.folder / "stages.yaml"
        config.write_text("\n---\n".join(file.read_text(encoding="utf-8") for file in files), encoding="utf-8")
        return [
            f"--config={config}",
            "--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake",
            "--node-ip=127.0.0.1",
            f"--node-port={self.kwok_port}",
            f"--server-address=127.0.0.1:{self.kwok_port}",
            "--cidr=10.244.0.0/16",
            "--node-lease-duration-seconds=40",
        ]

    def schedule(
        self, manifests: Sequence[Manifest], nodes: Sequence[Manifest], *, placed: int, waiting: int = 0, seconds: float = 60
    ) -> list[Pod]:
        """Apply for real, and return the pods of these namespaces once so many have a node and so many cannot get one."""
        self.start_nodes(nodes)
        spaces = self.api.make_namespaces(manifests)
        for space in spaces:  # no pod is admitted before its namespace has this account
            path = f"/api/v1/namespaces/{space}/serviceaccounts/default"
            wait_for(lambda path=path: self.api.request("GET", path)[0] == 200, f"{space} has an account", 30)  # type: ignore[misc]
        refused = [answer for answer in self.api.apply(manifests) if not answer.ok]
        assert not refused, "\n".join(f"{answer.id}: {answer.message}" for answer in refused)
        found: list[Pod] = []

        def settled() -> bool:
            found[:] = [pod_of(item) for space in spaces for item in self.api.items(f"/api/v1/namespaces/{space}/pods")]
            running = [pod for pod in found if pod.phase in ("Running", "Succeeded", "Failed")]
            return len(running) == placed and sum(bool(pod.reason) for pod in found) == waiting == len(found) - placed

        try:
            wait_for(settled, f"{placed} pods are placed and {waiting} wait", seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}; waiting: {[pod for pod in found if not pod.node]}") from None
        return found


def seed(folder: Path) -> Path:
    """Data of an etcd that has all definitions below `folder`, from the cache."""
    return seed_of(read_definitions(folder), builder().default_folder().parent / "seeds")


def seed_of(definitions: Mapping[str, bytes], cache: Path) -> Path:
    """Data of an etcd that has these definitions, from this cache; made once for each set of definitions.

    The API server takes a minute to check them all, and a second to start with them.
    """
    script = builder()
    key = hashlib.sha256(repr([*map(script.stamp, SERVERS), *sorted(definitions.items())]).encode()).hexdigest()[:16]
    if not (cache / key).exists():
        with ControlPlane() as plane:
            plane.create_definitions(definitions)
            plane._stop_servers()
            shutil.rmtree(cache, ignore_errors=True)  # older ones are of no use any more
            shutil.copytree(plane.folder / "etcd", cache / f".{key}")
            (cache / f".{key}").rename(cache / key)
    return cache / key
