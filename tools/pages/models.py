"""Pages of what users write: every model with its fields, types, defaults and meanings, from the pydantic models.

Must not: say what a field means; the words under it in its class do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Sequence as SequenceOf
from datetime import date
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from cnai_gitops.facts import accelerators
from cnai_gitops.facts.profiles import profiles
from cnai_gitops.facts.runtimes import runtimes
from cnai_gitops.source.meanings import meanings, named
from cnai_gitops.spec import base
from cnai_gitops.spec.blueprint import Blueprint
from cnai_gitops.spec.config import Config
from cnai_gitops.spec.dataset import Dataset, Model
from cnai_gitops.spec.engine import Engine
from cnai_gitops.spec.environment import Environment
from cnai_gitops.spec.release import CanaryRelease, Pins, Release
from cnai_gitops.spec.waiver import Day, Waivers
from cnai_gitops.spec.words import Word
from pages.tables import code, table

VALUES = ("Name", "Text", "Digest", "Quantity", "Duration", "Cron", "Url", "Count", "Positive", "Percent")
WORDS = {str: "text", int: "whole number", float: "number", bool: "true or false", date: "day", Any: "any value"}
TABLES = {
    "accelerators": "[accelerator class](blueprint.md#accelerator-classes)",
    "runtimes": "[runtime](blueprint.md#runtimes)",
}
RANGES = {"ge": "at least {}", "gt": "above {}", "le": "at most {}", "lt": "below {}"}
LENGTHS = {"min_length": "length at least {}", "max_length": "length at most {}"}

BLUEPRINT = """# Blueprint

`blueprints/<app>.yaml`, or module-level values in `blueprints/<name>.py`. In Python the names below are those of `cnai_gitops`, and
`with_(field=value)` makes a changed copy; in YAML `kind` tells variants apart. A stage is one value or a list of several."""
DATASET = """# Dataset and Model

`blueprints/datasets/<name>.yaml` and `blueprints/models/<name>.yaml`, or values in Python beside the blueprints. Who reads a dataset
refers to it by name and cannot widen what its owner says."""
ENVIRONMENT = """# Environment

`environments/<env>/environment.yaml`: where applications run."""
RELEASE = """# Release

`environments/<env>/<app>.yaml`: what one environment runs of an application. Beside the fields of `Release`, each key
`<stage>.<name>` (`serve.scorer`) is a map of the fields of [Pins](#pins) and of those fields of that stage that differ here.
`clusters.<name>.<stage>.<name>` is the same for one cluster. No file: the application is not deployed to that environment.

```yaml
app: fraud-detection
run_on: [eu1, eu2]
serve.scorer:
  model: sha256:448950a57860ba1ef6bb35be070b0013eb3695e7c0074ec7305e742688dbc31c
  scaling: {min: 4, max: 16}
clusters:
  eu2:
    serve.scorer:
      scaling: {min: 2}
```

A layer cannot change `name`, `reads`, `writes`, `model` or the kind of the engine: those belong to the blueprint (CNAI203)."""
CONFIG = """# cnai.toml

Who we are, where git and registries are, and defaults of the organisation."""
WAIVERS = """# Waivers

`policies/waivers/<team>.yaml`: exceptions with an owner and an end. `docs/how-to/waivers-and-evidence.md` shows how to write one."""


def pages() -> dict[str, str]:
    """One page for each kind of file."""
    return {
        "blueprint.md": "\n\n".join([_page(BLUEPRINT, Blueprint), _values(), _accelerators(), _runtimes()]),
        "dataset.md": _page(DATASET, Dataset, Model),
        "environment.md": "\n\n".join([_page(ENVIRONMENT, Environment), _profiles()]),
        "release.md": _page(RELEASE, Release, Pins, CanaryRelease),
        "cnai-toml.md": _page(CONFIG, Config),
        "waivers.md": _page(WAIVERS, Waivers),
    }


def _page(intro: str, *roots: type[BaseModel]) -> str:
    return "\n\n".join([intro, *(_section(model) for model in _reached(roots))])


def _reached(roots: SequenceOf[type[BaseModel]]) -> list[type[BaseModel]]:
    """The models and all that they refer to, in the order of their fields."""
    found: dict[type[BaseModel], None] = {}

    def visit(model: type[BaseModel]) -> None:
        if model not in found:
            found[model] = None
            for hint in _hints(model).values():
                for inner in _models(hint):
                    visit(inner)

    for root in roots:
        visit(root)
    return list(found)


def _hints(model: type[BaseModel]) -> dict[str, Any]:
    hints = get_type_hints(model, include_extras=True)
    return {name: hints[name] for name in model.model_fields}


def _models(hint: Any) -> Iterator[type[BaseModel]]:
    """Models that a type refers to; for an open union every engine of its role."""
    open_ = next((extra for extra in getattr(hint, "__metadata__", ()) if hasattr(extra, "models")), None)
    if open_ is not None:
        yield from sorted(
            open_.models(),
            key=lambda cls: (getattr(cls, "role", ""), cls.model_fields["kind"].default if "kind" in cls.model_fields else ""),
        )
    elif isinstance(hint, type) and issubclass(hint, BaseModel) and not issubclass(hint, Engine):
        yield hint
    else:
        for inner in get_args(hint):
            yield from _models(inner)


def _section(model: type[BaseModel]) -> str:
    words = (model.__doc__ or "").strip()
    role = getattr(model, "role", "")
    title = f"## {model.__name__}" + (f" ({role} engine)" if role else "")
    means = meanings(model)
    if silent := model.model_fields.keys() - means.keys():
        raise SystemExit(f"nothing says what {model.__name__}.{min(silent)} means: put words under it in {model.__module__}")
    rows = [_row(name, hint, model.model_fields[name], means[name]) for name, hint in _hints(model).items()]
    text = "\n".join(line.strip() for line in words.splitlines())
    return f"{title}\n\n{text}\n\n{table(['field', 'type', 'default', 'meaning'], rows)}"


def _row(name: str, hint: Any, field: FieldInfo, meaning: str) -> list[str]:
    said = {*_limits(getattr(_value(hint), "__metadata__", ())), *_limits(getattr(hint, "__metadata__", ()))}
    described = ", ".join([_type(hint), *(limit for limit in _limits(field.metadata) if limit not in said)])
    return [code(name), described, _default(field), meaning]


def _value(hint: Any) -> Any:
    """The named value that a type is, or may be; None when it is none."""
    return next((value for name in VALUES for value in [getattr(base, name)] if value in (hint, *get_args(hint))), None)


def _type(hint: Any) -> str:
    """A type in words, links to models included."""
    for name in VALUES:
        if hint == getattr(base, name):
            return f"[{name}](blueprint.md#values)"
    if hint == Day:
        return "day (YYYY-MM-DD)"
    if hint in WORDS:
        return WORDS[hint]
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Annotated:
        if tables := [extra.table for extra in hint.__metadata__ if isinstance(extra, Word)]:
            return TABLES[tables[0]]
        if any(hasattr(extra, "models") for extra in hint.__metadata__):
            return " or ".join(_link(cls, f"-{cls.role}-engine" if issubclass(cls, Engine) else "") for cls in _models(hint))
        return ", ".join([_type(inner[0]), *_limits(hint.__metadata__)])
    if origin is Literal:
        return ", ".join(code(str(value) or '""') for value in inner)
    if origin in (Union, UnionType):
        return " or ".join(_type(member) for member in inner if member is not NoneType)
    if origin is not None and issubclass(origin, Mapping):
        return f"map of {_type(inner[0])} to {_type(inner[1])}"
    if origin is not None and issubclass(origin, SequenceOf):
        return f"list of {_type(inner[0])}"
    return _link(hint)


def _link(model: type[BaseModel], suffix: str = "") -> str:
    return f"[{model.__name__}](#{model.__name__.lower()}{suffix})"


def _limits(metadata: Any) -> list[str]:
    """What restricts a value, in words."""
    found = []
    for extra in metadata:
        for key, words in {**RANGES, **LENGTHS}.items():
            if (value := getattr(extra, key, None)) is not None:
                found.append(words.format(value))
        if pattern := getattr(extra, "pattern", None):
            found.append(code(str(pattern)))
    return found


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**required**"
    return code(shown(field.get_default(call_default_factory=True)))


def shown(value: Any) -> str:
    """A default as one would write it in YAML; empty where the field is not set."""
    if value is None:
        return ""
    if isinstance(value, BaseModel):
        fields = {"kind": value.kind} if isinstance(value, Engine) else {name: getattr(value, name) for name in type(value).model_fields}
        return "{" + ", ".join(f"{name}: {shown(inner)}" for name, inner in fields.items()) + "}"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {shown(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, tuple | list | frozenset):
        return "[" + ", ".join(shown(inner) for inner in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) or '""'


# -- values and facts ----------------------------------------------------------------------------------------


def _values() -> str:
    rows = [[code(name), ", ".join(_limits(get_args(getattr(base, name))[1:])), named(base.__name__)[name]] for name in VALUES]
    return f"## Values\n\n{table(['name', 'what is accepted', 'meaning'], rows)}"


def _accelerators() -> str:
    rows = [
        [code(a.name), a.vendor, code(a.resource), f"{a.memory_gib} GiB", f"{a.tdp_watts} W" if a.tdp_watts else "not published"]
        for a in accelerators().values()
    ]
    head = "## Accelerator classes\n\nFrom `cnai_gitops/facts/accelerators.yaml`, which also names the source of each number.\n\n"
    return head + table(["class", "vendor", "resource", "memory", "power"], rows)


def _runtimes() -> str:
    rows = [[code(name), code(r.format), code(r.image), code(r.requests)] for name, r in runtimes().items()]
    return "## Runtimes\n\n" + table(["runtime", "model format", "platform image", "counter of requests"], rows)


def _profiles() -> str:
    names = list(profiles())
    parts = sorted({part for profile in profiles().values() for part in profile.versions})
    rows = [[part, *(profiles()[name].versions.get(part, "") for name in names)] for part in parts]
    head = "## Platform profiles\n\nVersions that a cluster of this profile runs; every legality check reads them.\n\n"
    return head + table(["part", *names], rows)
