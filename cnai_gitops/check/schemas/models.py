"""Closed JSON Schemas from the TypedDicts that describe kinds.

Must not: know a kind, validate anything.
"""

from __future__ import annotations

import types
from typing import Annotated, Any, Literal, NotRequired, Required, Union, get_args, get_origin, get_type_hints, is_typeddict

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen

from cnai_gitops.resources.core.meta import Matches

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_SCALARS: dict[Any, str] = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}


def schema_of(model: type) -> Schema:
    """JSON Schema of a TypedDict; every object in it refuses keys that it does not list.

    Raises TypeError for a type that a manifest cannot hold, naming it.
    """
    definitions: dict[str, Schema] = {}
    root = _convert(model, definitions)
    return {"$schema": DIALECT, **root, "$defs": definitions}


def fields_of(model: type) -> dict[str, tuple[Any, bool]]:
    """Type and whether it is required, of each key of a TypedDict."""
    found = {}
    for name, hint in get_type_hints(model, include_extras=True).items():
        origin = get_origin(hint)
        required = origin is Required or (origin is not NotRequired and name in model.__required_keys__)  # type: ignore[attr-defined]
        found[name] = (get_args(hint)[0] if origin in (Required, NotRequired) else hint, required)
    return found


def _convert(hint: Any, definitions: dict[str, Schema]) -> Schema:
    if hint is Any:
        return {}
    if hint in _SCALARS:
        return {"type": _SCALARS[hint]}
    if is_typeddict(hint):
        return _object(hint, definitions)
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _bounded(_convert(args[0], definitions), args[1:])
    if origin is Literal:
        return {"enum": list(args)}
    if origin is list:
        return {"type": "array", "items": _convert(args[0], definitions)}
    if origin is dict and args[0] is str:
        return {"type": "object", "additionalProperties": _convert(args[1], definitions)}
    if origin in (Union, types.UnionType):
        return _either([_convert(arg, definitions) for arg in args])
    raise TypeError(f"a manifest cannot hold {hint!r}")


def _object(model: type, definitions: dict[str, Schema]) -> Schema:
    name = f"{model.__module__}.{model.__qualname__}"
    if name not in definitions:
        definitions[name] = made = {"type": "object", "additionalProperties": False}
        fields = fields_of(model)
        made["properties"] = {key: _convert(hint, definitions) for key, (hint, _) in fields.items()}
        made["required"] = [key for key, (_, required) in fields.items() if required]
    return {"$ref": f"#/$defs/{name}"}


def _either(choices: list[Schema]) -> Schema:
    """A union, flat where it can be, so that an error names the choices instead of `anyOf`."""
    if all(set(c) == {"type"} for c in choices):
        return {"type": [c["type"] for c in choices]}
    if all(set(c) == {"enum"} for c in choices):
        return {"enum": [value for c in choices for value in c["enum"]]}
    return {"anyOf": choices}


def _bounded(schema: Schema, bounds: tuple[Any, ...]) -> Schema:
    many = "Items" if schema.get("type") == "array" else "Length"
    found = dict(schema)
    for bound in bounds:
        match bound:
            case Ge():
                found["minimum"] = bound.ge
            case Gt():
                found["exclusiveMinimum"] = bound.gt
            case Le():
                found["maximum"] = bound.le
            case Lt():
                found["exclusiveMaximum"] = bound.lt
            case MinLen():
                found[f"min{many}"] = bound.min_length
            case MaxLen():
                found[f"max{many}"] = bound.max_length
            case Matches():
                found["pattern"] = f"^(?:{bound.pattern})$"
            case _:
                raise TypeError(f"unknown bound {bound!r}")
    return found
