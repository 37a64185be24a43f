"""Lag: scale a service that consumes a Kafka topic with the messages that it has not read yet.

Must not: know other triggers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from cnai_gitops.contract.context import Context
from cnai_gitops.contract.roles import Load, Trigger
from cnai_gitops.spec.base import Positive
from cnai_gitops.spec.serve import Serve

if TYPE_CHECKING:
    from cnai_gitops.resources.keda.model import Trigger as ScaleTrigger


class Lag(Trigger):
    """`messages_per_replica` waiting messages of `topic` for each replica. Declares the service a consumer of that topic."""

    kind: Literal["lag"] = "lag"
    honours: ClassVar[frozenset[str]] = frozenset({"fallback"})
    wakes: ClassVar[bool] = True
    topic: str = Field(pattern=r"^[A-Za-z0-9._-]{1,249}$")
    """Kafka topic that is consumed"""
    consumer_group: str = Field(pattern=r"^[A-Za-z0-9._-]{1,249}$")
    """consumer group of the service"""
    messages_per_replica: Positive = 100
    """waiting messages that one replica takes"""

    def trigger(self, context: Context[Serve], load: Load) -> ScaleTrigger:
        """A Kafka trigger."""
        return {
            "type": "kafka",
            "metricType": "AverageValue",
            "metadata": {
                "bootstrapServers": context.target.environment.endpoints.kafka or "kafka.invalid:9093",
                "consumerGroup": self.consumer_group,
                "topic": self.topic,
                "lagThreshold": str(self.messages_per_replica),
                "tls": "enable",
            },
        }


EXAMPLE = """
beside:
  serve: {name: scorer, model: bought}
example:
  serve: {name: scorer, model: bought, scaling: {kind: lag, topic: rows, consumer_group: scorer}}
other:
  Lag: {topic: other, consumer_group: other, messages_per_replica: 7}
"""
