"""What kustomize built of a unit, in the form of what we resolved.

Must not: run kustomize.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from cnai_gitops.compile.app import ordered
from cnai_gitops.resources.base import PATCHED, Resource


def patched(resources: Sequence[Resource], bodies: Sequence[dict[str, Any]]) -> list[Resource]:
    """What kustomize built, with the stages and the key order of what we resolved."""
    known = {resource.key: resource for resource in resources}
    result = []
    for body in bodies:
        resource = Resource(body)
        original = known.get(resource.key)
        if original:
            changed = tuple((pointer, PATCHED) for pointer in _changed(body, original.body, ""))
            resource = Resource(_like(body, original.body), original.stage, (*original.trace, *changed))
        result.append(resource)
    return ordered(result)


def _changed(value: Any, before: Any, pointer: str) -> Iterator[str]:
    """JSON pointers of the outermost fields that are not as they were."""
    if isinstance(value, dict) and isinstance(before, dict):
        for key in value:
            below = f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"
            yield from _changed(value[key], before[key], below) if key in before else (below,)
    elif isinstance(value, list) and isinstance(before, list) and len(value) == len(before):
        for index, (item, old) in enumerate(zip(value, before, strict=True)):
            yield from _changed(item, old, f"{pointer}/{index}")
    elif value != before:
        yield pointer


def _like(value: Any, model: Any) -> Any:
    """`value` with its keys in the order of `model`: a hand-written patch must not reorder a whole file."""
    if isinstance(value, dict) and isinstance(model, dict):
        keys = [key for key in model if key in value] + [key for key in value if key not in model]
        return {key: _like(value[key], model.get(key)) for key in keys}
    if isinstance(value, list) and isinstance(model, list):
        return [_like(item, model[i] if i < len(model) else None) for i, item in enumerate(value)]
    return value
