"""Differences between two plain values, field by field.

Must not: know Kubernetes beyond the fields that name an item of a list, or word anything for people.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, unified_diff
from enum import Enum
from typing import Any, Literal

from cnai_gitops.overlay.read import equal


class Absent(Enum):
    """The only value that no manifest can hold."""

    ABSENT = "absent"

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Literal[Absent.ABSENT] = Absent.ABSENT
"""Stands for a field that one side does not have; null is a value."""

_IDENTITIES = ("name", "key", "containerPort")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*\Z")
_LONGEST_ALIGNMENT = 250_000  # items of one list times items of the other; longer lists are compared by position


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of an object: where (`spec.containers[main].image`), and what it was and is; ABSENT where it is not."""

    path: str
    before: Any = ABSENT
    after: Any = ABSENT

    @property
    def is_text(self) -> bool:
        """True when both sides are text and one has several lines: an embedded manifest, a configuration file."""
        both = isinstance(self.before, str) and isinstance(self.after, str)
        return both and ("\n" in self.before or "\n" in self.after)


def walk(before: Any, after: Any, path: str = "") -> Iterator[FieldChange]:
    """Every difference below `path`: maps by key, lists of named items by name, other lists by their longest common part."""
    if equal(before, after):
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in (*before, *(key for key in after if key not in before)):
            yield from walk(before.get(key, ABSENT), after.get(key, ABSENT), _below(path, str(key)))
    elif isinstance(before, list) and isinstance(after, list):
        identity = _identity(before, after)
        yield from _named(before, after, path, identity) if identity else _listed(before, after, path)
    else:
        yield FieldChange(path, before, after)


def text_diff(before: str, after: str) -> list[str]:
    """Lines of a unified difference of two texts with two lines around each change, without the file header."""
    return list(unified_diff(before.split("\n"), after.split("\n"), lineterm="", n=2))[2:]


def at_pointer(body: Any, pointer: str) -> Any:
    """The value at an RFC 6901 pointer, ABSENT when there is none."""
    for part in pointer.split("/")[1:]:
        part = part.replace("~1", "/").replace("~0", "~")
        if isinstance(body, Mapping):
            body = body.get(part, ABSENT)
        elif isinstance(body, list) and part.isdecimal() and int(part) < len(body):
            body = body[int(part)]
        else:
            return ABSENT
    return body


def _below(path: str, key: str) -> str:
    if not _WORD.match(key):
        return f"{path}[{json.dumps(key, ensure_ascii=False)}]"
    return f"{path}.{key}" if path else key


def _identity(before: Sequence[Any], after: Sequence[Any]) -> str:
    """The field that names every item of both lists without repeating itself; empty when there is none."""
    for name in _IDENTITIES:
        if all(_unique(items, name) for items in (before, after)):
            return name
    return ""


def _unique(items: Sequence[Any], name: str) -> bool:
    values = [item.get(name) for item in items if isinstance(item, Mapping)]
    return len(values) == len(items) and all(type(v) in (str, int) for v in values) and len(set(values)) == len(values)


def _named(before: Sequence[Any], after: Sequence[Any], path: str, identity: str) -> Iterator[FieldChange]:
    old = {item[identity]: item for item in before}
    new = {item[identity]: item for item in after}
    for name in (*old, *(name for name in new if name not in old)):
        yield from walk(old.get(name, ABSENT), new.get(name, ABSENT), f"{path}[{_item(identity, name)}]")
    kept, now = [name for name in old if name in new], [name for name in new if name in old]
    if kept != now:  # the order of variables and init containers has a meaning
        yield FieldChange(f"{path} (order)", kept, now)


def _item(identity: str, name: Any) -> str:
    if identity == "name" and isinstance(name, str) and _WORD.match(name):
        return name
    return f"{identity}={json.dumps(name, ensure_ascii=False)}"


def _listed(before: list[Any], after: list[Any], path: str) -> Iterator[FieldChange]:
    for old_from, old_to, new_from, new_to in _blocks(before, after):
        both = min(old_to - old_from, new_to - new_from)
        for i in range(both):
            yield from walk(before[old_from + i], after[new_from + i], f"{path}[{new_from + i}]")
        for i in range(old_from + both, old_to):
            yield FieldChange(f"{path}[{i}]", before=before[i])
        for i in range(new_from + both, new_to):
            yield FieldChange(f"{path}[{i}]", after=after[i])


def _blocks(before: list[Any], after: list[Any]) -> list[tuple[int, int, int, int]]:
    """Parts that differ, as (from, to) in both lists."""
    if len(before) * len(after) > _LONGEST_ALIGNMENT:
        return [(0, len(before), 0, len(after))]
    tokens = [[json.dumps(item, sort_keys=True) for item in items] for items in (before, after)]
    matcher = SequenceMatcher(None, *tokens, autojunk=False)
    return [numbers for tag, *numbers in matcher.get_opcodes() if tag != "equal"]  # type: ignore[misc]
