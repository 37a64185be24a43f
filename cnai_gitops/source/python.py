"""Python blueprints in: one file is run under a private module name, and what it defines is collected.

Must not: know what a blueprint is, leave a module, a path, a stream or a changed builtin behind. Loading runs the author's
code, so it happens in a process apart (`project.apart`). One load at a time: it swaps process-wide streams.
"""

from __future__ import annotations

import builtins
import hashlib
import importlib.abc
import io
import os
import sys
import threading
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
from cnai_gitops.source.positions import (
    Captured,
    caller_frames,
    locate_call,
    locate_frame,
    locate_validation_error,
    raised_at,
    register_source,
    source_text,
)
from cnai_gitops.source.text import shorten, source_line

SHARED = "blueprints"  # modules in this folder of the root can be imported by every blueprint
MOST_PRINTED = 1_000_000
"""Characters that a blueprint may print."""
_SHOWN_LINES = 5

_NOW = builtins.__dict__
_BUILTINS = dict(_NOW)
"""As they are before anybody's blueprint ran."""


class Exceeded(BaseException):
    """A blueprint took more than it may have; no `except Exception` of its own stops this."""


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
    threads = set(threading.enumerate())
    with _isolated(finder) as (printed, changed):
        try:
            module = finder.run_main()
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            failure: BaseException | None = error
        else:
            failure = None
    spoilt = [*_spoilt(changed, finder), *_left_running(set(threading.enumerate()) - threads, root, relative)]
    if failure is not None or spoilt:
        found = _failed(failure, root, relative) if failure is not None else ()
        raise SourceError(*spoilt, *found, *printed.findings(root)) from failure
    return Loaded(relative, _collect(module, finder.shared_values(), wanted), tuple(sorted(finder.inputs)), printed.findings(root))


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports from the blueprint's own folder and from the shared one, through the safe reader and before anything installed."""

    def __init__(self, root: Path, main: str) -> None:
        self.root = root
        self.main = main
        self.name = f"_cnai_blueprint_{hashlib.sha256(os.fsencode(f'{root}/{main}')).hexdigest()[:16]}"
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
    """What the author's code prints: kept out of the data of the command, and shown with the line of its first use."""

    def __init__(self) -> None:
        super().__init__()
        self.frames: Captured | None = None

    def write(self, text: str, /) -> int:
        if text and self.frames is None:
            self.frames = caller_frames()
        if self.tell() + len(text) > MOST_PRINTED:
            raise Exceeded(f"printed more than {MOST_PRINTED:,} characters")
        return super().write(text)

    def findings(self, root: Path) -> tuple[Finding, ...]:
        """A note for each of the first lines."""
        if self.frames is None:
            return ()
        place, notes = locate_call(self.frames, root)
        return tuple(printed_notes(self.getvalue(), place, notes))


def printed_notes(text: str, place: Location | None, notes: tuple[tuple[Location, str], ...] = ()) -> Iterator[Finding]:
    """The first lines of what was printed, each as a note at the place where printing began."""
    lines = [line for line in text.splitlines() if line.strip()]
    more = len(lines) - _SHOWN_LINES
    for number, line in enumerate(lines[:_SHOWN_LINES], 1):
        rest = f" (and {more} more lines)" if number == _SHOWN_LINES and more > 0 else ""
        yield Finding(
            code="CNAI113", message=f"printed: {shorten(line, 200)}{rest}", location=place, severity=Severity.INFO, notes=notes,
            help="this is for you alone: nothing that is printed reaches a manifest or a report's data",
        )  # fmt: skip


@contextmanager
def _isolated(finder: _Finder) -> Iterator[tuple[_Printed, list[str]]]:
    """The finder in place, streams swapped; afterwards everything as before, the imported files forgotten.

    The list has names of what the author's code changed in Python itself, once it ran.
    """
    printed = _Printed()
    changed: list[str] = []
    before = sys.stdin, sys.stdout, sys.stderr, sys.path[:], sys.getrecursionlimit()
    sys.stdin, sys.stdout, sys.stderr = io.StringIO(), printed, printed  # who asks a question gets an end of file, not a hang
    sys.meta_path.insert(0, finder)
    try:
        yield printed, changed
    finally:
        changed += [name for name in _BUILTINS if name not in _NOW or _NOW[name] is not _BUILTINS[name]]
        _NOW.update(_BUILTINS)  # before anything else: whatever follows may need one of them
        if sys.getrecursionlimit() < before[4]:
            changed.append("setrecursionlimit")
        sys.setrecursionlimit(before[4])
        sys.meta_path.remove(finder)
        sys.stdin, sys.stdout, sys.stderr, sys.path[:] = before[:4]
        for name in (finder.name, *finder.modules):
            sys.modules.pop(name, None)


def _spoilt(changed: Sequence[str], finder: _Finder) -> Iterator[Finding]:
    """What the author's code changed in Python itself, at the first line that names it."""
    for name in changed:
        place = next((place for file in sorted(finder.inputs) if (place := _mention(finder.root, file, name))), Location(finder.main, 1))
        what = "lowers the recursion limit" if name == "setrecursionlimit" else f"replaces the builtin {shorten(name)}"
        help_ = "leave Python as it is; define a function of your own"
        yield Finding(code="CNAI112", message=f"a blueprint {what}", location=place, help=help_)


def _mention(root: Path, file: str, name: str) -> Location | None:
    text = source_text(str(root / file))
    lines = text.split("\n")
    line = next((n for n, words in enumerate(lines, 1) if name in words and ("=" in words or "(" in words)), 0)
    return Location(file, line, 1, 0, source_line(text, line)) if line else None


def _left_running(threads: set[threading.Thread], root: Path, relative: str) -> Iterator[Finding]:
    """Threads that the author's code started and that did not end, at the line where the first one is."""
    if threads:
        frames = sys._current_frames()
        at = [frames[thread.ident] for thread in threads if thread.ident in frames]
        places = [place for frame in at if (place := locate_frame(frame, root))]
        places = places or list(filter(None, [_mention(root, relative, "Thread")]))
        message = f"a blueprint leaves {len(threads)} thread(s) running"
        yield Finding(
            code="CNAI112", message=message, location=min(places, key=lambda p: (p.file, p.line)) if places else Location(relative, 1),
            help="wait for them (`join`), or do without: a blueprint says what is, it does nothing",
        )  # fmt: skip


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
    elif isinstance(error, Exceeded | MemoryError):
        message = f"a blueprint {shorten(str(error), 200) or 'needs more memory than it may have'}"
        help_ = "a blueprint says what is; leave work to the steps"
        return [Finding(code="CNAI111", message=message, location=place or Location(relative, 1), help=help_, notes=notes)]
    elif isinstance(error, SystemExit):
        message, help_ = "a blueprint must not exit", "remove the call; raise an error that says what is wrong"
    else:
        message, help_ = f"loading failed: {type(error).__name__}: {_words(error)}", "correct this line, or what it was given"
        if isinstance(error, PermissionError):
            help_ = "a blueprint has no network, starts no program, writes nothing and sees no hidden file: put what it needs beside it"
    return [Finding(code="CNAI106", message=message, location=place or Location(relative, 1), help=help_, notes=notes)]


def _words(error: BaseException) -> str:
    try:
        return shorten(str(error), 200) or "no message"
    except Exception:  # the author's own __str__
        return "no message"
