"""The smallest exact change from one object to another: a merge patch, JSON 6902 operations, or both.

Must not: know files, layers or environments.

A merge patch reads best, but kustomize rewrites lists of built-in kinds that such a patch does not even mention, so
those kinds get operations as soon as they hold any list. Operations also say what a merge patch cannot: null, another
type of value, a change inside a list.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cnai_gitops.overlay.read import equal
from cnai_gitops.resources.base import Body

BUILT_IN = frozenset(
    (
        "",
        "admissionregistration.k8s.io",
        "apiextensions.k8s.io",
        "apiregistration.k8s.io",
        "apps",
        "authentication.k8s.io",
        "authorization.k8s.io",
        "autoscaling",
        "batch",
        "certificates.k8s.io",
        "coordination.k8s.io",
        "discovery.k8s.io",
        "events.k8s.io",
        "extensions",
        "flowcontrol.apiserver.k8s.io",
        "internal.apiserver.k8s.io",
        "networking.k8s.io",
        "node.k8s.io",
        "policy",
        "rbac.authorization.k8s.io",
        "resource.k8s.io",
        "scheduling.k8s.io",
        "storage.k8s.io",
        "storagemigration.k8s.io",
    )
)
"""API groups whose merge keys kustomize knows from Kubernetes' own schema."""

_LONGEST_COMMENT = 160

Operation = tuple[str | None, Body]
"""One JSON 6902 operation below its comment."""

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Delta:
    """A change: `merge` holds changed fields only (no identity), `operations` come after it."""

    merge: Body
    operations: tuple[Operation, ...]

    def __bool__(self) -> bool:
        """True when anything changes."""
        return bool(self.merge or self.operations)


def delta(base: Body, want: Body) -> Delta:
    """What turns `base` into `want`, two objects of one identity."""
    if equal(base, want):
        return Delta({}, ())
    operations: list[Operation] = []
    group = str(base.get("apiVersion", "")).rpartition("/")[0]
    mergeable = group not in BUILT_IN or not (_holds_list(base) or _holds_list(want))
    merge = _maps(base, want, (), mergeable, operations)
    return Delta(merge, tuple(operations))


def _maps(base: Body, want: Body, path: Path, mergeable: bool, out: list[Operation]) -> Body:
    """The merge patch between two maps; what it cannot say goes to `out`."""
    merge: Body = {}
    for key, value in want.items():
        here = (*path, key)
        plain = mergeable and not key.startswith("$")
        old = base.get(key)
        if key in base and equal(old, value):
            continue
        if key not in base:
            if plain and _mergeable(value):
                merge[key] = value
            else:
                out.append((None, {"op": "add", "path": pointer(here), "value": value}))
        elif type(old) is dict and type(value) is dict:
            if inner := _maps(old, value, here, plain, out):
                merge[key] = inner
        elif type(old) is list and type(value) is list:
            _lists(old, value, here, out)
        elif plain and type(old) is type(value) and _mergeable(value):
            merge[key] = value
        else:
            out.append(_replace(here, old, value))
    for key, old in base.items():
        if key in want:
            continue
        if mergeable and not key.startswith("$"):
            merge[key] = None
        else:
            out.append((_was(old), {"op": "remove", "path": pointer((*path, key))}))
    return merge


def _lists(base: list[Any], want: list[Any], path: Path, out: list[Operation]) -> None:
    """Item by item where the places mean the same things, appended where only the end is new, else as a whole."""
    if len(base) == len(want):
        for at, (old, value) in enumerate(zip(base, want, strict=True)):
            if not equal(old, value):
                _item(old, value, (*path, at), out)
    elif base and equal(base, want[: len(base)]):
        out.extend((None, {"op": "add", "path": pointer((*path, "-")), "value": value}) for value in want[len(base) :])
    else:
        out.append(_replace(path, base, want))


def _item(old: Any, value: Any, path: Path, out: list[Operation]) -> None:
    if type(old) is dict and type(value) is dict and equal(old.get("name"), value.get("name")):
        _maps(old, value, path, False, out)
    elif type(old) is list and type(value) is list:
        _lists(old, value, path, out)
    else:
        out.append(_replace(path, old, value))


def _replace(path: Path, old: Any, value: Any) -> Operation:
    return _was(old), {"op": "replace", "path": pointer(path), "value": value}


def _was(value: Any) -> str:
    text = f"was {json.dumps(value, ensure_ascii=False)}"
    return text if len(text) <= _LONGEST_COMMENT else text[: _LONGEST_COMMENT - 1] + "\u2026"


def pointer(path: Path) -> str:
    """A path as a JSON pointer (RFC 6901)."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def _leaves(value: Any) -> Iterator[Any]:
    """Every value inside that is not a map."""
    if type(value) is dict:
        for inner in value.values():
            yield from _leaves(inner)
    else:
        yield value
        if type(value) is list:
            for item in value:
                yield from _leaves(item)


def _holds_list(value: Any) -> bool:
    return any(type(leaf) is list for leaf in _leaves(value))


def _mergeable(value: Any) -> bool:
    """True when a merge patch sets this value as it is: no null (it deletes) and no `$patch` directive inside."""
    if type(value) is dict:
        return all(not key.startswith("$") and _mergeable(inner) for key, inner in value.items())
    if type(value) is list:
        return all(map(_mergeable, value))
    return value is not None
