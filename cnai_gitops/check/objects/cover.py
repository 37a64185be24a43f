"""The closing guard: whatever in an object looks as if it will run must be in a pod that rules see, or it is named.

Must not: judge what is in a pod (policies do). A kind that nobody here knows, a field that came with a new version, a place that a
controller merges from: what no effective pod has is "could not tell", so that a new door is loud on its first day.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson

from cnai_gitops.check.field_path import path_text
from cnai_gitops.check.objects.said import said_of
from cnai_gitops.findings import Finding, Severity
from cnai_gitops.resources.argo_workflows.text import mapping
from cnai_gitops.resources.base import Body, World, kind_of

UNTOLD = "CNAI630"
_HELP = "write it where a pod template has it, or have this kind's pods described (docs: add a kind)"

_REFERENCE = re.compile(
    r"(?:oci(?:\+[a-z]+)?://|docker://)\S+"
    r"|[a-z0-9][a-z0-9.-]*(?:\.[a-z0-9-]+|:\d+)(?:/[a-z0-9._-]+)+(?::[A-Za-z0-9_][\w.-]{0,127}|@sha256:[0-9a-f]{64}|:[A-Za-z0-9_][\w.-]*@sha256:[0-9a-f]{64})"
)
"""An image by registry, path and tag or digest."""
_IMAGE = re.compile(r"(?:.*[a-z])?[iI]mage")
_ACCOUNTS = ("serviceAccountName", "serviceAccount")
_HOST = ("hostNetwork", "hostPID", "hostIPC", "hostUsers")
_SECURITY = ("securityContext", "podSecurityContext")
_RESOURCES = ("limits", "requests")
_PATCH = "podSpecPatch"
_MARKS = re.compile(
    rb'(?:[iI]mage|[sS]ecurityContext|hostPath|hostNetwork|hostPID|hostIPC|hostUsers|podSpecPatch|serviceAccount(?:Name)?)":'
    rb'|@sha256:|oci(?:\+[a-z]+)?://|"[a-z0-9][a-z0-9.-]*\.[a-z0-9-]+(?:/[a-z0-9._-]+)+:[A-Za-z0-9_]|"(?:limits|requests)":'
)
"""What has to be in the text of an object before it is worth a walk."""

Path = tuple[str | int, ...]
Shape = tuple[str, Any]
"""What something looks like (`image`, `account`, `security`, `host`, `volume`, `resource`), and the value."""


def uncovered(documents: Iterable[Mapping[str, Any]], world: World) -> list[Finding]:
    """CNAI630 for what documents of the inventory (`id`, `env`, `cluster`, `tier`, `object`, `pods`, `images`) hold that no rule sees."""
    documents = list(documents)
    carried: dict[str, list[Mapping[str, Any]]] = {}
    for document in documents:
        if document["embedded"]:
            carried.setdefault(document["id"].partition("#")[0], []).append(document)
    found: list[Finding] = []
    for document in documents:
        body, identity = document["object"], document["id"]
        inner = [one for one in carried.get(identity.partition("#")[0], ()) if one["id"].startswith(identity) and one is not document]
        severity = Severity.WARNING if document["tier"] == "dev" else Severity.ERROR
        who = f"{body.get('kind')} {(body.get('metadata') or {}).get('name', '')}"
        said = (
            (UNTOLD, path, f"{who}: {words}, so no rule can tell what will run", _HELP)
            for path, words in (*_untold(body, world), *_open(body, document, inner))
        )
        found += said_of(document, said, severity)
    return found


def _untold(body: Body, world: World) -> Iterator[tuple[str, str]]:
    kind = kind_of(body)
    yield from kind.untold(body, world) if kind and kind.untold else ()


def _open(body: Body, document: Mapping[str, Any], inner: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """(path, words) of each thing in a body that is in none of its pods."""
    kind = kind_of(body)
    if (kind and kind.data) or not _MARKS.search(orjson.dumps(body)):
        return
    seen = _Seen()
    for one in (document, *inner):
        for pod in one["pods"]:
            seen.add(pod["spec"] if "spec" in pod else _at(body if one is document else one["object"], pod["at"]))
        seen.images |= {image["image"] for image in one["images"]}
    for path, what in _shapes(body):
        if not seen.has(what):
            yield path_text(path), f"{_words(what)} is in no pod that is known to be made of it"


class _Seen:
    """What is in pods."""

    def __init__(self) -> None:
        self.images: set[str] = set()
        self.shapes: list[Shape] = []
        self._known: set[Shape] = set()

    def add(self, pod: Any) -> None:
        for _, (kind, value) in _shapes(pod):
            if kind == "image":
                self.images.add(value)
            elif kind == "security":
                self.shapes.append((kind, value))
            else:
                self._known.add((kind, _frozen(value)))

    def has(self, shape: Shape) -> bool:
        kind, value = shape
        if kind == "image":
            return value in self.images or re.sub(r"^oci(\+[a-z]+)?://", "", value) in self.images
        if kind == "security":
            return any(_within(value, other) for _, other in self.shapes)
        return (kind, _frozen(value)) in self._known


def _shapes(node: Any) -> Iterator[tuple[Path, Shape]]:
    """Everything below a node that looks like a part of what runs."""
    queue: list[tuple[Path, Any]] = [((), node)]
    while queue:
        path, here = queue.pop()
        if isinstance(here, dict):
            for name, value in here.items():
                at = (*path, str(name))
                shape = _shape(str(name), value)
                if shape:
                    yield at, shape
                if str(name) in _RESOURCES and isinstance(value, dict):
                    yield from (((*at, str(each)), ("resource", str(each))) for each in value if "/" in str(each))
                queue.append((at, _patch(value) if name == _PATCH else value))
        elif isinstance(here, list):
            queue += [((*path, index), value) for index, value in enumerate(here)]
        elif (
            isinstance(here, str) and len(here) < 512 and _REFERENCE.fullmatch(here) and not _IMAGE.fullmatch(str(path[-1] if path else ""))
        ):
            yield path, ("image", here)


def _shape(name: str, value: Any) -> Shape | None:
    if isinstance(value, str) and value:
        if _IMAGE.fullmatch(name):
            return "image", value
        if name in _ACCOUNTS:
            return "account", value
    if name in _HOST and value is True:
        return "host", name
    if name in _SECURITY and isinstance(value, dict) and value:
        return "security", value
    if name == "hostPath" and value:
        return "volume", value if isinstance(value, Mapping) else {"path": value}
    return None


def _patch(value: Any) -> Any:
    """What a patch of a pod says, where it can be read; what its kind cannot read it says itself."""
    try:
        return mapping(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _words(shape: Shape) -> str:
    kind, value = shape
    return {
        "image": f"the image {value!r}",
        "account": f"the service account {value!r}",
        "security": "this security context",
        "host": str(value),
        "volume": "this hostPath",
        "resource": f"the resource {value}",
    }[kind]


def _within(part: Any, whole: Any) -> bool:
    """Whether everything that a map says is said by the other one, which may say more."""
    if isinstance(part, Mapping) and isinstance(whole, Mapping):
        return all(name in whole and _within(value, whole[name]) for name, value in part.items())
    return bool(part == whole)


def _frozen(value: Any) -> Any:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS) if isinstance(value, Mapping | list) else value


def _at(body: Any, steps: Iterable[str | int]) -> Any:
    for step in steps:
        body = body[step]
    return body
