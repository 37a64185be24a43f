"""Lines of Python authors: where a value was written, found through the call that carried it.

Must not: run user code or open files of the tree (`source.python` hands over the text that it compiled). Capturing is two
pointers a frame; parsing and searching happen only when somebody asks for a place.
"""

from __future__ import annotations

import ast
import linecache
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path
from types import CodeType, FrameType, TracebackType
from typing import Any, NamedTuple

import pydantic
from pydantic import BaseModel, ValidationError

from cnai_gitops.findings import Finding, Location
from cnai_gitops.source.messages import dotted, problems
from cnai_gitops.source.text import line_of, shorten, source_line

Span = tuple[int, int, int, int]
"""First and last line (from 1), first and last column (UTF-8 bytes, from 0), in the order of `co_positions`."""


class Frame(NamedTuple):
    """One call: its file, its line, and its span where the compiler kept one. This is what another process can tell of a frame."""

    filename: str
    line: int
    span: Span | None


Captured = tuple[tuple[CodeType, int] | Frame, ...]
FieldPath = Sequence[str | int]
Notes = tuple[tuple[Location, str], ...]
Written = ast.expr | ast.keyword

MAX_FRAMES = 4  # the author's line and three callers: more do not fit a message

_OURS = str(Path(__file__).parents[1]) + "/"
_LOADER = str(Path(__file__).with_name("python.py"))
_NOT_AUTHORS = (_OURS, str(Path(pydantic.__file__).parent) + "/", "<frozen ")
_SCRIPTS = f"{sys.prefix}/bin/"
_INIT, _VALIDATE = BaseModel.__init__.__code__, BaseModel.__dict__["model_validate"].__func__.__code__
_SOURCES: dict[str, str] = {}  # text of each loaded blueprint by the file name in its code objects


def register_source(filename: str, text: str) -> None:
    """Remember the exact text that was compiled under `filename`, so that an edit meanwhile cannot move a line."""
    _SOURCES[filename] = text


def caller_frames() -> Captured:
    """Code and instruction of at most 4 frames above this package and pydantic, innermost first. Costs about a microsecond."""
    frame: FrameType | None = sys._getframe(1)
    kept: list[tuple[CodeType, int]] = []
    while frame is not None and len(kept) < MAX_FRAMES:
        code = frame.f_code
        if not code.co_filename.startswith(_NOT_AUTHORS):
            kept.append((code, frame.f_lasti))
        elif kept and code.co_filename == _LOADER:
            break  # below lies the command, not the author
        frame = frame.f_back
    return tuple(kept)


def traceback_frames(traceback: TracebackType | None) -> Captured:
    """The same for the frames of an exception."""
    kept: list[tuple[CodeType, int]] = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if not code.co_filename.startswith(_NOT_AUTHORS):
            kept.append((code, traceback.tb_lasti))
        traceback = traceback.tb_next
    return tuple(kept[::-1])


def locate_call(captured: Captured, root: Path, path: str | FieldPath | None = None) -> tuple[Location | None, Notes]:
    """Place of the argument at `path` in the innermost captured call below `root`, and the calls that led there.

    Fallbacks: the nearest part of `path` that was written in the call, `**options` that may hold it, the call, the line.
    None when no frame lies below the root and none can be shown (a shell without source).
    """
    wanted = (path,) if isinstance(path, str) else tuple(path or ())
    frames = _below(captured, root)
    if not frames:
        return None, ()
    (file, first), *outer = frames
    place = _resolve(file, first, wanted)
    notes = [(_resolve(name, frame, ()), "from here") for name, frame in outer]
    return place, tuple(note for note in dict.fromkeys(notes) if note[0].line != place.line or note[0].file != place.file)


def locate_frame(frame: FrameType | None, root: Path) -> Location | None:
    """Place of the innermost running frame below `root`."""
    kept: list[tuple[CodeType, int]] = []
    while frame is not None:
        if _shown_name(frame.f_code.co_filename, root):
            kept.append((frame.f_code, frame.f_lasti))
        frame = frame.f_back
    return locate_call(tuple(kept), root)[0]


def raised_at(error: BaseException, root: Path) -> tuple[Location | None, Notes]:
    """Place of the innermost frame below `root` that an exception went through; a syntax error's own place."""
    if isinstance(error, SyntaxError) and error.filename and (file := _shown_name(error.filename, root)):
        line, column = error.lineno or 1, error.offset or 0
        return Location(file, line, max(column, 1), max(column, 1) + 1, source_line(source_text(error.filename), line)), ()
    return locate_call(traceback_frames(error.__traceback__), root)


def locate_validation_error(error: ValidationError, root: Path, traceback: TracebackType | None = None) -> list[Finding]:
    """One finding for each argument of a Python call that a model refused; `traceback` defaults to the error's own."""
    traceback = traceback or error.__traceback__
    model, arguments = refused_call(traceback)
    captured = traceback_frames(traceback)
    name = arguments.get("name")
    findings = []
    for problem in problems(error.errors(include_url=False), arguments, model):
        place, notes = locate_call(captured, root, problem.path[:-1] if problem.code == "CNAI103" else problem.path)
        owner = f', in "{shorten(name)}"' if isinstance(name, str) and problem.path[:1] != ("name",) else ""  # one line may make many
        message, shown = problem.message + owner, dotted(problem.path)
        findings.append(Finding(code=problem.code, message=message, location=place, help=problem.help, path=shown, notes=notes))
    return findings


def refused_call(traceback: TracebackType | None) -> tuple[type[BaseModel] | None, dict[str, Any]]:
    """Class and arguments of the innermost model whose construction or validation failed."""
    model: type[BaseModel] | None = None
    arguments: dict[str, Any] = {}
    while traceback is not None:
        frame = traceback.tb_frame
        if frame.f_code is _INIT:
            model, arguments = type(frame.f_locals["self"]), dict(frame.f_locals["data"])
        elif frame.f_code is _VALIDATE and isinstance(frame.f_locals["obj"], Mapping):
            model, arguments = frame.f_locals["cls"], dict(frame.f_locals["obj"])
        traceback = traceback.tb_next
    return model, arguments


# -- from an instruction to a place ------------------------------------------------------------------------


def frames_below(captured: Captured, root: Path) -> list[Frame]:
    """The frames of the author's own files, as another process may know them: each file by its path below the root."""
    return [frame._replace(filename=name) for name, frame in _below(captured, root) if _shown_name(frame.filename, root)]


def _below(captured: Captured, root: Path) -> list[tuple[str, Frame]]:
    """The frames of the author's own files with their shown names; else the first that has a source at all (a notebook)."""
    named = [(_shown_name(_filename(item), root), item) for item in captured]
    if not any(name for name, _ in named):
        files = [(_filename(item), item) for item in captured]
        named = [(Path(file).name, item) for file, item in files if not _installed(file) and source_text(file)][:1]
    return [(name, _frame(item)) for name, item in named if name][:MAX_FRAMES]


def _filename(item: tuple[CodeType, int] | Frame) -> str:
    return item.filename if isinstance(item, Frame) else item[0].co_filename


def _shown_name(filename: str, root: Path) -> str:
    """Path below the root; empty for files elsewhere and for what an environment inside the root installed."""
    relative = filename.removeprefix(f"{root}/")
    return "" if relative == filename or _installed(filename, relative) else relative


def _installed(filename: str, relative: str = "") -> bool:
    return "site-packages/" in (relative or filename) or filename.startswith(_SCRIPTS)


def _frame(item: tuple[CodeType, int] | Frame) -> Frame:
    if isinstance(item, Frame):
        return item
    code, lasti = item
    first, last, start, stop = next(islice(code.co_positions(), lasti // 2, None), (None,) * 4)
    if first is None or last is None or start is None or stop is None:  # `-X no_debug_ranges`
        return Frame(code.co_filename, first or code.co_firstlineno, None)
    return Frame(code.co_filename, first, (first, last, start, stop))


def _resolve(file: str, frame: Frame, path: FieldPath) -> Location:
    text = source_text(frame.filename)
    if frame.span is None:
        line = source_line(text, frame.line)
        return Location(file, frame.line, len(line) - len(line.lstrip()) + 1 if line else 0, 0, line)
    call = _calls(text).get(frame.span)
    written = _follow(call, path) if call else None
    name = written.arg if isinstance(written, ast.keyword) else None
    return _location(file, text, _span(written) if written else frame.span, name or "")


def source_text(filename: str) -> str:
    """The text that was compiled under a file name."""
    return _SOURCES.get(filename) or "".join(linecache.getlines(filename))


@lru_cache(maxsize=64)
def _calls(text: str) -> dict[tuple[int, int, int, int], ast.expr]:
    """Every expression of a file by its span; the outermost wins where two have the same one."""
    try:
        with warnings.catch_warnings():  # said when the file was loaded
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    found: dict[tuple[int, int, int, int], ast.expr] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.expr):
            found.setdefault(_span(node), node)
    return found


def _span(node: Written) -> Span:
    return (node.lineno, node.end_lineno or node.lineno, node.col_offset, node.end_col_offset or node.col_offset)


def _follow(call: ast.expr, path: FieldPath) -> Written:
    """The part of a call where `path` was written; as near as the text tells."""
    found: Written = call
    value: ast.AST = call
    for index, part in enumerate(path):
        step = _step(value, part)
        if step is None and index == len(path) - 1 and found is call:
            step = _only_mention(call, part) or _unpacked(call)
        if step is not None:
            found, value = step
    return found


def _step(value: ast.AST, part: str | int) -> tuple[Written, ast.AST] | None:
    """One segment further: an argument of a call, an entry of a dict or list display (by index, or by its `name`).

    `scaling__max` is how a changed copy names `scaling.max`.
    """
    if isinstance(value, ast.Call):
        return next(((k, k.value) for k in value.keywords if k.arg and (k.arg == part or k.arg.endswith(f"__{part}"))), None)
    if isinstance(value, ast.Dict):
        pairs = zip(value.keys, value.values, strict=True)
        return next(((k, v) for k, v in pairs if isinstance(k, ast.Constant) and k.value == part), None)
    if isinstance(value, (ast.List, ast.Tuple)):
        named = (item for index, item in enumerate(value.elts) if part in (index, _name_of(item)))
        return next(((item, item) for item in named), None)
    return None


def _name_of(item: ast.expr) -> object:
    """The text after `name` in a call or dict display; None when it is not written there."""
    step = _step(item, "name") if isinstance(item, (ast.Call, ast.Dict)) else None
    return step[1].value if step and isinstance(step[1], ast.Constant) else None


def _only_mention(call: ast.expr, part: str | int) -> tuple[Written, ast.AST] | None:
    """The one dict entry of that name inside the call: a nested model that was written as a dict knows only the outer call."""
    found = [step for node in ast.walk(call) if isinstance(node, ast.Dict) and (step := _step(node, part))]
    return found[0] if len(found) == 1 else None


def _unpacked(call: ast.expr) -> tuple[Written, ast.AST] | None:
    """`**options` of the call, which may hold any argument that is not written out."""
    options: Iterator[ast.keyword] = (k for k in call.keywords if k.arg is None) if isinstance(call, ast.Call) else iter(())
    return next(((k, k.value) for k in options), None)


def _location(file: str, text: str, span: Span, name: str) -> Location:
    """The span in characters; only `name` or the rest of the line when the span goes on below."""
    first, last, start, stop = span
    raw = line_of(text, first)
    column = len(raw.encode()[:start].decode(errors="ignore"))
    end = len(raw.encode()[:stop].decode(errors="ignore")) if last == first else column + len(name) if name else len(raw.rstrip())
    return Location(file, first, column + 1, end + 1, source_line(text, first))
