"""Schema check: every object against what is known of its kind, all errors at once, nothing skipped.

Must not: judge what is lawful but unwise (policies do), know a kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from cnai_gitops.check.field_path import leads_to, path_text
from cnai_gitops.check.schemas.models import Schema, schema_of
from cnai_gitops.check.schemas.object_names import name_problems
from cnai_gitops.check.schemas.published import kubernetes_schema, nearest_minor, synced_schema
from cnai_gitops.findings import Finding
from cnai_gitops.resources.base import HATCHED, PATCHED, Body, Kind, Resource, key_of, kind_of, kinds

UNKNOWN_KIND, BAD_NAME, UNKNOWN_FIELD, BAD_VALUE, MISSING_FIELD = "CNAI401", "CNAI402", "CNAI403", "CNAI404", "CNAI405"

Checked = tuple[Schema, jsonschema_rs.Draft202012Validator]


def check_schema(objects: Iterable[tuple[str, Resource | Body]], kubernetes_version: str, lock_dir: Path | None = None) -> list[Finding]:
    """Findings on (target, object) pairs: unknown kinds, names, fields and values; in the order of the objects.

    `kubernetes_version` (`1.34`) picks the published schemas of the core kinds, the nearest if there is none;
    `lock_dir` holds the schemas of synced CRDs, which are used beside our own. Raises NotEvaluated when
    the schemas themselves cannot be had.
    """
    minor = nearest_minor(kubernetes_version)
    found: list[Finding] = []
    for target, item in objects:
        body = item.body if isinstance(item, Resource) else item
        kind, checks = _checks(str(body.get("apiVersion", "")), str(body.get("kind", "")), minor, lock_dir)
        if kind is None and not checks:
            found.append(_unknown(target, body, minor))
            continue
        if kind is not None:
            found += [_finding(BAD_NAME, target, item, path, words, "") for path, words in name_problems(body, kind)]
        for schema, validator in checks:
            if not validator.is_valid(body):
                found += _errors(target, item, schema, validator)
    return list(dict.fromkeys(found))


def is_misshapen(finding: Finding) -> bool:
    """True when a map or list has something else in its place, so that nothing that follows the object's form can read it."""
    return finding.code == BAD_VALUE and _MISSHAPEN.search(finding.message) is not None


@lru_cache(maxsize=1024)
def _checks(api_version: str, name: str, minor: int, lock_dir: Path | None) -> tuple[Kind | None, tuple[Checked, ...]]:
    """What is known of a kind and its compiled schemas; (None, ()) for an unknown one."""
    kind = kinds().get((api_version, name))
    schemas: list[Schema | None] = [synced_schema((api_version, name), lock_dir)]
    if kind is not None:
        model = kind.typed_dict()
        own = schema_of(model) if model is not None else kubernetes_schema(kind, minor)
        if own is None:
            return None, ()
        schemas.insert(0, own)
    compiled = [(schema, jsonschema_rs.Draft202012Validator(schema, validate_formats=False)) for schema in schemas if schema is not None]
    return kind, tuple(compiled)


def _unknown(target: str, body: Body, minor: int) -> Finding:
    api_version, name = str(body.get("apiVersion", "")), str(body.get("kind", ""))
    known = sorted(kinds())
    others = [version for version, kind in known if kind == name and version != api_version]
    if (api_version, name) in kinds():
        return _finding(UNKNOWN_KIND, target, body, "apiVersion", f"{api_version} {name} does not exist in Kubernetes 1.{minor}", "")
    if others:
        help_ = f"known is {', '.join(others)} {name}"
    else:
        close = get_close_matches(name, [kind for _, kind in known], n=1)
        help_ = _did_you_mean([f"{version} {kind}" for version, kind in known if [kind] == close])
    words = f"{api_version or 'no apiVersion'} {name or 'no kind'} is not a kind that is known here, so nothing about it was checked"
    return _finding(UNKNOWN_KIND, target, body, "kind", words, help_ or "sync its CRD, so that its schema is in the lock")


# -- errors in words ----------------------------------------------------------------------------------------


def _errors(target: str, item: Resource | Body, schema: Schema, validator: jsonschema_rs.Draft202012Validator) -> Iterator[Finding]:
    body = item.body if isinstance(item, Resource) else item
    for error in validator.iter_errors(body):
        at, what = list(error.instance_path), error.kind
        path = path_text(at)
        match what:
            case jsonschema_rs.ValidationErrorKind.AdditionalProperties():
                fields = _fields(schema, at)
                for name in what.unexpected:
                    words = f"{path_text([*at, name])} is not a field of {path or body.get('kind')}"
                    yield _finding(UNKNOWN_FIELD, target, item, path_text([*at, name]), words, _candidates(name, fields))
            case jsonschema_rs.ValidationErrorKind.Required():
                missing = path_text([*at, what.property])
                yield _finding(MISSING_FIELD, target, item, missing, f"{missing} is missing", "")
            case jsonschema_rs.ValidationErrorKind.Enum():
                options = what.options if isinstance(what.options, list) else [what.options]
                words = f"{path} must be {_or(options)}, not {_shown(error.instance, body)}"
                yield _finding(BAD_VALUE, target, item, path, words, _candidates(str(error.instance), map(str, options), listed=False))
            case _:
                yield _finding(BAD_VALUE, target, item, path, f"{path or 'the object'} {_reason(what, error.instance, body)}", "")


def _reason(what: Any, value: Any, body: Body) -> str:
    """What is wrong with a value, after its path."""
    shown = _shown(value, body)
    match what:
        case jsonschema_rs.ValidationErrorKind.Type():
            names = [_TYPES.get(t, t) for t in what.types if t != "null" or len(what.types) == 1]
            return f"must be {' or '.join(dict.fromkeys(names))}, not {shown}"
        case jsonschema_rs.ValidationErrorKind.Minimum():
            return f"must be at least {what.limit}, not {shown}"
        case jsonschema_rs.ValidationErrorKind.ExclusiveMinimum():
            return f"must be more than {what.limit}, not {shown}"
        case jsonschema_rs.ValidationErrorKind.Maximum():
            return f"must be at most {what.limit}, not {shown}"
        case jsonschema_rs.ValidationErrorKind.MinItems() | jsonschema_rs.ValidationErrorKind.MinLength():
            return "must not be empty" if what.limit == 1 else f"must have at least {what.limit} items, not {shown}"
        case jsonschema_rs.ValidationErrorKind.MaxItems() | jsonschema_rs.ValidationErrorKind.MaxLength():
            return f"must have at most {what.limit} items, not {shown}"
        case jsonschema_rs.ValidationErrorKind.Pattern():
            return f"must match {what.pattern.removeprefix('^(?:').removesuffix(')$')}, not {shown}"
        case _:
            return f"has no form that is allowed here: {shown}"


_MISSHAPEN = re.compile(r" (?:must be (?:a map|a list)\b|has no form )")
_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "a map",
    "array": "a list",
    "null": "null",
}


def _fields(schema: Schema, path: list[str | int]) -> list[str]:
    """Names of the fields that an object at `path` may have."""
    here = _resolved(schema, schema)
    for part in path:
        below = (
            here.get("items", {}) if isinstance(part, int) else here.get("properties", {}).get(part, here.get("additionalProperties", {}))
        )
        here = _resolved(below, schema) if isinstance(below, dict) else {}
    return sorted(here.get("properties", {}))


def _resolved(schema: Schema, root: Schema) -> Schema:
    """The schema behind a reference; a union is taken as all of its choices together."""
    if "$ref" in schema:
        found: Schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
        return found
    choices = [_resolved(choice, root) for choice in schema.get("anyOf", [])]
    return {"properties": {k: v for choice in choices for k, v in choice.get("properties", {}).items()}} if choices else schema


def _candidates(name: str, known: Iterable[str], *, listed: bool = True) -> str:
    """`did you mean ...?`, else the first of the known names."""
    names = list(known)
    lower = {n.lower(): n for n in names}
    close = [lower[c] for c in get_close_matches(name.lower(), lower, n=2, cutoff=0.7)]
    return _did_you_mean(close) or (f"known here: {', '.join(names[:12])}{', ...' if len(names) > 12 else ''}" if listed and names else "")


def _did_you_mean(names: list[str]) -> str:
    return f"did you mean {' or '.join(names)}?" if names else ""


def _or(options: list[Any]) -> str:
    words = [str(option) if option != "" else '""' for option in options]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _shown(value: Any, body: Body) -> str:
    """A value in a few characters; secret ones are never shown."""
    kind = kind_of(body)
    if kind is not None and kind.data == "secret":
        return "that"
    if isinstance(value, dict | list):
        return f"a {'map' if isinstance(value, dict) else 'list'} of {len(value)}"
    text = {None: "null", True: "true", False: "false"}.get(value) if value is None or isinstance(value, bool) else repr(value)
    return text if text is not None and len(text) <= 60 else f"{repr(value)[:57]}..."


def _finding(code: str, target: str, item: Resource | Body, path: str, message: str, help_: str) -> Finding:
    """A finding on one object; its path is in the author's words where the object remembers them."""
    body = item.body if isinstance(item, Resource) else item
    key = key_of(body)
    authored = ""
    for prefix, words in item.trace if isinstance(item, Resource) else ():
        if leads_to(prefix, path):
            authored = "" if words.startswith((PATCHED, HATCHED)) else words  # these speak of the object's own fields
    return Finding(code=code, message=message, help=help_, path=authored or path, resource=str(key), target=target)
