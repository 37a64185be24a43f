"""Law 2, the first half: no field that a user may write is without effect.

For each field of each model, another value: the rendered bytes, the facts of the gate or the verdict change, or a rule
refuses it. Fields of a variant are tried in its own example, with the value that the example gives beside it; other fields
where one project says something in all of them, with a value that fits their type. A new field is found here by itself.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any, get_args

import orjson
import pytest
from everything import Path, changed, everything, parts, tops, with_change
from examples import APP, ENV, example_of, file_of, models_of, names, placed
from pydantic import ValidationError
from values import candidates, of_type, set_fields

from cnai_gitops import pipeline, render
from cnai_gitops.check.gate.rules import Rule, read_rules
from cnai_gitops.check.gate.waivers import apply_waivers
from cnai_gitops.check.verdict import inventory_of, waivers_of
from cnai_gitops.plan.build import make_plan
from cnai_gitops.plan.selection import Selection
from cnai_gitops.project import Project
from cnai_gitops.spec.base import Spec
from cnai_gitops.spec.engine import Engine, engines
from cnai_gitops.system.data import policies_dir
from cnai_gitops.system.tools import Settings

ELSEWHERE: dict[str, str] = {
    "AcceleratorClass.also": "labels of manifests that somebody else wrote; tests/unit/test_declared.py",
    "AcceleratorClass.memory_gib": "a number for people",
    "AcceleratorClass.mig": "shares of slices that somebody else asks for; tests/unit/test_declared.py",
    "AcceleratorClass.source": "why people may believe the numbers",
    "AcceleratorClass.tdp_watts": "a number for people",
    "AcceleratorClass.vendor": "a word for people",
    "Cluster.profile": "what the cluster's platform can do, of which one is known; tests/unit/test_queues.py",
    "Config.at": "the day of the verdict; tests/unit/test_cli.py",
    "Config.committed": "whose files are written; tests/unit/test_committed.py",
    "Config.retired": "what may vanish from deploy/; tests/hostile/test_doors_files.py",
    "Environment.retired": "the same; tests/hostile/test_doors_files.py",
    "Config.requires": "which version may run; tests/unit/test_versions.py",
    "Override.reason": "shown by the review beside what was overridden",
    "Waivers.team": "must be the name of its file; tests/unit/test_cli_mistakes.py",
}
"""Fields that change no manifest and no fact of the gate, and who reads them."""

# a release says the fields of these two in its stages, as a map
PINNED: dict[str, Path] = {
    "Pins": ("stages", "serve.scorer"),
    "Pins.images": ("stages", "serve.many"),
    "Pins.suspend": ("stages", "train.scorer"),
    "CanaryRelease": ("stages", "serve.scorer", "canary"),
}
MANIFESTS = Selection(parts=["rendered"])
DAY = date(2026, 11, 24)
VARIANTS = "cnai_gitops.engines."


def models() -> Iterator[type[Spec]]:
    """Every model that users write, those of variants included."""
    engines()
    pending: list[type[Spec]] = [Spec]
    while pending:
        cls = pending.pop()
        pending += cls.__subclasses__()
        ours = [sub for sub in cls.__subclasses__() if sub.__module__.startswith("cnai_gitops.")]
        role = issubclass(cls, Engine) and not cls.__module__.startswith(VARIANTS)
        if cls.__module__.startswith("cnai_gitops.") and not ours and not role:
            yield cls


def names_of(model: type[Spec]) -> list[str]:
    """Its fields, but for a `kind` that can have one value only."""
    return sorted(n for n, field in model.model_fields.items() if len(get_args(field.annotation)) != 1 or n != "kind")


CORE = {f"{m.__name__}.{name}": (m, name) for m in models() if not m.__module__.startswith(VARIANTS) for name in names_of(m)}
OWN = {
    (role, kind, f"{model.__name__}.{name}"): (model, name)
    for role, kind in names()
    for model in models_of(engines()[role, kind])
    for name in names_of(model)
}


@cache
def rules() -> Mapping[str, Rule]:
    return read_rules([policies_dir()])


def outcome(project: Project) -> bytes:
    """All that a user sees of a project: files, facts of the gate, and findings without their lines."""
    plan = make_plan(project)
    seen = [f"{f.code} {f.message}" for f in plan.findings]
    if any(f.fails for f in plan.findings):
        return orjson.dumps(seen)
    resolved = pipeline.resolve(plan, Settings.of({}))
    owners = [render.render_app(resolved, app, MANIFESTS) for app in resolved.apps] + render.render_shared(resolved)
    found = resolved.findings()
    _, facts = inventory_of(resolved, {}, DAY)
    waivers = [repr(replace(waiver, location=None)) for waiver in waivers_of(plan)]
    waivers += [f.message for f in apply_waivers([], waivers_of(plan), DAY, rules(), approvers=project.config.approvers)]
    return orjson.dumps([seen, [f.message for f in found], [o.files for o in owners], facts, waivers], option=orjson.OPT_SORT_KEYS)


@cache
def before() -> bytes:
    return outcome(everything())


def test_the_project_itself_is_clean() -> None:
    assert [finding.message for finding in make_plan(everything()).findings] == []


# -- fields of variants, in their examples ----------------------------------------------------------------


def changes(variant: type[Engine], model: type[Spec], name: str, value: Any) -> bool:
    """True when the field of the model, changed wherever the example has one, changes what is seen, or a rule refuses it."""
    project = example_of(variant).project
    seen, tried = outcome(project), 0
    assert of_type(model, name, value), f"{file_of(variant)}: EXAMPLE: {value!r} is no {model.__name__}.{name}"
    blueprint, environment = project.apps[APP].value, project.environments[ENV].value
    for top in (blueprint, environment):
        for path, part in parts(top):
            if type(part) is not model or getattr(part, name) == value:
                continue
            tried += 1
            try:
                new = changed(top, (*path, name), value)
            except ValidationError:
                return True
            said = project.releases[ENV, APP].value.stages
            both = (new, environment) if top is blueprint else (blueprint, new)
            if outcome(placed(*both, said)) != seen:
                return True
    assert tried, f"{file_of(variant)}: EXAMPLE has no {model.__name__} with another {name} than {value!r}"
    return False


def assert_used(variant: type[Engine]) -> None:
    """The example is one of its variant."""
    project = example_of(variant).project
    tops = (project.apps[APP].value, project.environments[ENV].value)
    sources = (place.source for place in tops[1].datasets.values())
    used = [part for top in tops for _, part in parts(top)]
    assert any(type(part) is variant for part in (*used, *sources)), f"{file_of(variant)}: EXAMPLE does not use {variant.__name__}"


@pytest.mark.parametrize(("role", "kind"), names())
def test_example_uses_its_variant(role: str, kind: str) -> None:
    assert_used(engines()[role, kind])


def test_other_values_are_of_fields_that_there_are() -> None:
    for role, kind in names():
        example = example_of(engines()[role, kind])
        known = {model.__name__: names_of(model) for model in models_of(example.variant)}
        for model, values in example.other.items():
            assert model in known, f"{file_of(example.variant)}: EXAMPLE: there is no model {model}"
            assert sorted(values.keys() - set(known[model])) == [], f"{file_of(example.variant)}: EXAMPLE: no fields of {model}"


@pytest.mark.parametrize(("role", "kind", "field"), sorted(OWN))
def test_field_of_a_variant_has_an_effect(role: str, kind: str, field: str) -> None:
    assert_effect(engines()[role, kind], *OWN[role, kind, field])


def assert_effect(variant: type[Engine], model: type[Spec], name: str) -> None:
    """The example has another value of a field of its module, and that has an effect."""
    other = example_of(variant).other.get(model.__name__, {})
    assert name in other, f"{file_of(variant)}: EXAMPLE has no other value of {model.__name__}.{name}"
    assert changes(variant, model, name, other[name]), f"{file_of(variant)}: {model.__name__}.{name} has no effect"


def test_every_engine_of_the_package_is_a_variant() -> None:
    """It has a kind with one value and the role of its folder; a class without would be found by nobody."""
    engines()
    pending: list[type[Engine]] = [Engine]
    while pending:
        cls = pending.pop()
        pending += cls.__subclasses__()
        folder = cls.__module__.removeprefix(VARIANTS).partition(".")[0]
        if (
            cls.__module__.startswith(VARIANTS)
            and cls.__module__ in sys.modules
            and vars(sys.modules[cls.__module__]).get(cls.__name__) is cls
        ):
            kind = cls.model_fields["kind"].default
            assert isinstance(kind, str), f"{file_of(cls)}: {cls.__name__} has no kind"
            assert engines().get((folder, kind)) is cls, f"{file_of(cls)}: {cls.__name__} has the role {cls.role}, its folder is {folder}"


# -- all other fields, in the project that has everything -------------------------------------------------


def places(model: type[Spec], name: str) -> Iterator[tuple[str, Any, Spec, Path, Mapping[str, Any]]]:
    """Everywhere in the project where this field of this model is, and what is said beside it."""
    for group, key, top in tops(everything()):
        for path, part in parts(top):
            if type(part) is model:
                yield group, key, top, (*path, name), set_fields(part)
        if group == "releases" and (path := PINNED.get(f"{model.__name__}.{name}", PINNED.get(model.__name__, ()))):
            yield group, key, top, (*path, name), {}


def has_effect(model: type[Spec], name: str) -> bool:
    """True when another value, at any of its places, changes something or is refused by a rule."""
    found = list(places(model, name))
    assert found, f"nothing in everything() has a {model.__name__}"
    for value in candidates(model, name):
        for group, key, top, path, beside in found:
            if not of_type(model, name, value, beside):
                continue
            try:
                new = changed(top, path, value)
            except ValidationError:
                return True
            if outcome(with_change(everything(), group, key, new)) != before():
                return True
    return False


def test_reasons_are_of_fields_that_there_are() -> None:
    assert sorted(ELSEWHERE.keys() - CORE.keys()) == []


@pytest.mark.parametrize("field", sorted(CORE.keys() - ELSEWHERE.keys()))
def test_field_has_an_effect(field: str) -> None:
    assert has_effect(*CORE[field]), f"no other value of {field} has an effect; if none of those tried fits, say one in SAID of values.py"


def test_a_field_without_effect_would_be_seen() -> None:
    """The tests above are able to fail."""
    assert not has_effect(*CORE["Override.reason"])
    with pytest.raises(AssertionError, match="no Cron with another replicas than 3"):
        variant = engines()["trigger", "cron"]
        changes(variant, variant, "replicas", 3)
