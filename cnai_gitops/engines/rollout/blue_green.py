"""Blue/green: the new model runs as large as the one that serves, is tried without requests, and then gets all of them at once.

Must not: know a serving engine, or choose when to switch (the release does).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from cnai_gitops.contract.roles import Rollout


class BlueGreen(Rollout):
    """Two services of full size; a release switches all requests from one to the other."""

    kind: Literal["blue-green"] = "blue-green"

    def weights(self) -> Sequence[int]:
        """None between nothing and all."""
        return ()

    def share(self, weight: int) -> int:
        """All of them, whatever requests it gets: the switch must find it warm."""
        return 100


EXAMPLE = """
beside:
  serve: {name: scorer, model: bought}
example:
  serve: {name: scorer, model: bought, rollout: {kind: blue-green}}
  release:
    serve.scorer:
      canary: {model: "sha256:2222222222222222222222222222222222222222222222222222222222222222", weight: 0}
"""
