"""JSON Schemas that others publish: Kubernetes' own kinds (the kubernetes-validate package) and synced CRDs.

Must not: validate anything, fetch anything.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson

from cnai_gitops.check.schemas.models import DIALECT, Schema
from cnai_gitops.errors import NotEvaluated
from cnai_gitops.resources.base import Kind
from cnai_gitops.source.files import Files, SourceError

_REF = "#/$defs/"
LARGEST = 64 * 1024 * 1024
"""Bytes of one schema: they are written by programs."""


def kubernetes_schema(kind: Kind, minor: int) -> Schema | None:
    """Closed schema of a kind of Kubernetes 1.`minor`; None when that version does not serve it."""
    group = kind.group.partition(".")[0]
    name = "-".join(part for part in (kind.kind.lower(), group, kind.version) if part)
    file = _folder() / f"v1.{minor}.0-local-strict" / f"{name}.json"
    if not file.is_file():
        return None
    definitions = _definitions(minor)
    needed: dict[str, Schema] = {}
    root = _local(orjson.loads(file.read_bytes()), definitions, needed)
    return {**root, "$schema": DIALECT, "$defs": needed}


def nearest_minor(version: str) -> int:
    """The published minor version of Kubernetes that is nearest to `version` (`1.34`, `v1.34.2`).

    Raises NotEvaluated when the version is unreadable or no schemas are installed.
    """
    parts = version.removeprefix("v").split(".")
    known = sorted(int(f.name.split(".")[1]) for f in _folder().glob("v1.*-local-strict"))
    if not known or len(parts) < 2 or parts[0] != "1" or not parts[1].isdecimal():
        raise NotEvaluated(f"no schemas for Kubernetes {version!r}", help="write the version as 1.34")
    return min(known, key=lambda minor: (abs(minor - int(parts[1])), -minor))


def synced_schema(kind: tuple[str, str], folder: Path | None) -> Schema | None:
    """Schema of (apiVersion, kind) from `<group>_<version>_<kind>.json` in a folder of synced CRDs, closed by us."""
    group, _, version = kind[0].rpartition("/")
    if folder is None or not all(part.replace("-", "").replace(".", "").isalnum() for part in (group, version, kind[1])):
        return None
    file = folder / f"{group}_{version}_{kind[1]}.json"
    if not os.path.lexists(file):
        return None
    try:
        with Files(folder, limit=LARGEST) as files:
            found = _closed(orjson.loads(files.content(file.name)))
    except SourceError as error:
        raise NotEvaluated(f"schemas/crds/{error.findings[0].message}", help=error.findings[0].help) from error
    except (orjson.JSONDecodeError, RecursionError, TypeError, AttributeError) as error:
        reason = f"is not JSON: {error}" if isinstance(error, orjson.JSONDecodeError) else "is no schema"
        raise NotEvaluated(f"schemas/crds/{file.name} {reason}", help="sync the CRDs again") from error
    # The API server itself checks the metadata of every object, so a CRD never describes it.
    found.get("properties", {}).update({"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": {"type": "object"}})
    return {**found, "$schema": DIALECT}


@cache
def _folder() -> Path:
    spec = find_spec("kubernetes_validate")
    if spec is None or not spec.submodule_search_locations:
        raise NotEvaluated("the package kubernetes-validate is not installed", help="it carries the schemas of the core kinds")
    return Path(spec.submodule_search_locations[0]) / "kubernetes-json-schema"


@cache
def _definitions(minor: int) -> Mapping[str, Schema]:
    file = _folder() / f"v1.{minor}.0-local-strict" / "_definitions.json"
    found: Mapping[str, Schema] = orjson.loads(file.read_bytes())["$defs"]
    return found


def _local(value: Any, definitions: Mapping[str, Schema], needed: dict[str, Schema]) -> Any:
    """A copy with references into one document, prose left out, and `oneOf` of plain types made one list of types."""
    if isinstance(value, list):
        return [_local(item, definitions, needed) for item in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        name = value["$ref"].rpartition("/")[2]
        if name not in needed:
            needed[name] = {}
            needed[name].update(_local(definitions[name], definitions, needed))
        return {"$ref": _REF + name}
    choices = value.get("oneOf")
    if choices and all(set(choice) == {"type"} for choice in choices):
        listed = [t for choice in choices for t in (choice["type"] if isinstance(choice["type"], list) else [choice["type"]])]
        return {"type": list(dict.fromkeys(listed))}
    drop = ("description",) if isinstance(value.get("description"), str) else ()
    return {k: _local(v, definitions, needed) for k, v in value.items() if k not in drop}


def _closed(schema: Any) -> Schema:
    """A CRD's openAPIV3Schema as a plain JSON Schema that refuses what the API server would drop."""
    found: Schema = {k: schema[k] for k in _KEPT if k in schema}
    if schema.get("x-kubernetes-int-or-string"):
        found["type"] = ["integer", "string"]
    elif schema.get("nullable") and "type" in found:
        found["type"] = [found["type"], "null"]
    if "items" in schema:
        found["items"] = _closed(schema["items"])
    if "properties" in schema:
        found["properties"] = {name: _closed(field) for name, field in schema["properties"].items()}
        # A required field with a default is filled in before it is missed.
        filled = {name for name, field in schema["properties"].items() if "default" in field}
        found["required"] = [name for name in schema.get("required", []) if name not in filled]
    more = schema.get("additionalProperties")
    if isinstance(more, dict):
        found["additionalProperties"] = _closed(more)
    elif "properties" in schema and not schema.get("x-kubernetes-preserve-unknown-fields") and more is not True:
        found["additionalProperties"] = False
    return found


_KEPT = ("type", "enum", "pattern", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "multipleOf", "required")
