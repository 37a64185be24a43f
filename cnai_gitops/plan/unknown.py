"""A name that nothing has: one finding, with the candidates.

Must not: know what the name is of.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from cnai_gitops.findings import Finding, Location


def unknown(code: str, what: str, name: str, known: Iterable[str], location: Location | None, extra: str = "") -> Finding:
    """`what` (a dataset, a team) called `name` does not exist; `extra` ends the sentence."""
    candidates = sorted(known)
    near = get_close_matches(name, candidates, n=1)
    listed = ", ".join(candidates) or "none"
    help_ = f"did you mean {near[0]!r}? known: {listed}" if near else f"known: {listed}"
    return Finding(code=code, message=f"{what} {name!r} does not exist{extra}", location=location, help=help_)
