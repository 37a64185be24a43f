"""AcceleratorRequest: how many accelerators of which class one node of a stage needs.

Must not: know resource names or node labels; `facts` does.
"""

from __future__ import annotations

from cnai_gitops.facts import accelerators, words
from cnai_gitops.spec.base import Positive, Spec
from cnai_gitops.spec.words import AcceleratorName

__all__ = ["AcceleratorRequest", "gaudi", "gpu", "tpu"]


class AcceleratorRequest(Spec):
    """`per_node` accelerators of class `type`, which our facts know or cnai.toml declares."""

    type: AcceleratorName
    """class of the accelerator: h100, mi300x, tpu-v5e ..."""
    per_node: Positive = 1
    """accelerators on each node, or for each replica"""


def gpu(type: words.Gpu, per_node: int = 1) -> AcceleratorRequest:  # noqa: A002 - the word of the field
    """`per_node` GPUs of one class for each node of a stage."""
    return _request(type, per_node, "GPU")


def tpu(type: words.Tpu, per_node: int = 4) -> AcceleratorRequest:  # noqa: A002
    """`per_node` TPU chips for each host of a stage."""
    return _request(type, per_node, "TPU")


def gaudi(type: words.Gaudi = "gaudi3", per_node: int = 8) -> AcceleratorRequest:  # noqa: A002
    """`per_node` Intel Gaudi accelerators for each node of a stage."""
    return _request(type, per_node, "Gaudi")


def _request(type: words.Accelerator, per_node: int, word: str) -> AcceleratorRequest:  # noqa: A002
    known = accelerators().get(type)  # what cnai.toml declares is seen by the plan
    if known and known.device != word.lower():
        raise ValueError(f"{type} is no {word}: its resource is {known.resource}")
    return AcceleratorRequest(type=type, per_node=per_node)
