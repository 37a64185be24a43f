"""What a plain (unquoted) YAML scalar means, and which ones are refused.

Must not: know of files or lines. Accepted is what YAML 1.1 readers (PyYAML), YAML 1.2 readers (editors) and Go's reader
agree on; a word that one of them takes for a number or a boolean and another for text has no safe reading. Dates are
text here: no type of this project is a time stamp of YAML.
"""

from __future__ import annotations

import re
from decimal import Decimal

Scalar = str | int | float | bool | None

WORDS: dict[str, Scalar] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
MAX_INT = 2**53  # beyond it a JSON reader in Go or JavaScript rounds

_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"(?:[-+]?(?:0|[1-9][0-9]*)\.[0-9]*|\.[0-9]+)")
_REFUSED_WORDS = {
    **{
        form: "a boolean in YAML 1.1 and text in YAML 1.2"
        for w in ("y", "n", "yes", "no", "on", "off")
        for form in (w, w.capitalize(), w.upper())
    },
    "=": "a value indicator in YAML 1.1 and text in YAML 1.2",
    "<<": "a merge key in YAML 1.1 and text in YAML 1.2",
}
_DIGITS = r"[0-9][0-9_]*"
_REFUSED = tuple(
    (re.compile(pattern), why)
    for pattern, why in (
        (r"[-+]?0[0-9_]+", "octal in YAML 1.1 and decimal in YAML 1.2"),
        (r"[-+]?0[xXoObB][0-9a-fA-F_]+", "a number in some readers and text in others"),
        (rf"[-+]?{_DIGITS}(?::[0-5]?[0-9])+(?:\.[0-9_]*)?", "a number to base 60 in YAML 1.1 and text in YAML 1.2"),
        (rf"[-+]?(?:\.[0-9_]+|{_DIGITS}(?:\.[0-9_]*)?)[eE][-+]?[0-9]+", "text in YAML 1.1 and a number in YAML 1.2"),
        (r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)", "a number that JSON cannot hold"),
        (rf"[-+]?(?:{_DIGITS}(?:\.[0-9_]*)?|\.[0-9][0-9_]*)", "a number in some readers and text in others"),
    )
)
_NUMBER_STARTS = frozenset("+-.0123456789")


class AmbiguousError(ValueError):
    """A plain scalar without a safe reading; the message says how it could be read, `help` what to write instead."""

    def __init__(self, why: str, help_: str, *, too_large: bool = False) -> None:
        """`too_large` marks an integer that every reader reads, but that later tools round."""
        super().__init__(why)
        self.help = help_
        self.too_large = too_large


def resolve(text: str) -> Scalar:
    """The value of a plain scalar; raises AmbiguousError where readers disagree or the number is too large."""
    if text in WORDS:
        return WORDS[text]
    if text[0] in _NUMBER_STARTS:
        return _number_or_text(text)
    if text in _REFUSED_WORDS:
        raise AmbiguousError(_REFUSED_WORDS[text], f'quote it: "{text}"' + _or_boolean(text))
    return text


def _number_or_text(text: str) -> Scalar:
    if _INT.fullmatch(text):
        if len(text) > 18 or abs(int(text)) > MAX_INT:
            raise AmbiguousError("beyond 2^53, where tools round", f'quote it: "{text[:40]}"', too_large=True)
        return int(text)
    if _FLOAT.fullmatch(text):
        return _finite(text)
    for pattern, why in _REFUSED:
        if pattern.fullmatch(text):
            raise AmbiguousError(why, f'quote it: "{text[:40]}"' + _or_number(text))
    return text


def _finite(text: str) -> float:
    value = float(text)
    if abs(value) > MAX_INT and (value == float("inf") or value.is_integer()):
        raise AmbiguousError("beyond 2^53, where tools round", f'quote it: "{text[:40]}"', too_large=True)
    return value


def _or_boolean(text: str) -> str:
    meaning = {"y": "true", "yes": "true", "on": "true", "n": "false", "no": "false", "off": "false"}.get(text.lower())
    return f", or write {meaning}" if meaning else ""


def _or_number(text: str) -> str:
    """The decimal spelling of a number with an exponent, when it is short enough to be written out."""
    if not re.fullmatch(r"[-+]?[0-9.]+[eE][-+]?[0-9]{1,2}", text):
        return ""
    digits = f"{Decimal(text):f}"
    return f", or write {digits}" if len(digits) <= 20 else ""
