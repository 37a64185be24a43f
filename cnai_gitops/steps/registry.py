"""Pushes an OCI image layout to a registry over the OCI distribution API.

Must not: replace a tag that already means another image, send credentials to another host than the registry names, or
run credential programs.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

from cnai_gitops.steps.files import json_of, read_json
from cnai_gitops.steps.image import MANIFEST, blob_path, read_layout
from cnai_gitops.steps.web import DeliveryError, Reply, address, send

_REPOSITORY = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_CHALLENGE = re.compile(r'([a-z_]+)="([^"]*)"')
_STORED_ELSEWHERE = (302, 303, 307)  # a registry that keeps blobs in an object store answers HEAD with a redirect


@dataclass(frozen=True, slots=True)
class Reference:
    """Where an image goes: `base` is scheme and host, `repository` the path in the registry."""

    base: str
    repository: str

    @classmethod
    def parse(cls, text: str) -> Reference:
        """Read `[oci://|https://]host[:port]/repository`; plain http is only for loopback. ValueError otherwise."""
        rest = text.removeprefix("oci://")
        url = address(rest if "://" in rest else f"https://{rest}", encrypted=True)
        repository = url.path.removeprefix("/")
        if not _REPOSITORY.fullmatch(repository) or url.query or url.fragment:
            raise ValueError(f"{text!r}: {repository!r} is not a repository; the tag is given apart")
        return cls(f"{url.scheme}://{url.netloc}", repository)

    @property
    def host(self) -> str:
        """Host and port, as a docker config names it."""
        return self.base.partition("://")[2]


@dataclass(frozen=True, slots=True)
class Credentials:
    """User and password for one registry, or a ready bearer token; all empty means anonymous."""

    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)

    @property
    def basic(self) -> str:
        """Value of the Authorization header for HTTP basic authentication, or an empty text."""
        return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode() if self.user else ""


def credentials(config: Path, host: str) -> Credentials:
    """Credentials of a registry in a docker config file; ValueError when they are kept by a credential program."""
    content = read_json(config)
    if not isinstance(content, dict):
        raise ValueError(f"{config}: must hold a JSON object")
    entry = content.get("auths", {}).get(host) or content.get("auths", {}).get(f"https://{host}")
    if not entry:
        if content.get("credsStore") or host in content.get("credHelpers", {}):
            raise ValueError(f"{config}: the credentials of {host} are kept by a credential program; put them into auths")
        return Credentials()
    if entry.get("registrytoken"):
        return Credentials(token=entry["registrytoken"])
    if entry.get("identitytoken"):
        raise ValueError(f"{config}: {host} has an identity token, which is not supported; use a user and a password")
    if entry.get("auth"):
        user, _, password = base64.b64decode(entry["auth"], validate=True).decode().partition(":")
        return Credentials(user, password)
    return Credentials(entry.get("username", ""), entry.get("password", ""))


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push did: digest of the manifest, and how many blobs were sent and how many were there already."""

    digest: str
    sent: int
    present: int


def push(layout: Path, reference: Reference, tag: str, *, login: Credentials | None = None, timeout: float = 60) -> Pushed:
    """Push the one image of a layout under a tag; blobs that the registry has are not sent again.

    Raises DeliveryError, also when the tag exists and means another image. `timeout` is in seconds for each socket operation.
    """
    if not _TAG.fullmatch(tag):
        raise DeliveryError(f"{tag!r} is not a tag")
    session = _Session(reference, login or Credentials(), timeout)
    descriptor, manifest = read_layout(layout)
    body = blob_path(layout, descriptor["digest"]).read_bytes()
    digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
    if digest != descriptor["digest"]:
        raise DeliveryError(f"{layout}: the manifest does not have the digest of the index")
    if session.tagged(tag, digest):
        return Pushed(digest, 0, len(manifest["layers"]) + 1)
    sent = present = 0
    for blob in [*manifest["layers"], manifest["config"]]:
        if session.has_blob(blob["digest"]):
            present += 1
        else:
            session.upload(blob_path(layout, blob["digest"]), blob["digest"])
            sent += 1
    session.put_manifest(tag, body, digest)
    return Pushed(digest, sent, present)


class _Session:
    """Requests to one repository, with its authorization."""

    def __init__(self, reference: Reference, login: Credentials, timeout: float) -> None:
        self.reference = reference
        self.login = login
        self.timeout = timeout
        self.authorization = f"Bearer {login.token}" if login.token else ""
        self.root = f"{reference.base}/v2/{reference.repository}"

    def tagged(self, tag: str, digest: str) -> bool:
        """True when the tag means this image already; DeliveryError when it means another."""
        reply = self.request("GET", f"{self.root}/manifests/{tag}", {"Accept": MANIFEST})
        if reply.status == 404:
            return False
        _expect(reply, (200,), "looking for the tag")
        found = f"sha256:{hashlib.sha256(reply.body).hexdigest()}"
        if found != digest:
            raise DeliveryError(f"tag {tag} exists and means {found}; a tag is never moved")
        return True

    def has_blob(self, digest: str) -> bool:
        reply = self.request("HEAD", f"{self.root}/blobs/{digest}")
        _expect(reply, (200, 404, *_STORED_ELSEWHERE), f"looking for {digest}")
        return reply.status != 404

    def upload(self, path: Path, digest: str) -> None:
        """Send a blob in one piece: POST opens an upload, PUT carries it."""
        opened = self.request("POST", f"{self.root}/blobs/uploads/", {"Content-Length": "0"})
        _expect(opened, (202,), "opening an upload")
        location = self.upload_url(opened.headers.get("location", ""))
        url = f"{location}{'&' if '?' in location else '?'}digest={quote(digest, safe='')}"
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(path.stat().st_size)}
        reply = self.request("PUT", url, headers, path)
        _expect(reply, (201,), f"uploading {digest}")
        _same_digest(reply, digest)

    def put_manifest(self, tag: str, body: bytes, digest: str) -> None:
        reply = self.request("PUT", f"{self.root}/manifests/{tag}", {"Content-Type": MANIFEST}, body)
        _expect(reply, (201,), "writing the manifest")
        _same_digest(reply, digest)

    def upload_url(self, location: str) -> str:
        # Behind a proxy that ends TLS a registry may answer http for itself, so the scheme stays the one that was asked for.
        parts = urlsplit(urljoin(f"{self.root}/", location))
        if not location or parts.netloc != self.reference.host:
            raise DeliveryError(f"the registry wants the upload at another host ({parts.netloc or 'none'}), which is refused")
        return f"{self.reference.base}{parts.path}" + (f"?{parts.query}" if parts.query else "")

    def request(self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | Path | None = None) -> Reply:
        """One request; on 401 authorize as the registry asks and try once more (tokens live for minutes, uploads for hours)."""
        reply = self.once(method, url, headers, body)
        if reply.status != 401:
            return reply
        self.authorize(reply.headers.get("www-authenticate", ""))
        return self.once(method, url, headers, body)

    def once(self, method: str, url: str, headers: Mapping[str, str] | None, body: bytes | Path | None) -> Reply:
        merged = dict(headers or {}) | ({"Authorization": self.authorization} if self.authorization else {})
        if isinstance(body, Path):
            with body.open("rb") as file:
                return send(method, url, body=file, headers=merged, timeout=self.timeout, encrypted=True)
        return send(method, url, body=body, headers=merged, timeout=self.timeout, encrypted=True)

    def authorize(self, challenge: str) -> None:
        kind, _, rest = challenge.partition(" ")
        if kind.lower() == "basic" and self.login.basic:
            self.authorization = self.login.basic
        elif kind.lower() == "bearer":
            self.authorization = f"Bearer {self.token(dict(_CHALLENGE.findall(rest)))}"
        else:
            raise DeliveryError(f"{self.reference.host} wants a login and there are no credentials for it")

    def token(self, challenge: Mapping[str, str]) -> str:
        scope = f"repository:{self.reference.repository}:pull,push"
        query = urlencode({"service": challenge.get("service", ""), "scope": scope})
        headers = {"Authorization": self.login.basic} if self.login.basic else {}
        reply = send("GET", f"{challenge.get('realm', '')}?{query}", headers=headers, timeout=self.timeout, encrypted=True)
        _expect(reply, (200,), "asking for a token")
        try:
            content: Any = json_of(reply.body.decode())
            return str(content.get("token") or content["access_token"])
        except (ValueError, KeyError, AttributeError) as error:
            raise DeliveryError("the token service answered without a token") from error


def _expect(reply: Reply, statuses: tuple[int, ...], doing: str) -> None:
    if reply.status not in statuses:
        raise DeliveryError(f"{doing}: the registry answered {reply.words}")


def _same_digest(reply: Reply, digest: str) -> None:
    answered = reply.headers.get("docker-content-digest", digest)
    if answered != digest:
        raise DeliveryError(f"the registry stored {answered} instead of {digest}")
