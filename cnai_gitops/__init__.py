"""Declarative GitOps configuration for cloud native AI: typed blueprints in, reviewed Kubernetes manifests out.

Public names are loaded when they are first used, so that `import cnai_gitops` costs next to nothing.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnai_gitops.exports import *  # noqa: F403 - for type checkers and editors

__version__ = "0.2.0"


def __getattr__(name: str) -> Any:
    from cnai_gitops.exports import HOMES  # a step in a pod needs none of it

    if name == "__all__":
        return sorted(HOMES)
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if "IPython" in sys.modules:
        importlib.import_module(f"{__name__}.shell").attach()
    return getattr(importlib.import_module(HOMES[name]), name)


def __dir__() -> list[str]:
    return list(__getattr__("__all__"))
