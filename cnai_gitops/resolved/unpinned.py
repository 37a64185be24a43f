"""Placeholders that must never be deployed: a digest of zeros stands for one that nobody pinned.

Must not: know what made the object, or where a digest belongs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from cnai_gitops.findings import Finding
from cnai_gitops.plan.target import ZERO, Target
from cnai_gitops.resources.base import Resource
from cnai_gitops.source.places import Place

MARK = ZERO.encode()
"""What the bytes of objects are searched for, before anything is looked at more closely."""


def unpinned(target: Target, resources: Iterable[Resource], place: Place | None) -> Iterator[Finding]:
    """One finding for each place of an object that holds a digest of zeros, whatever made it; `place` is the blueprint's."""
    for resource in resources:
        for path, value in _texts(resource.body, ""):
            if ZERO in value:
                yield Finding(
                    code="CNAI305",
                    message=f"{resource.key.kind}/{resource.key.name}: {path} holds a digest of zeros, which stands for none",
                    location=place.locate(tuple(resource.stage.split(".", 1)) if resource.stage else ("name",)) if place else None,
                    path=path,
                    resource=str(resource.key),
                    target=target.name,
                    help="pin the digest in the release, or in the environment where it is the platform's",
                )


def _texts(node: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, str):
        yield path, node
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from _texts(value, f"{path}.{key}" if path else str(key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _texts(value, f"{path}[{index}]")
