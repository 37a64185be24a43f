"""The folder deploy/: which files belong to which owner, what a build changes there, what is stale.

Must not: make a text (`render` does). Each file is replaced whole, each owner's list of files comes last, and only files
on such a list are ever removed.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from cnai_gitops.errors import ToolError, UsageError
from cnai_gitops.plan.selection import EVERYTHING, Selection
from cnai_gitops.render import Owner
from cnai_gitops.system.files import Writer

INDEX = "deploy/.index"
_OURS = ("deploy/rendered/", "deploy/kustomize/", "deploy/data/")


@dataclass(slots=True)
class Changes:
    """What a build changed on disk, by path; `owners_gone` are owners whose files were all removed."""

    written: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    owners_gone: list[str] = field(default_factory=list)
    kept: int = 0


def listed(root: Path, name: str) -> dict[str, str]:
    """Files on an owner's list and their digests; empty when there is none. Raises ToolError when it cannot be trusted."""
    try:
        with open(root / INDEX / f"{name}.json", "rb", opener=_no_link) as file:
            data = file.read() if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else b""
    except FileNotFoundError:
        return {}
    except OSError:  # a link, a folder, a socket
        data = b""
    try:
        files = dict(orjson.loads(data)["files"])
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise ToolError(f"{INDEX}/{name}.json is damaged", help="restore it from git, or delete deploy/ and build again") from error
    for path in files:
        if not path.startswith(_OURS) or ".." in path.split("/"):
            raise ToolError(f"{INDEX}/{name}.json lists {path!r}, which no build wrote", help="restore it from git")
    return files


def _no_link(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def owners_on_disk(root: Path) -> list[str]:
    """Names of owners that a list exists for."""
    folder = root / INDEX
    return sorted(name.removesuffix(".json") for name in (os.listdir(folder) if folder.is_dir() else ()) if name.endswith(".json"))


def gone(root: Path, names: Iterable[str], selection: Selection = EVERYTHING) -> list[str]:
    """Owners with files on disk that are deployed nowhere any more (`names` are); only a build of everything can tell."""
    whole = not (selection.apps or selection.environments)
    return sorted(set(owners_on_disk(root)) - set(names)) if whole else []


def require_apart(root: Path, folder: Path) -> None:
    """Raise UsageError for a folder that is no place for a copy of the output: one of the repository, or one with files of others."""
    here, there = root.resolve(), folder.resolve()
    if here == there or here in there.parents or there in here.parents:
        raise UsageError(f"{folder} lies in the repository or holds it", help="name a folder beside the repository")
    there_is = set(os.listdir(folder)) if folder.is_dir() else set()
    if there_is and not (there_is <= {"deploy", "environments"} and (folder / INDEX).is_dir()):
        raise UsageError(
            f"{folder} is not empty, and no build made it", help="name a new folder, an empty one, or the one of an earlier build"
        )


def write(writer: Writer, owners: Sequence[Owner], gone: Sequence[str], selection: Selection = EVERYTHING) -> Changes:
    """Put all owners' files on disk and remove those of owners that are gone. Raises ToolError before the first write."""
    _require_free(writer, owners, gone)
    changes = Changes()
    for owner in owners:
        _write_owner(writer, owner, changes, selection)
    for name in gone:
        _remove_owner(writer, name, changes)
    return changes


def _require_free(writer: Writer, owners: Iterable[Owner], gone: Iterable[str]) -> None:
    """Raise the ToolError that a write or removal would, before the first one: nothing is half written."""
    if not os.path.lexists(writer.root / "deploy"):
        return  # every file goes there, so nothing can be in the way
    for owner in owners:
        listed(writer.root, owner.name)
        for path in (*owner.files, f"{INDEX}/{owner.name}.json"):
            writer.require_free(path)
    for name in gone:
        listed(writer.root, name)


def _write_owner(writer: Writer, owner: Owner, changes: Changes, selection: Selection = EVERYTHING) -> None:
    """Put one owner's files on disk: new ones first, then removals, its list last.

    What lies outside the selection stays, and stays listed.
    """
    before = listed(writer.root, owner.name)
    files = {path: digest for path, digest in before.items() if not selection.covers(path)}
    for path, text in owner.files.items():
        data = text.encode()
        files[path] = hashlib.blake2b(data, digest_size=16).hexdigest()
        if writer.write(path, data):
            changes.written.append(path)
        else:
            changes.kept += 1
    changes.removed += [path for path in before if path not in files and writer.remove(path)]
    data = orjson.dumps(
        {"owner": owner.name, "files": files}, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    )
    writer.write(f"{INDEX}/{owner.name}.json", data)


def _remove_owner(writer: Writer, name: str, changes: Changes) -> None:
    """Remove an owner that is gone, and only what its list names."""
    changes.removed += [path for path in listed(writer.root, name) if writer.remove(path)]
    writer.remove(f"{INDEX}/{name}.json")
    changes.owners_gone.append(name)


def stale(root: Path, owners: Iterable[Owner], selection: Selection = EVERYTHING) -> list[str]:
    """Paths whose bytes on disk are not what a build would write, missing and superfluous ones included."""
    wrong: list[str] = []
    for owner in owners:
        for path, text in owner.files.items():
            file = root / path
            if file.is_symlink() or not file.is_file() or file.read_bytes() != text.encode():
                wrong.append(path)
        wrong += [path for path in listed(root, owner.name) if path not in owner.files and selection.covers(path)]
    return sorted(wrong)
