"""Meanings: what a field or a named type means, in the words that stand under it in its source.

Must not: be needed for a build; only messages, schemas and documents ask, so that importing a model reads no source.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Mapping
from functools import cache

from pydantic import BaseModel


def meanings(model: type[BaseModel]) -> dict[str, str]:
    """What each field means, by its name; a base's words hold until a subclass has its own. Fields without words are left out."""
    found: dict[str, str] = {}
    for cls in reversed(model.__mro__):
        if issubclass(cls, BaseModel) and cls is not BaseModel:
            found |= _docstrings(cls.__module__).get(cls.__qualname__, {})
    return {name: found[name] for name in model.model_fields if name in found}


def named(module: str) -> Mapping[str, str]:
    """What the names mean that a module assigns at its top level."""
    return _docstrings(module).get("", {})


@cache
def _docstrings(module: str) -> Mapping[str, Mapping[str, str]]:
    """Docstrings under assignments by name, of each class by its qualified name ("" for the module). Empty where there is no source."""
    try:
        tree = ast.parse(inspect.getsource(sys.modules[module]))
    except (KeyError, OSError, TypeError, SyntaxError):  # started by hand, frozen, compiled, or changed meanwhile
        return {}
    found: dict[str, Mapping[str, str]] = {}
    pending: list[tuple[str, list[ast.stmt]]] = [("", tree.body)]
    while pending:
        scope, body = pending.pop()
        words: dict[str, str] = {}
        for statement, below in zip(body, [*body[1:], None], strict=True):
            if isinstance(statement, ast.ClassDef):
                pending.append((f"{scope}.{statement.name}".removeprefix("."), statement.body))
            elif text := _text(below):
                words |= dict.fromkeys(_names(statement), text)
        found[scope] = words
    return found


def _names(statement: ast.stmt) -> list[str]:
    if isinstance(statement, ast.AnnAssign | ast.Assign):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        return [target.id for target in targets if isinstance(target, ast.Name)]
    return []


def _text(statement: ast.stmt | None) -> str:
    """The text of a docstring on one line; empty for anything else."""
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant) and isinstance(statement.value.value, str):
        return " ".join(statement.value.value.split())
    return ""
