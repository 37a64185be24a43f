"""Trials of an Experiment: the object that Katib makes for one, and what all that run at once hold.

Must not: describe fields.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from cnai_gitops.resources.accelerators import count_of, repeated
from cnai_gitops.resources.base import Body, Demand, World

PARALLEL_TRIALS = 3
"""Trials that run at once when `parallelTrialCount` is absent."""

_PARAMETER = re.compile(r"\$\{trialParameters\.([A-Za-z0-9_-]+)\}")


def trials(body: Body, world: World) -> Iterator[tuple[str, Body]]:
    """(path, object of a trial) with every searched number at its largest; nothing for a ConfigMap template."""
    spec = body.get("spec") or {}
    template = spec.get("trialTemplate") or {}
    if isinstance(template.get("trialSpec"), Mapping):
        trial = _filled(template["trialSpec"], _largest(spec, template))
        meta = {
            "name": body["metadata"].get("name", ""),
            "namespace": body["metadata"].get("namespace", ""),
            **(trial.get("metadata") or {}),
        }
        yield "spec.trialTemplate.trialSpec", {**trial, "metadata": meta}


def _largest(spec: Mapping[str, Any], template: Mapping[str, Any]) -> dict[str, str]:
    spaces = {p.get("name"): p.get("feasibleSpace") or {} for p in spec.get("parameters") or ()}
    values = {}
    for parameter in template.get("trialParameters") or ():
        space = spaces.get(parameter.get("reference"), {})
        values[str(parameter.get("name"))] = max([*(space.get("list") or ()), space.get("max") or ""], key=_size)
    return {name: str(value) for name, value in values.items() if value != ""}


def _size(value: Any) -> tuple[int, str]:
    count = count_of(value)
    return (-1 if count is None else count, str(value))


def _filled(node: Any, values: Mapping[str, str]) -> Any:
    if isinstance(node, Mapping):
        return {k: _filled(v, values) for k, v in node.items()}
    if isinstance(node, list):
        return [_filled(v, values) for v in node]
    return _PARAMETER.sub(lambda m: values.get(m[1], m[0]), node) if isinstance(node, str) else node


def demand(body: Body, world: World) -> Demand:
    """Parallel trials x one trial; how many trials there are in all is cost, not peak."""
    spec = body.get("spec") or {}
    found = list(trials(body, world))
    if not found:
        return Demand(unknown=("spec.trialTemplate: a template in a ConfigMap cannot be counted; write it as trialSpec",))
    return repeated(world.demand(found[0][1]), spec.get("parallelTrialCount"), PARALLEL_TRIALS, "spec.parallelTrialCount")
