"""A control plane with real controllers on it: each component adds its definitions, its settings, its process and its webhooks.

Must not: install a definition that nothing uses, or let a server listen on anything but the loopback of its own network.
"""

from __future__ import annotations

import base64
import importlib
import importlib.util
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import yaml
from api_client import Manifest, wait_for
from control_plane import ControlPlane, builder, seed_of
from definitions import kind_of

TOOLS = Path(__file__).resolve().parents[2] / "tools" / "live"
PATIENCE = 180.0  # seconds: machines are noisy, and what is right is right later, too


class Component(Protocol):
    """One file of `components/`."""

    PROGRAMS: Sequence[str]

    def definitions(self) -> Mapping[str, bytes]:
        """Name to text of the CustomResourceDefinitions that it brings."""

    def start(self, bench: Bench) -> None:
        """Settings, process, webhooks; returns when it answers."""


def source(folder: str, module: str = "") -> Path:
    """Where the source of a pinned module lies."""
    script = builder("live")
    table = script.MODULES[folder]
    found: Path = script.gobuild.module_folder(TOOLS / folder, module or table["module"], table.get("toolchain", ""))
    return found


def version(folder: str, module: str = "") -> str:
    """The pinned version of a component, without its v."""
    table = builder("live").MODULES[folder]
    return str(table["also"][module] if module else table["version"]).removeprefix("v")


def component(name: str) -> Component:
    """A component by the name of its file."""
    return importlib.import_module(f"components.{name}")  # type: ignore[return-value]


class Bench(ControlPlane):
    """A control plane with these components on it; nothing runs before `with`."""

    def __init__(self, components: Sequence[str], definitions: Mapping[str, bytes] | None = None, flags: Sequence[str] = ()) -> None:
        self.components = [component(name) for name in components]
        self._names, self._more = "-".join(components), definitions or {}
        super().__init__(flags=flags)
        self.programs: Path = builder("live").default_folder()
        self.certificates = self.folder / "webhooks"

    def __enter__(self) -> Bench:
        missing = builder("live").missing([program for item in self.components for program in item.PROGRAMS])
        assert not missing, f"not built: {', '.join(missing)}; `python tools/live/build.py {' '.join(missing)}` builds them"
        found = dict(self._more)
        for item in self.components:
            found |= item.definitions()
        if found:
            self._seed = seed_of(found, self.programs.parent / "seeds" / self._names)
        super().__enter__()
        try:
            self._copy_certificates()
            wait_for(lambda: {kind_of(text) for text in found.values()} <= self.api.served(), "the definitions are served", PATIENCE)
            self.start_controllers()
            for item in self.components:
                item.start(self)
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Nothing of it is needed any more, so nobody is asked to end in good order."""
        self.processes.stop(hard=True)
        super().stop()

    def _copy_certificates(self) -> None:
        """The API server's own certificate is good for 127.0.0.1, where every webhook is."""
        self.certificates.mkdir()
        for name, as_name in (("apiserver.crt", "tls.crt"), ("apiserver.key", "tls.key"), ("ca.crt", "ca.crt")):
            shutil.copy(self.pki / name, self.certificates / as_name)

    def program(self, name: str) -> Path:
        """A built program."""
        return self.programs / name

    def run(self, name: str, *flags: str | Path, env: Mapping[str, str] | None = None, ready: int = 0, path: str = "/readyz") -> None:
        """Start a controller, and wait until it answers at its probe's port."""
        self.processes.start(name, self.program(name), *flags, env=env)
        if ready:
            self.wait(lambda: self.http_ok(ready, path), f"{name} is ready")

    def http_ok(self, port: int, path: str) -> bool:
        """True when a plain HTTP server of this network answers 200."""
        try:
            with self.network.connect(port, timeout=5) as connection:
                connection.sendall(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
                return connection.recv(64).split(b" ", 2)[1:2] == [b"200"]
        except OSError:
            return False

    def wait(self, check: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
        """Ask until yes; a process that ended meanwhile is told of at once."""

        def asked() -> bool:
            self.processes.check()
            return check()

        wait_for(asked, what, seconds)

    def apply(self, manifests: Iterable[Manifest]) -> None:
        """Apply these; AssertionError with what the server said when it refuses one."""
        refused = [f"{answer.id}: {answer.message}" for answer in self.api.apply(manifests) if not answer.ok]
        assert not refused, "\n".join(refused)

    def get(self, kind: str, api_version: str, name: str, namespace: str = "") -> dict[str, Any]:
        """One object; empty when it is not there."""
        path = self.api.path({"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "namespace": namespace}})
        status, answer = self.api.request("GET", str(path))
        return answer if status == 200 else {}

    def delete(self, manifest: Manifest) -> None:
        """Delete one object and what it owns."""
        self.api.request("DELETE", f"{self.api.path(manifest)}?propagationPolicy=Background")

    def webhooks(self, port: int, *files: Path) -> None:
        """A module's webhook configurations, with the Service turned into an address on loopback."""
        bundle = base64.b64encode((self.pki / "ca.crt").read_bytes()).decode()
        self.apply(
            at_loopback(document, port, bundle)
            for file in files
            for document in yaml.load_all(file.read_text(encoding="utf-8"), yaml.CSafeLoader)
            if document and document["kind"].endswith("WebhookConfiguration")
        )


def at_loopback(configuration: Manifest, port: int, bundle: str) -> dict[str, Any]:
    """The same webhooks for a controller outside the cluster."""
    hooks = []
    for hook in configuration["webhooks"]:
        path = hook["clientConfig"]["service"].get("path", "/")
        hooks.append({**hook, "clientConfig": {"url": f"https://127.0.0.1:{port}{path}", "caBundle": bundle}})
    return {**configuration, "metadata": {"name": f"{configuration['metadata']['name']}-{port}"}, "webhooks": hooks}
