"""Freshness: an alert when a service has not answered for some time.

Must not: know a serving engine.
"""

from collections.abc import Iterator, Sequence
from typing import Literal

from cnai_gitops.contract.context import Context
from cnai_gitops.contract.roles import Signal
from cnai_gitops.parts.alerts import alert
from cnai_gitops.spec.base import Positive
from cnai_gitops.spec.observe import Observe
from cnai_gitops.spec.serve import Serve


class Freshness(Signal):
    """At least one answer in so many hours."""

    kind: Literal["freshness"] = "freshness"
    hours: Positive = 7
    """hours without an answer that are too many"""

    def rules(self, context: Context[Observe], services: Sequence[Context[Serve]]) -> Iterator[dict[str, object]]:
        """One alert for each service."""
        for service in services:
            expr = f'absent_over_time(up{{service="{service.name}-metrics"}}[{self.hours}h])'
            app, labels = context.blueprint.name, context.alert_labels
            words = f"{service.name} does not answer"
            rule = alert(app, "Stale", expr, wait="5m", severity="ticket", summary=words, labels=labels, runbook=context.stage.runbook)
            yield {"name": f"{service.name}.freshness", "interval": "1m", "rules": [rule]}


EXAMPLE = """
beside:
  serve: {name: scorer, model: bought}
  observe: {}
example:
  observe: {signals: [{kind: freshness, hours: 9}]}
other:
  Freshness: {hours: 5}
"""
