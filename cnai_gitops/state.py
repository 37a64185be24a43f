"""The state of the last build: a stat of every input and output, so that an unchanged tree costs no reading.

Must not: be committed (it holds times of files), be trusted for more than "nothing changed", or import anything heavy.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import orjson

from cnai_gitops.plan.selection import Selection
from cnai_gitops.system.files import Writer

STATE = ".cnai/state.json"
FOLDERS = ("blueprints", "environments", "policies/waivers")
"""Folders in which a new file is an input."""

_SUFFIXES = (".yaml", ".yml", ".json", ".py")

Seen = tuple[int, int]
"""Time of change (ns) and size (bytes) of a file."""


def current(root: Path, selection: Selection) -> bool:
    """True when no input, no output and none of our own code changed since the last build, and that made all that is selected."""
    try:
        if not stat.S_ISREG(os.lstat(root / STATE).st_mode):
            return False
        state = orjson.loads((root / STATE).read_bytes())
        inputs, outputs = state["inputs"], state["outputs"]
        *made, parts = state["made"]
        *wanted, part = _words(selection)
        if made != wanted or parts not in ([], part) or state["code"] != list(_code()):
            return False
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError):
        return False
    if any(path not in inputs for path in present(root)):
        return False
    prefix = f"{root}/"
    return all(_stat(prefix + path) == tuple(then) for table in (inputs, outputs) for path, then in table.items())


def remember(root: Path, selection: Selection, inputs: Mapping[str, Seen], others: Iterable[str], outputs: Mapping[str, Seen]) -> None:
    """Write down what a build read and wrote, as it was at that moment; `others` are input files that it had no use for."""
    unused = {path: _stat(f"{root}/{path}") for path in others if path not in inputs and not path.endswith("/")}
    state = {"made": _words(selection), "inputs": {**inputs, **unused}, "outputs": outputs, "code": _code()}
    with Writer(root) as writer:
        writer.write(STATE, orjson.dumps(state))


def present(root: Path) -> Iterator[str]:
    """Files in the input folders, cheaply: names only. A folder that is a link ends in `/`: what lies in it is not seen."""
    start = len(str(root)) + 1
    for folder in FOLDERS:
        for at, folders, names in os.walk(root / folder):
            folders[:] = [name for name in folders if name != "__pycache__"]
            yield from (f"{at[start:]}/{name}/" for name in folders if os.path.islink(f"{at}/{name}"))
            yield from (f"{at[start:]}/{name}" for name in names if name.endswith(_SUFFIXES))


def _words(selection: Selection) -> list[list[str]]:
    return [sorted(selection.environments), sorted(selection.apps), sorted(selection.parts)]


def _stat(path: str) -> Seen | tuple[()]:
    try:
        found = os.stat(path)
    except OSError:
        return ()
    return found.st_mtime_ns, found.st_size


def _code() -> Seen:
    """Newest change and total size of this package's own files: a new version renders again."""
    newest = total = 0
    for at, folders, names in os.walk(Path(__file__).parent):
        folders[:] = [name for name in folders if name != "__pycache__"]
        for name in names:
            found = os.stat(f"{at}/{name}")
            newest, total = max(newest, found.st_mtime_ns), total + found.st_size
    return newest, total
