"""AcceleratorRequest: how many accelerators of which class one node of a stage needs.

Must not: know resource names or node labels; `facts` does.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from pydantic import field_validator

from cnai_gitops.facts import accelerators
from cnai_gitops.spec.base import Name, Positive, Spec

__all__ = ["AcceleratorRequest", "gaudi", "gpu", "tpu"]


class AcceleratorRequest(Spec):
    """`per_node` accelerators of class `type` (a name of `facts/accelerators`: h100, mi300x, gaudi3, tpu-v5e ...)."""

    type: Name
    """class of the accelerator: h100, mi300x, tpu-v5e ..."""
    per_node: Positive = 1
    """accelerators on each node, or for each replica"""

    @field_validator("type")
    @classmethod
    def _known(cls, value: str) -> str:
        known = accelerators()
        if value not in known:
            near = get_close_matches(value, known, n=1)
            raise ValueError(f"must be one of {', '.join(sorted(known))}, got {value!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
        return value


def gpu(type: str, per_node: int = 1) -> AcceleratorRequest:  # noqa: A002 - the word of the field
    """`per_node` GPUs of one class (NVIDIA, AMD or Intel) for each node of a stage."""
    return _request(type, per_node, {"nvidia", "amd", "intel"}, "GPU")


def tpu(type: str, per_node: int = 4) -> AcceleratorRequest:  # noqa: A002
    """`per_node` TPU chips for each host of a stage."""
    return _request(type, per_node, {"google"}, "TPU")


def gaudi(type: str = "gaudi3", per_node: int = 8) -> AcceleratorRequest:  # noqa: A002
    """`per_node` Intel Gaudi accelerators for each node of a stage."""
    return _request(type, per_node, {"intel"}, "Gaudi")


def _request(type: str, per_node: int, vendors: set[str], word: str) -> AcceleratorRequest:  # noqa: A002
    made = AcceleratorRequest(type=type, per_node=per_node)
    vendor: Any = accelerators()[type].vendor
    if vendor not in vendors:
        raise ValueError(f"{type} is no {word}: its vendor is {vendor}")
    return made
