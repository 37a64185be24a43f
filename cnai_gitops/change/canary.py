"""A canary's life in a release: start, next step, take over; and back to what served before.

Must not: choose a digest, or decide whether the canary is good.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from cnai_gitops.change.edit import Edited
from cnai_gitops.errors import ToolError, UsageError
from cnai_gitops.plan.build import Plan
from cnai_gitops.source.files import read_text
from cnai_gitops.source.yaml import parse
from cnai_gitops.spec.base import Digest
from cnai_gitops.spec.serve import Serve

_DIGEST = TypeAdapter(Digest)
PINNED = ("model", "canary", "previous", "rollback")


@dataclass(frozen=True, slots=True)
class Change:
    """A release file after the change: its path, its text, and what was done, a line each."""

    path: str
    text: str
    done: tuple[str, ...]


def promote(plan: Plan, app: str, env: str, stage: str | None = None, *, model: str | None = None) -> Change:
    """Start a canary with the digest `model`, else give the one that runs its next weight, or the service after the last.

    Raises UsageError when the release has no such canary, or one that this cannot change.
    """
    release = _Release(plan, app, env, stage)
    canary = release.pins.get("canary")
    if release.pins.get("rollback"):
        raise UsageError(f"{release.name} is rolled back", help="finish that first: `cnai rollback --finish`")
    if model is not None:
        return release.start(model, canary)
    if canary is None:
        raise UsageError(f"{release.name} has no canary", help="start one: `cnai promote --model sha256:...`")
    following = [step for step in release.steps() if step > canary["weight"]]
    if following:
        before, weight = canary["weight"], following[0]
        release.set(("canary", "weight"), weight)
        return release.changed(f"canary.weight: {before} -> {weight}")
    return release.take_over(canary["model"])


def roll_back(plan: Plan, app: str, env: str, stage: str | None = None, *, finish: bool = False) -> Change:
    """Drop the canary; without one, send every request to `previous`. `finish` makes `previous` the model again.

    Raises UsageError when there is nothing to go back to.
    """
    release = _Release(plan, app, env, stage)
    previous, back = release.pins.get("previous"), release.pins.get("rollback")
    if finish:
        if not back or not previous:
            raise UsageError(f"{release.name} is not rolled back", help="`cnai rollback` without --finish does that first")
        return release.settle(previous)
    if "canary" in release.pins:
        release.remove("canary")
        return release.changed("canary: removed")
    if back:
        raise UsageError(f"{release.name} is rolled back already", help="`cnai rollback --finish` makes the previous model the model")
    if not previous:
        raise UsageError(f"{release.name} has neither a canary nor a previous model", help="revert the pull request that pinned its model")
    if "rollback" in release.pins:
        release.set(("rollback",), "true")
    else:
        release.add("previous", "rollback", True)
    return release.changed(f"rollback: true, every request goes to {_short(previous)}")


class _Release:
    """One stage of a release file, and the edits so far: as text, and as the data that the text must say in the end."""

    def __init__(self, plan: Plan, app: str, env: str, stage: str | None) -> None:
        entry, release = plan.project.apps.get(app), plan.project.releases.get((env, app))
        if entry is None:
            raise UsageError(f"there is no application {app!r}", help=f"known: {', '.join(sorted(plan.project.apps))}")
        if release is None:
            raise UsageError(f"{app} is not deployed to {env!r}", help=f"environments: {', '.join(sorted(plan.project.environments))}")
        self.stage = _stage_of(dict(entry.value.stages("serve")), app, stage)
        self._serve: Serve = dict(entry.value.stages("serve"))[self.stage]
        self.name = f"{self.stage} of {app} in {env}"
        self.path = f"environments/{env}/{app}.yaml"
        text = read_text(plan.project.root, self.path)
        self._edited, self._wanted = Edited(text), copy.deepcopy(parse(text, self.path).data)
        self.pins: dict[str, Any] = self._wanted.get(self.stage) or {}
        for cluster, stages in (self._wanted.get("clusters") or {}).items():
            own = sorted({*PINNED} & {*(stages.get(self.stage) or {})})
            if own:
                raise UsageError(f"{self.name}: cluster {cluster} has its own {', '.join(own)}", help=f"edit {self.path} by hand")

    def steps(self) -> tuple[int, ...]:
        """Weights that a canary of this stage goes through."""
        if self._serve.rollout is None:
            raise UsageError(f"{self.name} may have no canary", help="add rollout=Canary(...) to the stage of the blueprint")
        return tuple(self._serve.rollout.weights()) or (0,)

    def start(self, model: str, canary: Mapping[str, Any] | None) -> Change:
        """A canary with the first of its weights."""
        weight = self.steps()[0]
        try:
            _DIGEST.validate_python(model)
        except ValidationError as error:
            raise UsageError(f"{model!r} is no digest", help="sha256: and 64 hexadecimal digits, as the registry shows it") from error
        if canary is not None:
            raise UsageError(f"{self.name} has a canary already, {_short(canary['model'])}", help="`cnai promote` or `cnai rollback` first")
        if model == self.pins.get("model") or "model" not in self.pins:
            words = f"serves {_short(model)} already" if "model" in self.pins else "has no model yet"
            raise UsageError(f"{self.name} {words}", help=f"edit {self.path}")
        self.add("model", "canary", {"model": model, "weight": weight})
        return self.changed(f"canary: {_short(model)} with {weight} % of the requests")

    def take_over(self, model: str) -> Change:
        """The canary is the model, and what served before it stays warm."""
        old = self.pins["model"]
        self.set(("model",), model)
        if "previous" in self.pins:
            self.set(("previous",), old)
        else:
            self.add("model", "previous", old)
        self.remove("canary")
        return self.changed(f"model: {_short(old)} -> {_short(model)}", f"previous: {_short(old)}", "canary: removed")

    def settle(self, previous: str) -> Change:
        """The previous model is the model again."""
        old = self.pins["model"]
        self.set(("model",), previous)
        gone = [key for key in ("previous", "rollback", "canary") if key in self.pins]
        for key in gone:
            self.remove(key)
        return self.changed(f"model: {_short(old)} -> {_short(previous)}", f"{', '.join(gone)}: removed")

    def set(self, path: tuple[str, ...], value: str | int) -> None:
        """Another value for a key of the stage."""
        self._edited.set((self.stage, *path), value)
        inner = self.pins
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = True if value == "true" else value

    def add(self, after: str, key: str, value: Any) -> None:
        """One more key of the stage."""
        self._edited.add((self.stage, after), key, value)
        self.pins[key] = value

    def remove(self, key: str) -> None:
        """One key of the stage less."""
        self._edited.remove((self.stage, key))
        del self.pins[key]

    def changed(self, *done: str) -> Change:
        """The change, once the text is proven to say what was meant and nothing else."""
        if parse(self._edited.text, self.path).data != self._wanted:
            raise ToolError(f"{self.path} cannot be changed without changing more than {self.stage}", help="edit it by hand")
        return Change(self.path, self._edited.text, tuple(f"{self.stage}.{line}" for line in done))


def _stage_of(stages: Mapping[str, Serve], app: str, stage: str | None) -> str:
    if stage is None and len(stages) == 1:
        return next(iter(stages))
    if stage is None or stage not in stages:
        words = f"{app} has no stage {stage!r}" if stage else f"{app} has {len(stages) or 'no'} services"
        raise UsageError(words, help=f"name one of {', '.join(stages)}" if stages else "only a serve stage has a canary")
    return stage


def _short(digest: str) -> str:
    return digest[:19]
