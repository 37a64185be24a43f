"""A whole repository brought up to date: every file that may hold an old spelling, and `requires` in cnai.toml.

Must not: write files, or load blueprints: old ones do not load.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnai_gitops import __version__
from cnai_gitops.change.migrate.lines import Edit, applied, line_of
from cnai_gitops.change.migrate.meaning import modern
from cnai_gitops.change.migrate.python import Module, parsed
from cnai_gitops.change.migrate.respell import Left, Rewritten, respelled
from cnai_gitops.change.migrate.toml import toml_tree
from cnai_gitops.change.migrate.tree import yaml_tree
from cnai_gitops.errors import UsageError
from cnai_gitops.findings import Finding, Location
from cnai_gitops.source.files import Files, SourceError, decode, list_files
from cnai_gitops.source.spellings import Spelling, spellings
from cnai_gitops.source.text import source_line
from cnai_gitops.source.versions import compatible, reaches_below, satisfies
from cnai_gitops.source.yaml import parse
from cnai_gitops.system.root import CONFIG

_KINDS = (  # the first that fits says what kind of file a path is
    (r"cnai\.toml", "config"),
    (r"blueprints/.+\.py", "python"),
    (r"blueprints/datasets/.+\.yaml", "dataset"),
    (r"blueprints/models/.+\.yaml", "model"),
    (r"blueprints/.+\.yaml", "blueprint"),
    (r"environments/[^/]+/environment\.yaml", "environment"),
    (r"environments/[^/]+/[^/]+\.yaml", "release"),
    (r"policies/waivers/.+\.yaml", "waivers"),
)


@dataclass(frozen=True, slots=True)
class Migration:
    """Files that change, as they are and as they should be; what is done, a line each; and what is left to their authors."""

    before: Mapping[str, bytes]
    after: Mapping[str, bytes]
    done: tuple[str, ...]
    left: tuple[Finding, ...]


def migrate(root: Path, known: Sequence[Spelling] | None = None) -> Migration:
    """What to write below `root` so that nothing is spelled as before; `known` are this version's spellings unless given.

    Raises SourceError with everything that cannot be read, UsageError when that is cnai.toml.
    """
    before: dict[str, bytes] = {}
    after: dict[str, bytes] = {}
    done: list[str] = []
    left: list[Finding] = []
    broken: list[Finding] = []
    known = spellings() if known is None else known
    with Files(root) as files:
        requires = _requires(files)
        for path, kind in _files(root):
            try:
                data = files.content(path)
                made = _File(path, kind, decode(data, path)).migrated(known, requires, last=not left)
            except SourceError as error:
                broken += error.findings
                continue
            left += made.left
            if made.done:
                done += made.done
                before[path] = data
                after[path] = made.text.replace("\n", "\r\n" if b"\r\n" in data else "\n").encode()
    if broken:
        raise SourceError(*broken)
    return Migration(before, after, tuple(done), tuple(left))


def _requires(files: Files) -> str:
    """What cnai.toml says of the versions that the files are for; empty when nothing, or when it cannot be read."""
    try:
        return str(tomllib.loads(decode(files.content(CONFIG), CONFIG)).get("requires", ""))
    except (SourceError, tomllib.TOMLDecodeError):  # said when its turn comes
        return ""


def _files(root: Path) -> Iterator[tuple[str, str]]:
    """Path and kind of every file that people write, each real file once."""
    paths: list[str] = []
    for folder, suffixes in (("blueprints", (".py", ".yaml")), ("environments", (".yaml",)), ("policies/waivers", (".yaml",))):
        paths += list_files(root, folder, suffixes)
    paths.append(CONFIG)  # the last one: it says that nothing is left
    seen: set[Path] = set()
    for path in paths:
        kind = next((kind for pattern, kind in _KINDS if re.fullmatch(pattern, path)), "")
        real = (root / path).resolve()
        if kind and real not in seen:
            seen.add(real)
            yield (real.relative_to(root.resolve()).as_posix() if real.is_relative_to(root.resolve()) else path), kind


class _File:
    """One file on its way to the new spelling."""

    def __init__(self, path: str, kind: str, text: str) -> None:
        self.path, self.kind, self.text = path, kind, text
        self.done: list[str] = []
        self.left: list[Finding] = []

    def migrated(self, known: Sequence[Spelling], requires: str, *, last: bool) -> _File:
        """The same, with `text`, `done` and `left` as they are in the end. Raises SourceError, or UsageError for cnai.toml.

        `requires` says how old the files are; it is brought up to date where this is the `last` file that had something to do.
        """
        self._meaning(self.text)
        for spelling in known:
            self._respell(spelling, old=reaches_below(requires, spelling.since))
        if self.kind == "config" and last and not self.left:
            self._require(compatible(__version__), known)
        return self

    def _respell(self, spelling: Spelling, *, old: bool) -> None:
        module = Module(self.text) if self.kind == "python" else None
        found = list(module.respelled(spelling, old=old) if module else self._in_data(spelling, old=old))
        rewritten = [place for place in found if isinstance(place, Rewritten)]
        text = applied(self.text, [edit for place in rewritten for edit in place.edits])
        wanted = ast.dump(module.tree) if module else modern(self._meaning(self.text), dict.fromkeys(p.noun for p in rewritten), spelling)
        if rewritten and not self._says(text, wanted):
            found = [Left(p.line, p.words, "more than this would change") if isinstance(p, Rewritten) else p for p in found]
            text = self.text
        for place in found:
            if isinstance(place, Left):
                self.left.append(self._finding(place))
            else:
                self.done.append(f"{self.path}:{place.line}: {place.words}")
        self.text = text

    def _in_data(self, spelling: Spelling, *, old: bool) -> Iterator[Rewritten | Left]:
        tree = (toml_tree if self.kind == "config" else yaml_tree)(self.text)
        return respelled(self.text, tree, self.kind, spelling, old=old)

    def _says(self, text: str, wanted: Any) -> bool:
        try:
            return bool(self._meaning(text) == wanted)
        except (SourceError, UsageError):
            return False

    def _meaning(self, text: str) -> Any:
        """What a text says: data, or the syntax tree of Python."""
        if self.kind == "config":
            try:
                return tomllib.loads(text)
            except tomllib.TOMLDecodeError as error:
                raise UsageError(f"{CONFIG}: {error}", help="mend the TOML syntax") from error
        if self.kind != "python":
            return parse(text, self.path).data
        try:
            return ast.dump(parsed(text))
        except SyntaxError as error:
            place = Location(self.path, error.lineno or 1, error.offset or 0, 0, source_line(text, error.lineno or 1))
            finding = Finding(code="CNAI106", message=f"not Python: {error.msg}", location=place, help="correct this line")
            raise SourceError(finding) from error

    def _require(self, wanted: str, known: Sequence[Spelling]) -> None:
        """`requires` as it has to be for this version, unless what is there allows it and nothing that spelled otherwise."""
        data = self._meaning(self.text)
        said = str(data.get("requires", ""))
        with suppress(ValueError):
            if satisfies(__version__, said) and not any(reaches_below(said, spelling.since) for spelling in known):
                return
        entry = toml_tree(self.text).get("requires")
        edit = Edit(entry.value.span, f'"{wanted}"') if entry else _first_statement(self.text, f'requires = "{wanted}"')
        text = applied(self.text, [edit])
        if not self._says(text, {**data, "requires": wanted}):
            message = f'requires = "{wanted}" cannot be written here'
            self.left.append(self._finding(Left(1, message, "more than this would change")))
            return
        self.done.append(f'{self.path}:{line_of(text, edit.span[0])}: requires = "{wanted}"')
        self.text = text

    def _finding(self, place: Left) -> Finding:
        line = source_line(self.text, place.line)
        location = Location(self.path, place.line, len(line) - len(line.lstrip()) + 1, len(line.rstrip()) + 1, line)
        cure = "write the new spelling by hand"
        return Finding(code="CNAI110", message=f"{place.words}: {place.reason}", location=location, help=cure, path=place.words)


def _first_statement(text: str, line: str) -> Edit:
    """A line before the first key of a TOML file, or with an empty line before its first table and the comments that lead it."""
    lines = text.split("\n")
    at = next((n for n, old in enumerate(lines) if old.strip() and not old.lstrip().startswith("#")), len(lines) - 1)
    end = "\n"
    if lines[at].lstrip().startswith("["):
        end = "\n\n"
        while at > 1 and lines[at - 1].startswith("#"):
            at -= 1
    start = sum(len(old) + 1 for old in lines[:at])
    return Edit((start, start), line + end)
