"""Builds WorkflowTemplates and CronWorkflows through hera, the only importer of hera.

Must not: know a stage. What hera drops or changes is an error here (law 2): every leaf that went in comes out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from cnai_gitops.resources.base import Body

if TYPE_CHECKING:
    from cnai_gitops.resources.argo_workflows.model import CronWorkflow, WorkflowTemplate
    from cnai_gitops.resources.argo_workflows.template import Template

__all__ = ["from_hera"]

FREE = frozenset({"image", "value", "manifest", "namespace", "bucket", "key", "configMap", "schedules"})
"""Fields of free text that differ between targets; a workflow's shape is built once and these are filled in."""


def build(body: WorkflowTemplate | CronWorkflow) -> Body:
    """A WorkflowTemplate or CronWorkflow as hera writes it. Raises ValueError for a field that hera refuses or loses."""
    values: list[str] = []
    shape = _blank(body, values, free=False)
    return _filled(json.loads(_built(json.dumps(shape))), values)  # type: ignore[no-any-return]


def from_hera(template: Any) -> Template:
    """A template that is written with hera's own classes (`hera.workflows.Container`, `Script`, `Resource` ...) as plain data."""
    built: Any = template._build_template()  # what hera itself asks of everything that is a template
    return cast("Template", json.loads(built.json(exclude_none=True, by_alias=True)))


def _blank(node: Any, values: list[str], *, free: bool) -> Any:
    if isinstance(node, dict):
        return {k: _blank(v, values, free=k in FREE or k == "labels" or (free and not isinstance(v, dict | list))) for k, v in node.items()}
    if isinstance(node, list):
        return [_blank(v, values, free=free and isinstance(v, str)) for v in node]
    if isinstance(node, str) and (free or node.startswith("\x00")):
        values.append(node)
        return f"\x00{len(values) - 1}"
    return node


def _filled(node: Any, values: list[str]) -> Any:
    if isinstance(node, dict):
        return {k: _filled(v, values) for k, v in node.items()}
    if isinstance(node, list):
        return [_filled(v, values) for v in node]
    return values[int(node[1:])] if isinstance(node, str) and node.startswith("\x00") else node


@lru_cache(maxsize=512)
def _built(text: str) -> str:
    from hera.workflows import CronWorkflow, WorkflowTemplate

    body = json.loads(text)
    cls: Any = {"WorkflowTemplate": WorkflowTemplate, "CronWorkflow": CronWorkflow}[body["kind"]]
    built = cls.from_dict(body).to_dict()
    lost = sorted(set(leaves(body)) - set(leaves(built)))
    if lost:
        raise ValueError(
            f"hera lost {body['kind']}/{body['metadata']['name']}: " + ", ".join(f"{path}={value}" for path, value in lost[:5])
        )
    return json.dumps(_ordered(built, body))


def _ordered(built: Any, wanted: Any) -> Any:
    """hera sorts keys; put them back in the order that was asked for, since people read it."""
    if isinstance(built, dict) and isinstance(wanted, dict):
        keys = [k for k in wanted if k in built] + [k for k in built if k not in wanted]
        return {k: _ordered(built[k], wanted.get(k)) for k in keys}
    if isinstance(built, list) and isinstance(wanted, list) and len(built) == len(wanted):
        return [_ordered(b, w) for b, w in zip(built, wanted, strict=True)]
    return built


def leaves(node: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every (JSON pointer, JSON value) of plain data; empty maps and lists count as leaves."""
    if isinstance(node, dict) and node:
        for key, value in node.items():
            yield from leaves(value, f"{path}/{key.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(node, list) and node:
        for i, value in enumerate(node):
            yield from leaves(value, f"{path}/{i}")
    else:
        yield path, json.dumps(node)
