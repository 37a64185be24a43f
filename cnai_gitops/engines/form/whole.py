"""Whole: cards as they are, one extended resource a card.

Must not: know other forms.
"""

from __future__ import annotations

from typing import Literal

from cnai_gitops.contract.form import AcceleratorForm
from cnai_gitops.facts import Accelerator


class Whole(AcceleratorForm):
    """Whole cards."""

    kind: Literal["whole"] = "whole"

    def resource(self, card: Accelerator) -> str:
        """The class's own resource."""
        return card.resource


EXAMPLE = """
beside:
  serve: {name: scorer, model: bought}
example:
  serve: {name: scorer, model: bought, accelerator: {type: h100, form: {kind: whole}}}
"""
