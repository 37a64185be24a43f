"""JSON Schemas of the files that users write, for editors: made from the spec models, in draft-07 form.

Must not: write files, or say anything that the models do not say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson
from pydantic.json_schema import GenerateJsonSchema

from cnai_gitops.facts.known import Facts, built_in
from cnai_gitops.facts.profiles import profiles
from cnai_gitops.plan.layers import IDENTITY
from cnai_gitops.source.meanings import meanings
from cnai_gitops.spec.base import Spec
from cnai_gitops.spec.blueprint import STAGES, Blueprint
from cnai_gitops.spec.config import Config
from cnai_gitops.spec.dataset import Dataset, Model
from cnai_gitops.spec.environment import Environment
from cnai_gitops.spec.release import Pins, Release
from cnai_gitops.spec.waiver import Waivers
from cnai_gitops.spec.words import TABLE

Schema = dict[str, Any]
REF = "#/definitions/"
_KEY = r"[a-z]([-a-z0-9]*[a-z0-9])?"
_CHOICES: Mapping[tuple[str, str], Callable[[], Iterable[str]]] = {("Cluster", "profile"): profiles}
"""Fields whose values are facts that nobody adds to: (model, field). The models refuse others too; here editors learn them."""


class _Draft7(GenerateJsonSchema):
    """Pydantic's own generator, without a title on each field, and with the words under the fields in their classes."""

    schema_dialect = "http://json-schema.org/draft-07/schema#"

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def model_schema(self, schema: Any) -> Schema:
        made = super().model_schema(schema)
        for name, text in meanings(schema["cls"]).items():
            made["properties"][name]["description"] = text
        return made


def json_schemas(facts: Facts | None = None) -> dict[str, str]:
    """JSON text of every schema by its kind: `schemas/<kind>.schema.json` holds it. The same text on every machine.

    `facts` are those of the repository, ours for None: editors offer the names that it declares too.
    """
    made = {
        "blueprint": _schema(Blueprint),
        "config": _with_defaults(_schema(Config)),
        "dataset": _schema(Dataset),
        "environment": _with_defaults(_schema(Environment)),
        "model": _schema(Model),
        "release": _release(),
        "waivers": _schema(Waivers),
    }
    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    return {kind: orjson.dumps(_listed(schema, facts or built_in()), option=options).decode() for kind, schema in made.items()}


def _listed(node: Any, facts: Facts) -> Any:
    """The node with the names that may be written wherever a word is asked for."""
    if isinstance(node, list):
        return [_listed(item, facts) for item in node]
    if not isinstance(node, dict):
        return node
    if isinstance(table := node.get(TABLE), str):
        return {"enum": facts.names(table), **{key: node[key] for key in ("default", "description", "type") if key in node}}
    return {key: _listed(value, facts) for key, value in node.items()}


def _schema(model: type[Spec]) -> Schema:
    """One model with everything it refers to below `definitions`."""
    raw = model.model_json_schema(schema_generator=_Draft7, ref_template=f"{REF}{{model}}")
    definitions = {name: _draft7(node, name) for name, node in raw.pop("$defs", {}).items()}
    schema = {"$schema": _Draft7.schema_dialect, **_draft7(raw, model.__name__)}
    return _rooted(schema | {"definitions": definitions})


def _draft7(node: Any, model: str) -> Any:
    """The node as draft-07 editors understand it: every map closed, `kind` asked for, nothing beside a `$ref`."""
    if isinstance(node, list):
        return [_draft7(item, model) for item in node]
    if not isinstance(node, dict):
        return node
    made = {key: _below(key, value, model) for key, value in node.items() if key != "discriminator"}
    if "properties" in node:
        _name_choices(made["properties"], str(made.get("title", model)))
        made["required"] = _required(made)
        made = {key: value for key, value in made.items() if key != "required" or value}
    if "patternProperties" in node:
        made["additionalProperties"] = False
    if "$ref" in made and len(made) > 1:  # draft-07 ignores what stands beside a reference
        made = {"allOf": [{"$ref": made.pop("$ref")}], **made}
    return made


def _below(key: str, value: Any, model: str) -> Any:
    """What stands under a keyword: a value, schemas by names that users chose, or a schema."""
    if key in ("default", "enum", "required"):
        return value
    if key in ("properties", "patternProperties"):
        return {name: _draft7(schema, model) for name, schema in value.items()}
    return _draft7(value, model)


def _required(schema: Schema) -> list[str]:
    """Variants are told apart by `kind`, so YAML has to say it although Python has a default for it."""
    kind = ["kind"] if "const" in schema["properties"].get("kind", {}) else []
    return list(dict.fromkeys([*kind, *schema.get("required", [])]))


def _name_choices(properties: Schema, model: str) -> None:
    for (owner, name), known in _CHOICES.items():
        if owner == model:
            kept = {key: value for key, value in properties[name].items() if key in ("default", "description", "type")}
            properties[name] = {"enum": sorted(known()), **kept}


# -- fields of a stage that a layer may change --------------------------------------------------------------


def _changes(pins: bool) -> tuple[dict[str, Schema], dict[str, Schema]]:
    """For each stage kind a map of which every field may be left out, and all definitions that these maps need.

    With `pins` it also takes the digests of a release.
    """
    whole = _schema(Blueprint)["definitions"]
    made: dict[str, Schema] = {}
    stages: dict[str, Schema] = {}
    for kind in STAGES:
        stage = _optional(whole[kind.capitalize()], whole, made)
        fields = {name: field for name, field in stage["properties"].items() if name not in IDENTITY}
        if pins:
            own = _schema(Pins)
            taken = _optional(own, own["definitions"], made)["properties"]
            fields = taken | {name: field for name, field in fields.items() if name not in taken}
        stages[kind] = {**stage, "title": f"{stage['title']} here", "properties": fields}
    return stages, whole | made


def _optional(node: Schema, whole: Mapping[str, Schema], made: dict[str, Schema]) -> Schema:
    """The node with nothing required. Nested maps are laid over field by field; lists and entries of maps are replaced whole."""
    if "$ref" in node:
        name = node["$ref"].removeprefix(REF)
        if f"{name}Change" not in made:
            made[f"{name}Change"] = {}  # a model may refer to itself
            made[f"{name}Change"] = _optional(whole[name], whole, made)
        return {"$ref": f"{REF}{name}Change"}
    result = {key: value for key, value in node.items() if key not in ("required", "default", "definitions", "$schema")}
    for union in ("allOf", "anyOf", "oneOf"):
        if union in result:  # without `kind`, several variants may fit
            options = [_optional(option, whole, made) for option in result.pop(union)]
            result["allOf" if union == "allOf" else "anyOf"] = options
    if "properties" in result:
        result["properties"] = {name: _optional(field, whole, made) for name, field in result["properties"].items()}
    return result


def _with_defaults(schema: Schema) -> Schema:
    """`defaults` takes the fields of each stage kind, not just any map."""
    stages, definitions = _changes(pins=False)
    defaults = schema["properties"]["defaults"]
    schema["properties"]["defaults"] = {
        "type": "object",
        "description": defaults["description"],
        "properties": {kind: {"$ref": f"{REF}Here-{kind}"} for kind in STAGES},
        "additionalProperties": False,
    }
    schema["definitions"] = definitions | schema["definitions"] | {f"Here-{kind}": stage for kind, stage in stages.items()}
    return _rooted(schema)


def _release() -> Schema:
    """The form of a release file: stages are keys such as `serve.scorer` beside the fields of Release."""
    schema = _schema(Release)
    stages, definitions = _changes(pins=True)
    keyed = {f"^{kind}\\.{_KEY}$": {"$ref": f"{REF}Here-{kind}"} for kind in STAGES}
    del schema["properties"]["stages"]
    clusters = {"type": "object", "patternProperties": keyed, "additionalProperties": False}
    schema["properties"]["clusters"] = {
        "type": "object",
        "description": "what one cluster has differently; wins over this file's own stages",
        "patternProperties": {f"^{_KEY}$": clusters},
        "additionalProperties": False,
    }
    schema["patternProperties"] = keyed
    schema["description"] = (
        "Everything that an environment says of an application. `<stage>.<name>` pins digests and sets fields that differ here."
    )
    schema["definitions"] = definitions | schema["definitions"] | {f"Here-{kind}": stage for kind, stage in stages.items()}
    return _rooted(schema)


def _rooted(schema: Schema) -> Schema:
    """Only the definitions that the schema leads to, in the order of their names."""
    definitions: dict[str, Schema] = schema.pop("definitions", {})
    used: set[str] = set()
    todo: list[Any] = [schema]
    while todo:
        found = set(re.findall(rf'"{REF}([^"]+)"', orjson.dumps(todo.pop()).decode())) - used
        used |= found
        todo += [definitions[name] for name in found]
    return schema | {"definitions": {name: definitions[name] for name in sorted(used)}}
