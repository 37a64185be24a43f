"""Strict JSON reader: plain data of bounded depth, no key twice, no number that JSON does not know; else a finding with its line.

Must not: take YAML for JSON; a file that ends in .json and is none is refused.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

from cnai_gitops.findings import Finding, Location
from cnai_gitops.source.files import SourceError
from cnai_gitops.source.text import UNWRITABLE, printable, shorten, source_line

MAX_DEPTH = 64
"""As in YAML."""


def parse_json(text: str, file: str) -> Any:
    """The value of a JSON text. Raises SourceError."""
    try:
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number, parse_int=_whole)
    except json.JSONDecodeError as error:
        raise _refused("CNAI104", file, text, error.lineno, error.colno, f"not JSON: {printable(error.msg)}") from error
    except RecursionError:
        raise _refused("CNAI105", file, text, 1, 1, f"values are nested more than {MAX_DEPTH} deep") from None
    except _Wrong as error:
        raise _refused("CNAI105", file, text, _line_of(text, error.shown), 1, str(error)) from None
    char = _lost(found)
    if char:
        words = f"character U+{ord(char):04X} does not survive every tool"
        raise _refused("CNAI107", file, text, _line_of(text, f"\\u{ord(char):04x}"), 1, words)
    if _depth(found) > MAX_DEPTH:
        raise _refused("CNAI105", file, text, 1, 1, f"values are nested more than {MAX_DEPTH} deep")
    return found


class _Wrong(Exception):
    """JSON by its grammar that readers understand differently; `shown` is what to look for in the text."""

    def __init__(self, shown: str, words: str) -> None:
        super().__init__(words)
        self.shown = shown


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise _Wrong(json.dumps(twice, ensure_ascii=False), f"duplicate key {shorten(twice)}")
    return found


def _no_number(word: str) -> NoReturn:
    raise _Wrong(word, f"{word} is a number that JSON does not know")


def _whole(digits: str) -> int:
    if len(digits) > 17 or abs(int(digits)) > 2**53:
        raise _Wrong(digits, f"{shorten(digits)} is beyond 2^53, where tools round")
    return int(digits)


def _line_of(text: str, shown: str) -> int:
    """Line of the last place where the text says this; 1 where it says it otherwise."""
    return text.count("\n", 0, max(text.rfind(shown), 0)) + 1


def _depth(value: Any) -> int:
    deepest, todo = 0, [(value, 1)]
    while todo:
        node, depth = todo.pop()
        deepest = max(deepest, depth)
        if isinstance(node, dict | list) and depth <= MAX_DEPTH:
            todo += [(item, depth + 1) for item in (node.values() if isinstance(node, dict) else node)]
    return deepest


def _lost(value: Any) -> str:
    """The first character that Kubernetes tools refuse or change."""
    todo = [value]
    while todo:
        node = todo.pop()
        if isinstance(node, str) and (found := UNWRITABLE.search(node)):
            return found.group()
        if isinstance(node, dict):
            todo += [*node, *node.values()]
        elif isinstance(node, list):
            todo += node
    return ""


def _refused(code: str, file: str, text: str, line: int, column: int, message: str) -> SourceError:
    place = Location(file, line, column, column + 1, source_line(text, line))
    return SourceError(Finding(code=code, message=message, location=place, help="write plain JSON, or call the file .yaml"))
