"""AcceleratorRequest: how many accelerators of which class one node of a stage needs.

Must not: know resource names or node labels; `facts` does.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from cnai_gitops.facts import accelerators, words
from cnai_gitops.spec.base import Positive, Spec
from cnai_gitops.spec.engine import Variants, default_engine
from cnai_gitops.spec.roles import FormRole
from cnai_gitops.spec.words import AcceleratorName

__all__ = ["AcceleratorRequest", "gaudi", "gpu", "tpu"]

Form = Annotated[FormRole, Variants("form")]


def whole() -> Any:
    """Whole cards, the usual form."""
    return default_engine("form", "whole")


class AcceleratorRequest(Spec):
    """`per_node` accelerators of class `type`, which our facts know or cnai.toml declares.

    `form` says how they are handed out: whole cards, unless given; the pool of the class has the same form.
    """

    type: AcceleratorName
    """class of the accelerator: h100, mi300x, tpu-v5e ..."""
    per_node: Positive = 1
    """accelerators on each node, or for each replica"""
    form: Form = Field(default_factory=whole)
    """how cards are handed out; the pool of the class has the same form"""

    @model_validator(mode="after")
    def _possible(self) -> AcceleratorRequest:
        if "form" in self.model_fields_set:
            check_form(self.type, self.form)
        return self


def check_form(type: str, form: FormRole) -> None:  # noqa: A002 - the word of the field
    """Raises ValueError for a form that a class of ours cannot have; the plan looks at those that cnai.toml declares."""
    card = accelerators().get(type)
    why = form.refuses(card) if card else ""
    if why:
        raise ValueError(why)


def gpu(type: words.Gpu, per_node: int = 1, form: FormRole | None = None) -> AcceleratorRequest:  # noqa: A002 - the word of the field
    """`per_node` GPUs of one class for each node of a stage, or that many of another `form`."""
    return _request(type, per_node, "GPU", form)


def tpu(type: words.Tpu, per_node: int = 4) -> AcceleratorRequest:  # noqa: A002
    """`per_node` TPU chips for each host of a stage."""
    return _request(type, per_node, "TPU")


def gaudi(type: words.Gaudi = "gaudi3", per_node: int = 8) -> AcceleratorRequest:  # noqa: A002
    """`per_node` Intel Gaudi accelerators for each node of a stage."""
    return _request(type, per_node, "Gaudi")


def _request(
    type: words.Accelerator,  # noqa: A002
    per_node: int,
    word: str,
    form: FormRole | None = None,
) -> AcceleratorRequest:
    known = accelerators().get(type)
    if known and known.device != word.lower():
        raise ValueError(f"{type} is no {word}: its resource is {known.resource}")
    return AcceleratorRequest(type=type, per_node=per_node, **({"form": form} if form else {}))
