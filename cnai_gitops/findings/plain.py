"""Makes text that others wrote harmless to print: in a terminal, in a CI log, in a report.

Must not: drop anything; what could do harm is shown escaped, so that a reader sees that it was there.
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

import orjson

# Control, format (bidi overrides, zero width), surrogate and unassigned-for-text characters, line and paragraph separators.
_HARMFUL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
# Beginnings of commands that CI systems read from a log: `::error`, `##[error]`, `##vso[task...]`, `##teamcity[`.
_COMMAND = re.compile(r"::|##(?=\w*\[)")
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    if match[0] in _SHORT:
        return _SHORT[match[0]]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def plain(text: str) -> str:
    """`text` on one line, with control characters, bidi overrides and CI commands shown as escapes."""
    if text.isascii() and text.isprintable() and "::" not in text and "##" not in text:
        return text
    return _COMMAND.sub(lambda match: f"{match[0][0]}\\x{ord(match[0][1]):02x}", _HARMFUL.sub(_escaped, text))


def width(text: str) -> int:
    """Columns that `text` takes in a terminal: two for wide East Asian characters, none for combining ones."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def encode(value: Any) -> str:
    """JSON of `value`, indented, with a last newline: exact for a reader of JSON, harmless for a terminal or a CI log."""
    try:
        text = orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
    except orjson.JSONEncodeError:  # a lone surrogate: a file name that is not UTF-8
        text = json.dumps(value, indent=2)
    lines = (_HARMFUL.sub(_json_escaped, line) for line in text.split("\n")) if not text.isascii() or "\x7f" in text else [text]
    return _COMMAND.sub(lambda match: f"{match[0][0]}\\u{ord(match[0][1]):04x}", "\n".join(lines)) + "\n"


def _json_escaped(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{int.from_bytes(units[i : i + 2]):04x}" for i in range(0, len(units), 2))
