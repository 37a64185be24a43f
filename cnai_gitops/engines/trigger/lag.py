"""Lag: scale a service that consumes a Kafka topic with the messages it has not read yet.

Must not: know other engines.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from cnai_gitops.contract.context import Context
from cnai_gitops.contract.roles import Scaler
from cnai_gitops.parts.autoscaling import scaled_object
from cnai_gitops.resources.base import Resource
from cnai_gitops.spec.base import Count, Duration, Positive, seconds


class Lag(Scaler):
    """`messages_per_replica` waiting messages of `topic` for each replica. Declares the service a consumer of that topic."""

    kind: Literal["lag"] = "lag"
    topic: str = Field(pattern=r"^[A-Za-z0-9._-]{1,249}$")
    """Kafka topic that is consumed"""
    consumer_group: str = Field(pattern=r"^[A-Za-z0-9._-]{1,249}$")
    """consumer group of the service"""
    messages_per_replica: Positive = 100
    """waiting messages that one replica takes"""
    min: Count = 0
    """replicas that always run; 0 lets it go to sleep"""
    max: Positive = 4
    """most replicas"""
    cooldown: Duration = "10m"
    """time without need before replicas go"""

    @model_validator(mode="after")
    def _ordered(self) -> Lag:
        if self.min > self.max:
            raise ValueError(f"`min` ({self.min}) must not be more than `max` ({self.max})")
        return self

    def scaler(self, context: Context, deployment: str, *, low: int, high: int) -> Resource:
        """A ScaledObject with one Kafka trigger."""
        metadata = {
            "bootstrapServers": context.target.environment.endpoints.kafka or "kafka.invalid:9093",
            "consumerGroup": self.consumer_group,
            "topic": self.topic,
            "lagThreshold": str(self.messages_per_replica),
            "tls": "enable",
        }
        name = deployment.removesuffix("-predictor")
        body = scaled_object(
            context.metadata(name),
            deployment,
            low=low,
            high=high,
            cooldown=seconds(self.cooldown),
            trigger={"type": "kafka", "metricType": "AverageValue", "metadata": metadata},
        )
        return Resource(
            body, context.key, (("spec.maxReplicaCount", f"{context.key}.scaling.max"), ("spec.triggers", f"{context.key}.scaling"))
        )
