"""Whose an object is: what an application makes lies in the namespace of its team and under its team's name.

Must not: know a kind by name, or judge what the platform makes for everybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cnai_gitops.check.field_path import path_text
from cnai_gitops.check.objects.said import Said, said_of
from cnai_gitops.findings import Finding
from cnai_gitops.resources.base import Body, kind_of

TEAM, ENVIRONMENT = "cnai.dev/team", "cnai.dev/environment"
_OWN = "what a team deploys lies in its own namespace; ask the platform's owners for anything else"


def strangers(documents: Iterable[Mapping[str, Any]], *, namespace: str, team: str, env: str) -> Iterator[Finding]:
    """CNAI740 to CNAI742 on documents of an application (`id`, `env`, `cluster`, `object`, `embedded`) of `team`."""
    for document in documents:
        body = document["object"]
        yield from said_of(document, (*_place(body, namespace, document["embedded"]), *_names(body, {TEAM: team, ENVIRONMENT: env})))


def _place(body: Body, namespace: str, embedded: bool) -> Iterator[Said]:
    kind, meta = kind_of(body), body.get("metadata") or {}
    said = meta.get("namespace", "")
    if (kind and not kind.namespaced) or (not said and not embedded):
        message = f"{body.get('kind')} belongs to the whole cluster, and an application makes what belongs to its namespace alone"
        yield "CNAI741", "kind", message, _OWN
    elif said != namespace and (said or not embedded):
        yield "CNAI740", "metadata.namespace", f"it lies in namespace {said}, and the team's is {namespace}", _OWN


def _names(body: Body, own: Mapping[str, str]) -> Iterator[Said]:
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
