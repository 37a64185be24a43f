"""One spelling brought up to date in a Python blueprint: keyword arguments of our own classes, found by their place in the text.

Must not: run the file, or touch a call of a class that the file did not import from this package. What a result must mean
is kept as a syntax tree, which the rewritten text has to give again.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cnai_gitops.change.migrate.imports import Imports
from cnai_gitops.change.migrate.lines import ByHand, Edit, line_of, requoted, shifted
from cnai_gitops.change.migrate.python_text import PythonText, keyword_of
from cnai_gitops.change.migrate.python_variants import Variants, words_of
from cnai_gitops.change.migrate.respell import Left, Rewritten
from cnai_gitops.change.migrate.tree import Span
from cnai_gitops.source.spellings import Moved, Nested, Reworded, Spelling, Variant


class Module(PythonText):
    """A Python text that is brought up to date."""

    __slots__ = ()

    def respelled(self, spelling: Spelling, *, old: bool) -> Iterator[Rewritten | Left]:
        """Every place that has the old spelling; `tree` has the new one afterwards.

        `old` files have it where a new one could say the same text.
        """
        imports = Imports(self.tree)
        for call in [node for node in ast.walk(self.tree) if isinstance(node, ast.Call)]:
            name = imports.class_of(call.func)
            yield from _handed_on(call, spelling, imports, old=old)
            try:
                if isinstance(spelling, Nested):
                    yield from self._nested(call, name, spelling, imports, old=old)
                elif isinstance(spelling, Variant):
                    yield from Variants(self, spelling, imports).of(call, name)
                elif name == spelling.noun and isinstance(spelling, Moved):
                    yield from self._moved(call, spelling)
                elif name == spelling.noun and isinstance(spelling, Reworded):
                    yield from self._reworded(call, spelling)
            except ByHand as error:
                yield Left(call.lineno, _words(spelling, name), str(error))

    # -- a keyword, a word

    def _moved(self, call: ast.Call, spelling: Moved) -> Iterator[Rewritten | Left]:
        keyword = keyword_of(call, spelling.old[0])
        if keyword is None or len(spelling.old) > 1:
            return
        if len(spelling.new) > 1 or keyword_of(call, spelling.new[0]):
            reason = "it is an argument of another class now" if len(spelling.new) > 1 else f"{spelling.new[0]} is there too"
            yield Left(keyword.lineno, _words(spelling, spelling.noun), reason)
            return
        start = self.span(keyword)[0]
        keyword.arg = spelling.new[0]
        edit = Edit((start, start + len(spelling.old[0])), spelling.new[0])
        yield Rewritten(keyword.lineno, _words(spelling, spelling.noun), (edit,))

    def _reworded(self, call: ast.Call, spelling: Reworded) -> Iterator[Rewritten | Left]:
        keyword = keyword_of(call, spelling.path[0])
        value = keyword.value if keyword and len(spelling.path) == 1 else None
        if isinstance(value, ast.Constant) and value.value == spelling.old:
            span = self.span(value)
            written = self.text[slice(*span)]
            if written.strip("'\"") != spelling.old:
                raise ByHand("the word is put together")
            value.value = spelling.new
            yield Rewritten(value.lineno, _words(spelling, spelling.noun), (Edit(span, requoted(written, spelling.new)),))

    # -- arguments that belong to the call around it

    def _nested(self, call: ast.Call, name: str, spelling: Nested, imports: Imports, *, old: bool) -> Iterator[Rewritten | Left]:
        if name == spelling.noun and (keyword := keyword_of(call, spelling.path[0])) and _is_old_map(keyword.value, spelling, old=old):
            yield Left(keyword.value.lineno, f"{name}({'.'.join(spelling.path)}=)", "it is written as a dict")
        if isinstance(call.func, ast.Attribute) and call.func.attr == "with_":
            ends = {"__".join((*spelling.path, key)): key for key in spelling.inside}
            for keyword in call.keywords:
                key = next((key for end, key in ends.items() if f"__{keyword.arg}".endswith(f"__{end}")), "")
                if key:
                    yield Left(keyword.lineno, f"{keyword.arg} belongs to an item of {spelling.into}", "there may be several")
        beside = [keyword for keyword in call.keywords if keyword.arg in spelling.beside]
        unsaid = spelling.unsaid(spelling.word(name), [keyword.arg for keyword in call.keywords])
        whole = not beside and spelling.whole in imports.calls_around(call)
        if spelling.word(name) and (beside or (unsaid and old)) and not whole:
            line, words = call.lineno, _nesting(name, [*unsaid, *(str(keyword.arg) for keyword in beside)], spelling)
            try:
                edits = self._around(call, beside, unsaid, spelling, imports)
            except ByHand as error:
                yield Left(line, words, str(error))
            else:
                yield Rewritten(line, words, tuple(edits))

    def _around(
        self, call: ast.Call, beside: Sequence[ast.keyword], unsaid: Mapping[str, Any], spelling: Nested, imports: Imports
    ) -> list[Edit]:
        """`Rate(requests_per_replica=9, max=2)` as `Scaling(max=2, triggers=[Rate(requests_per_replica=9)])`."""
        if spelling.whole in imports.calls_around(call):
            raise ByHand(f"it is an item of {spelling.into} already")
        if unsaid and any(keyword.arg is None for keyword in call.keywords):
            raise ByHand(f"{', '.join(unsaid)} may be among the arguments behind **")
        text = self._arguments(call, beside, spelling.into, [f"{key}={value!r}" for key, value in unsaid.items()])
        whole, edits = imports.name_beside(call.func, spelling.whole, self.span)
        edits.append(Edit(self.span(call), f"{whole}{text}"))
        inner = ast.Call(call.func, call.args, [keyword for keyword in call.keywords if keyword not in beside])
        call.func, call.args = ast.parse(whole, mode="eval").body, []
        more = [ast.keyword(key, ast.Constant(value)) for key, value in unsaid.items()]
        call.keywords = [*more, *beside, ast.keyword(spelling.into, ast.List([inner], ast.Load()))]
        return edits

    def _arguments(self, call: ast.Call, beside: Sequence[ast.keyword], into: str, more: Sequence[str]) -> str:
        """What follows the name of the call around: the arguments that it takes, and the list with the call that was there."""
        start, stop = self.span(call)
        func = self.text[slice(*self.span(call.func))]
        arguments: list[ast.expr | ast.keyword] = sorted([*call.args, *call.keywords], key=self.span)
        outer = [self.span(node) for node in arguments if node in beside]
        inner = [self.span(node) for node in arguments if node not in beside]
        if self._on_own_lines(arguments, stop):
            return self._argument_lines(call, func, outer, inner, into, more)
        if any(start < comment < stop for comment in self.comments):
            raise ByHand("a comment stands between the arguments")
        items = ", ".join(self.text[slice(*span)] for span in inner)
        kept = ", ".join([*more, *(self.text[slice(*span)] for span in outer), f"{into}=[{func}({items})]"])
        return f"({kept})"

    def _on_own_lines(self, arguments: Sequence[ast.expr | ast.keyword], stop: int) -> bool:
        """Whether each argument begins a line, and the bracket that closes the call too."""
        ends = [self.span(node)[0] for node in arguments]
        return bool(arguments) and all(self.begins_line(at) for at in [*ends, stop - 1])

    def _argument_lines(
        self, call: ast.Call, func: str, outer: Sequence[Span], inner: Sequence[Span], into: str, more: Sequence[str]
    ) -> str:
        stop = self.span(call)[1]
        spans = sorted([*outer, *inner])
        above = line_of(self.text, self.span(call.func)[1])
        heads = [self._head(span, above) for span in spans]
        last = line_of(self.text, stop - 1) - 1
        chunks = dict(zip(spans, zip(heads, [*heads[1:], last], strict=True), strict=True))
        pad = spans[0][0] - self.starts[line_of(self.text, spans[0][0]) - 1]
        items = [shifted(line, 8) for span in inner for line in self._chunk(span, *chunks[span])]
        opened = f"{' ' * (pad + 4)}{func}("
        item = [opened, *items, f"{' ' * (pad + 4)}),"] if items else [f"{opened}),"]
        kept = [f"{' ' * pad}{argument}," for argument in more]
        kept += [line for span in outer for line in self._chunk(span, *chunks[span])]
        head = self.text[self.span(call.func)[1] : self.starts[heads[0]]]
        lines = [*kept, f"{' ' * pad}{into}=[", *item, f"{' ' * pad}],", self.text[self.starts[last] : stop]]
        return head + "\n".join(lines)

    def _head(self, span: Span, least: int) -> int:
        """First line of an argument: the comments directly above it belong to it."""
        lines, line = self.text.split("\n"), line_of(self.text, span[0]) - 1
        while line > least and lines[line - 1].lstrip().startswith("#"):
            line -= 1
        return line

    def _chunk(self, span: Span, head: int, stop: int) -> list[str]:
        """The lines of an argument, with a comma behind it."""
        start, end = self.starts[head], self.starts[stop] - 1
        comma = "" if self.text[span[1] : end].lstrip().startswith(",") else ","
        return f"{self.text[start : span[1]]}{comma}{self.text[span[1] : end]}".split("\n")


def _is_old_map(value: ast.expr, spelling: Nested, *, old: bool) -> bool:
    pairs = zip(value.keys, value.values, strict=True) if isinstance(value, ast.Dict) else ()
    data = {key.value: inner.value if isinstance(inner, ast.Constant) else None for key, inner in pairs if isinstance(key, ast.Constant)}
    unsaid = spelling.unsaid(str(data.get(spelling.when)), [str(key) for key in data])
    return spelling.when in data and bool(spelling.beside & data.keys() or (unsaid and old))


def _handed_on(call: ast.Call, spelling: Spelling, imports: Imports, *, old: bool) -> Iterator[Left]:
    """A class of ours among the arguments, with an old keyword of it beside: `partial(Rate, max=2)`."""
    keywords = {keyword.arg for keyword in call.keywords}
    for name in filter(None, map(imports.class_of, call.args)):
        nested = isinstance(spelling, Nested) and bool(spelling.word(name)) and bool(spelling.beside & keywords)
        unsaid = isinstance(spelling, Nested) and old and bool(spelling.unsaid(spelling.word(name), keywords))
        moved = isinstance(spelling, Moved) and name == spelling.noun and spelling.old[0] in keywords
        variant = isinstance(spelling, Variant) and spelling.old != spelling.new and name == spelling.noun and spelling.old in keywords
        if nested or unsaid or moved or variant:
            yield Left(call.lineno, _words(spelling, name), "the class is handed to another call")


def _words(spelling: Spelling, name: str) -> str:
    if isinstance(spelling, Moved):
        return f"{name}({'.'.join(spelling.old)}=) -> {'.'.join(spelling.new)}"
    if isinstance(spelling, Reworded):
        return f"{name}({'.'.join(spelling.path)}=): {spelling.old} -> {spelling.new}"
    if isinstance(spelling, Variant):
        return words_of(spelling, name)
    return name


def _nesting(name: str, beside: Sequence[str], spelling: Nested) -> str:
    kept = ", ".join(beside)
    return f"{name}({kept}) -> {spelling.whole}({kept}, {spelling.into}=[{name}])"
