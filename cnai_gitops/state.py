"""The state of the last build: a stat of every input and output, so that an unchanged tree costs no reading.

Must not: be committed (it holds times of files) or be trusted for more than "nothing changed".
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from cnai_gitops.render import Owner
from cnai_gitops.system.files import Writer

STATE = ".cnai/state.json"
FOLDERS = ("blueprints", "environments", "policies/waivers")
"""Folders in which a new file is an input."""

Stat = list[int]


@dataclass(slots=True)
class State:
    """Stats of inputs and outputs by path. `whole` is True when the build at hand renders everything."""

    root: Path
    whole: bool
    inputs: dict[str, Stat] = field(default_factory=dict)
    outputs: dict[str, Stat] = field(default_factory=dict)
    code: Stat = field(default_factory=list)

    @classmethod
    def read(cls, root: Path, *, whole: bool) -> State:
        """The last build's state; empty when there is none or it cannot be read."""
        try:
            data = orjson.loads((root / STATE).read_bytes())
            return cls(root, whole, data["inputs"], data["outputs"], data["code"])
        except (OSError, orjson.JSONDecodeError, KeyError, TypeError):
            return cls(root, whole)

    def current(self) -> bool:
        """True when no input, no output and none of our own code changed since the last whole build."""
        if not (self.whole and self.inputs and self.code == _code()):
            return False
        known = set(self.inputs)
        if any(path not in known for path in _present(self.root)):
            return False
        prefix = f"{self.root}/"
        return all(_stat(prefix + path) == then for table in (self.inputs, self.outputs) for path, then in table.items())

    def remember(self, inputs: Iterable[str] | Mapping[str, str], owners: Iterable[Owner]) -> None:
        """Write down what a whole build read and wrote."""
        if not self.whole:
            return
        prefix = f"{self.root}/"
        outputs = {path: _stat(prefix + path) for owner in owners for path in owner.files}
        data = {"inputs": {path: _stat(prefix + path) for path in inputs}, "outputs": outputs, "code": _code()}
        with Writer(self.root) as writer:
            writer.write(STATE, orjson.dumps(data))


def _stat(path: str) -> Stat:
    try:
        found = os.stat(path, follow_symlinks=True)
    except OSError:
        return []
    return [found.st_mtime_ns, found.st_size]


def _present(root: Path) -> Iterable[str]:
    """Files in the input folders, cheaply: names only."""
    start = len(str(root)) + 1
    for folder in FOLDERS:
        for at, folders, names in os.walk(root / folder):
            folders[:] = [name for name in folders if name != "__pycache__"]
            for name in names:
                if name.endswith((".yaml", ".py")):
                    yield f"{at[start:]}/{name}"


def _code() -> Stat:
    """Newest change and total size of this package's own files: a new version renders again."""
    newest = total = 0
    for at, folders, names in os.walk(Path(__file__).parent):
        folders[:] = [name for name in folders if name != "__pycache__"]
        for name in names:
            found = os.stat(f"{at}/{name}")
            newest, total = max(newest, found.st_mtime_ns), total + found.st_size
    return [newest, total]
