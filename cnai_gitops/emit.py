"""YAML out: the only place that turns plain data into YAML text.

Must not: read YAML, touch files, know any API group, blueprint or environment.

The text reads back equal in PyYAML, in the reader of kubectl and Argo CD, and through kustomize. What one of
them would change or lose is refused with its path instead. Keys keep their order; the same data gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from math import isfinite
from typing import Any

from cnai_gitops.resources.base import Body

LARGEST = 2**53
"""Largest integer that a reader with JSON numbers keeps exactly."""

LONGEST_KEY = 1000
"""Most characters of a written key; YAML readers look at most 1024 ahead for its colon."""


class Unwritable(ValueError):
    """Data that the tools downstream would change, lose or refuse.

    `steps` are the keys and indexes that lead to it, `path` the same for people (`spec.args[0]`), `reason` says why.
    """

    def __init__(self, path: str | tuple[str | int, ...], reason: str) -> None:
        """Take the steps as a tuple, or one step as text; the reason is a sentence without its place."""
        self.steps = (path,) if isinstance(path, str) and path else tuple(path)
        self.path = "".join(f"[{step}]" if isinstance(step, int) else f".{_visible(step)}" for step in self.steps).removeprefix(".")
        self.reason = reason
        super().__init__(f"{self.path}: {reason}" if self.path else reason)

    def under(self, step: str | int) -> Unwritable:
        """The same refusal, seen from one level further out."""
        return Unwritable((step, *self.steps), self.reason)


@contextmanager
def within(step: str | int) -> Iterator[None]:
    """Refusals from inside the block name this step first."""
    try:
        yield
    except Unwritable as refused:
        raise refused.under(step) from None


# -- the doors ------------------------------------------------------------------------------------------


def emit(objects: Iterable[Body]) -> str:
    """Kubernetes objects as documents that each begin with `---`; raises Unwritable."""
    out: list[str] = []
    for body in objects:
        lawful(body)
        _document(out, body)
    return "".join(out)


def emit_one(body: Body) -> str:
    """One object as a whole file without `---`; raises Unwritable."""
    lawful(body)
    out: list[str] = []
    if body:
        _map(out, body, "\n", "")
    return "".join(out) + "\n" if body else "{}\n"


def emit_patches(patches: Iterable[Body]) -> str:
    """Kustomize merge patches as documents: nulls delete, so the laws of whole objects do not apply; raises Unwritable."""
    out: list[str] = []
    for body in patches:
        _document(out, body)
    return "".join(out)


def emit_ops(operations: Iterable[tuple[str | None, Body]]) -> str:
    """A JSON 6902 patch as a block list, each operation below its comment; raises Unwritable."""
    out: list[str] = []
    for at, (comment, operation) in enumerate(operations):
        if comment is not None:
            out.append(f"# {_visible(comment)}\n")
        with within(at):
            _map(out, operation, "\n  ", "- ")
        out.append("\n")
    return "".join(out) or "[]\n"


def _document(out: list[str], body: Body) -> None:
    if body:
        out.append("---")
        _map(out, body, "\n", "\n")
        out.append("\n")
    else:
        out.append("---\n{}\n")


# -- laws of whole objects ------------------------------------------------------------------------------

_RESERVED = re.compile(r"(?:[a-z0-9-]+\.)*config\.(?:kubernetes|k8s)\.io/")


def lawful(body: Body) -> None:
    """Refuse an object that kustomize would take for something else or strip; raises Unwritable."""
    if "items" in body and str(body.get("kind", "")).endswith("List"):
        raise Unwritable("kind", "a kind that ends in List and has items is taken apart by kustomize")
    meta = body.get("metadata")
    if type(meta) is dict and "annotations" in meta:
        _annotations(meta["annotations"])


def _annotations(notes: Any) -> None:
    if type(notes) is not dict or not notes:
        raise Unwritable(("metadata", "annotations"), "an empty annotations map is removed by kustomize; leave it out")
    for key, value in notes.items():
        path = ("metadata", "annotations", key)
        if type(value) is not str:
            raise Unwritable(path, "the value of an annotation must be a string")
        if _RESERVED.match(key):
            raise Unwritable(path, "this annotation belongs to kustomize, which removes it or the whole object")
        if (_keys.get(key) or _key(key))[0] in "\"'":
            raise Unwritable(path, "kustomize writes the keys of annotations without quotes, and this one needs them")


# -- collections ----------------------------------------------------------------------------------------
# `pad` is a newline and the indentation of a line; `lead` is what stands before the first line instead, so
# that a map in a list begins behind its dash. Written keys and scalars are remembered: manifests repeat them.

_keys: dict[str, str] = {}
_texts: dict[str, str] = {}
_REMEMBER = 1 << 16
_SHORT = 400


def _map(out: list[str], body: Mapping[str, Any], pad: str, lead: str) -> None:
    key = ""
    try:
        for key, value in body.items():
            head = _keys.get(key) or _key(key)
            kind = type(value)
            if kind is str:
                out.append(lead + head + (_texts.get(value) or _text(value, pad)))
            elif kind is dict and value:
                out.append(lead + head)
                deeper = pad + "  "
                _map(out, value, deeper, deeper)
            elif kind is list and value:
                out.append(lead + head)
                _list(out, value, pad, pad)
            else:
                out.append(lead + head + _word(value))
            lead = pad
    except Unwritable as refused:
        raise refused.under(key) from None


def _list(out: list[str], items: list[Any], pad: str, lead: str) -> None:
    at = -1
    deeper = pad + "  "
    try:
        for item in items:
            at += 1
            kind = type(item)
            if kind is str:
                out.append(lead + "-" + (_texts.get(item) or _text(item, pad)))
            elif kind is dict and item:
                _map(out, item, deeper, lead + "- ")
            elif kind is list and item:
                _list(out, item, deeper, lead + "- ")
            else:
                out.append(lead + "-" + _word(item))
            lead = pad
    except Unwritable as refused:
        raise refused.under(at) from None


# -- scalars: each comes with the space before it -------------------------------------------------------

_WORDS = {"True": " true", "False": " false", "None": " null", "{}": " {}", "[]": " []"}

# Characters that a reader refuses or changes.
_REFUSED = "\\x7f-\\x9f\\ud800-\\udfff\\ufffe\\uffff"
# Characters that break lines, cannot be seen or turn the direction of writing: always escaped, so that a reviewer sees them.
_UNSEEN = "\\xa0\\xad\\u061c\\u180e\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\ufeff\\ufff9-\\ufffb\\U000e0000-\\U000e007f"
_UNUSUAL = re.compile(f"[\\x00-\\x1f{_REFUSED}{_UNSEEN}]")
_NO_BLOCK = re.compile(f"[\\x00-\\x08\\x0b-\\x1f{_REFUSED}{_UNSEEN}]|[ \\t](?:\\n|\\Z)|\\n\\t|\\A[ \\t\\n]")

# A string that a reader of YAML 1.1, of YAML 1.2 or of Go might take for a number, a date, a boolean or null.
_LOOKALIKE = re.compile(
    r"[-+]?0[xXbBoO][-+.0-9A-Fa-f_pP]*|[-+.0-9][-+.0-9_:eEtTzZ ]*|(?i:y|n|yes|no|on|off|true|false|null|~|nan|inf|[-+]?\.(?:inf|nan))"
)
_PLAIN = re.compile(
    r"(?:[A-Za-z0-9_/$(\u00a1-\U0010ffff]|-{1,2}[A-Za-z]|\.{1,2}[A-Za-z_/])"
    r"(?:[^ :]|:(?=[^ ])| (?=[^#]))*"
)


def _word(value: Any) -> str:
    """Anything that is neither text nor a filled collection."""
    kind = type(value)
    if kind is float:
        value = _number(value)
        kind = type(value)
    if kind is int:
        if not -LARGEST <= value <= LARGEST:
            raise Unwritable("", f"{value} is larger than 2^53, and tools that use JSON numbers round it")
        return f" {value}"
    if kind is float:
        return f" {value!r}"
    if value is None or kind is bool or kind is dict or kind is list:
        return _WORDS[str(value)]
    raise Unwritable("", f"a {kind.__name__} is not plain data")


def _number(value: float) -> int | float:
    if not isfinite(value):
        raise Unwritable("", f"{value} is not a number that JSON knows")
    if value.is_integer():
        return int(value)
    if "e" in repr(value):
        raise Unwritable("", f"{value} needs an exponent, which readers take for text")
    return value


def _key(key: str) -> str:
    """A key with its colon."""
    if not isinstance(key, str):
        raise Unwritable("", f"the key {key!r} is not a string")
    if key in ("", "<<"):
        raise Unwritable("", f"the key {key!r} does not survive a reader of YAML")
    written = _line(key) + ":"
    if len(written) > LONGEST_KEY:
        raise Unwritable("", f"a key of {len(key)} characters is too long for readers of YAML")
    if len(_keys) >= _REMEMBER:
        _keys.clear()
    _keys[key] = written
    return written


def _text(value: str, pad: str) -> str:
    """Text as a literal block where that is exact, else on one line."""
    if "\n" in value and not _NO_BLOCK.search(value):
        return _block(value, pad + "  ")
    written = " " + _line(value)
    if len(value) <= _SHORT:
        if len(_texts) >= _REMEMBER:
            _texts.clear()
        _texts[value] = written
    return written


def _block(value: str, pad: str) -> str:
    chomp = "-"
    if value[-1] == "\n":
        value = value[:-1]
        chomp = "+" if value[-1] == "\n" else ""
    return f" |{chomp}" + "".join([pad + line if line else "\n" for line in value.split("\n")])


def _line(value: str) -> str:
    """Text on one line: plain where every reader agrees that it is text, else quoted."""
    if _UNUSUAL.search(value):
        return '"' + _UNUSUAL.sub(_escape, value.replace("\\", "\\\\").replace('"', '\\"')) + '"'
    if not value or _LOOKALIKE.fullmatch(value):
        return f'"{value}"'
    if _PLAIN.fullmatch(value):
        return value
    if "'" in value and '"' not in value and "\\" not in value:
        return f'"{value}"'
    return "'" + value.replace("'", "''") + "'"


_ESCAPES = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}
_BAD = re.compile(f"[{_REFUSED}]")


def _escape(found: re.Match[str]) -> str:
    char = found[0]
    if _BAD.match(char):
        raise Unwritable("", f"the character U+{ord(char):04X} is refused or changed by readers of YAML")
    return _ESCAPES.get(char) or _code(found)


def _code(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _visible(text: str) -> str:
    """Text for people, on one line: never refused, and nothing in it stays unseen."""
    return _UNUSUAL.sub(_code, text)
