"""What is known to one repository: the accelerators and runtimes of our fact files, and those that its cnai.toml declares.

Must not: read cnai.toml (`project` does).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from cnai_gitops.facts import Accelerator, accelerators
from cnai_gitops.facts.runtimes import Runtime, runtimes


@dataclass(frozen=True, slots=True)
class Facts:
    """Accelerator classes and runtimes by the names that blueprints use."""

    accelerators: Mapping[str, Accelerator]
    runtimes: Mapping[str, Runtime]

    @property
    def servers(self) -> Mapping[str, Runtime]:
        """Runtimes that a service may name; the others come with their engine."""
        return {name: runtime for name, runtime in self.runtimes.items() if runtime.image}

    def names(self, table: str) -> list[str]:
        """Names that may be written, of `accelerators` or of `runtimes`."""
        return sorted(self.servers if table == "runtimes" else self.accelerators)


@cache
def built_in() -> Facts:
    """Our own fact files."""
    return Facts(accelerators(), runtimes())
