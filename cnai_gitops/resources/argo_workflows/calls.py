"""Calls of Argo templates: what a step or task hands on, how often it is called, and what it waits for.

Must not: count accelerators.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from cnai_gitops.resources.argo_workflows.text import PLACEHOLDER, Scope, filled, parameters, prefixed, text_of, value_of
from cnai_gitops.resources.base import Key

GROUP = "argoproj.io"


def template_key(ref: Mapping[str, Any], namespace: str) -> Key:
    """Identity of the template that a `workflowTemplateRef` or `templateRef` in this namespace names."""
    kind, space = ("ClusterWorkflowTemplate", "") if ref.get("clusterScope") else ("WorkflowTemplate", namespace)
    return Key(GROUP, kind, space, str(ref.get("name")))


def takes_turns(spec: Mapping[str, Any]) -> bool:
    """Whether one workflow of this spec runs at a time: a mutex whose name is a parameter may be many."""
    mutexes = (spec.get("synchronization") or {}).get("mutexes") or ()
    return any(mutex.get("name") and "{{" not in str(mutex["name"]) for mutex in mutexes)


def inputs_of(template: Mapping[str, Any], arguments: Any, scope: Scope) -> dict[str, str]:
    """Values of a template's parameters: what the call gives, else its own default; the largest of an enum when open."""
    given = parameters(filled(arguments, scope))
    values = {}
    for parameter in (template.get("inputs") or {}).get("parameters") or ():
        name = str(parameter.get("name"))
        value = given.get(name)
        if value is None or ("{{" in value and parameter.get("enum")):
            value = value_of({"enum": parameter["enum"]}) if value is not None else value_of(filled(parameter, scope))
        if value is not None:
            values[name] = value
    return values


def predecessors(tasks: Sequence[Mapping[str, Any]]) -> list[set[int]]:
    """For each task, all tasks that end before it may start."""
    index = {str(task.get("name")): i for i, task in enumerate(tasks)}
    direct = [{index[name] for name in _waits_for(task) if name in index} for task in tasks]
    return [_reached(direct, i) for i in range(len(tasks))]


def _waits_for(task: Mapping[str, Any]) -> Iterator[str]:
    yield from map(str, task.get("dependencies") or ())
    # `a.Succeeded || b.Failed`: Argo evaluates it once every named task has ended.
    yield from re.findall(r"[A-Za-z0-9_-]+", re.sub(r"\.[A-Za-z]+", " ", str(task.get("depends") or "")))


def _reached(direct: Sequence[set[int]], start: int) -> set[int]:
    found: set[int] = set()
    queue = list(direct[start])
    while queue:
        node = queue.pop()
        if node not in found:
            found.add(node)
            queue += direct[node]
    return found - {start}


def items_of(call: Mapping[str, Any], scope: Scope) -> Sequence[Any] | None:
    """Items that a step or task loops over; [None] without a loop, None when the number is not known."""
    if call.get("withSequence"):
        return _sequence(filled(call["withSequence"], scope))
    if "withParam" in call or isinstance(call.get("withItems"), str):
        try:
            listed = json.loads(filled(str(call.get("withParam", call.get("withItems"))), scope))
        except json.JSONDecodeError:
            return None
        return listed if isinstance(listed, list) else None
    items = call.get("withItems")
    return filled(items, scope) if isinstance(items, list) else [None]


def item_scope(item: Any) -> dict[str, str]:
    """What `{{item}}` and `{{item.field}}` mean for one item."""
    fields = prefixed("item", {str(k): text_of(v) for k, v in item.items()}) if isinstance(item, Mapping) else {}
    return {"item": text_of(item), **fields} if item is not None else {}


def mentions_item(node: Any) -> bool:
    """Whether a call hands its item on."""
    if isinstance(node, str):
        return "item" in node and any(name.split(".")[0] == "item" or name.startswith("=") for name in PLACEHOLDER.findall(node))
    values: Iterable[Any] = node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else ()
    return any(mentions_item(value) for value in values)


def _sequence(sequence: Any) -> Sequence[Any] | None:
    count, start, end = (_integer(sequence.get(name)) for name in ("count", "start", "end"))
    low = 0 if "start" not in sequence else start
    if low is None:
        return None
    if "count" in sequence:
        return None if count is None else range(low, low + count)
    if end is None:
        return None
    return range(low, end + 1) if end >= low else range(low, end - 1, -1)


def _integer(value: Any) -> int | None:
    text = str(value) if isinstance(value, (int, str)) and not isinstance(value, bool) else ""
    return int(text) if re.fullmatch(r"-?[0-9]{1,9}", text) else None
