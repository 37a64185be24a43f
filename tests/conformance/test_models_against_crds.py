"""Our hand-written models against the CRDs that the projects publish: every field, type, enum and requirement.

The folder of CRDs is named by the environment variable CNAI_CRDS; it has an `index.json`. Without it these tests skip.
"""

from __future__ import annotations

import json
import os
import types
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypedDict, Union, get_args, get_origin, is_typeddict

import pytest
import yaml

from cnai_gitops.check.schemas.models import fields_of
from cnai_gitops.resources.base import Kind, kinds

CRDS = os.environ.get("CNAI_CRDS", "")

pytestmark = [
    pytest.mark.crds,
    pytest.mark.skipif(not CRDS, reason="CNAI_CRDS, the folder of upstream CRDs, is not set"),
]

MODELLED = sorted((key for key, kind in kinds().items() if kind.model))

# Where we differ on purpose: (kind, end of the path or its middle with a dot at the end, what differs, why).
# Each must still be needed.
DELIBERATE = (
    ("InferenceService", "httpGet.port", "required: by us", "the CRD drops requirements inside a predictor, its pod has them"),
    ("InferenceService", "tcpSocket.port", "required: by us", "the CRD drops requirements inside a predictor, its pod has them"),
    ("InferenceService", ".os.name", "required: by us", "the CRD drops requirements inside a predictor, its pod has them"),
    (
        "Sensor",
        ".filters.context.",
        "required: by the CRD",
        "the schema is made from Go fields without omitempty; empty ones are not compared",
    ),
    ("InferenceService", ".canary[].predictor.name", "required: by us", "its webhook refuses a canary without a name"),
)

EVENTS = "#/definitions/io.argoproj.events.v1alpha1."
# Text or a number, which a JSON Schema of Argo Events calls text, or an object.
EITHER = frozenset(
    {
        "io.k8s.apimachinery.pkg.api.resource.Quantity",
        "io.k8s.apimachinery.pkg.util.intstr.IntOrString",
        "io.argoproj.events.v1alpha1.Int64OrString",
    }
)
TYPES = {str: "string", int: "integer", float: "number", bool: "boolean"}


@cache
def index() -> tuple[dict[str, Any], ...]:
    return tuple(json.loads((Path(CRDS) / "index.json").read_text(encoding="utf-8")))


@cache
def crd(file: str) -> Any:
    return yaml.load((Path(CRDS) / file).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def published(kind: Kind) -> dict[str, Any]:
    """The CRD's schema of a kind; the release, where a later state is stored beside it."""
    rows = [r for r in index() if (r["group"], r["version"], r["kind"]) == (kind.group, kind.version, kind.kind)]
    rows.sort(key=lambda r: ("/v" not in r["file"], "experimental" in r["file"]))
    assert rows, f"no CRD of {kind.api_version} {kind.kind} in CNAI_CRDS"
    definition = crd(rows[0]["file"])
    assert definition["spec"]["names"]["plural"] == kind.plural
    assert (definition["spec"]["scope"] == "Namespaced") == kind.namespaced
    version = next(v for v in definition["spec"]["versions"] if v["name"] == kind.version)
    schema: dict[str, Any] = version["schema"]["openAPIV3Schema"]
    return {"$ref": f"{EVENTS}{kind.kind}"} if kind.kind in ("EventBus", "EventSource", "Sensor") else schema


@cache
def event_definitions() -> Any:
    """Argo Events leaves its CRDs open and publishes a JSON Schema of its kinds beside them."""
    return json.loads((Path(CRDS) / "argo-events" / "schema.json").read_text(encoding="utf-8"))["definitions"]


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in schema:
        return schema
    name = schema["$ref"].rpartition("/")[2]
    if name in EITHER:
        return {"x-kubernetes-int-or-string": True}
    if name.endswith(".Amount"):
        return {"type": "number", "anyOf": [{"type": "string"}]}
    found: dict[str, Any] = event_definitions()[name]
    return found


def is_open(schema: dict[str, Any]) -> bool:
    """Whether a CRD says nothing about what is inside."""
    inside = any(key in schema for key in ("properties", "items", "type", "additionalProperties", "enum"))
    return not inside or (bool(schema.get("x-kubernetes-preserve-unknown-fields")) and "properties" not in schema)


def differences(hint: Any, schema: dict[str, Any], path: str, seen: tuple[Any, ...] = ()) -> Iterator[tuple[str, str]]:
    """(path, difference) for everything that our type allows and the CRD does not, and the other way for requirements."""
    schema = resolved(schema)
    if is_open(schema) or hint is Any:
        return
    origin, args = get_origin(hint), get_args(hint)
    if is_typeddict(hint):
        if hint not in seen[-8:]:
            yield from object_differences(hint, schema, path, (*seen, hint))
    elif origin is Annotated:
        yield from differences(args[0], schema, path, seen)
        yield from bound_differences(args[1:], schema, path)
    elif origin is list:
        if schema.get("type") != "array":
            yield path, f"type: we say list, the CRD {schema.get('type')}"
        else:
            yield from differences(args[0], schema.get("items", {}), f"{path}[]", seen)
    elif origin is dict:
        more = schema.get("additionalProperties")
        if schema.get("type") != "object":
            yield path, f"type: we say map, the CRD {schema.get('type')}"
        elif isinstance(more, dict):
            yield from differences(args[1], more, f"{path}.*", seen)
        elif "properties" in schema:
            yield path, "type: we say map, the CRD lists fields"
    else:
        yield from value_differences(hint, schema, path)


def object_differences(hint: Any, schema: dict[str, Any], path: str, seen: tuple[Any, ...]) -> Iterator[tuple[str, str]]:
    properties = schema.get("properties")
    if properties is None:
        # The API server knows metadata itself, and an empty object is an empty object.
        if fields_of(hint) and path != ".metadata" and not schema.get("x-kubernetes-preserve-unknown-fields"):
            yield path, f"type: we list fields, the CRD says {schema}"
        return
    ours = fields_of(hint)
    required = {name for name in schema.get("required", []) if "default" not in properties[name]}
    for name, (field, needed) in ours.items():
        if path == "" and name in ("apiVersion", "kind"):
            continue
        if name not in properties:
            yield f"{path}.{name}", "field: the CRD has none of that name"
            continue
        if needed and name not in required and path != "":
            yield f"{path}.{name}", "required: by us, not by the CRD"
        if not needed and name in required:
            yield f"{path}.{name}", "required: by the CRD, not by us"
        yield from differences(field, properties[name], f"{path}.{name}", seen)
    for name in sorted(required - set(ours)):
        yield f"{path}.{name}", "required: by the CRD, and our model lacks the field"


def value_differences(hint: Any, schema: dict[str, Any], path: str) -> Iterator[tuple[str, str]]:
    allowed = {"integer", "string"} if schema.get("x-kubernetes-int-or-string") else {schema.get("type", "")}
    if "anyOf" in schema:
        allowed |= {choice.get("type", "") for choice in schema["anyOf"]}
    for choice in choices(hint):
        if isinstance(choice, tuple):
            value = choice[0]
            kind = TYPES[type(value)]
            if "enum" in schema and value not in schema["enum"]:
                yield path, f"enum: {value!r} is none of {schema['enum']}"
        else:
            kind = TYPES.get(choice, repr(choice))
        if kind not in allowed and not (kind == "integer" and "number" in allowed):
            yield path, f"type: we say {kind}, the CRD {sorted(allowed)}"


def choices(hint: Any) -> Iterator[Any]:
    """Scalar types of a hint, and its literals as tuples of one."""
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        for arg in args:
            yield from choices(arg)
    elif origin is Literal:
        yield from ((value,) for value in args)
    elif origin is Annotated:
        yield from choices(args[0])
    else:
        yield hint


def bound_differences(bounds: tuple[Any, ...], schema: dict[str, Any], path: str) -> Iterator[tuple[str, str]]:
    """A bound of ours must not be wider than the CRD's where both have one."""
    low = next((b.ge if hasattr(b, "ge") else b.gt + 1 for b in bounds if hasattr(b, "ge") or hasattr(b, "gt")), None)
    high = next((b.le for b in bounds if hasattr(b, "le")), None)
    if low is not None and low < schema.get("minimum", low):
        yield path, f"minimum: we say {low}, the CRD {schema['minimum']}"
    if high is not None and high > schema.get("maximum", high):
        yield path, f"maximum: we say {high}, the CRD {schema['maximum']}"


def deliberate(kind: str, path: str, words: str) -> int | None:
    for number, (name, end, what, _) in enumerate(DELIBERATE):
        if name == kind and (path.endswith(end) or (end.endswith(".") and end in path)) and words.startswith(what):
            return number
    return None


@pytest.mark.parametrize("key", MODELLED, ids=[f"{version}-{kind}" for version, kind in MODELLED])
def test_every_field_exists_upstream(key: tuple[str, str]) -> None:
    kind = kinds()[key]
    wrong: dict[tuple[str, str], list[str]] = {}
    for path, words in differences(kind.typed_dict(), published(kind), ""):
        if deliberate(kind.kind, path, words) is None:
            wrong.setdefault((".".join(path.split(".")[-2:]), words), []).append(path)
    lines = [f"{paths[0]} (and {len(paths) - 1} more): {words}" for (_, words), paths in wrong.items()]
    assert not lines, "\n".join([f"{len(lines)} differences of {kind.api_version} {kind.kind}", *lines])


def test_every_deliberate_difference_is_still_one() -> None:
    used = set()
    for key in MODELLED:
        kind = kinds()[key]
        used |= {deliberate(kind.kind, path, words) for path, words in differences(kind.typed_dict(), published(kind), "")}
    assert [row for number, row in enumerate(DELIBERATE) if number not in used] == []


class Wrong(TypedDict, total=False):
    a: Literal["x", "y"]
    b: str
    c: int


def test_a_wrong_field_is_found() -> None:
    schema = {"type": "object", "required": ["b"], "properties": {"a": {"type": "string", "enum": ["x"]}, "b": {"type": "integer"}}}
    assert [words for _, words in differences(Wrong, schema, ".spec")] == [
        "enum: 'y' is none of ['x']",
        "required: by the CRD, not by us",
        "type: we say string, the CRD ['integer']",
        "field: the CRD has none of that name",
    ]
