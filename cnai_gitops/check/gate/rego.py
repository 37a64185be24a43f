"""Rego files as text: which ones there are, which package each declares, what its METADATA says.

Must not: run a tool, judge a manifest, hand a folder of foreign content to anybody.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cnai_gitops.errors import NotEvaluated
from cnai_gitops.findings import Finding, Location
from cnai_gitops.source.files import SourceError, list_files, read_text
from cnai_gitops.source.yaml import parse

_PACKAGE = re.compile(r"package ([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*)\s*")
_VERDICT = re.compile(r"(?:default\s+)?((?:deny|warn|violation|exception)\w*)", re.IGNORECASE)
_RULE = re.compile(r"cnai\.[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class RegoFile:
    """One policy file: `path` below its pack's `root`, `shown` as users know it, the package and the line that declares it."""

    root: Path
    path: str
    shown: str
    package: str
    line: int
    text: str

    @property
    def location(self) -> Location:
        """The line of the package."""
        return Location(self.shown, self.line)

    @property
    def is_rule(self) -> bool:
        """True for a package whose denials the gate collects: `cnai.<area>.<rule>`."""
        return _RULE.fullmatch(self.package) is not None


def read_files(packs: Sequence[Path]) -> tuple[list[RegoFile], list[Finding]]:
    """Every Rego file of the packs except tests, in a fixed order, and what is wrong with the rest.

    A file that is in two packs with the same bytes, as in a copy of a pack, is one file: the first. Raises NotEvaluated when
    a pack is no folder.
    """
    files: list[RegoFile] = []
    findings: list[Finding] = []
    known: dict[tuple[str, str], RegoFile] = {}
    for root in dict.fromkeys(pack.resolve() for pack in packs):
        if not root.is_dir():
            raise NotEvaluated(f"the policy pack {root.name!r} is missing", help="install again, or correct the path of the policies")
        try:
            paths = [path for path in list_files(root, ".", (".rego",)) if not path.endswith("_test.rego")]
        except SourceError as error:
            findings += _in_pack(root, error)
            continue
        for path in paths:
            try:
                file = _read(root, path)
            except SourceError as error:
                findings += error.findings
                continue
            if known.setdefault((file.path, file.text), file) is file:
                files.append(file)
    findings += [finding for file in files for finding in _faults(file)]
    return files, findings + _declared_twice(files)


def metadata(file: RegoFile) -> dict[str, Any]:
    """The METADATA comment above the package as plain data; {} when there is none.

    Raises SourceError, with its line, when that comment is not sound YAML.
    """
    lines = file.text.splitlines()
    start = next((i for i, line in enumerate(lines[: file.line]) if line.rstrip() == "# METADATA"), None)
    if start is None:
        return {}
    block = [line.removeprefix("#").removeprefix(" ") for line in lines[start + 1 : file.line - 1]]
    found = parse("\n" * (start + 1) + "\n".join(block) + "\n", file.shown).data
    return found if isinstance(found, dict) else {}


def _read(root: Path, path: str) -> RegoFile:
    shown = f"{root.name}/{path}"
    if os.path.realpath(root / path) != str(root / path):
        raise SourceError(
            _finding("CNAI706", shown, 1, "is reached through a link; policies are plain files", "copy the file into its folder")
        )
    try:
        text = read_text(root, path)
    except SourceError as error:
        raise SourceError(*_in_pack(root, error)) from error
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _PACKAGE.fullmatch(line)  # the first statement of a Rego file is its package
        if match:
            return RegoFile(root, path, shown, match[1], number, text)
        raise SourceError(
            _finding("CNAI701", shown, number, "does not begin with a plain package line", "write: package cnai.<area>.<rule>")
        )
    raise SourceError(_finding("CNAI701", shown, 1, "is empty", "write a rule, or remove the file"))


def _in_pack(root: Path, error: SourceError) -> list[Finding]:
    """What the reader says of a file below the pack, at the path that users know."""
    places = [found.location or Location("", 1) for found in error.findings]
    return [replace(found, location=replace(at, file=f"{root.name}/{at.file}")) for found, at in zip(error.findings, places, strict=True)]


def _faults(file: RegoFile) -> Iterable[Finding]:
    """What in this file conftest would pass over in silence. The depth of a package is judged by the gate itself."""
    if not re.match(r"(gate$|lib\.|cnai(\.|$))", file.package):
        yield _finding(
            "CNAI702", file.shown, file.line, f"package {file.package} is never evaluated", "name it cnai.<area>.<rule>, or lib.<name>"
        )
    if not file.is_rule:
        return
    folder = file.package.removeprefix("cnai.").replace(".", "/")
    if not file.path.startswith(f"{folder}/"):
        yield _finding("CNAI701", file.shown, file.line, f"package {file.package} belongs into the folder {folder}/", "move the file")
    for number, line in enumerate(file.text.splitlines(), 1):
        if "_canary" in line.partition("#")[0]:
            text, cure = "the rule asks whether it is being tested", "judge what a document is, not where examples lie"
            yield _finding("CNAI728", file.shown, number, text, cure)
        match = _VERDICT.match(line)
        if match and match[1] != "deny":
            yield _finding(
                "CNAI702", file.shown, number, f"the rule {match[1]} never runs", "every verdict is called deny; its weight is in METADATA"
            )


def _declared_twice(files: Sequence[RegoFile]) -> list[Finding]:
    """A package of one pack that another pack, or another folder, declares again."""
    first: dict[str, RegoFile] = {}
    findings = []
    for file in files:
        known = first.setdefault(file.package, file)
        if (known.root, Path(known.path).parent) != (file.root, Path(file.path).parent):
            message = f"package {file.package} is already declared by {known.shown}"
            help_ = "give the rule a name of its own"
            if known.path == file.path:
                message += f" of the pack {known.root}, with another text"
                help_ += f", or take that text ({known.root / known.path})"
            findings.append(_finding("CNAI703", file.shown, file.line, message, help_))
    return findings


def _finding(code: str, file: str, line: int, message: str, help_: str) -> Finding:
    return Finding(code=code, message=message, location=Location(file, line), help=help_)
