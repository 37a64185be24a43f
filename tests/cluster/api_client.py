"""A client of the Kubernetes API over one kept-open connection: apply, dry-run, read, wait.

Must not: retry what the server refused, or hide an answer.
"""

from __future__ import annotations

import http.client
import json
import ssl
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from network import Network

Manifest = Mapping[str, Any]
_DISCOVERY = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said about one object: `object` as it would be stored, or the reason why not."""

    id: str
    status: int
    message: str
    object: dict[str, Any]

    @property
    def ok(self) -> bool:
        """True when the object was accepted."""
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class _Resource:
    plural: str
    namespaced: bool


class Api:
    """One server at a loopback port; `pki` holds ca.crt, admin.crt and admin.key. With a token it speaks as that account."""

    def __init__(self, network: Network, port: int, pki: Path, token: str = "") -> None:
        self._network, self._port, self._token = network, port, token
        self._context = ssl.create_default_context(cafile=str(pki / "ca.crt"))
        if not token:
            self._context.load_cert_chain(pki / "admin.crt", pki / "admin.key")
        self._connection: http.client.HTTPSConnection | None = None
        self._kinds: dict[str, dict[str, _Resource]] = {}

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def request(
        self, method: str, path: str, body: Any = None, content: str = "application/json", accept: str = "application/json"
    ) -> tuple[int, Any]:
        """Status and decoded answer; raises OSError when the server is not there. A body of bytes is sent as it is."""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body)
        headers = {"Accept": accept, "Content-Type": content}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        for last in (False, True):  # a connection that the server closed in the meantime is opened again, once
            try:
                connection = self._connection or self._connect()
                connection.request(method, path, data, headers)
                response = connection.getresponse()
                text = response.read()
                break
            except (ConnectionError, http.client.HTTPException):
                self.close()
                if last:
                    raise
        is_json = (response.getheader("Content-Type") or "").startswith("application/json")
        return response.status, json.loads(text) if is_json else text.decode("utf-8", "replace")

    def _connect(self) -> http.client.HTTPSConnection:
        connection = http.client.HTTPSConnection("127.0.0.1", self._port, context=self._context)
        connection.sock = self._context.wrap_socket(self._network.connect(self._port, timeout=60), server_hostname="127.0.0.1")
        self._connection = connection
        return connection

    def path(self, manifest: Manifest, *, collection: bool = False) -> str | None:
        """Where the object lives; None when the server knows no such kind."""
        version = manifest["apiVersion"]
        root = f"/apis/{version}" if "/" in version else f"/api/{version}"
        resource = self._resources(root).get(manifest["kind"])
        if resource is None:
            return None
        metadata = manifest["metadata"]
        space = f"/namespaces/{metadata.get('namespace', 'default')}" if resource.namespaced else ""
        return f"{root}{space}/{resource.plural}" + ("" if collection else f"/{metadata['name']}")

    def _resources(self, root: str) -> dict[str, _Resource]:
        if root not in self._kinds:
            status, answer = self.request("GET", root)
            if status != 200:
                return {}
            self._kinds[root] = {
                item["kind"]: _Resource(item["name"], item["namespaced"]) for item in answer["resources"] if "/" not in item["name"]
            }
        return self._kinds[root]

    def apply(self, manifests: Iterable[Manifest], *, dry_run: bool = False, subresource: str = "") -> list[Answer]:
        """Server-side apply of each object, with unknown fields refused; nothing is stored in a dry run."""
        query = "fieldManager=cnai-e2e&force=true&fieldValidation=Strict" + ("&dryRun=All" if dry_run else "")
        return [self._apply_one(manifest, query, subresource) for manifest in manifests]

    def _apply_one(self, manifest: Manifest, query: str, subresource: str) -> Answer:
        metadata = manifest["metadata"]
        named = "name" in metadata
        identity = "/".join([manifest["apiVersion"], manifest["kind"], metadata.get("namespace", ""), metadata.get("name", "")])
        path = self.path(manifest, collection=not named)
        if path is None:
            return Answer(identity, 404, f"the server knows no {manifest['kind']} in {manifest['apiVersion']}", {})
        if named:
            status, answer = self.request("PATCH", f"{path}{subresource}?{query}", manifest, "application/apply-patch+yaml")
        else:  # metadata.generateName: only create gives it a name
            status, answer = self.request("POST", f"{path}?{query.replace('force=true&', '')}", manifest)
        accepted = 200 <= status < 300
        message = "" if accepted else answer.get("message", "") if isinstance(answer, dict) else str(answer)
        return Answer(identity, status, message, answer if accepted else {})

    def dry_run(self, manifests: Sequence[Manifest]) -> list[Answer]:
        """What the server would say about each object, in order. Namespaces they lie in are made for real first."""
        self.make_namespaces(manifests)
        return self.apply(manifests, dry_run=True)

    def make_namespaces(self, manifests: Iterable[Manifest]) -> list[str]:
        """The namespaces of these objects, made where they are missing."""
        names = sorted({manifest["metadata"].get("namespace", "") for manifest in manifests} - {""})
        for name in names:  # created, not applied: applying a bare one would take the labels of a real one away
            body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
            status, answer = self.request("POST", "/api/v1/namespaces", body)
            if status not in (201, 409):
                raise AssertionError(f"namespace {name}: {status} {answer}")
        return names

    def items(self, path: str) -> list[dict[str, Any]]:
        """All objects of a collection, such as /api/v1/pods."""
        status, answer = self.request("GET", path)
        if status != 200:
            raise AssertionError(f"GET {path}: {status} {answer}")
        return answer["items"]  # type: ignore[no-any-return]

    def served(self) -> set[tuple[str, str]]:
        """Group and kind of everything that the server serves beyond its core, by one small answer."""
        status, answer = self.request("GET", "/apis", accept=_DISCOVERY)
        assert status == 200, answer
        return {
            (group["metadata"]["name"], resource["responseKind"]["kind"])
            for group in answer["items"]
            for version in group["versions"]
            for resource in version.get("resources", ())
        }

    def forget_kinds(self) -> None:
        """Ask for the kinds again; after CustomResourceDefinitions were added."""
        self._kinds.clear()


def wait_for(check: Callable[[], bool], what: str, seconds: float) -> None:
    """Ask until `check` says yes; AssertionError naming `what` after so many seconds."""
    deadline = time.monotonic() + seconds
    while not check():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {seconds:g} s")
        time.sleep(0.1)
