"""Serve stages: whatever the stage's engine makes of them.

Must not: know an engine by name.
"""

from __future__ import annotations

from collections.abc import Iterable

from cnai_gitops.contract.context import Context
from cnai_gitops.contract.roles import ServeEngine
from cnai_gitops.resources.base import Resource


def compile_serve(context: Context) -> Iterable[Resource]:
    """All objects of one serve stage on one target."""
    engine: ServeEngine = context.stage.engine
    return engine.resources(context)
