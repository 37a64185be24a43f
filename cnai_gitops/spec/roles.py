"""Roles: the open unions by name, so that an editor and mypy tell a trigger from a serving engine.

Must not: say what a variant must do; `contract.roles` does.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from functools import cache
from typing import Any, ClassVar

from cnai_gitops.facts import Accelerator
from cnai_gitops.facts.known import Facts
from cnai_gitops.spec.engine import Decides, Engine, variants


class StepRole(Engine):
    """What runs one step of a `prepare` stage; it is held by the stage."""

    role: ClassVar[str] = "step"
    decides: ClassVar[Decides] = "every"
    frame: ClassVar[frozenset[str]] = frozenset({"name", "engine", "steps", "reads", "writes", "schedule", "timezone", "after"})


class TrainRole(Engine):
    """What runs one training; it is held by a `train` stage."""

    role: ClassVar[str] = "train"
    decides: ClassVar[Decides] = "any"
    frame: ClassVar[frozenset[str]] = frozenset(
        {"name", "engine", "reads", "model", "sweep", "gate", "schedule", "timezone", "timeout", "env", "image"}
    )


class ServeRole(Engine):
    """What serves a model; it is held by a `serve` stage. `needs_model` is False where models are not the release's business."""

    role: ClassVar[str] = "serve"
    decides: ClassVar[Decides] = "any"
    frame: ClassVar[frozenset[str]] = frozenset({"name", "engine", "reads"})
    needs_model: ClassVar[bool] = True

    def platform_runtimes(self, holder: Any, facts: Facts) -> Sequence[str]:
        """Runtimes that it names, which the platform must have in the namespace of the stage."""
        return ()


class TriggerRole(Engine):
    """What decides how many replicas a service has; it is held by a scaling.

    `wakes` is true where it sees load although no replica runs, so that a service may have none; `scrapes` where it reads metrics of
    the service's own pods, which somebody must collect.
    """

    role: ClassVar[str] = "trigger"
    decides: ClassVar[Decides] = "any"
    frame: ClassVar[frozenset[str]] = frozenset({"min", "max", "cooldown", "triggers"})
    wakes: ClassVar[bool] = False
    scrapes: ClassVar[bool] = False


class RolloutRole(Engine):
    """How a new model takes over from the one that serves; it is held by a `serve` stage."""

    role: ClassVar[str] = "rollout"
    frame: ClassVar[frozenset[str]] = frozenset({"rollout"})

    def weights(self) -> Sequence[int]:
        """Shares of requests that a new model gets one after the other, in percent, rising, without 0 and 100."""
        return ()


class FormRole(Engine):
    """How accelerators of a class are handed out: whole, in slices, by claim."""

    role: ClassVar[str] = "form"

    def refuses(self, card: Accelerator) -> str:
        """Why cards of a class cannot be handed out like this; empty when they can."""
        return ""


class QueueRole(Engine):
    """What admits work within the quotas of teams; it is held by a cluster."""

    role: ClassVar[str] = "queue"


class SweepRole(Engine):
    """Who chooses and runs the trials of a training; it is held by a `train` stage."""

    role: ClassVar[str] = "sweep"


class SignalRole(Engine):
    """What an `observe` stage watches and emits. `logs_requests` is true where it needs the requests themselves."""

    role: ClassVar[str] = "signal"
    decides: ClassVar[Decides] = "any"
    frame: ClassVar[frozenset[str]] = frozenset({"name", "serves", "signals", "interval", "runbook"})
    logs_requests: ClassVar[bool] = False

    @property
    def starts(self) -> str | None:
        """The train stage that it starts (empty: the app's only one), None when it starts none."""
        return None

    @property
    def words(self) -> str:
        """What it watches, for people."""
        return self.kind


class SourceRole(Engine):
    """What a dataset lies in: an object store, a database, a topic, a volume. It is held by a place, which says it by its `uri`.

    `schemes` are those of its URIs, `encryptions` the words that can say how it encrypts. `of_team` is True for what lies in the
    namespace of the dataset's owner, so that no other team's pods reach it.
    """

    role: ClassVar[str] = "source"
    decides: ClassVar[Decides] = "any"
    frame: ClassVar[frozenset[str]] = frozenset({"uri", "region", "jurisdiction", "access_log", "clusters"})
    schemes: ClassVar[tuple[str, ...]] = ()
    encryptions: ClassVar[tuple[str, ...]] = ()
    of_team: ClassVar[bool] = False

    def refuses(self, uri: str) -> str:
        """Why a URI with one of its schemes names no place; empty when it names one."""
        return ""


def schemes() -> dict[str, type[SourceRole]]:
    """The source that each known scheme belongs to."""
    return {scheme: cls for cls in variants("source").values() if issubclass(cls, SourceRole) for scheme in cls.schemes}


def source_of(uri: str) -> SourceRole:
    """The source that a URI's scheme belongs to. Raises ValueError with the known ones."""
    scheme, known = uri.partition("://")[0], schemes()
    if scheme not in known:
        near = get_close_matches(scheme, known, n=1)
        hint = f"; did you mean {near[0]}://?" if near else ""
        raise ValueError(f"must begin with one of {', '.join(f'{s}://' for s in sorted(known))}, got {scheme}://{hint}")
    return _only(known[scheme])


@cache
def _only(source: type[SourceRole]) -> SourceRole:
    """A source has no fields but its kind, so one instance stands for all."""
    return source.model_validate({})
