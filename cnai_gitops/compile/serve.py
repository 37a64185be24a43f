"""Serve stages: whatever the stage's engine makes of them.

Must not: know an engine by name.
"""

from __future__ import annotations

from collections.abc import Iterable

from cnai_gitops.contract.context import Context
from cnai_gitops.contract.roles import engine_of
from cnai_gitops.resources.base import Resource
from cnai_gitops.spec.serve import Serve


def compile_serve(context: Context[Serve]) -> Iterable[Resource]:
    """All objects of one serve stage on one target."""
    return engine_of(context).resources(context)
