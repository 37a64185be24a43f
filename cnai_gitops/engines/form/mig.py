"""Mig: slices of NVIDIA cards that were partitioned into equal instances, with the device plugin's `mixed` strategy.

Must not: know other forms. Source of the resource names: NVIDIA's device plugin for Kubernetes, read 2026-11-24.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from cnai_gitops.contract.form import AcceleratorForm
from cnai_gitops.facts import MIG_PREFIX, Accelerator


class Mig(AcceleratorForm):
    """Slices of one profile, for example `1g.10gb`; a container sees each of them as a device."""

    kind: Literal["mig"] = "mig"
    profile: str = Field(pattern=r"^[1-7]g\.[0-9]+gb$")
    """MIG profile of the slices: 1g.10gb"""

    def refuses(self, card: Accelerator) -> str:
        """A profile that the class does not have."""
        if self.profile in card.mig:
            return ""
        return f"{card.name} has no MIG profile {self.profile}; it has {', '.join(card.mig) or 'none'}"

    def resource(self, card: Accelerator) -> str:
        """`nvidia.com/mig-1g.10gb`."""
        return f"{MIG_PREFIX}{self.profile}"

    def units(self, card: Accelerator) -> int:
        """Slices of a card."""
        return int(1 / card.mig[self.profile])


EXAMPLE = """
beside:
  serve: {name: scorer, model: bought}
example:
  serve: {name: scorer, model: bought, accelerator: {type: h100, form: {kind: mig, profile: 1g.10gb}}}
  environment:
    clusters: {dev1: {accelerators: {h100: {form: {kind: mig, profile: 1g.10gb}}}}}
other:
  Mig: {profile: 2g.20gb}
"""
