"""Unit: one owner on one target; Objects: what it consists of there.

Must not: make an object.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from cnai_gitops.compile.argocd import HUB, PLATFORM, Field
from cnai_gitops.findings import Finding
from cnai_gitops.plan.target import Target
from cnai_gitops.resources.base import Resource, left_to_controllers
from cnai_gitops.system.store import digest_of


@dataclass(frozen=True, slots=True)
class Unit:
    """An owner (an app, `_platform`, or on a hub `_argocd`) on a target; `team` is empty for the last two."""

    owner: str
    target: Target
    team: str = ""

    @property
    def is_app(self) -> bool:
        """True for an application."""
        return self.owner not in (PLATFORM, HUB)


@dataclass(frozen=True, slots=True)
class Objects:
    """All objects of a unit in file order, hand-written patches included, and what was found while making them."""

    unit: Unit
    resources: tuple[Resource, ...]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Summary:
    """What others may ask of a unit without its objects: their identities as text, in file order, and what they leave to controllers."""

    keys: tuple[str, ...]
    left: tuple[Field, ...]

    @classmethod
    def of(cls, resources: Iterable[Resource]) -> Summary:
        """The summary of these objects."""
        resources = list(resources)
        return cls(tuple(str(r.key) for r in resources), tuple(left_to_controllers(r.body for r in resources)))

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Summary:
        """The summary that was written as plain data."""
        return cls(tuple(data["keys"]), tuple((version, kind, pointer) for version, kind, pointer in data["left"]))

    def plain(self) -> dict[str, Any]:
        """As plain data."""
        return {"keys": list(self.keys), "left": [list(field) for field in self.left]}


def pack(resources: tuple[Resource, ...]) -> bytes | tuple[Resource, ...]:
    """Objects as bytes, a tenth of their size in memory; as they are where JSON cannot hold one (`emit` says which)."""
    try:
        return orjson.dumps([(r.body, r.stage, r.trace) for r in resources])
    except TypeError:
        return resources


def unpack(packed: bytes | tuple[Resource, ...]) -> tuple[Resource, ...]:
    """The objects again."""
    if not isinstance(packed, bytes):
        return packed
    return tuple(Resource(body, stage, tuple((prefix, words) for prefix, words in trace)) for body, stage, trace in orjson.loads(packed))


def content_token(objects: Objects, more: str) -> str:
    """What stands for a unit that no record has a key of: its objects, and `more` that its findings depend on."""
    return digest_of(more, orjson.dumps([(r.body, r.stage) for r in objects.resources], default=str))
