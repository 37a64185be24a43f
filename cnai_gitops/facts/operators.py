"""Operators: what a cluster must already run so that the objects we write do something.

Must not: ask a cluster (`cluster` does), pin a version (platform profiles do).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from cnai_gitops.facts import load


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator.

    Which kinds it serves is a fact of those kinds. `images` are endings of its controller's image name. `needed` says who needs it
    when not everybody does.
    """

    name: str
    images: tuple[str, ...]
    role: Literal["workload", "hub"]
    purpose: str
    install: str
    needed: str = ""


@cache
def operators() -> Mapping[str, Operator]:
    """Every operator by name, in the order of facts/operators.yaml."""
    return {
        name: Operator(
            name=name,
            images=tuple(fields["images"]),
            role=fields["role"],
            purpose=fields["purpose"],
            install=fields["install"],
            needed=fields.get("needed", ""),
        )
        for name, fields in load("operators").items()
    }
