"""The schemas that editors use: current, in draft-07 form, and of one mind with the models."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from typing import Any

import jsonschema_rs
import pytest

from cnai_gitops.scaffold.schemas import json_schemas
from cnai_gitops.source.yaml import parse
from cnai_gitops.spec.engine import engines
from cnai_gitops.spec.roles import schemes
from cnai_gitops.system.data import data_dir

ROOT = data_dir()
SCHEMAS = {kind: json.loads(text) for kind, text in json_schemas().items()}
VALID = {kind: jsonschema_rs.Draft7Validator(schema) for kind, schema in SCHEMAS.items()}
MODELINE = re.compile(r"# yaml-language-server: \$schema=(\S+)\n")
APP = """\
name: churn
team: ml
purpose: churn
prepare:
- {name: clean, engine: {kind: container, image: prep}, reads: [raw], writes: [clean], schedule: "0 2 * * *"}
- name: join
  steps:
  - {name: one, engine: {kind: spark, image: prep, main: join.py}}
  - {name: two, engine: {kind: ray, image: prep, entrypoint: python x.py}, after: [one]}
train:
  name: model
  image: fit
  accelerator: {type: h100, per_node: 4}
  sweep: {kind: halton, trials: 4, space: {lr: {kind: log_uniform, low: 0.001, high: 0.1}}, maximize: auc}
serve: {name: model, model: model, runtime: sklearn, scaling: {kind: rate, requests_per_replica: 3}, engine: {kind: kserve}}
observe: {signals: [{kind: slo, p99_ms: 80}]}
overrides: [{kind: InferenceService, set: {/spec/predictor/timeout: 30}, reason: a slow upstream system}]
"""
RELEASE = f"""\
app: churn
images: {{fit: sha256:{"0" * 64}}}
train.model: {{nodes: 2, sweep: {{trials: 8}}, suspend: true}}
serve.model:
  model: sha256:{"1" * 64}
  canary: {{model: sha256:{"2" * 64}, weight: 10}}
  scaling: {{max: 9}}
  resources: {{cpu: "2"}}
clusters:
  eu1: {{serve.model: {{scaling: {{min: 2}}}}}}
"""


def errors(kind: str, data: Any) -> list[str]:
    return [error.message for error in VALID[kind].iter_errors(data)]


def read(text: str) -> Any:
    return parse(text, "x.yaml").data


def test_the_committed_schemas_are_current() -> None:
    folder = ROOT / "schemas"
    assert sorted(path.name for path in folder.glob("*.schema.json")) == sorted(f"{kind}.schema.json" for kind in SCHEMAS)
    for kind, text in json_schemas().items():
        assert (folder / f"{kind}.schema.json").read_text() == text, f"{kind}: write the schemas anew"


def test_the_text_does_not_depend_on_the_hash_seed() -> None:
    code = "from cnai_gitops.scaffold.schemas import json_schemas; print(json_schemas())"
    texts = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(texts) == 1


@pytest.mark.parametrize("kind", SCHEMAS)
def test_draft_07_form(kind: str) -> None:
    schema = SCHEMAS[kind]
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    jsonschema_rs.meta.validate(schema)
    text = json.dumps(schema)
    assert not re.search(r'"(\$defs|discriminator|prefixItems|unevaluatedProperties|dependentRequired)"', text)
    assert set(re.findall(r'"#/definitions/([^"]+)"', text)) == set(schema["definitions"])


def objects(node: Any) -> list[dict[str, Any]]:
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return [*([node] if isinstance(node, dict) and "properties" in node else []), *(found for child in inner for found in objects(child))]


@pytest.mark.parametrize("kind", SCHEMAS)
def test_every_object_is_closed_and_nothing_stands_beside_a_reference(kind: str) -> None:
    found = objects(SCHEMAS[kind])
    assert found
    assert [o.get("title") for o in found if isinstance(o["properties"], dict) and o.get("additionalProperties") is not False] == []
    assert not re.search(r'"\$ref": "[^"]+", ', json.dumps(SCHEMAS[kind]))


def test_every_yaml_file_of_this_repository_fits_the_schema_that_it_names() -> None:
    files = [path for folder in ("environments", "blueprints", "policies/waivers") for path in sorted((ROOT / folder).rglob("*.yaml"))]
    seen = 0
    for path in files:
        if "patches" in path.parts:
            continue
        text = path.read_text()
        named = MODELINE.match(text)
        assert named, f"{path}: the first line names no schema"
        target = (path.parent / named[1]).resolve()
        assert target.parent == ROOT / "schemas", path
        assert errors(target.name.removesuffix(".schema.json"), read(text)) == [], path
        seen += 1
    assert seen >= 6
    assert errors("config", tomllib.loads((ROOT / "cnai.toml").read_text())) == []


@pytest.mark.parametrize(("kind", "text"), [("blueprint", APP), ("release", RELEASE)])
def test_full_files_fit(kind: str, text: str) -> None:
    assert errors(kind, read(text)) == []


@pytest.mark.parametrize(
    ("kind", "text", "old", "new"),
    [
        ("blueprint", APP, "purpose:", "purpos:"),
        ("blueprint", APP, "runtime: sklearn", "runtime: sklern"),
        ("blueprint", APP, "type: h100", "type: h1000"),
        ("blueprint", APP, "kind: rate, ", ""),
        ("blueprint", APP, "kind: rate", "kind: rat"),
        ("blueprint", APP, "kind: kserve", "kind: rate"),
        ("blueprint", APP, "main: join.py", "mian: join.py"),
        ("blueprint", APP, "low: 0.001, ", ""),
        ("blueprint", APP, "per_node: 4", 'per_node: "4"'),
        ("release", RELEASE, "serve.model:\n", "serv.model:\n"),
        ("release", RELEASE, "weight: 10", "weight: 101"),
        ("release", RELEASE, "scaling: {max: 9}", "scaling: {maks: 9}"),
        ("release", RELEASE, "scaling: {max: 9}", "signals: []"),
        ("release", RELEASE, "suspend: true", "reads: [other]"),
        ("release", RELEASE, "scaling: {min: 2}", "scaling: {min: 0, requests_per_replica: 1}"),
        ("release", RELEASE, "app: churn", "ap: churn"),
    ],
)
def test_a_mistake_is_refused(kind: str, text: str, old: str, new: str) -> None:
    assert old in text
    assert errors(kind, read(text.replace(old, new, 1)))


def test_every_engine_is_offered() -> None:
    text = json.dumps(SCHEMAS)
    for role, kind in engines():
        assert role == "source" or f'"const": "{kind}"' in text, f"{role} {kind}"


@pytest.mark.parametrize("scheme", schemes())
def test_every_scheme_of_a_source_is_offered(scheme: str) -> None:
    pattern = SCHEMAS["environment"]["definitions"]["DatasetPlace"]["properties"]["uri"]["pattern"]
    assert re.search(pattern, f"{scheme}://a/b")
    assert not re.search(pattern, f"x{scheme}://a/b")


def test_a_layer_may_change_what_a_release_may_change_except_digests() -> None:
    config = tomllib.loads('[organisation]\nname = "a"\nregistry = "r"\nmodels = "m"\n[git]\nrepository = "https://g/x"\n')
    assert errors("config", config | {"defaults": {"serve": {"startup": "15m"}, "train": {"resources": {"cpu": "2"}}}}) == []
    refused: list[dict[str, Any]] = [
        {"serves": {}}, {"serve": {"statup": "15m"}}, {"serve": {"model": f"sha256:{'0' * 64}"}}, {"train": {"name": "x"}},
    ]  # fmt: skip
    for wrong in refused:
        assert errors("config", config | {"defaults": wrong})


def test_models_are_described() -> None:
    served = SCHEMAS["blueprint"]["definitions"]["Serve"]
    assert served["description"].startswith("Serve `model`")
    assert "longest time" in served["properties"]["startup"]["description"]
    assert served["required"] == ["name"]


@pytest.mark.parametrize("kind", SCHEMAS)
def test_patterns_are_ones_that_editors_know(kind: str) -> None:
    """JavaScript's regular expressions, which yaml-language-server uses, lack Python's anchors and named groups."""
    patterns = re.findall(r'"pattern": "((?:[^"\\]|\\.)*)"', json.dumps(SCHEMAS[kind]))
    assert not [pattern for pattern in patterns if "(?P" in pattern or r"\\Z" in pattern or r"\\A" in pattern]
