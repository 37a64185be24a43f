"""Overlays: the Kustomize tree of an application, and the proof that it builds what was resolved.

Must not: write files, start kustomize, know blueprints or stages.
"""

from __future__ import annotations

from cnai_gitops.emit import Unwritable
from cnai_gitops.overlay.delta import BUILT_IN, Delta, delta
from cnai_gitops.overlay.read import equal, read_kustomize, same
from cnai_gitops.overlay.tree import tree

__all__ = ["BUILT_IN", "Delta", "Unwritable", "delta", "equal", "read_kustomize", "same", "tree"]
