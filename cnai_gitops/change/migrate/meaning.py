"""What a file says after a spelling was brought up to date, as plain data: the measure of every rewritten text.

Must not: know of texts or lines. Data is never changed in place.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from typing import Any

from cnai_gitops.change.migrate.tree import Path
from cnai_gitops.source.spellings import TAG, Keys, Moved, Nested, Reworded, Spelling, Variant, matches


def modern(data: Any, nouns: Iterable[Path], spelling: Spelling) -> Any:
    """A copy of a file's data in which the nouns at these paths have the new form."""
    made = copy.deepcopy(data)
    for path in nouns:
        noun = made
        for key in path:
            noun = noun[key]
        _respell(noun, spelling)
    return made


def split(old: Keys, new: Keys) -> tuple[Keys, Keys, Keys]:
    """The keys that both begin with, and what follows of each; a last key is never among the first."""
    shared = 0
    while shared < min(len(old), len(new)) - 1 and old[shared] == new[shared]:
        shared += 1
    return old[:shared], old[shared:], new[shared:]


def _respell(noun: dict[str, Any], spelling: Spelling) -> None:
    if isinstance(spelling, Moved):
        shared, old, new = split(spelling.old, spelling.new)
        for base in _maps(noun, shared):
            source = next(_maps(base, old[:-1]), {})
            if old[-1] in source:
                _put(base, new, source.pop(old[-1]))
    elif isinstance(spelling, Reworded):
        for base in _maps(noun, spelling.path[:-1]):
            if base.get(spelling.path[-1]) == spelling.old:
                base[spelling.path[-1]] = spelling.new
    elif isinstance(spelling, Nested):
        for base in _maps(noun, spelling.path):
            unsaid = spelling.unsaid(str(base.get(spelling.when)), base)
            if spelling.when in base and (unsaid or spelling.beside & base.keys()):
                inner = {key: base.pop(key) for key in [*base] if key not in spelling.beside}
                base |= {**unsaid, spelling.into: [inner]}
    elif isinstance(spelling, Variant):
        variant = {TAG: spelling.kind, **noun.pop(spelling.old)}
        noun[spelling.new] = [*noun.get(spelling.new, ()), variant] if spelling.item else variant


def _put(base: dict[str, Any], keys: Keys, value: Any) -> None:
    for key in keys[:-1]:
        base = base.setdefault(key, {})
    base[keys[-1]] = value


def _maps(data: Any, pattern: Keys) -> Iterator[dict[str, Any]]:
    if isinstance(data, list):
        for item in data:
            yield from _maps(item, pattern)
    elif isinstance(data, dict):
        if not pattern:
            yield data
        for key, value in data.items():
            if pattern and matches(pattern[:1], (key,)):
                yield from _maps(value, pattern[1:])
