"""Words for values, objects and groups of changes, the same in every format.

Must not: know a format's escapes; everything here is one line of harmless text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from cnai_gitops.findings.plain import plain
from cnai_gitops.review.diff import Change, Counts, Review, TargetReview
from cnai_gitops.review.walk import ABSENT, FieldChange, text_diff

SIGNS = {"added": "+", "removed": "-", "changed": "~"}
LONGEST = 100
"""Characters of a value that are shown."""

_DIGEST = re.compile(r"(sha256:[0-9a-f]{12})[0-9a-f]{52}")
_SAYS_TEXT = re.compile(r"[A-Za-z/][^\s]*( [^\s]+)*\Z")
_WORDS_OF_OTHER_TYPES = ("true", "false", "null")


@dataclass(frozen=True, slots=True)
class Group:
    """Changes of one owner that are the same on several targets."""

    targets: tuple[TargetReview, ...]
    owner: str
    changes: tuple[Change, ...]

    @property
    def where(self) -> str:
        """The targets in a few words."""
        return plain(", ".join(target.name for target in self.targets))


def groups(review: Review) -> list[Group]:
    """All changes by owner and target; equal ones are said once."""
    found: dict[tuple[str, str, str], Group] = {}
    for target in review.targets:
        for owner in dict.fromkeys(change.owner for change in target.changes):
            changes = tuple(change for change in target.changes if change.owner == owner)
            key = (target.env, owner, repr(changes))
            known = found.get(key)
            found[key] = Group((*known.targets, target) if known else (target,), owner, changes)
    return list(found.values())


def titles(changes: Sequence[Change]) -> list[str]:
    """`Kind/name` of each change, with the namespace where two would read the same."""
    plainly = [f"{change.key.kind}/{change.key.name}" for change in changes]
    often = Counter(plainly)
    return [plain(f"{t} in {c.key.namespace}" if often[t] > 1 and c.key.namespace else t) for t, c in zip(plainly, changes, strict=True)]


def remarks(change: Change) -> list[str]:
    """What a change does besides changing: restarts, refusals, unknown kinds."""
    found = ["restarts pods"] if change.restarts else []
    found += [plain(f"refused: {pointer} cannot be changed") for pointer in change.immutable]
    return found if change.known else [*found, "unknown kind"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a difference: `sign` is + - ~ or a space, `value` what is or was there."""

    sign: str
    path: str
    value: str = ""


def lines(field: FieldChange, *, whole: bool = False) -> list[Line]:
    """A changed field as lines. With `whole` a change is one line (`8 -> 12`), else one for each side."""
    path = plain(field.path)
    if field.is_text:
        said = [Line("~", path, "text")]
        return said + [
            Line(line[0] if line[0] in "+-" else " ", "", plain(line[1:] if line[0] in "+- " else line))
            for line in text_diff(field.before, field.after)
        ]
    if field.before is ABSENT:
        return [Line("+", plain(at), shown(value)) for at, value in _leaves(field.path, field.after)]
    if field.after is ABSENT:
        return [Line("-", plain(at), shown(value)) for at, value in _leaves(field.path, field.before)]
    before, after = both(field.before, field.after)
    return [Line("~", path, f"{before} -> {after}")] if whole else [Line("-", path, before), Line("+", path, after)]


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Scalars and empty collections below a value, each with its path."""
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _leaves(f"{path}.{key}", inner)
    elif isinstance(value, list) and value:
        for i, inner in enumerate(value):
            yield from _leaves(f"{path}[{i}]", inner)
    else:
        yield path, value


def both(before: Any, after: Any) -> tuple[str, str]:
    """Two values that differ, in words that differ: digests are cut only where twelve digits tell them apart."""
    old, new = _written(before), _written(after)
    short = _DIGEST.sub(r"\1…", old), _DIGEST.sub(r"\1…", new)
    old, new = short if short[0] != short[1] else (old, new)
    if max(len(old), len(new)) > LONGEST:
        start = max(_common(old, new) - LONGEST // 2, 0)
        old, new = _cut(old, start), _cut(new, start)
    return plain(old), plain(new)


def shown(value: Any) -> str:
    """One value in a few characters; what is cut is counted."""
    return plain(_cut(_DIGEST.sub(r"\1…", _written(value)), 0))


def _written(value: Any) -> str:
    if isinstance(value, str):
        same = _SAYS_TEXT.match(value) and value.lower() not in _WORDS_OF_OTHER_TYPES
        return value if same else orjson.dumps(value).decode() if _encodable(value) else repr(value)
    if value is ABSENT:
        return "(absent)"
    return orjson.dumps(value, default=str).decode() if _encodable(value) else repr(value)


def _encodable(value: Any) -> bool:
    try:
        orjson.dumps(value)
    except orjson.JSONEncodeError:  # a lone surrogate, a huge integer
        return False
    return True


def _common(one: str, other: str) -> int:
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _cut(text: str, start: int) -> str:
    head = "…" if start else ""
    rest = text[start:]
    return head + rest if len(rest) <= LONGEST else f"{head}{rest[:LONGEST]}… ({len(rest) - LONGEST} more characters)"


# -- counts ---------------------------------------------------------------------------------------------


def count(number: int, word: str) -> str:
    """`1 object`, `2 objects`."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def summary(number: Counts) -> str:
    """`+1 ~2 -0`, or that nothing changes."""
    return f"+{number.added} ~{number.changed} -{number.removed}" if number.total else "no change"


def verdict(review: Review) -> str:
    """What changes, by environment, in one sentence; an empty difference says what was compared."""
    number = review.counts()
    if number.total:
        parts = [(env, review.counts(env).total) for env in review.environments]
        said = [f"{count(n, 'object')} change{'s' if n == 1 else ''} in {plain(env)}" for env, n in parts if n]
        return ", ".join(said)
    if not number.compared:
        return "0 objects compared"
    return f"no change ({count(number.compared, 'object')} compared on {count(len(review.targets), 'target')})"


def looked_at(review: Review) -> str:
    """How much was compared."""
    return f"compared {count(review.counts().compared, 'object')} on {count(len(review.targets), 'target')}"


def merged(items: Iterable[tuple[str, str]]) -> list[str]:
    """(target, words) pairs as lines; words that several targets share are said once."""
    found: dict[str, list[str]] = {}
    for target, words in items:
        found.setdefault(words, []).append(target)
    return [f"{', '.join(dict.fromkeys(targets))}  {words}" for words, targets in found.items()]
