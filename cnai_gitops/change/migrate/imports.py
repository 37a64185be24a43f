"""The names under which a Python file knows the classes of this package.

Must not: guess: a name that is bound more than once, or elsewhere, is none of ours.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any

from cnai_gitops.change.migrate.lines import ByHand, Edit
from cnai_gitops.change.migrate.tree import Span

PACKAGE = __name__.partition(".")[0]


class Imports:
    """What a module imported from this package."""

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree
        self._froms = [n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and (n.module or "").partition(".")[0] == PACKAGE]
        self._classes = {alias.asname or alias.name: alias.name for node in self._froms for alias in node.names}
        plain = [alias for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
        self._packages = {alias.asname or alias.name for alias in plain if alias.name == PACKAGE}
        for name in set(self._bound()):
            self._classes.pop(name, None)
            self._packages.discard(name)

    def class_of(self, func: ast.expr) -> str:
        """The class of ours that an expression names; empty when it is none."""
        if isinstance(func, ast.Name):
            return self._classes.get(func.id, func.id if self._takes_all(func.id) else "")
        if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name) and func.value.id in self._packages:
            return func.attr
        return ""

    def value_of(self, value: ast.expr) -> ast.expr:
        """A value, or what the file gives to the name that it is, when it does so once."""
        if not isinstance(value, ast.Name) or [*self._bound()].count(value.id) != 1:
            return value
        given = [
            n.value for n in ast.walk(self._tree) if isinstance(n, ast.Assign) and [getattr(t, "id", "") for t in n.targets] == [value.id]
        ]
        return given[0] if given else value

    def calls_around(self, call: ast.Call) -> Iterator[str]:
        """Classes of ours among whose arguments a call stands."""
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Call) and node is not call and any(inner is call for inner in ast.walk(node)):
                yield self.class_of(node.func)

    def name_beside(self, func: ast.expr, wanted: str, span: Callable[[Any], Span]) -> tuple[str, list[Edit]]:
        """How to name another class where `func` names one, and the import that this needs. Raises ByHand when it cannot be."""
        if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name):
            return f"{func.value.id}.{wanted}", []
        known = next((local for local, name in self._classes.items() if name == wanted), "")
        if known or self._takes_all(wanted):
            return known or wanted, []
        if wanted in {*self._bound(), *self._foreign()}:
            raise ByHand(f"{wanted} means something else in this file")
        self._classes[wanted] = wanted
        public = next((node for node in self._froms if node.module == PACKAGE), None)
        return wanted, [self._one_more(public, wanted, span) if public else self._own_line(wanted, span)]

    def _one_more(self, node: ast.ImportFrom, wanted: str, span: Callable[[Any], Span]) -> Edit:
        """The name put into an import, in its place when the others are in order."""
        names = [alias.name for alias in node.names]
        index = next((i for i, name in enumerate(names) if name > wanted), len(names)) if names == sorted(names) else len(names)
        rows = [alias.lineno for alias in node.names]
        gap = f",\n{' ' * node.names[0].col_offset}" if len(rows) == len({*rows}) > 1 else ", "
        if index < len(names):
            start = span(node.names[index])[0]
            edit = Edit((start, start), f"{wanted}{gap}")
        else:
            end = span(node.names[-1])[1]
            edit = Edit((end, end), f"{gap}{wanted}")
        node.names.insert(index, ast.alias(wanted))
        return edit

    def _own_line(self, wanted: str, span: Callable[[Any], Span]) -> Edit:
        last = next((node for node in reversed(self._tree.body) if node in self._froms), None)
        if last is None:
            raise ByHand(f"{wanted} is not imported")
        self._tree.body.insert(self._tree.body.index(last) + 1, ast.ImportFrom(PACKAGE, [ast.alias(wanted)], 0))
        end = span(last)[1]
        return Edit((end, end), f"\nfrom {PACKAGE} import {wanted}")

    def _takes_all(self, name: str) -> bool:
        return "*" in self._classes and name not in {*self._bound(), *self._foreign()}

    def _bound(self) -> Iterator[str]:
        """Names that the file itself gives to something, wherever."""
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                yield node.id
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield node.name
            elif isinstance(node, ast.arg):
                yield node.arg

    def _foreign(self) -> Iterator[str]:
        """Names that come from other modules."""
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Import | ast.ImportFrom) and node not in self._froms:
                yield from (alias.asname or alias.name for alias in node.names)
