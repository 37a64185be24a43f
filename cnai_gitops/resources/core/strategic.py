"""Strategic merge of pods: how a `podSpecPatch`, a patched runtime and a workflow over its template end up as one pod.

Must not: know who patches. Keys of lists are those of the Kubernetes API (`x-kubernetes-patch-merge-key` of its OpenAPI, 1.37).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_KEYS: Mapping[str, tuple[str, ...]] = {
    "containers": ("name",),
    "initContainers": ("name",),
    "ephemeralContainers": ("name",),
    "volumes": ("name",),
    "env": ("name",),
    "volumeMounts": ("mountPath",),
    "volumeDevices": ("devicePath",),
    "ports": ("containerPort", "port"),
    "imagePullSecrets": ("name",),
    "hostAliases": ("ip",),
    "resourceClaims": ("name",),
    "schedulingGates": ("name",),
    "topologySpreadConstraints": ("topologyKey",),
}
"""Lists whose elements are merged by one of these keys; any other list replaces the one below."""

_PATCH, _RETAIN = "$patch", "$retainKeys"
_ORDER, _DELETE = "$setElementOrder/", "$deleteFromPrimitiveList/"


def merge(below: Mapping[str, Any], patch: Mapping[str, Any], keys: Mapping[str, tuple[str, ...]] | None = None) -> dict[str, Any]:
    """`below` under a strategic merge patch, directives (`$patch`, `$retainKeys`, lists of what goes) obeyed. Neither is changed.

    `keys` are further lists with their keys, by the name of the field.
    """
    return _maps(below, patch, {**_KEYS, **(keys or {})})


def _maps(below: Mapping[str, Any], patch: Mapping[str, Any], keys: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    directive = patch.get(_PATCH)
    if directive == "delete":
        return {}
    if directive == "replace":
        return {name: value for name, value in patch.items() if name != _PATCH}
    result = dict(below)
    if isinstance(patch.get(_RETAIN), list):
        result = {name: value for name, value in result.items() if name in patch[_RETAIN]}
    for name, value in patch.items():
        if name in (_PATCH, _RETAIN) or name.startswith(_ORDER):
            continue
        if name.startswith(_DELETE):
            field = name.removeprefix(_DELETE)
            if isinstance(result.get(field), list) and isinstance(value, list):
                result[field] = [item for item in result[field] if item not in value]
        elif value is None:
            result.pop(name, None)
        else:
            result[name] = _values(name, result.get(name), value, keys)
    return result


def _values(name: str, below: Any, value: Any, keys: Mapping[str, tuple[str, ...]]) -> Any:
    if isinstance(value, dict):
        return _maps(below if isinstance(below, dict) else {}, value, keys)
    if isinstance(value, list) and keys.get(name):
        return _lists(below if isinstance(below, list) else [], value, keys[name], keys)
    return value


def _lists(below: Sequence[Any], patch: Sequence[Any], names: tuple[str, ...], keys: Mapping[str, tuple[str, ...]]) -> list[Any]:
    """A list of maps under another one, element by element; what is no map, or has no key, is put at the end."""
    if any(isinstance(item, dict) and item.get(_PATCH) == "replace" and len(item) == 1 for item in patch):
        return [item for item in patch if not (isinstance(item, dict) and item.get(_PATCH) == "replace")]
    result = list(below)
    for item in patch:
        at = _position(result, item, names)
        if isinstance(item, dict) and item.get(_PATCH) == "delete":
            if at is not None:
                del result[at]
        elif at is None:
            result.append(_maps({}, item, keys) if isinstance(item, dict) else item)
        else:
            result[at] = _maps(result[at], item, keys)
    return result


def _position(items: Sequence[Any], wanted: Any, names: tuple[str, ...]) -> int | None:
    """Where the element is that `wanted` patches."""
    if not isinstance(wanted, dict):
        return None
    name = next((name for name in names if name in wanted), None)
    if name is None:
        return None
    return next((i for i, item in enumerate(items) if isinstance(item, dict) and item.get(name) == wanted[name]), None)
