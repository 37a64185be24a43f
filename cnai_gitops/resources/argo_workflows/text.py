"""Parameters of Argo Workflows and the manifests that resource templates carry as text.

Must not: evaluate expressions (`{{=...}}`), follow aliases, guess a value that nobody gave.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import yaml

from cnai_gitops.resources.accelerators import count_of
from cnai_gitops.resources.base import Body, Change, Write

Scope = Mapping[str, str]
"""Values by the name that `{{...}}` uses: `workflow.parameters.nodes`, `inputs.parameters.nodes`, `item`."""

PLACEHOLDER = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")
_MAX_TEXT = 1 << 20
_MAX_DEPTH = 64

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc]
    """YAML to what JSON knows: dates stay text, and a key that is there twice is refused, because readers take one or the other."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """The map of a node."""
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        if len(set(keys)) < len(keys):
            raise yaml.YAMLError("a key is there twice")
        made: dict[Any, Any] = super().construct_mapping(node, deep)
        return made


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in _Base.yaml_implicit_resolvers.items()
}


def value_of(parameter: Mapping[str, Any]) -> str | None:
    """Value of a declared parameter: its value, its default, the largest of its enum; None when nobody says."""
    for given in (parameter.get("value"), parameter.get("default"), (parameter.get("valueFrom") or {}).get("default")):
        if given is not None:
            return text_of(given)
    choices = [text_of(choice) for choice in parameter.get("enum") or ()]
    return max(choices, key=lambda choice: (count_of(choice) or 0, choice), default=None)


def text_of(value: Any) -> str:
    """A parameter value as Argo sees it: text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value)


def parameters(arguments: Any) -> dict[str, str]:
    """Name and value of each parameter that has one."""
    declared = (arguments.get("parameters") or ()) if isinstance(arguments, Mapping) else ()
    values = {str(p.get("name")): value_of(p) for p in declared if isinstance(p, Mapping)}
    return {name: value for name, value in values.items() if value is not None}


def prefixed(prefix: str, values: Mapping[str, str]) -> dict[str, str]:
    """The same values under `<prefix>.<name>`."""
    return {f"{prefix}.{name}": value for name, value in values.items()}


def filled(node: Any, scope: Scope) -> Any:
    """Plain data with every known `{{...}}` replaced; unknown ones stay."""
    if isinstance(node, str):
        return PLACEHOLDER.sub(lambda m: scope.get(m[1], m[0]), node) if "{{" in node else node
    if isinstance(node, Mapping):
        return {key: filled(value, scope) for key, value in node.items()}
    return [filled(value, scope) for value in node] if isinstance(node, list) else node


def manifests(text: str, scope: Scope) -> list[Body]:
    """Objects of a resource template's manifest.

    A placeholder that only the running workflow knows becomes a word (`{{workflow.name}}` is `workflow-name`),
    so that names still match each other and a count of that kind is seen to be no count.
    Raises ValueError for text that is not YAML, holds something else than maps, has aliases, or is too deep or too long.
    """
    return list(_objects(PLACEHOLDER.sub(lambda m: _word(m[1]), filled(text, scope))))


def changed(text: str, change: Change, write: Write) -> str:
    """A manifest with each of its objects changed, placeholders as they are; the same text where nothing is.

    Raises ValueError for text that cannot be read with its placeholders in place.
    """
    before = _objects(text)
    after = [change(body) for body in before]
    return text if after == list(before) else "---\n".join(write(body) for body in after)


def mapping(text: str) -> dict[str, Any]:
    """One YAML or JSON map (a podSpecPatch). Raises ValueError as `manifests` does, and for a placeholder."""
    if "{{" in text:
        raise ValueError("a placeholder decides what it says")
    found = manifests(text, {})
    if len(found) != 1:
        raise ValueError("it is not one map")
    return found[0]


@lru_cache(maxsize=8192)  # a workflow is walked once for each class of accelerators, and targets share their texts
def _objects(text: str) -> tuple[Body, ...]:
    try:
        _inspect(text)
        documents = list(yaml.load_all(text, Loader=_Loader))
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from error
    if any(not isinstance(document, dict | None) for document in documents):
        raise ValueError("it is not a map")
    return tuple(document for document in documents if document is not None)


def _word(placeholder: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", placeholder.lower()).strip("-") or "value"


def _inspect(text: str) -> None:
    if len(text) > _MAX_TEXT:
        raise ValueError("it is longer than an object may be")
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent):
            raise ValueError("it has an alias")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH:
            raise ValueError("it is nested too deeply")
