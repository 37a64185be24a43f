"""Variants that a repository defines in its own Python: what is told of one, and the value that stands for it where that is not run.

Must not: run a variant on this side; what it compiles to is made where it is run (`resolved.apart`).
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Annotated, Any, cast

from pydantic import create_model

from cnai_gitops.errors import ToolError
from cnai_gitops.facts.known import Facts
from cnai_gitops.spec.base import IMAGE, Spec
from cnai_gitops.spec.engine import Engine, images_in, marked

_PACKAGE = "cnai_gitops."
_CALLED = ("honoured", "platform_images", "weights", "least", "refuses")
"""Methods that are asked before anything is compiled; a variant of one's own is asked once, where it was written."""
_READ = ("starts", "words", "objective")
"""Properties of the same sort."""


def ours(value: Spec) -> type[Spec]:
    """The innermost class of a value that belongs to this package."""
    return next(cls for cls in type(value).__mro__ if cls.__module__.startswith(_PACKAGE))


def describe(engine: Engine, holder: Any, facts: Facts) -> dict[str, Any]:
    """All that may be asked of a variant without compiling, as plain data."""
    cls, base = type(engine), ours(engine)
    said = {name: getattr(cls, name) for name in base.__class_vars__ if getattr(cls, name) != getattr(base, name)}
    answers: dict[str, Any] = {}
    if "honoured" in _replaced(cls, base):
        answers["honoured"] = sorted(engine.honoured(holder, facts))
    if "platform_images" in _replaced(cls, base):
        answers["platform_images"] = list(engine.platform_images(holder, facts))
    for name in ("weights", *_READ):
        if name in _replaced(cls, base):
            found = getattr(engine, name)
            answers[name] = list(found()) if callable(found) else found
    if "least" in _replaced(cls, base):
        answers["least"] = engine.least(holder)  # type: ignore[attr-defined]
    if "refuses" in _replaced(cls, base):
        answers["refuses"] = engine.refuses(facts.accelerators.get(getattr(holder, "type", "")))  # type: ignore[attr-defined]
    plain = tuple(images_in(engine))
    if tuple(engine.images()) != plain or set(plain) != {getattr(engine, name) for name in _marked(cls)}:
        answers["images"] = list(engine.images())
    return {
        "name": cls.__name__,
        "base": f"{base.__module__}:{base.__qualname__}",
        "fields": {name: name in _marked(cls) for name in cls.model_fields if name not in base.model_fields or name == "kind"},
        "vars": {name: sorted(v) if isinstance(v, frozenset) else list(v) if isinstance(v, tuple) else v for name, v in said.items()},
        "answers": answers,
    }


def _replaced(cls: type[Engine], base: type[Spec]) -> frozenset[str]:
    known = (*_CALLED, *_READ)
    return frozenset(name for name in known if hasattr(cls, name) and getattr(cls, name) is not getattr(base, name, None))


def _marked(cls: type[Engine]) -> list[str]:
    return [name for name, info in cls.model_fields.items() if IMAGE in info.metadata or marked(info.annotation)]


# -- where it is not run --------------------------------------------------------------------------------------


def stand_in(about: Mapping[str, Any], fields: Mapping[str, Any]) -> Engine:
    """A value with the same fields that answers what the variant answered. Raises ValueError for what no variant can be."""
    base = _base(about["base"])
    answers = about["answers"]
    kind: Any = type(
        str(about["name"]),
        (base,),
        {
            "__module__": __name__,
            "__annotations__": {},
            **{name: _var(getattr(base, name), value) for name, value in about["vars"].items() if name in base.__class_vars__},
            **{name: _not_here(name) for name in getattr(base, "__abstractmethods__", ())},
            **{name: _constant(name, answers[name]) for name in (*_CALLED, "images") if name in answers},
            **{name: property(_constant(name, answers[name])) for name in _READ if name in answers},
            "apart": True,
        },
    )
    extra: dict[str, Any] = {name: (Annotated[Any, IMAGE] if is_image else Any, None) for name, is_image in about["fields"].items()}
    model: Any = create_model(str(about["name"]), __base__=kind, __module__=__name__, **extra)
    return cast(Engine, model.model_validate(dict(fields)))


def _base(name: str) -> type[Engine]:
    module, _, qualname = name.partition(":")
    if not module.startswith((f"{_PACKAGE}engines.", f"{_PACKAGE}contract.", f"{_PACKAGE}spec.")):
        raise ValueError(f"{module} holds no variants")
    base = getattr(importlib.import_module(module), qualname)
    if not (isinstance(base, type) and issubclass(base, Engine) and base.role):
        raise ValueError(f"{name} is no variant")
    return base


def _var(old: Any, new: Any) -> Any:
    """As the class has it: data knows lists only."""
    if isinstance(old, frozenset | tuple):
        return type(old)(str(item) for item in new)
    if not isinstance(new, type(old)):
        raise ValueError(f"{new!r} is no {type(old).__name__}")
    return new


def _constant(name: str, value: Any) -> Any:
    found: Any = frozenset(map(str, value)) if name == "honoured" else tuple(value) if isinstance(value, list) else value
    return lambda self, *arguments: found


def _not_here(name: str) -> Any:
    def method(self: Engine, *arguments: Any, **more: Any) -> Any:
        raise ToolError(f"{name}() of {type(self).__name__} was asked for where it is not run", help="this is a bug of cnai; report it")

    return method
