"""AcceleratorRequest: how many accelerators of which class one node of a stage needs.

Must not: know resource names or node labels; `facts` does.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import Annotated, Any

from pydantic import Field, field_validator, model_validator

from cnai_gitops.facts import accelerators
from cnai_gitops.spec.base import Name, Positive, Spec
from cnai_gitops.spec.engine import Variants, default_engine
from cnai_gitops.spec.roles import FormRole

Form = Annotated[FormRole, Variants("form")]


def whole() -> Any:
    """Whole cards, the usual form."""
    return default_engine("form", "whole")


class AcceleratorRequest(Spec):
    """`per_node` accelerators of class `type` (a name of `facts/accelerators`: h100, mi300x, gaudi3, tpu-v5e ...).

    `form` says how they are handed out: whole cards, unless given; the pool of the class has the same form.
    """

    type: Name
    per_node: Positive = 1
    form: Form = Field(default_factory=whole)

    @field_validator("type")
    @classmethod
    def _known(cls, value: str) -> str:
        known = accelerators()
        if value not in known:
            near = get_close_matches(value, known, n=1)
            raise ValueError(f"must be one of {', '.join(sorted(known))}, got {value!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
        return value

    @model_validator(mode="after")
    def _possible(self) -> AcceleratorRequest:
        if "form" in self.model_fields_set:
            check_form(self.type, self.form)
        return self


def check_form(type: str, form: FormRole) -> None:  # noqa: A002 - the word of the field
    """Raises ValueError for a form that the class cannot have."""
    why = form.refuses(accelerators()[type])
    if why:
        raise ValueError(why)


def gpu(type: str, per_node: int = 1, form: FormRole | None = None) -> AcceleratorRequest:  # noqa: A002 - the word of the field
    """`per_node` GPUs of one class (NVIDIA, AMD or Intel) for each node of a stage, or that many of another `form`."""
    return _request(type, per_node, {"nvidia", "amd", "intel"}, "GPU", form)


def tpu(type: str, per_node: int = 4) -> AcceleratorRequest:  # noqa: A002
    """`per_node` TPU chips for each host of a stage."""
    return _request(type, per_node, {"google"}, "TPU")


def gaudi(type: str = "gaudi3", per_node: int = 8) -> AcceleratorRequest:  # noqa: A002
    """`per_node` Intel Gaudi accelerators for each node of a stage."""
    return _request(type, per_node, {"intel"}, "Gaudi")


def _request(
    type: str,  # noqa: A002
    per_node: int,
    vendors: set[str],
    word: str,
    form: FormRole | None = None,
) -> AcceleratorRequest:
    made = AcceleratorRequest(type=type, per_node=per_node, **({"form": form} if form else {}))
    vendor: Any = accelerators()[type].vendor
    if vendor not in vendors:
        raise ValueError(f"{type} is no {word}: its vendor is {vendor}")
    return made
