"""Python blueprints in: one file is run under a private module name, and what it defines is collected.

Must not: know what a blueprint is, leave a module, a path or a stream behind. Loading runs the author's code, so it
happens only where the author may run code already. One load at a time: it swaps process-wide streams.
"""

from __future__ import annotations

import hashlib
import importlib.abc
import io
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import ValidationError

from cnai_gitops.errors import InvalidInput
from cnai_gitops.findings import Finding, Location, Severity
from cnai_gitops.source.files import SourceError, read_text
from cnai_gitops.source.positions import Captured, caller_frames, locate_call, locate_validation_error, raised_at, register_source
from cnai_gitops.source.text import shorten

SHARED = "blueprints"  # modules in this folder of the root can be imported by every blueprint


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a Python file defined.

    `values` are (variable name, instance) in order of definition, members of module-level lists and dicts included
    (`fleet[0]`); what was imported from another file of the tree belongs to that file. `inputs` are the files below the
    root that were run, sorted. `findings` are warnings, which did not stop the load.
    """

    file: str
    values: tuple[tuple[str, Any], ...]
    inputs: tuple[str, ...]
    findings: tuple[Finding, ...] = ()


def load_python(root: Path, relative: str, wanted: tuple[type, ...]) -> Loaded:
    """Run the file at `relative` (posix, below the resolved `root`) and collect its instances of the `wanted` classes.

    Raises SourceError at the author's line for whatever the author's code raised, an exit included.
    """
    finder = _Finder(root, relative)
    with _isolated(finder) as printed:
        try:
            module = finder.run_main()
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            raise SourceError(*_failed(error, root, relative)) from error
    return Loaded(relative, _collect(module, finder.shared_values(), wanted), tuple(sorted(finder.inputs)), printed.findings(root))


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports from the blueprint's own folder and from the shared one, through the safe reader and before anything installed."""

    def __init__(self, root: Path, main: str) -> None:
        self.root = root
        self.main = main
        self.name = f"_cnai_blueprint_{hashlib.sha256(f'{root}/{main}'.encode()).hexdigest()[:16]}"
        self.folders = tuple(dict.fromkeys((main.rpartition("/")[0], SHARED)))
        self.inputs: set[str] = set()
        self.modules: dict[str, ModuleType] = {}

    def run_main(self) -> ModuleType:
        """Run the blueprint itself."""
        module = ModuleType(self.name)
        module.__file__ = str(self.root / self.main)
        module.__package__ = ""  # a relative import says that there is no package, instead of guessing one
        sys.modules[self.name] = module
        self._run(self.main, module)
        return module

    def shared_values(self) -> set[int]:
        """Identities of all module-level values of the imported files."""
        return {id(value) for module in self.modules.values() for _, value in _members(module)}

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """A module, package or plain folder of the tree; None leaves the name to the other finders."""
        parent, _, tail = fullname.rpartition(".")
        if parent:
            if parent not in self.modules:
                return None
            folders = tuple(p.removeprefix(f"{self.root}/") for p in path or ())
        else:
            if tail in sys.stdlib_module_names or tail == __name__.partition(".")[0]:
                return None
            folders = self.folders
        bases = [f"{folder}/{tail}" if folder else tail for folder in folders]
        for base in bases:
            for relative, package in ((f"{base}/__init__.py", base), (f"{base}.py", "")):
                if (self.root / relative).is_file():
                    return self._spec(fullname, relative, package)
        return next((self._spec(fullname, "", base) for base in bases if (self.root / base).is_dir()), None)

    def _spec(self, fullname: str, relative: str, package: str) -> ModuleSpec:
        spec = ModuleSpec(fullname, self, origin=relative, is_package=bool(package))
        if package:
            spec.submodule_search_locations = [str(self.root / package)]
        return spec

    def exec_module(self, module: ModuleType) -> None:
        """Run an imported file; a plain folder has nothing to run."""
        self.modules[module.__name__] = module
        relative = module.__spec__.origin if module.__spec__ else ""
        if relative:
            module.__file__ = str(self.root / relative)
            self._run(relative, module)

    def _run(self, relative: str, module: ModuleType) -> None:
        self.inputs.add(relative)
        text, filename = read_text(self.root, relative), str(self.root / relative)
        register_source(filename, text)
        exec(compile(text, filename, "exec", dont_inherit=True), module.__dict__)


class _Printed(io.StringIO):
    """Standard output of the author's code: kept out of the data of the command, its first use remembered."""

    def __init__(self) -> None:
        super().__init__()
        self.frames: Captured | None = None

    def write(self, text: str, /) -> int:
        if text and self.frames is None:
            self.frames = caller_frames()
        return len(text)

    def findings(self, root: Path) -> tuple[Finding, ...]:
        """A warning when anything was printed."""
        if self.frames is None:
            return ()
        place, notes = locate_call(self.frames, root)
        help_ = "remove it: standard output belongs to the command"
        return (
            Finding(
                code="CNAI106", message="text printed while loading was dropped", location=place, help=help_, notes=notes,
                severity=Severity.WARNING,
            ),
        )  # fmt: skip


@contextmanager
def _isolated(finder: _Finder) -> Iterator[_Printed]:
    """The finder in place, streams swapped; afterwards everything as before, the imported files forgotten."""
    printed = _Printed()
    before = sys.stdin, sys.stdout, sys.path[:]
    sys.stdin, sys.stdout = io.StringIO(), printed  # a blueprint that asks a question gets an end of file, not a hang
    sys.meta_path.insert(0, finder)
    try:
        yield printed
    finally:
        sys.meta_path.remove(finder)
        sys.stdin, sys.stdout, sys.path[:] = before
        for name in (finder.name, *finder.modules):
            sys.modules.pop(name, None)


def _collect(module: ModuleType, foreign: set[int], wanted: tuple[type, ...]) -> tuple[tuple[str, Any], ...]:
    found: dict[int, tuple[str, Any]] = {}
    for name, value in _members(module):
        if isinstance(value, wanted) and id(value) not in foreign:
            found.setdefault(id(value), (name, value))
    return tuple(found.values())


def _members(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """Module-level values, and those one level down in lists, tuples and dicts."""
    for name, value in list(vars(module).items()):
        yield name, value
        if type(value) in (list, tuple):
            yield from ((f"{name}[{index}]", member) for index, member in enumerate(value))
        elif type(value) is dict and not name.startswith("__"):
            yield from ((f"{name}[{key!r}]", member) for key, member in value.items() if isinstance(key, (str, int)))


def _failed(error: BaseException, root: Path, relative: str) -> Sequence[Finding]:
    """What the author's code raised, as findings at the author's line."""
    if isinstance(error, InvalidInput):
        return error.findings
    if isinstance(error, ValidationError):
        return locate_validation_error(error, root)
    place, notes = raised_at(error, root)
    if isinstance(error, SyntaxError):
        message, help_ = f"not Python: {shorten(error.msg)}", "correct this line"
    elif isinstance(error, SystemExit):
        message, help_ = "a blueprint must not exit", "remove the call; raise an error that says what is wrong"
    else:
        message, help_ = f"loading failed: {type(error).__name__}: {_words(error)}", "correct this line, or what it was given"
    return [Finding(code="CNAI106", message=message, location=place or Location(relative, 1), help=help_, notes=notes)]


def _words(error: BaseException) -> str:
    try:
        return shorten(str(error), 200) or "no message"
    except Exception:  # the author's own __str__
        return "no message"
