"""How files spelled things before: renames and moves as data, a file `<release>.toml` for each release that made some.

Must not: change a file (`change.migrate` does) or accept an old spelling. A new release with renames adds one file here.

A spelling belongs to a noun (`Serve`), which files hold in several places. There are four kinds: a key that has another
name or lies elsewhere (`moved`), a value that is another word (`reworded`), a map of which some keys became an item of a
list inside it (`nested`), and a map that became a variant of an open union (`variant`).
"""

from __future__ import annotations

import fnmatch
import tomllib
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from cnai_gitops import __version__
from cnai_gitops.source.versions import version

Keys = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling(ABC):
    """One thing of `noun` that was spelled otherwise before `since`; `places` are (kind of file, keys that lead to the noun)."""

    noun: str
    since: str
    places: tuple[tuple[str, Keys], ...]

    def concerns(self, value: Any) -> bool:
        """Whether this answers for a value that was refused, or for a field that nobody knows when there is none."""
        return value is None

    @abstractmethod
    def says(self, keys: Keys) -> str:
        """What to tell somebody who wrote the keys `keys`, which lead on from the noun; empty when this is about something else."""

    def says_of_argument(self, model: str, name: str) -> str:
        """The same for a keyword argument of a class in Python."""
        return self.says((name,)) if model == self.noun else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved(Spelling):
    """A key with another name, or in another map below the same noun."""

    old: Keys
    new: Keys

    def says(self, keys: Keys) -> str:
        """The new name."""
        return f"`{'.'.join(self.old)}` is called `{'.'.join(self.new)}` since {self.since}" if keys == self.old else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reworded(Spelling):
    """Another word for a value."""

    path: Keys
    old: str
    new: str

    def concerns(self, value: Any) -> bool:
        """The old word."""
        return bool(value == self.old)

    def says(self, keys: Keys) -> str:
        """The new word; for the value, which the caller compares."""
        return f'"{self.old}" is called "{self.new}" since {self.since}' if keys == self.path else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nested(Spelling):
    """A map with `when` among its keys: all of them but `beside` became an item of the list `into`.

    Keys of `inside` were written in maps without `when` too, where they cannot be moved without knowing it. In Python the
    map was a call of one of the classes `items` (by the word of `when`), and is a call of `whole` around it now. `implied`
    has the keys that a map of one word meant and need not say before, with their values; now they mean something else.
    """

    path: Keys
    when: str
    beside: frozenset[str]
    into: str
    inside: frozenset[str]
    whole: str
    items: Mapping[str, str]
    implied: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def word(self, model: str) -> str:
        """The word of `when` that a class stands for; empty for any other class."""
        return next((word for word, name in self.items.items() if name == model), "")

    def unsaid(self, word: str, keys: Collection[str | None]) -> dict[str, Any]:
        """What a map of this word with these keys meant without saying it."""
        return {key: value for key, value in self.implied.get(word, {}).items() if key not in keys}

    def says(self, keys: Keys) -> str:
        """Where the key lies now."""
        if keys[:-1] != self.path:
            return ""
        if keys[-1] in self.beside:
            return f"`{keys[-1]}` lies beside `{self.into}: [{{{self.when}: ...}}]` since {self.since}"
        return f"`{keys[-1]}` belongs to an item of `{self.into}` since {self.since}" if keys[-1] in self.inside else ""

    def says_of_argument(self, model: str, name: str) -> str:
        """Who takes the argument now."""
        if self.word(model) and name in self.beside:
            return f"`{name}` is said by {self.whole}({name}=..., {self.into}=[{model}(...)]) since {self.since}"
        return self.says((name,)) if model == self.noun else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant(Spelling):
    """A map at `old` that is a variant at `new` (which may be the same key), with `kind` among its keys; `model` in Python.

    `item`: the variant is an item of a list there. A list is replaced whole by the layers above it, so that only a
    `WHOLE` file can be rewritten.
    """

    old: str
    new: str
    kind: str
    model: str
    item: bool = False

    def concerns(self, value: Any) -> bool:
        """A field of the old name, or a map that does not say its kind."""
        return value is None if self.new != self.old else isinstance(value, Mapping) and TAG not in value

    def says(self, keys: Keys) -> str:
        """What it is now."""
        if keys != (self.old,):
            return ""
        if self.new == self.old:
            return f"`{self.old}` says `{TAG}: {self.kind}` since {self.since}"
        return f"`{self.old}` is {'an item' if self.item else f'`{TAG}: {self.kind}`'} of `{self.new}` since {self.since}"


TAG = "kind"
"""Key that tells the variants of an open union apart."""

WHOLE = "blueprint"
"""The kind of file that says a noun whole; every other lies over it or under it."""

_KINDS: Mapping[str, type[Spelling]] = {"moved": Moved, "reworded": Reworded, "nested": Nested, "variant": Variant}


@lru_cache(maxsize=1)
def spellings() -> tuple[Spelling, ...]:
    """Every spelling that this version still tells about, older releases first."""
    found: list[tuple[Any, Sequence[Spelling]]] = []
    for file in Path(__file__).resolve().parent.glob("*.toml"):
        data = tomllib.loads(file.read_text(encoding="utf-8"))
        if version(__version__) < version(data["until"]):
            found.append((version(data["since"]), read(data)))
    return tuple(spelling for _, group in sorted(found, key=lambda pair: pair[0]) for spelling in group)


def read(data: Mapping[str, Any]) -> tuple[Spelling, ...]:
    """The spellings of one release's file."""
    places = {noun: tuple(_place(text) for text in texts) for noun, texts in data["places"].items()}
    return tuple(
        cls(
            since=data["since"],
            places=tuple(place for place in places[table["noun"]] if place[0] not in table.get("not_in", ())),
            **_values(cls, table),
        )
        for name, cls in _KINDS.items()
        for table in data.get(name, ())
    )


def hint(model: str, keys: Sequence[str | int], value: Any = None) -> str:
    """What to say of a field that `model` does not take, or of its `value` when one is given; empty when it never was a spelling.

    `model` is the class that refused it: a noun, or what a whole file is (`Blueprint`).
    """
    named = tuple(key for key in keys if isinstance(key, str))
    for spelling in spellings():
        if not spelling.concerns(value):
            continue
        said = [spelling.says_of_argument(model, named[0])] if len(named) == 1 else []
        said += [spelling.says(rest) for rest in _below(spelling, model, named)]
        if words := next(filter(None, said), ""):
            return f"{words}; run `cnai migrate`"
    return ""


def matches(pattern: Keys, keys: Keys) -> bool:
    """Whether keys are as a place has them."""
    return len(pattern) == len(keys) and all(fnmatch.fnmatchcase(key, part) for part, key in zip(pattern, keys, strict=True))


def _below(spelling: Spelling, model: str, keys: Keys) -> Iterator[Keys]:
    if model == spelling.noun:
        yield keys
    for kind, pattern in spelling.places:
        if kind == model.lower() and matches(pattern, keys[: len(pattern)]):
            yield keys[len(pattern) :]


def _place(text: str) -> tuple[str, Keys]:
    kind, _, keys = text.partition(":")
    return kind, tuple(keys.split("/")) if keys else ()


def _values(cls: type[Spelling], table: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a table as the class has them: paths as tuples, lists as sets."""
    paths = {known.name for known in fields(cls) if known.type == "Keys"}
    return {
        name: tuple(value.split(".")) if name in paths else frozenset(value) if isinstance(value, list) else value
        for name, value in table.items()
        if name != "not_in"
    }
