"""The state of the last build: a stat of every input and output, so that an unchanged tree costs no reading.

Must not: be committed (it holds times of files), be trusted for more than "nothing changed", or import anything heavy.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from cnai_gitops.plan.selection import Selection, owner_of
from cnai_gitops.system.files import Writer
from cnai_gitops.system.making import code

STATE = ".cnai/state.json"
FOLDERS = ("blueprints", "environments", "policies")
"""Folders in which a new file is an input."""

Seen = tuple[int, int]
"""Time of change (ns) and size (bytes) of a file."""


def current(root: Path, selection: Selection) -> bool:
    """True when no input, no output and none of our own code changed since the last build, and that made all that is selected."""
    try:
        state = _read(root)
        inputs, outputs = state["inputs"], state["outputs"]
        *made, parts = state["made"]
        *wanted, part = _words(selection)
        if made != wanted or parts not in ([], part) or state["code"] != list(code()):
            return False
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError):
        return False
    if any(path not in inputs for path in present(root)):
        return False
    prefix = f"{root}/"
    return all(_stat(prefix + path) == tuple(then) for table in (inputs, outputs) for path, then in table.items())


@dataclass(frozen=True, slots=True)
class Last:
    """What the last build of the same selection wrote and is still there: `made` says by owner from what, `outputs` has the files."""

    made: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, Seen] = field(default_factory=dict)

    def holds(self, owner: str, key: str) -> bool:
        """True when the files of an owner are what a build would write now."""
        return self.made.get(owner) == key


def last(root: Path, selection: Selection) -> Last:
    """Owners of which no file was touched since the last build; none where that was of another selection, or by other code."""
    try:
        state = _read(root)
        if state["made"] != _words(selection) or state["code"] != list(code()):
            return Last()
        made, outputs = dict(state["keys"]), state["outputs"]
    except (OSError, ValueError, KeyError, TypeError):
        return Last()
    prefix = f"{root}/"
    held: dict[str, Seen] = {}
    for path, then in outputs.items():
        if _stat(prefix + path) == tuple(then):
            held[path] = tuple(then)
        else:
            made.pop(owner_of(path), None)
    return Last(made, {path: then for path, then in held.items() if owner_of(path) in made})


def remember(
    root: Path,
    selection: Selection,
    inputs: Mapping[str, Seen],
    others: Iterable[str],
    outputs: Mapping[str, Seen],
    keys: Mapping[str, str] | None = None,
) -> None:
    """Write down what a build read and wrote, as it was at that moment; `others` are input files that it had no use for.

    `keys` say by owner from what its files were made.
    """
    unused = {path: _stat(f"{root}/{path}") for path in others if path not in inputs and not path.endswith("/")}
    state = {"made": _words(selection), "inputs": {**inputs, **unused}, "outputs": outputs, "code": code(), "keys": keys or {}}
    with Writer(root) as writer:
        writer.write(STATE, orjson.dumps(state))


def _read(root: Path) -> Any:
    if not stat.S_ISREG(os.lstat(root / STATE).st_mode):
        raise OSError(STATE)
    return orjson.loads((root / STATE).read_bytes())


def present(root: Path) -> Iterator[str]:
    """Files in the input folders, cheaply: names only. A folder that is a link ends in `/`: what lies in it is not seen."""
    start = len(str(root)) + 1
    for folder in FOLDERS:
        for at, folders, names in os.walk(root / folder):
            folders[:] = [name for name in folders if name != "__pycache__"]
            yield from (f"{at[start:]}/{name}/" for name in folders if os.path.islink(f"{at}/{name}"))
            yield from (f"{at[start:]}/{name}" for name in names if not name.endswith(".pyc"))


def _words(selection: Selection) -> list[list[str]]:
    return [sorted(selection.environments), sorted(selection.apps), sorted(selection.parts)]


def _stat(path: str) -> Seen | tuple[()]:
    try:
        found = os.stat(path)
    except OSError:
        return ()
    return found.st_mtime_ns, found.st_size
