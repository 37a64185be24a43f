"""Versions of this package, and ranges of them: what `requires` in cnai.toml may say.

Must not: read files, or compare versions of anything else. A range here knows the operators >=, <=, <, >, == and != only.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

Version = tuple[tuple[int, ...], int, int]
"""Numbers of the release without zeros at the end, then how early a preview it is (0: none), then which one."""

_VERSION = re.compile(r"(\d+(?:\.\d+)*)(?:\.?(dev|a|b|rc)(\d+))?")
_CLAUSE = re.compile(rf"\s*(>=|<=|==|!=|<|>)\s*({_VERSION.pattern})\s*")
_PREVIEWS = {"dev": -4, "a": -3, "b": -2, "rc": -1, None: 0}
_HOLDS: Mapping[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge, "<=": operator.le, "==": operator.eq, "!=": operator.ne, "<": operator.lt, ">": operator.gt,
}  # fmt: skip

EXAMPLE = ">=0.2,<0.3"


def version(text: str) -> Version:
    """A version in an order in which previews come before their release. ValueError for any other text."""
    found = _VERSION.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no version")
    numbers = [int(part) for part in found[1].split(".")]
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers), _PREVIEWS[found[2]], int(found[3] or 0)


def satisfies(installed: str, wanted: str) -> bool:
    """Whether a version lies in a range such as `>=0.2,<0.3`. ValueError when the range is none."""
    held = True
    for clause in wanted.split(","):
        found = _CLAUSE.fullmatch(clause)
        if found is None:
            raise ValueError(f"{clause.strip()!r} is no bound of a range of versions such as {EXAMPLE}")
        held = held and _HOLDS[found[1]](version(installed), version(found[2]))
    return held


def above(installed: str, wanted: str) -> bool:
    """Whether a version that is outside of a range is newer than its every bound."""
    bounds = [found[2] for clause in wanted.split(",") if (found := _CLAUSE.fullmatch(clause))]
    return all(version(installed) >= version(bound) for bound in bounds)


def reaches_below(wanted: str, since: str) -> bool:
    """Whether a range has versions before `since`; anything that is no range has every version."""
    clauses = [_CLAUSE.fullmatch(clause) for clause in wanted.split(",")]
    return not any(found and found[1] in (">=", ">", "==") and version(found[2]) >= version(since) for found in clauses)


def compatible(installed: str) -> str:
    """The range in which files that this version understands mean the same: up to the next minor, from 1.0 on the next major."""
    major, minor = (*map(int, re.findall(r"\d+", installed)[:2]), 0)[:2]
    return f">={major}.{minor},<{major + 1}" if major else f">=0.{minor},<0.{minor + 1}"
