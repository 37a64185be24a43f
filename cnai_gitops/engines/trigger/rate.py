"""Rate: scale a service with the requests that it gets, measured by Prometheus.

Must not: know other triggers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from cnai_gitops.contract.context import Context
from cnai_gitops.contract.roles import Load, Trigger, engine_of
from cnai_gitops.spec.base import Positive
from cnai_gitops.spec.serve import Serve

if TYPE_CHECKING:
    from cnai_gitops.resources.keda.model import Trigger as ScaleTrigger


class Rate(Trigger):
    """`requests_per_replica` requests a second for each replica."""

    kind: Literal["rate"] = "rate"
    honours: ClassVar[frozenset[str]] = frozenset({"fallback"})
    scrapes: ClassVar[bool] = True
    requests_per_replica: Positive = 50
    """requests a second that one replica takes"""

    def trigger(self, context: Context[Serve], load: Load) -> ScaleTrigger:
        """A Prometheus trigger."""
        counter = engine_of(context).runtime(context.stage, context.facts).requests
        query = f'sum(rate({counter}{{namespace="{context.namespace}",service="{load.service}-metrics"}}[2m]))'
        return {
            "type": "prometheus",
            "metricType": "AverageValue",
            "metadata": {
                "serverAddress": context.target.environment.endpoints.prometheus,
                "query": query,
                "threshold": str(self.requests_per_replica),
                # a missing series is an error that the fallback answers, not a rate of 0 that scales in
                "ignoreNullValues": "false",
            },
        }


EXAMPLE = """
beside:
  serve: {name: scorer, model: bought}
example:
  serve: {name: scorer, model: bought, scaling: {kind: rate, requests_per_replica: 200}}
other:
  Rate: {requests_per_replica: 7}
"""
