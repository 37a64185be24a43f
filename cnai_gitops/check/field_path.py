"""Paths of fields as people read them (`spec.containers[0].image`): written, taken apart, and compared step by step.

Must not: look into an object.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_STEP = re.compile(r"\[(?P<index>\d+)\]|\[(?P<quote>['\"])(?P<key>.*?)(?P=quote)\]|\.?(?P<name>[^.\[\]#:]+)")


def path_text(path: Iterable[str | int]) -> str:
    """A path as text: `spec.containers[0].image`; keys with dots stand in brackets."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif "." in part or "/" in part or not part:
            text += f"[{part!r}]"
        else:
            text += f".{part}" if text else part
    return text


def steps(path: str) -> tuple[str, ...]:
    """The steps of a path, or of a JSON pointer (it begins with `/`); what stands behind a `#` or a colon is no step."""
    if path.startswith("/"):
        return tuple(part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:])
    found, at = [], 0
    while match := _STEP.match(path, at):
        found.append(next(part for part in (match["index"], match["key"], match["name"]) if part is not None))
        at = match.end()
    return tuple(found)


def leads_to(prefix: str, path: str) -> bool:
    """True when `prefix` is `path` or a field above it: `spec.a` leads to `spec.a[0]` and not to `spec.ab`."""
    above = steps(prefix)
    return steps(path)[: len(above)] == above
