"""One HTTP request at a time, with the standard library only.

Must not: follow redirects, retry, or know what it carries; no proxy settings are read.
"""

from __future__ import annotations

import http.client
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import SplitResult, urlsplit

LARGEST_REPLY = 4 * 1024 * 1024
"""Bytes; none of the services that a step talks to answers with more."""


class DeliveryError(Exception):
    """The other side could not be reached, or its answer was no HTTP."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Status, headers (lower-case names) and body of an answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def words(self) -> str:
        """The answer in one printable line of at most 200 characters, for an error message."""
        text = self.body[:200].decode("utf-8", "replace")
        return f"{self.status} " + "".join(c if c.isprintable() else " " for c in text).strip()


def is_loopback(host: str | None) -> bool:
    """True for `localhost` and loopback addresses; never asks a name server."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def address(url: str, *, encrypted: bool) -> SplitResult:
    """The parts of an http(s) URL; with `encrypted`, plain http is only for loopback. ValueError says what is wrong."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("not an http or https URL")
    if parts.username is not None or parts.password is not None:
        raise ValueError("a URL must not carry a user name or a password")
    if encrypted and parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError(f"https is required for {parts.hostname}; plain http is only for loopback")
    _ = parts.port  # a bad port number raises ValueError here instead of at the first request
    return parts


def send(
    method: str,
    url: str,
    *,
    body: bytes | BinaryIO | None = None,
    headers: Mapping[str, str] | None = None,
    timeout: float = 10,
    encrypted: bool = False,
) -> Reply:
    """Send one request and read its answer.

    `timeout` is in seconds for each socket operation. A file as `body` is streamed and needs a Content-Length header.
    Raises DeliveryError; the status is the caller's to judge.
    """
    try:
        parts = address(url, encrypted=encrypted)
    except ValueError as error:
        raise DeliveryError(str(error)) from error
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=timeout)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target, body=body, headers=dict(headers or {}))
        answer = connection.getresponse()
        data = answer.read(LARGEST_REPLY + 1)
        if len(data) > LARGEST_REPLY:
            raise DeliveryError(f"{parts.hostname} answered with more than {LARGEST_REPLY} bytes")
        return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, data)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise DeliveryError(f"{method} {parts.scheme}://{parts.netloc}: {type(error).__name__}: {error}") from error
    finally:
        connection.close()
