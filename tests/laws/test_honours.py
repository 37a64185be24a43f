"""Law 2, for variants: each honours what it says it honours, and anything else that somebody sets for it is an error at its line.

Where a role decides about the model that holds its variant, all fields of that model are tried with every variant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from everything import changed
from examples import APP, ENV, REPOSITORY, digest, example_of, file_of, merged, names, placed, project_of
from pydantic import ValidationError
from test_every_field import outcome
from values import candidates, of_type, set_fields

from cnai_gitops import project
from cnai_gitops.facts.known import built_in
from cnai_gitops.findings import Finding
from cnai_gitops.plan.build import make_plan
from cnai_gitops.spec.base import Spec
from cnai_gitops.spec.blueprint import STAGES
from cnai_gitops.spec.engine import Engine, engines, variants_of

DECIDING = [(role, kind) for role, kind in names() if engines()[role, kind].decides]
Cnai = Callable[..., Any]
Place = tuple[str | int, ...]


@cache
def held(variant: type[Engine]) -> tuple[Place, Spec, Place]:
    """Where the stage (or the place of a dataset) that has the variant is in its example, the model that holds it, and where that is."""
    made = example_of(variant).project
    blueprint, environment = made.apps[APP].value, made.environments[ENV].value
    tops = [((kind, i), stage) for kind in STAGES for i, stage in enumerate(getattr(blueprint, kind))]
    tops += [(("datasets", name), place) for name, place in environment.datasets.items()]
    for at, top in tops:
        for path, holder, variants in variants_of(top):
            if any(type(item) is variant for item in variants):
                return at, holder, path
    raise AssertionError(f"{file_of(variant)}: EXAMPLE does not use {variant.__name__}")


def in_environment(variant: type[Engine]) -> bool:
    """True for a variant that an environment holds."""
    return held(variant)[0][0] not in STAGES


def settable(holder: Spec, variant: type[Engine]) -> list[str]:
    """Fields of the holder but for the names of things, and those that hold variants of this role."""
    fields = type(holder).model_fields
    return sorted(name for name in fields if name != "name" and not _holds(fields[name], variant.role))


def _holds(field: Any, role: str) -> bool:
    return any(getattr(item, "role", None) == role for item in _parts((field.annotation, *field.metadata)))


def _parts(items: Any) -> list[Any]:
    return [found for item in items for found in (item, *_parts((*get_args(item), *getattr(item, "__metadata__", ()))))]


def idle(variant: type[Engine]) -> list[str]:
    """Fields of the holder that the variant does not honour."""
    _, holder, _ = held(variant)
    engine = next(item for _, _, variants in variants_of(holder) for item in variants if type(item) is variant)
    honoured = engine.honoured(holder, built_in())
    return [name for name in settable(holder, variant) if name not in honoured]


def values_of(holder: Spec, name: str) -> list[Any]:
    return [value for value in candidates(type(holder), name) if of_type(type(holder), name, value, set_fields(holder))]


def telling(holder: Spec, name: str) -> list[Any]:
    """Values that say something: they are none of the defaults."""
    default = type(holder).model_fields[name].get_default(call_default_factory=True)
    return [value for value in values_of(holder, name) if value not in (default, None, (), [], {}, "")]


@cache
def full(variant: type[Engine]) -> tuple[Any, Any]:
    """The example's blueprint and environment; each field that the variant honours is set, if it can be beside the others."""
    at, holder, path = held(variant)
    made = example_of(variant).project
    tops = [made.apps[APP].value, made.environments[ENV].value]
    number = int(in_environment(variant))
    left_out = idle(variant)
    for name in settable(holder, variant):
        if name in left_out or name in holder.model_fields_set:
            continue
        for value in telling(holder, name):
            try:
                tops[number] = changed(tops[number], (*at, *path, name), value)
            except ValidationError:  # another form of the same thing, such as steps beside an engine
                continue
            break
    return tops[0], tops[1]


@pytest.mark.parametrize(("role", "kind"), DECIDING)
def test_what_a_variant_honours_has_an_effect(role: str, kind: str) -> None:
    variant = engines()[role, kind]
    at, holder, path = held(variant)
    base = full(variant)
    said = release(base[0])
    whole = placed(*base, said)
    assert [finding.message for finding in make_plan(whole).findings if finding.fails] == []
    seen = outcome(whole)

    def differs(name: str) -> bool:
        """True when another value of a field, its default included, changes what is seen, or a rule refuses it."""
        for value in (type(holder).model_fields[name].get_default(call_default_factory=True), *values_of(holder, name)):
            tops = list(base)
            number = int(in_environment(variant))
            try:
                tops[number] = changed(tops[number], (*at, *path, name), value)
            except ValidationError:
                return True
            if outcome(placed(tops[0], tops[1], said)) != seen:
                return True
        return False

    without = [name for name in settable(holder, variant) if name not in idle(variant) and not differs(name)]
    assert without == [], f"{file_of(variant)}: {variant.__name__} honours fields that have no effect"


def release(blueprint: Any) -> Mapping[str, Any]:
    """What the release says beside its pins: a new model is tried where there is a rollout."""
    tried = {"model": digest("tried"), "weight": 10}
    return {key: {"canary": tried} for key, stage in blueprint.stages("serve") if stage.rollout}


def test_a_field_without_effect_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test above is able to fail."""
    monkeypatch.setattr(engines()["serve", "rayservice"], "honours", frozenset({"env", "public", "grace"}))
    full.cache_clear()
    with pytest.raises(AssertionError, match=r"rayservice\.py: RayService honours fields that have no effect\n.*'grace'"):
        test_what_a_variant_honours_has_an_effect("serve", "rayservice")
    full.cache_clear()


# -- what a variant does not honour -------------------------------------------------------------------------


def written(variant: type[Engine]) -> tuple[dict[str, Any], str, Place, dict[str, Any]]:
    """The example as data, the key of its stage, where its holder is, and a value for each field that it does not honour."""
    (kind, _), _, path = held(variant)
    example = example_of(variant)
    parts = merged(example.beside, example.example)
    stage = dict(project_of(parts).apps[APP].value.stages(kind))
    [key] = stage
    return parts, key, path, values_without_effect(variant)


def values_without_effect(variant: type[Engine]) -> dict[str, Any]:
    """A value for each field that the variant does not honour."""
    _, holder, _ = held(variant)
    return {name: plain(telling(holder, name)[0]) for name in idle(variant)}


def plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def nested(path: Place, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values below a path of names."""
    found: Any = dict(values)
    for name in reversed(path):
        found = {name: found}
    return dict(found)


def lay(root: Path, parts: Mapping[str, Any], said: Mapping[str, Any], defaults: Mapping[str, Any]) -> None:
    """Write the golden repository with one application to `root`."""
    made = project_of(parts)
    environment = made.environments[ENV].value.model_dump(mode="json", exclude_unset=True)
    pinned = made.releases[ENV, APP].value
    stages = {kind: parts[kind] for kind in STAGES if kind in parts}
    files = {
        "cnai.toml": (REPOSITORY / "cnai.toml").read_text(),
        "blueprints/example.yaml": yaml.safe_dump({"name": APP, "team": "risk", "purpose": "scoring", **stages}, sort_keys=False),
        f"environments/{ENV}/environment.yaml": yaml.safe_dump(merged(environment, {"defaults": defaults})),
        f"environments/{ENV}/{APP}.yaml": yaml.safe_dump(
            merged({"app": APP, "images": dict(pinned.images), **pinned.stages}, said), sort_keys=False
        ),
    }
    for folder in ("datasets", "models"):
        files |= {f"blueprints/{folder}/{file.name}": file.read_text() for file in (REPOSITORY / "blueprints" / folder).iterdir()}
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def complaints(root: Path) -> set[tuple[str, str]]:
    """Last field that each complaint names, and the line of the file that it points at."""
    found = [finding for finding in make_plan(project.load(root)).findings if finding.fails]
    assert {finding.code for finding in found} <= {"CNAI215"}, [finding.message for finding in found]
    return {(finding.message.partition(" ")[0].rpartition(".")[2], line(root, finding)) for finding in found}


def line(root: Path, finding: Finding) -> str:
    assert finding.location is not None
    return (root / finding.location.file).read_text().splitlines()[finding.location.line - 1].strip().partition(":")[0]


IN_STAGES = [(role, kind) for role, kind in DECIDING if not in_environment(engines()[role, kind])]
IN_ENVIRONMENTS = [(role, kind) for role, kind in DECIDING if in_environment(engines()[role, kind])]


@pytest.mark.parametrize(("role", "kind"), IN_ENVIRONMENTS)
def test_what_a_variant_of_an_environment_does_not_honour_is_an_error_where_it_is_set(role: str, kind: str, tmp_path: Path) -> None:
    variant = engines()[role, kind]
    at, _, path = held(variant)
    values = values_without_effect(variant)
    example = example_of(variant)
    secrets = {value: {"remote": f"risk/{value}"} for name, value in values.items() if name == "secret"}
    more = {"environment": {"secrets": secrets, **nested((*at, *path), values)}}
    lay(tmp_path, merged(merged(example.beside, example.example), more), {}, {})
    assert complaints(tmp_path) == {(name, name) for name in values}


@pytest.mark.parametrize(("role", "kind"), IN_STAGES)
def test_what_a_variant_does_not_honour_is_an_error_where_it_is_set(role: str, kind: str, tmp_path: Path, cnai: Cnai) -> None:
    variant = engines()[role, kind]
    parts, key, path, values = written(variant)
    wanted = {(name, name) for name in values}
    below = nested(path, values)
    stage = key.partition(".")[0]
    lay(tmp_path / "blueprint", {**parts, stage: merged(long_form(parts, variant), below)}, {}, {})
    assert complaints(tmp_path / "blueprint") == wanted
    later = {name: value for name, value in values.items() if name not in ("reads", "writes", "model")}  # these are the blueprint's
    lay(tmp_path / "release", parts, {key: nested(path, later)}, {})
    assert complaints(tmp_path / "release") == {(name, name) for name in later}
    lay(tmp_path / "cluster", parts, {"clusters": {"dev1": {key: nested(path, later)}}}, {})
    assert complaints(tmp_path / "cluster") == {(name, name) for name in later}
    lay(tmp_path / "default", parts, {}, {stage: nested(path, later)})
    assert complaints(tmp_path / "default") == set()
    for name in later:
        done = cnai("explain", APP, ".".join([key, *map(str, path), name]), "--root", tmp_path / "default")
        assert "has no effect with" in done.out, done


def long_form(parts: Mapping[str, Any], variant: type[Engine]) -> dict[str, Any]:
    """The stage that has the variant as data, a scaling in its long form."""
    (kind, _), _, path = held(variant)
    stage = dict(parts[kind])
    if path == ("scaling",) and "triggers" not in stage["scaling"]:
        stage["scaling"] = {"triggers": [stage["scaling"]]}
    return stage
