"""The role of accelerator forms: how cards of a class are handed out, and what a pod must say to get them.

Must not: know a class by name, or count (the ledger does).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any

from cnai_gitops.facts import Accelerator
from cnai_gitops.parts.pods import Held
from cnai_gitops.spec.accelerator import AcceleratorRequest
from cnai_gitops.spec.environment import Pool
from cnai_gitops.spec.roles import FormRole

__all__ = ["AcceleratorForm"]


class AcceleratorForm(FormRole):
    """How cards of a class are handed out. A pool has a form, and what asks for its cards has the same one."""

    @abstractmethod
    def resource(self, card: Accelerator) -> str:
        """Name of the resource that quotas count."""

    def units(self, card: Accelerator) -> int:
        """How many of that resource one card gives."""
        return 1

    def held(self, card: Accelerator, devices: int, claim: str) -> Held:
        """What a pod says for `devices` of them. `claim` is a name for claims that the pods of the stage may share."""
        return Held(devices, {self.resource(card): str(devices)}, selector=card.selector, tolerations=card.tolerations)

    def objects(self, card: Accelerator, devices: int, metadata: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
        """Objects of the namespace that the pods refer to; `metadata` is named after the claim."""
        return ()


def form_of(asked: AcceleratorRequest | Pool) -> AcceleratorForm:
    """The form of a pool, or of what asks for its cards."""
    assert isinstance(asked.form, AcceleratorForm)
    return asked.form
