"""Whose an object is: what an application makes lies in the namespace of its team, under its team's name, and in its queue.

Must not: know a kind by name, or judge what the platform makes for everybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cnai_gitops.check.field_path import path_text
from cnai_gitops.findings import Finding
from cnai_gitops.resources.base import Body, World, kind_of
from cnai_gitops.resources.kueue.quotas import QUEUE_LABEL

TEAM, ENVIRONMENT = "cnai.dev/team", "cnai.dev/environment"
_OWN = "what a team deploys lies in its own namespace; ask the platform's owners for anything else"


def strangers(
    documents: Iterable[Mapping[str, Any]], world: World, *, namespace: str, team: str, env: str, queue: str = "kueue"
) -> Iterator[Finding]:
    """CNAI740 to CNAI743 on documents of an application (`id`, `env`, `cluster`, `object`, `embedded`) of `team`."""
    for document in documents:
        target = f"{document['env']}/{document['cluster']}"
        body, resource = document["object"], document["id"].removeprefix(f"{target}/")
        said = [*_place(body, namespace, document["embedded"]), *_names(body, {TEAM: team, ENVIRONMENT: env}), *_queue(body, world, queue)]
        for code, path, message, help_ in said:
            yield Finding(code=code, message=message, path=path, resource=resource, target=target, help=help_)


def _place(body: Body, namespace: str, embedded: bool) -> Iterator[tuple[str, str, str, str]]:
    kind, meta = kind_of(body), body.get("metadata") or {}
    said = meta.get("namespace", "")
    if (kind and not kind.namespaced) or (not said and not embedded):
        message = f"{body.get('kind')} belongs to the whole cluster, and an application makes what belongs to its namespace alone"
        yield "CNAI741", "kind", message, _OWN
    elif said != namespace and (said or not embedded):
        yield "CNAI740", "metadata.namespace", f"it lies in namespace {said}, and the team's is {namespace}", _OWN


def _names(body: Body, own: Mapping[str, str]) -> Iterator[tuple[str, str, str, str]]:
    """Labels that say whose it is, wherever labels are set: of the object, and of what its controller makes."""
    queue: list[tuple[tuple[str | int, ...], Any]] = [((), body)]
    while queue:
        path, value = queue.pop()
        if isinstance(value, list):
            queue += [((*path, i), inner) for i, inner in enumerate(value) if isinstance(inner, (dict, list))]
        elif isinstance(value, Mapping):
            queue += [((*path, key), inner) for key, inner in value.items() if isinstance(inner, (dict, list))]
            for label, right in own.items() if path[-1:] == ("labels",) else ():
                if label in value and value[label] != right:
                    message = f"label {label} says {value[label]}, and it is {right}"
                    yield "CNAI742", path_text((*path, label)), message, "leave the label to cnai: quotas, costs and alerts go by it"


def _queue(body: Body, world: World, queue: str) -> Iterator[tuple[str, str, str, str]]:
    """A workload that holds accelerators without the label of a queue runs outside of every quota."""
    kind = kind_of(body)
    if kind is None or kind.queued is None or kind.queued.each != "object" or kind.queued.by != queue:
        return
    labels = (body.get("metadata") or {}).get("labels") or {}
    if not labels.get(QUEUE_LABEL) and world.demand(body).peak:
        message = f"{kind.kind} holds accelerators and names no queue, so it runs outside of every quota"
        yield "CNAI743", path_text(("metadata", "labels", QUEUE_LABEL)), message, f"leave the label {QUEUE_LABEL} to cnai"


__all__ = ["strangers"]
