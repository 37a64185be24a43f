"""What kustomize built of a unit, in the form of what we resolved.

Must not: run kustomize.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cnai_gitops.compile.app import ordered
from cnai_gitops.resources.base import Resource


def patched(resources: Sequence[Resource], bodies: Sequence[dict[str, Any]]) -> list[Resource]:
    """What kustomize built, with the stages and the key order of what we resolved."""
    known = {resource.key: resource for resource in resources}
    result = []
    for body in bodies:
        resource = Resource(body)
        original = known.get(resource.key)
        result.append(Resource(_like(body, original.body), original.stage, original.trace) if original else resource)
    return ordered(result)


def _like(value: Any, model: Any) -> Any:
    """`value` with its keys in the order of `model`: a hand-written patch must not reorder a whole file."""
    if isinstance(value, dict) and isinstance(model, dict):
        keys = [key for key in model if key in value] + [key for key in value if key not in model]
        return {key: _like(value[key], model.get(key)) for key in keys}
    if isinstance(value, list) and isinstance(model, list):
        return [_like(item, model[i] if i < len(model) else None) for i, item in enumerate(value)]
    return value
