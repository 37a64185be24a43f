"""The page of the container contract, from the contract's own module.

Must not: change its text.
"""

from __future__ import annotations

from cnai_gitops.steps.contract import markdown


def pages() -> dict[str, str]:
    """One page."""
    return {"container-contract.md": markdown()}
