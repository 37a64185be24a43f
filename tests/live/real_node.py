"""One real node beside a control plane: containerd, the kubelet, and kube-proxy, with pods on a bridge of the test's own network.

Must not: leave a mount, a container or a setting of the machine behind.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from api_client import wait_for
from bench import PATIENCE, Bench
from control_plane import builder
from nodes import condition
from pki import make_pki

NAME, ADDRESS, PODS, SERVICES = "node-1", "10.99.0.1", "10.244.0.0/24", "10.96.0.0/16"
PROGRAMS = ("containerd", "containerd-shim-runc-v2", "ctr", "kubelet", "kube-proxy")
PACKAGES = {"runc": "runc", "iptables": "iptables", "gcc": "gcc", "debootstrap": "debootstrap", "/bin/busybox": "busybox-static"}
PLUGINS = Path("/usr/lib/cni")
_SYSCTLS = ("vm.overcommit_memory", "vm.panic_on_oom", "kernel.panic", "kernel.panic_on_oops")


def absent() -> list[str]:
    """Debian packages that this machine lacks."""
    found = [package for program, package in PACKAGES.items() if shutil.which(program) is None]
    return found + ([] if (PLUGINS / "bridge").exists() else ["containernetworking-plugins"])


class NodeBench(Bench):
    """A bench whose API server pods and the kubelet can reach, with one node on which containers really run."""

    def __init__(self, components: tuple[str, ...] = (), definitions: Mapping[str, bytes] | None = None) -> None:
        super().__init__(components, definitions, flags=())
        assert self.network.own, "a node needs a network namespace of its own"
        self.socket = self.folder / "containerd.sock"
        client, authority = self.pki / "kubelet-client", self.pki / "ca.crt"
        self._more_flags = [
            "--bind-address=0.0.0.0",
            f"--advertise-address={ADDRESS}",
            "--endpoint-reconciler-type=master-count",
            f"--kubelet-client-certificate={client}.crt",
            f"--kubelet-client-key={client}.key",
            f"--kubelet-certificate-authority={authority}",
            "--kubelet-preferred-address-types=InternalIP",
            "--authorization-mode=Node",
            "--enable-admission-plugins=NodeRestriction",
            "--allow-privileged=true",
        ]
        # `ip netns exec` would mount a new /sys, and cgroups would be gone
        self._enter = ("nsenter", f"--net=/run/netns/{self.network.name}")
        self._before: dict[str, str] = {}

    def prepare(self) -> None:
        """Certificates of the node, and an address that is not a loopback one: a bridge without ports."""
        node = f"/O=system:nodes/CN=system:node:{NAME}"
        client = "extendedKeyUsage=clientAuth"
        more = {
            "kubelet-client": ("/O=system:masters/CN=kube-apiserver-kubelet-client", client),
            "node": (node, client),
            "node-serving": (node, f"extendedKeyUsage=serverAuth\nsubjectAltName=IP:{ADDRESS},DNS:{NAME}"),
        }
        make_pki(self.pki, [f"IP:{ADDRESS}"], more)
        for words in (
            ("link", "add", "node0", "type", "bridge"),
            ("addr", "add", f"{ADDRESS}/24", "dev", "node0"),
            ("link", "set", "node0", "up"),
        ):
            subprocess.run(["ip", "-n", self.network.name, *words], check=True)
        # without a route the kernel refuses a Service's address before kube-proxy's rules see the packet
        subprocess.run(["ip", "-n", self.network.name, "route", "replace", SERVICES, "dev", "node0"], check=True)
        subprocess.run([*self._enter, "sysctl", "-qw", "net.ipv4.ip_forward=1"], check=True)

    def __enter__(self) -> NodeBench:
        missing = builder("live").missing(list(PROGRAMS))
        assert not missing, f"not built: {', '.join(missing)}; `python tools/live/build.py {' '.join(missing)}` builds them"
        super().__enter__()
        try:
            self._start_node()
        except BaseException:
            self.stop()
            raise
        return self

    def _start_node(self) -> None:
        self._before = {name: _sysctl(name) for name in _SYSCTLS}  # the kubelet sets these for the whole machine
        self._write("cni/10-pods.conflist", json.dumps(_cni(self.folder)))
        self._write("containerd.toml", _containerd(self.folder, self.socket))
        path = {"PATH": f"{self.programs}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
        self.processes.start(
            "containerd", self.program("containerd"), "--config", self.folder / "containerd.toml", env=path, enter=self._enter
        )
        self.wait(lambda: self.ctr("version").returncode == 0, "containerd is ready")

    def join(self) -> None:
        """Start the kubelet and kube-proxy; the images that pods need were imported before."""
        config = json.loads(self.kubeconfig.read_text())
        user = {"client-certificate": str(self.pki / "node.crt"), "client-key": str(self.pki / "node.key")}
        self._write("node.kubeconfig", json.dumps({**config, "users": [{"name": "admin", "user": user}]}))
        self._write("kubelet.yaml", json.dumps(_kubelet(self.folder, self.pki, self.socket)))
        flags = (f"--kubeconfig={self.folder / 'node.kubeconfig'}", f"--root-dir={self.folder / 'kubelet'}", f"--hostname-override={NAME}")
        own = (f"--config={self.folder / 'kubelet.yaml'}", f"--cert-dir={self.folder / 'kubelet-pki'}", f"--node-ip={ADDRESS}")
        self.processes.start("kubelet", self.program("kubelet"), *own, *flags, enter=self._enter)
        self._write("kube-proxy.yaml", json.dumps(_proxy(self.kubeconfig)))
        self.processes.start("kube-proxy", self.program("kube-proxy"), f"--config={self.folder / 'kube-proxy.yaml'}", enter=self._enter)
        self.wait(self._ready_node, "the node is ready")

    def _ready_node(self) -> bool:
        node = self.get("Node", "v1", NAME)
        taints = [taint["key"] for taint in node.get("spec", {}).get("taints", ()) if taint["key"].startswith("node.kubernetes.io/")]
        return condition(node, "Ready") == "True" and not taints

    def _write(self, name: str, text: str) -> None:
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def ctr(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        """A command to containerd."""
        command = [str(self.program("ctr")), "--address", str(self.socket), "--namespace", "k8s.io", *map(str, words)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def load(self, archive: Path) -> None:
        """Import an image."""
        done = self.ctr("images", "import", archive)
        assert done.returncode == 0, done.stderr

    def start_registry(self) -> str:
        """A registry on the node's address, which stands for registry.example.com; returns where to push to."""
        [port] = self.network.free_ports(1)
        store = {"filesystem": {"rootdirectory": str(self.folder / "registry")}}
        self._write("registry.yaml", json.dumps({"version": 0.1, "storage": store, "http": {"addr": f"0.0.0.0:{port}"}}))
        host = f'server = "http://{ADDRESS}:{port}"\n[host."http://{ADDRESS}:{port}"]\n  capabilities = ["pull", "resolve"]\n'
        self._write("certs.d/registry.example.com/hosts.toml", host)
        self.processes.start("registry", "docker-registry", "serve", self.folder / "registry.yaml")
        self.wait(lambda: self.http_ok(port, "/v2/"), "the registry answers")
        return f"http://127.0.0.1:{port}"

    def pod(self, name: str, space: str) -> dict[str, Any]:
        """A pod's status."""
        status: dict[str, Any] = self.get("Pod", "v1", name, space).get("status", {})
        return status

    def log(self, name: str, space: str, container: str) -> str:
        """What a container wrote, by way of the API server and the kubelet."""
        status, answer = self.api.request("GET", f"/api/v1/namespaces/{space}/pods/{name}/log?container={container}", accept="*/*")
        return answer if status == 200 and isinstance(answer, str) else json.dumps(answer)

    def inside(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command in the node's network."""
        return subprocess.run([*self._enter, *words], capture_output=True, text=True, check=False)

    def stop(self) -> None:
        """Pods first, then the runtime, then what the kernel still holds."""
        if "kubelet" in self.processes:
            self.processes.stop("kube-controller-manager", "kube-scheduler", hard=True)  # nobody makes new ones
            self._remove_pods()
            self.processes.stop("kube-proxy", "kubelet")
        if "containerd" in self.processes:
            for verb in (("kill", "-s", "KILL"), ("delete", "-f")):
                for task in self.ctr("tasks", "list", "-q").stdout.split():
                    self.ctr("tasks", *verb, task)
            self.processes.stop("containerd")
        self._end_shims()
        for line in reversed(Path("/proc/mounts").read_text().splitlines()):
            if str(self.folder) in line.split()[1]:
                subprocess.run(["umount", "-l", line.split()[1]], check=False, capture_output=True)
        for name, value in self._before.items():
            subprocess.run(["sysctl", "-qw", f"{name}={value}"], check=False)
        super().stop()

    def _remove_pods(self) -> None:
        try:
            pods = self.api.items("/api/v1/pods")
            for item in pods:
                path = f"/api/v1/namespaces/{item['metadata']['namespace']}/pods/{item['metadata']['name']}"
                self.api.request("DELETE", path, {"gracePeriodSeconds": 1})
            wait_for(lambda: not self.ctr("tasks", "list", "-q").stdout.split(), "the containers are gone", 30)
        except (AssertionError, OSError):
            pass  # what is left is ended below

    def _end_shims(self) -> None:
        """A shim whose container ended while containerd went down stays; ours name our socket."""
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if words[0].endswith(b"containerd-shim-runc-v2") and str(self.socket).encode() in words:
                subprocess.run(["kill", "-9", entry.name], check=False)
        time.sleep(0.2)


def _sysctl(name: str) -> str:
    return Path("/proc/sys", *name.split(".")).read_text().strip()


def _cni(folder: Path) -> dict[str, Any]:
    ranges = {"type": "host-local", "dataDir": str(folder / "ipam"), "ranges": [[{"subnet": PODS}]], "routes": [{"dst": "0.0.0.0/0"}]}
    bridge = {"type": "bridge", "bridge": "cni0", "isGateway": True, "ipMasq": False, "hairpinMode": True, "ipam": ranges}
    return {"cniVersion": "1.0.0", "name": "pods", "plugins": [bridge, {"type": "portmap", "capabilities": {"portMappings": True}}]}


def _containerd(folder: Path, socket: Path) -> str:
    return f"""version = 3
root = "{folder}/containerd"
state = "{folder}/containerd-state"
[grpc]
  address = "{socket}"
[plugins."io.containerd.internal.v1.opt"]
  path = "{folder}/opt"
[plugins."io.containerd.nri.v1.nri"]
  disable = true  # it would make a folder for the whole machine
[plugins."io.containerd.cri.v1.images"]
  snapshotter = "overlayfs"
  [plugins."io.containerd.cri.v1.images".registry]
    config_path = "{folder}/certs.d"
  [plugins."io.containerd.cri.v1.images".pinned_images]
    sandbox = "cnai.local/pause:1"
[plugins."io.containerd.cri.v1.runtime"]
  disable_apparmor = true
  restrict_oom_score_adj = true  # a machine may lack CAP_SYS_RESOURCE
  enable_cdi = false
  [plugins."io.containerd.cri.v1.runtime".cni]
    bin_dirs = ["{PLUGINS}"]
    conf_dir = "{folder}/cni"
  [plugins."io.containerd.cri.v1.runtime".containerd]
    default_runtime_name = "runc"
  [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
      SystemdCgroup = false
"""


def _kubelet(folder: Path, pki: Path, socket: Path) -> dict[str, Any]:
    (folder / "resolv.conf").write_text("nameserver 10.96.0.10\n")
    x509 = {"clientCAFile": str(pki / "ca.crt")}
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "failCgroupV1": False,
        "failSwapOn": False,
        "cgroupDriver": "cgroupfs",
        "containerRuntimeEndpoint": f"unix://{socket}",
        "address": ADDRESS,
        "port": 10250,
        "readOnlyPort": 0,
        "healthzBindAddress": "127.0.0.1",
        "authentication": {"anonymous": {"enabled": False}, "webhook": {"enabled": False}, "x509": x509},
        "authorization": {"mode": "AlwaysAllow"},
        "tlsCertFile": str(pki / "node-serving.crt"),
        "tlsPrivateKeyFile": str(pki / "node-serving.key"),
        "resolvConf": str(folder / "resolv.conf"),
        "clusterDNS": ["10.96.0.10"],
        "clusterDomain": "cluster.local",
        "podLogsDir": str(folder / "pod-logs"),
        "volumePluginDir": str(folder / "volume-plugins"),
        "makeIPTablesUtilChains": False,
        "imageGCHighThresholdPercent": 100,
        "imageGCLowThresholdPercent": 99,
        "evictionHard": {"memory.available": "100Mi", "nodefs.available": "1%", "imagefs.available": "1%"},
        "nodeStatusUpdateFrequency": "5s",
        "syncFrequency": "10s",
        "maxPods": 60,
    }


def _proxy(kubeconfig: Path) -> dict[str, Any]:
    return {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "clientConnection": {"kubeconfig": str(kubeconfig)},
        "hostnameOverride": NAME,
        "clusterCIDR": "10.244.0.0/16",
        "mode": "iptables",
        "healthzBindAddress": "127.0.0.1:10256",
        "metricsBindAddress": "127.0.0.1:10249",
        "conntrack": {"maxPerCore": 0, "min": 0, "tcpEstablishedTimeout": "0s", "tcpCloseWaitTimeout": "0s"},
    }


__all__ = ["ADDRESS", "NAME", "PATIENCE", "NodeBench", "absent"]
