"""The reader of kustomize's output, and the strict comparison of two sets of objects.

Must not: write YAML or read files. Other YAML (users' files) is read by `source`.

Kustomize writes YAML 1.2 scalars as Go sees them: `=`, `1e400` or a date come out plain although they are text.
PyYAML with its own rules would take them for something else, so each rule here is Go's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from math import isinf
from typing import Any

import orjson
import yaml

from cnai_gitops.resources.base import Body

_TAG = "tag:yaml.org,2002:"


class _GoLoader(yaml.CSafeLoader):
    """PyYAML's C reader with the scalars of Go's writer."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own table, one of ours


def _float(loader: _GoLoader, node: yaml.ScalarNode) -> float | str:
    text = str(node.value)
    number = float(text)
    return text if isinf(number) else number


def _teach(name: str, pattern: str, first: str) -> None:
    _GoLoader.add_implicit_resolver(_TAG + name, re.compile(pattern), list(first) or [""])


_teach("bool", r"(?:true|false)\Z", "tf")
_teach("int", r"-?(?:0|[1-9][0-9]*)\Z", "-0123456789")
_teach("float", r"-?(?:0|[1-9][0-9]*)?(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?\Z", "-0123456789")
_teach("null", r"(?:~|null|Null|NULL)\Z", "~nN")
_teach("null", r"\Z", "")
_GoLoader.add_constructor(_TAG + "float", _float)


def read_kustomize(text: str) -> list[Body]:
    """Every object of a `kustomize build`, in its order; raises yaml.YAMLError."""
    return [body for body in yaml.load_all(text, _GoLoader) if body is not None]


# -- comparison -----------------------------------------------------------------------------------------


def same(a: Iterable[Body], b: Iterable[Body]) -> list[str]:
    """Readable differences between two sets of objects, `a` first; empty when they are equal in value and type."""
    problems: list[str] = []
    left, right = _by_identity(a, "first", problems), _by_identity(b, "second", problems)
    for key in sorted(left.keys() | right.keys()):
        name = "/".join(key)
        if key not in right:
            problems.append(f"{name}: only in the first")
        elif key not in left:
            problems.append(f"{name}: only in the second")
        elif not equal(left[key], right[key]):
            problems += [f"{name}: {line}" for line in _differences(left[key], right[key], "")]
    return problems


def equal(a: Any, b: Any) -> bool:
    """Equality that tells 1 from True and from "1"; 1.0 is 1, because it is written so."""
    if a != b:  # Python's own answer is fast, and only too kind: it takes 1 for True
        return False
    return (type(a) in (dict, list) and _written_alike(a, b)) or _alike(a, b)


def _written_alike(a: Any, b: Any) -> bool:
    """True when both are the same JSON, which settles most comparisons; False says nothing."""
    try:
        return orjson.dumps(a, option=orjson.OPT_SORT_KEYS) == orjson.dumps(b, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        return False


def _alike(a: Any, b: Any) -> bool:
    """The whole way, type by type."""
    if type(a) is not type(b):
        return {type(a), type(b)} == {int, float} and bool(a == b)
    if type(a) is dict:
        return a.keys() == b.keys() and all(_alike(value, b[key]) for key, value in a.items())
    if type(a) is list:
        return len(a) == len(b) and all(map(_alike, a, b))
    return bool(a == b)


def _by_identity(bodies: Iterable[Body], which: str, problems: list[str]) -> dict[tuple[str, str, str, str], Body]:
    found: dict[tuple[str, str, str, str], Body] = {}
    for body in bodies:
        meta = body.get("metadata") or {}
        key = (str(body.get("apiVersion", "")), str(body.get("kind", "")), str(meta.get("namespace", "")), str(meta.get("name", "")))
        if key in found:
            problems.append(f"{'/'.join(key)}: twice in the {which}")
        found[key] = body
    return found


def _differences(a: Any, b: Any, path: str) -> Iterator[str]:
    if type(a) is dict and type(b) is dict:
        for key in sorted(a.keys() | b.keys()):
            place = f"{path}.{key}" if path else key
            if key not in b:
                yield f"{place}: only in the first, {_show(a[key])}"
            elif key not in a:
                yield f"{place}: only in the second, {_show(b[key])}"
            else:
                yield from _differences(a[key], b[key], place)
    elif type(a) is list and type(b) is list and len(a) == len(b):
        for at, (x, y) in enumerate(zip(a, b, strict=True)):
            yield from _differences(x, y, f"{path}[{at}]")
    elif not equal(a, b):
        yield f"{path}: {_show(a)} is not {_show(b)}"


def _show(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else text[:77] + "..."
