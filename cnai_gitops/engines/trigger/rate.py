"""Rate: scale a service with the requests it gets, measured by Prometheus, through a KEDA ScaledObject.

Must not: know other engines.
"""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from cnai_gitops.contract.context import Context
from cnai_gitops.contract.roles import Scaler
from cnai_gitops.parts.autoscaling import scaled_object
from cnai_gitops.resources.base import Resource
from cnai_gitops.spec.base import Duration, Positive, seconds


class Rate(Scaler):
    """`requests_per_replica` requests a second for each replica, between `min` and `max` replicas.

    When Prometheus cannot be asked, `min` replicas keep running (or the current number, if that is more).
    """

    kind: Literal["rate"] = "rate"
    requests_per_replica: Positive = 50
    """requests a second that one replica takes"""
    min: Positive = 1
    """replicas that always run"""
    max: Positive = 4
    """most replicas"""
    cooldown: Duration = "10m"
    """time without need before replicas go"""

    @model_validator(mode="after")
    def _ordered(self) -> Rate:
        if self.min > self.max:
            raise ValueError(f"`min` ({self.min}) must not be more than `max` ({self.max})")
        return self

    def scaler(self, context: Context, deployment: str, *, low: int, high: int) -> Resource:
        """A ScaledObject with one Prometheus trigger."""
        counter = context.facts.runtimes[context.stage.runtime].requests
        query = f'sum(rate({counter}{{namespace="{context.namespace}",service="{deployment.removesuffix("-predictor")}-metrics"}}[2m]))'
        metadata = {
            "serverAddress": context.target.environment.endpoints.prometheus,
            "query": query,
            "threshold": str(self.requests_per_replica),
            # a missing series is an error that the fallback answers, not a rate of 0 that scales in
            "ignoreNullValues": "false",
        }
        body = scaled_object(
            context.metadata(deployment.removesuffix("-predictor")),
            deployment,
            low=low,
            high=high,
            cooldown=seconds(self.cooldown),
            trigger={"type": "prometheus", "metricType": "AverageValue", "metadata": metadata},
        )
        prefix = f"{context.key}.scaling"
        trace = (("spec.maxReplicaCount", f"{prefix}.max"), ("spec.minReplicaCount", f"{prefix}.min"), ("spec.triggers", prefix))
        return Resource(body, context.key, trace)
