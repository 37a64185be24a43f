"""Scaling: how many replicas a service has, between two bounds, by any mix of triggers.

Must not: know a trigger.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, model_validator
from pydantic_core import core_schema

from cnai_gitops.spec.base import Count, Duration, Positive, Spec
from cnai_gitops.spec.engine import Variants, default_engine
from cnai_gitops.spec.roles import TriggerRole

__all__ = ["Scaling"]

Trigger = Annotated[TriggerRole, Variants("trigger")]


class Scaling(Spec):
    """Between `min` and `max` replicas, as many as the most demanding of `triggers` asks for.

    `cooldown` is how long load must stay away before replicas go. While a metric cannot be read, `fallback` replicas run
    (`min`, unless given), or the current number if that is more. One trigger alone is its short form: `scaling=Rate(...)`.
    """

    min: Count = 1
    """replicas that always run; 0 lets it sleep, where a trigger sees load without replicas"""
    max: Positive = 4
    """most replicas"""
    cooldown: Duration = "10m"
    """time without load before replicas go"""
    fallback: Positive | None = None
    """replicas while a metric cannot be read; `min` unless given"""
    triggers: Annotated[Sequence[Trigger], AfterValidator(tuple)] = Field(
        default_factory=lambda: (default_engine("trigger", "rate"),), min_length=1
    )
    """what asks for replicas; the most demanding one counts"""

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        alone = isinstance(value, TriggerRole) or (isinstance(value, Mapping) and "kind" in value)
        return {"triggers": (value,)} if alone else value

    @model_validator(mode="after")
    def _possible(self) -> Scaling:
        if self.min > self.max:
            raise ValueError(f"`min` ({self.min}) must not be more than `max` ({self.max})")
        if self.min == 0 and not any(trigger.wakes for trigger in self.triggers):
            kinds = ", ".join(trigger.kind for trigger in self.triggers)
            raise ValueError(f"`min` must be at least 1, got 0: {kinds} sees no load while no replica runs")
        return self


class _OrTrigger:
    """Annotation of a field that holds a Scaling, and also takes a trigger alone."""

    def models(self) -> list[type[Spec]]:
        """The models that the field takes, so that messages know their fields."""
        return [Scaling, *Variants("trigger").models()]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return handler(Scaling)

    def __get_pydantic_json_schema__(self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {
            "oneOf": [
                handler(Scaling.__pydantic_core_schema__),
                *Variants("trigger").__get_pydantic_json_schema__(schema, handler)["oneOf"],
            ]
        }


ScalingOrTrigger = Annotated[Scaling | TriggerRole, _OrTrigger()]
