"""One spelling brought up to date in a Python blueprint: keyword arguments of our own classes, found by their place in the text.

Must not: run the file, or touch a call of a class that the file did not import from this package. What a result must mean
is kept as a syntax tree, which the rewritten text has to give again.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cnai_gitops.change.migrate.imports import Imports
from cnai_gitops.change.migrate.lines import ByHand, Edit, applied, line_of, requoted, shifted
from cnai_gitops.change.migrate.respell import Left, Rewritten
from cnai_gitops.change.migrate.tree import Span
from cnai_gitops.source.spellings import TAG, Moved, Nested, Reworded, Spelling, Variant


def parsed(text: str) -> ast.Module:
    """The syntax tree; warnings are said when the file is loaded. Raises SyntaxError."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except (ValueError, RecursionError, MemoryError) as error:
            raise SyntaxError(str(error) or "too deeply nested") from error


@dataclass(slots=True)
class Module:
    """A Python text. `tree` is what it means once every place that was found is rewritten."""

    text: str
    tree: ast.Module = field(init=False)
    _starts: list[int] = field(init=False)
    _comments: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.tree = parsed(self.text)
        lines = self.text.split("\n")
        self._starts = [0]
        for line in lines:
            self._starts.append(self._starts[-1] + len(line) + 1)
        tokens = tokenize.generate_tokens(io.StringIO(self.text).readline)
        self._comments = [self._starts[t.start[0] - 1] + t.start[1] for t in tokens if t.type == tokenize.COMMENT]

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
                    yield from self._variant(call, name, spelling, imports)
                elif name == spelling.noun and isinstance(spelling, Moved):
                    yield from self._moved(call, spelling)
                elif name == spelling.noun and isinstance(spelling, Reworded):
                    yield from self._reworded(call, spelling)
            except ByHand as error:
                yield Left(call.lineno, _words(spelling, name), str(error))

    # -- a keyword, a word

    def _moved(self, call: ast.Call, spelling: Moved) -> Iterator[Rewritten | Left]:
        keyword = _keyword(call, spelling.old[0])
        if keyword is None or len(spelling.old) > 1:
            return
        if len(spelling.new) > 1 or _keyword(call, spelling.new[0]):
            reason = "it is an argument of another class now" if len(spelling.new) > 1 else f"{spelling.new[0]} is there too"
            yield Left(keyword.lineno, _words(spelling, spelling.noun), reason)
            return
        start = self._span(keyword)[0]
        keyword.arg = spelling.new[0]
        edit = Edit((start, start + len(spelling.old[0])), spelling.new[0])
        yield Rewritten(keyword.lineno, _words(spelling, spelling.noun), (edit,))

    def _reworded(self, call: ast.Call, spelling: Reworded) -> Iterator[Rewritten | Left]:
        keyword = _keyword(call, spelling.path[0])
        value = keyword.value if keyword and len(spelling.path) == 1 else None
        if isinstance(value, ast.Constant) and value.value == spelling.old:
            span = self._span(value)
            written = self.text[slice(*span)]
            if written.strip("'\"") != spelling.old:
                raise ByHand("the word is put together")
            value.value = spelling.new
            yield Rewritten(value.lineno, _words(spelling, spelling.noun), (Edit(span, requoted(written, spelling.new)),))

    # -- arguments that belong to the call around it

    def _nested(self, call: ast.Call, name: str, spelling: Nested, imports: Imports, *, old: bool) -> Iterator[Rewritten | Left]:
        if name == spelling.noun and (keyword := _keyword(call, spelling.path[0])) and _is_old_map(keyword.value, spelling, old=old):
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
        whole, edits = imports.name_beside(call.func, spelling.whole, self._span)
        edits.append(Edit(self._span(call), f"{whole}{text}"))
        inner = ast.Call(call.func, call.args, [keyword for keyword in call.keywords if keyword not in beside])
        call.func, call.args = ast.parse(whole, mode="eval").body, []
        more = [ast.keyword(key, ast.Constant(value)) for key, value in unsaid.items()]
        call.keywords = [*more, *beside, ast.keyword(spelling.into, ast.List([inner], ast.Load()))]
        return edits

    def _arguments(self, call: ast.Call, beside: Sequence[ast.keyword], into: str, more: Sequence[str]) -> str:
        """What follows the name of the call around: the arguments that it takes, and the list with the call that was there."""
        start, stop = self._span(call)
        func = self.text[slice(*self._span(call.func))]
        arguments: list[ast.expr | ast.keyword] = sorted([*call.args, *call.keywords], key=self._span)
        outer = [self._span(node) for node in arguments if node in beside]
        inner = [self._span(node) for node in arguments if node not in beside]
        if self._on_own_lines(arguments, stop):
            return self._argument_lines(call, func, outer, inner, into, more)
        if any(start < comment < stop for comment in self._comments):
            raise ByHand("a comment stands between the arguments")
        items = ", ".join(self.text[slice(*span)] for span in inner)
        kept = ", ".join([*more, *(self.text[slice(*span)] for span in outer), f"{into}=[{func}({items})]"])
        return f"({kept})"

    def _on_own_lines(self, arguments: Sequence[ast.expr | ast.keyword], stop: int) -> bool:
        """Whether each argument begins a line, and the bracket that closes the call too."""
        ends = [self._span(node)[0] for node in arguments]
        return bool(arguments) and all(self._begins_line(at) for at in [*ends, stop - 1])

    def _begins_line(self, at: int) -> bool:
        return not self.text[self.text.rfind("\n", 0, at) + 1 : at].strip()

    def _argument_lines(
        self, call: ast.Call, func: str, outer: Sequence[Span], inner: Sequence[Span], into: str, more: Sequence[str]
    ) -> str:
        stop = self._span(call)[1]
        spans = sorted([*outer, *inner])
        above = line_of(self.text, self._span(call.func)[1])
        heads = [self._head(span, above) for span in spans]
        last = line_of(self.text, stop - 1) - 1
        chunks = dict(zip(spans, zip(heads, [*heads[1:], last], strict=True), strict=True))
        pad = spans[0][0] - self._starts[line_of(self.text, spans[0][0]) - 1]
        items = [shifted(line, 8) for span in inner for line in self._chunk(span, *chunks[span])]
        opened = f"{' ' * (pad + 4)}{func}("
        item = [opened, *items, f"{' ' * (pad + 4)}),"] if items else [f"{opened}),"]
        kept = [f"{' ' * pad}{argument}," for argument in more]
        kept += [line for span in outer for line in self._chunk(span, *chunks[span])]
        head = self.text[self._span(call.func)[1] : self._starts[heads[0]]]
        lines = [*kept, f"{' ' * pad}{into}=[", *item, f"{' ' * pad}],", self.text[self._starts[last] : stop]]
        return head + "\n".join(lines)

    # -- an argument that is a variant now

    def _variant(self, call: ast.Call, name: str, spelling: Variant, imports: Imports) -> Iterator[Rewritten | Left]:
        if isinstance(call.func, ast.Attribute) and call.func.attr == "with_" and spelling.new != spelling.old:
            for path in call.keywords:
                if spelling.old in str(path.arg).split("__"):
                    yield from self._path(path, spelling, imports)
        if name != spelling.noun or (keyword := _keyword(call, spelling.old)) is None:
            return
        line, words = keyword.value.lineno, _words(spelling, name)
        try:
            edits = self._item(call, keyword, spelling, imports) if spelling.item else self._other_name(call, keyword, spelling, imports)
        except ByHand as error:
            yield Left(line, words, str(error))
        else:
            if edits:
                yield Rewritten(line, words, tuple(edits))

    def _path(self, keyword: ast.keyword, spelling: Variant, imports: Imports) -> Iterator[Rewritten | Left]:
        """`with_(serve__scorer__canary__steps=...)`."""
        parts = str(keyword.arg).split("__")
        name = "__".join(spelling.new if part == spelling.old else part for part in parts)
        words = f"with_({keyword.arg}=) -> {spelling.new if spelling.item else name}="
        try:
            if spelling.item:
                raise ByHand("a list is replaced whole")
            edits = [self._name(keyword, name)]
            if parts[-1] == spelling.old:
                edits += self._tag(keyword.value, spelling, imports)
        except ByHand as error:
            yield Left(keyword.value.lineno, words, str(error))
        else:
            keyword.arg = name
            yield Rewritten(keyword.value.lineno, words, tuple(edits))

    def _other_name(self, call: ast.Call, keyword: ast.keyword, spelling: Variant, imports: Imports) -> list[Edit]:
        if spelling.new == spelling.old:
            return self._tag(keyword.value, spelling, imports) if isinstance(keyword.value, ast.Dict) else []
        if _keyword(call, spelling.new):
            raise ByHand(f"{spelling.new} is there too")
        edits = [self._name(keyword, spelling.new), *self._tag(keyword.value, spelling, imports)]
        keyword.arg = spelling.new
        return edits

    def _name(self, keyword: ast.keyword, name: str) -> Edit:
        start = self._span(keyword)[0]
        return Edit((start, start + len(str(keyword.arg))), name)

    def _item(self, call: ast.Call, keyword: ast.keyword, spelling: Variant, imports: Imports) -> list[Edit]:
        """The argument as an item of the list at another one, which takes its place when it is the first item."""
        value, into = keyword.value, _keyword(call, spelling.new)
        if isinstance(value, ast.Constant):
            raise ByHand(f"no item of {spelling.new} says this")
        start, end = self._span(value)
        if into is None:
            tag = self._tag(value, spelling, imports)
            edits = [self._name(keyword, spelling.new), Edit((start, start), "["), *tag, Edit((end, end), "]")]
            keyword.arg, keyword.value = spelling.new, ast.List([value], ast.Load())
            return edits
        if not isinstance(into.value, ast.List):
            raise ByHand(f"{spelling.new} is no list here")
        gap = self._without(call, keyword)
        written = applied(self.text[:end], self._tag(value, spelling, imports))[start:]
        at = self._span(into.value.elts[-1])[1] if into.value.elts else self._span(into.value)[0] + 1
        edits = [Edit((at, at), f"{', ' if into.value.elts else ''}{written}"), Edit(gap, "")]
        into.value.elts.append(value)
        call.keywords.remove(keyword)
        return edits

    def _without(self, call: ast.Call, keyword: ast.keyword) -> Span:
        """The characters to take out for an argument to go, its lines when it has lines of its own. Raises ByHand for a comment there."""
        start, end = self._span(keyword)
        arguments: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
        spans = sorted(map(self._span, arguments))
        at = spans.index((start, end))
        line, behind = self._starts[line_of(self.text, start) - 1], re.match(r" *,? *\n", self.text[end:])
        if self._begins_line(start) and behind:
            first, last = line, end + behind.end()
            beside = self._starts[max(line_of(self.text, start) - 2, 0)], last
            if not self.text[slice(*beside)].lstrip().startswith("#"):
                beside = first, last
        else:
            beside = first, last = (spans[at - 1][1], end) if at else (start, spans[at + 1][0])
        if any(beside[0] <= comment < beside[1] for comment in self._comments):
            raise ByHand("a comment stands beside it")
        return first, last

    def _tag(self, value: ast.expr, spelling: Variant, imports: Imports) -> list[Edit]:
        """What makes a value say its kind: nothing when it is of its class, one more key in a dict. Raises ByHand for anything else."""
        given = imports.value_of(value)
        if isinstance(given, ast.Constant) and given.value is None:
            return []
        if isinstance(given, ast.Call) and imports.class_of(given.func) == spelling.model:
            return []
        if not isinstance(value, ast.Dict):
            raise ByHand(f"what it is, a {spelling.model} or another value, is not said here")
        if any(key is None or (isinstance(key, ast.Constant) and key.value == TAG) for key in value.keys):
            return []
        first = self.text[self._span(value.keys[0])[0]] if value.keys and value.keys[0] else '"'
        quote = first if first in "'\"" else '"'
        at = self._span(value)[0] + 1
        at += len(self.text[at:]) - len(self.text[at:].lstrip(" "))
        behind = "" if not value.keys else "," if self.text.startswith("\n", at) else ", "
        value.keys.insert(0, ast.Constant(TAG))
        value.values.insert(0, ast.Constant(spelling.kind))
        return [Edit((at, at), f"{quote}{TAG}{quote}: {quote}{spelling.kind}{quote}{behind}")]

    # -- places

    def _head(self, span: Span, least: int) -> int:
        """First line of an argument: the comments directly above it belong to it."""
        lines, line = self.text.split("\n"), line_of(self.text, span[0]) - 1
        while line > least and lines[line - 1].lstrip().startswith("#"):
            line -= 1
        return line

    def _chunk(self, span: Span, head: int, stop: int) -> list[str]:
        """The lines of an argument, with a comma behind it."""
        start, end = self._starts[head], self._starts[stop] - 1
        comma = "" if self.text[span[1] : end].lstrip().startswith(",") else ","
        return f"{self.text[start : span[1]]}{comma}{self.text[span[1] : end]}".split("\n")

    def _span(self, node: ast.expr | ast.keyword | ast.stmt | ast.alias) -> Span:
        """The characters of a node; the compiler counts bytes of a line."""
        ends = ((node.lineno, node.col_offset), (node.end_lineno or node.lineno, node.end_col_offset or node.col_offset))
        first, last = (self._starts[row - 1] + len(self._line(row).encode()[:column].decode()) for row, column in ends)
        return first, last

    def _line(self, row: int) -> str:
        return self.text[self._starts[row - 1] : self._starts[row]]


def _keyword(call: ast.Call, name: str) -> ast.keyword | None:
    return next((keyword for keyword in call.keywords if keyword.arg == name), None)


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
        item = f"[{spelling.model}]" if spelling.item else ""
        return f"{name}({spelling.old}=) -> {spelling.new}={item}" if spelling.new != spelling.old else f"{name}({spelling.old}=): {TAG}"
    return name


def _nesting(name: str, beside: Sequence[str], spelling: Nested) -> str:
    kept = ", ".join(beside)
    return f"{name}({kept}) -> {spelling.whole}({kept}, {spelling.into}=[{name}])"
