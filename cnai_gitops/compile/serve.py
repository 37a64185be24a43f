"""Serve stages: whatever the stage's engine makes of them, and what scrapes their pods where a trigger reads that and nobody else does.

Must not: know an engine by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from cnai_gitops.compile.monitor import monitors, watches
from cnai_gitops.contract.context import Context
from cnai_gitops.contract.roles import engine_of
from cnai_gitops.resources.base import Resource
from cnai_gitops.spec.observe import Observe
from cnai_gitops.spec.serve import Serve


def compile_serve(context: Context[Serve]) -> Iterator[Resource]:
    """All objects of one serve stage on one target."""
    engine, stage = engine_of(context), context.stage
    yield from engine.resources(context)
    scaled = "scaling" in engine.honoured(stage, context.facts) and any(trigger.scrapes for trigger in stage.replicas.triggers)
    if scaled and not any(watches(cast(Observe, observe.stage), stage) for observe in context.app.of("observe")):
        yield from monitors(context, context)
