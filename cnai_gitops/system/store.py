"""Stores: what one run writes down for the next in `.cnai/`; lost, foreign, half written or damaged ones count as empty.

Must not: know what is written, or be the only place of anything.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from cnai_gitops.system.files import Writer

FOLDER = ".cnai"


def digest_of(*parts: str | bytes) -> str:
    """A digest of these parts, in this order."""
    encoded = [part.encode() if isinstance(part, str) else part for part in parts]
    sizes = b"".join(len(part).to_bytes(8, "little") for part in encoded)
    return hashlib.blake2b(b"".join((len(parts).to_bytes(8, "little"), sizes, *encoded)), digest_size=16).hexdigest()


def read_store(root: Path, name: str, made_by: str) -> dict[str, Any]:
    """What was written under `name` by a run of the same making (`made_by`); {} when there is none that can be trusted."""
    try:
        descriptor = os.open(root / FOLDER / f"{name}.json", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:
            head, _, body = file.read().partition(b"\n") if stat.S_ISREG(os.fstat(descriptor).st_mode) else (b"", b"", b"")
        if head.decode("ascii") != digest_of(made_by, body):
            return {}
        found = orjson.loads(body)
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_store(root: Path, name: str, made_by: str, data: Mapping[str, Any]) -> None:
    """Write it, whole."""
    body = orjson.dumps(data)
    with Writer(root) as writer:
        writer.write(f"{FOLDER}/{name}.json", digest_of(made_by, body).encode() + b"\n" + body)
