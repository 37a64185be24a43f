"""Arguments of our classes that became variants of an open union, in a Python text.

Must not: guess what an argument is: a call of its class, a dict or nothing; every other one is left to its author.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from cnai_gitops.change.migrate.imports import Imports
from cnai_gitops.change.migrate.lines import ByHand, Edit, applied, line_of
from cnai_gitops.change.migrate.python_text import PythonText, keyword_of
from cnai_gitops.change.migrate.respell import Left, Rewritten
from cnai_gitops.change.migrate.tree import Span
from cnai_gitops.source.spellings import TAG, Variant


@dataclass(frozen=True, slots=True)
class Variants:
    """One spelling in one text, whose tree has the new form afterwards."""

    python: PythonText
    spelling: Variant
    imports: Imports

    def of(self, call: ast.Call, name: str) -> Iterator[Rewritten | Left]:
        """What is old in a call; `name` is the class of ours that it calls."""
        if isinstance(call.func, ast.Attribute) and call.func.attr == "with_" and self.spelling.new != self.spelling.old:
            for path in call.keywords:
                if self.spelling.old in str(path.arg).split("__"):
                    yield from self._path(path)
        if name != self.spelling.noun or (keyword := keyword_of(call, self.spelling.old)) is None:
            return
        line, words = keyword.value.lineno, words_of(self.spelling, name)
        try:
            edits = self._item(call, keyword) if self.spelling.item else self._other_name(call, keyword)
        except ByHand as error:
            yield Left(line, words, str(error))
        else:
            if edits:
                yield Rewritten(line, words, tuple(edits))

    def _path(self, keyword: ast.keyword) -> Iterator[Rewritten | Left]:
        """`with_(serve__scorer__canary__steps=...)`."""
        parts = str(keyword.arg).split("__")
        name = "__".join(self.spelling.new if part == self.spelling.old else part for part in parts)
        words = f"with_({keyword.arg}=) -> {self.spelling.new if self.spelling.item else name}="
        try:
            if self.spelling.item:
                raise ByHand("a list is replaced whole")
            edits = [self._name(keyword, name)]
            if parts[-1] == self.spelling.old:
                edits += self._tag(keyword.value)
        except ByHand as error:
            yield Left(keyword.value.lineno, words, str(error))
        else:
            keyword.arg = name
            yield Rewritten(keyword.value.lineno, words, tuple(edits))

    def _other_name(self, call: ast.Call, keyword: ast.keyword) -> list[Edit]:
        if self.spelling.new == self.spelling.old:
            return self._tag(keyword.value) if isinstance(keyword.value, ast.Dict) else []
        if keyword_of(call, self.spelling.new):
            raise ByHand(f"{self.spelling.new} is there too")
        edits = [self._name(keyword, self.spelling.new), *self._tag(keyword.value)]
        keyword.arg = self.spelling.new
        return edits

    def _name(self, keyword: ast.keyword, name: str) -> Edit:
        start = self.python.span(keyword)[0]
        return Edit((start, start + len(str(keyword.arg))), name)

    def _item(self, call: ast.Call, keyword: ast.keyword) -> list[Edit]:
        """The argument as an item of the list at another one, which takes its place when it is the first item."""
        value, into = keyword.value, keyword_of(call, self.spelling.new)
        if isinstance(value, ast.Constant):
            raise ByHand(f"no item of {self.spelling.new} says this")
        start, end = self.python.span(value)
        if into is None:
            tag = self._tag(value)
            edits = [self._name(keyword, self.spelling.new), Edit((start, start), "["), *tag, Edit((end, end), "]")]
            keyword.arg, keyword.value = self.spelling.new, ast.List([value], ast.Load())
            return edits
        if not isinstance(into.value, ast.List):
            raise ByHand(f"{self.spelling.new} is no list here")
        gap = self._without(call, keyword)
        written = applied(self.python.text[:end], self._tag(value))[start:]
        at = self.python.span(into.value.elts[-1])[1] if into.value.elts else self.python.span(into.value)[0] + 1
        edits = [Edit((at, at), f"{', ' if into.value.elts else ''}{written}"), Edit(gap, "")]
        into.value.elts.append(value)
        call.keywords.remove(keyword)
        return edits

    def _without(self, call: ast.Call, keyword: ast.keyword) -> Span:
        """The characters to take out for an argument to go, its lines when it has lines of its own. Raises ByHand for a comment there."""
        start, end = self.python.span(keyword)
        arguments: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
        spans = sorted(map(self.python.span, arguments))
        at = spans.index((start, end))
        line, behind = self.python.starts[line_of(self.python.text, start) - 1], re.match(r" *,? *\n", self.python.text[end:])
        if self.python.begins_line(start) and behind:
            first, last = line, end + behind.end()
            beside = self.python.starts[max(line_of(self.python.text, start) - 2, 0)], last
            if not self.python.text[slice(*beside)].lstrip().startswith("#"):
                beside = first, last
        else:
            beside = first, last = (spans[at - 1][1], end) if at else (start, spans[at + 1][0])
        if any(beside[0] <= comment < beside[1] for comment in self.python.comments):
            raise ByHand("a comment stands beside it")
        return first, last

    def _tag(self, value: ast.expr) -> list[Edit]:
        """What makes a value say its kind: nothing when it is of its class, one more key in a dict. Raises ByHand for anything else."""
        given = self.imports.value_of(value)
        if isinstance(given, ast.Constant) and given.value is None:
            return []
        if isinstance(given, ast.Call) and self.imports.class_of(given.func) == self.spelling.model:
            return []
        if not isinstance(value, ast.Dict):
            raise ByHand(f"what it is, a {self.spelling.model} or another value, is not said here")
        if any(key is None or (isinstance(key, ast.Constant) and key.value == TAG) for key in value.keys):
            return []
        first = self.python.text[self.python.span(value.keys[0])[0]] if value.keys and value.keys[0] else '"'
        quote = first if first in "'\"" else '"'
        at = self.python.span(value)[0] + 1
        at += len(self.python.text[at:]) - len(self.python.text[at:].lstrip(" "))
        behind = "" if not value.keys else "," if self.python.text.startswith("\n", at) else ", "
        value.keys.insert(0, ast.Constant(TAG))
        value.values.insert(0, ast.Constant(self.spelling.kind))
        return [Edit((at, at), f"{quote}{TAG}{quote}: {quote}{self.spelling.kind}{quote}{behind}")]


def words_of(spelling: Variant, name: str) -> str:
    """What becomes of an argument of the class `name`."""
    if spelling.new == spelling.old:
        return f"{name}({spelling.old}=): {TAG}"
    return f"{name}({spelling.old}=) -> {spelling.new}={f'[{spelling.model}]' if spelling.item else ''}"
