"""Reading a git repository at a commit, without checking anything out.

Must not: change a repository, follow links or submodules, trust a name that is not a full object id.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cnai_gitops.errors import ToolError, UsageError
from cnai_gitops.system.process import capture_git

_OBJECT_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_REGULAR = ("100644", "100755")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a commit's tree: `mode` as git writes it (120000 is a link), object id, path below the repository."""

    mode: str
    oid: str
    path: str


def resolve(root: Path, revision: str) -> str:
    """Full commit id of a branch, tag or id; raises UsageError when there is no such commit."""
    if not revision or revision.startswith("-") or "\0" in revision:
        raise UsageError(f"{revision!r} is not a git revision")
    try:
        answer = capture_git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}").decode().strip()
    except ToolError as error:
        raise UsageError(f"git knows no commit {revision!r} in {root}", help=error.help) from error
    return _checked(answer)


def merge_base(root: Path, one: str, other: str) -> str:
    """Commit id where two commits (full ids) part; raises ToolError when they share no history."""
    return _checked(capture_git(root, "merge-base", _checked(one), _checked(other)).decode().strip())


def top_level(root: Path) -> Path:
    """The repository's folder that holds `root`; raises ToolError outside of any repository."""
    return Path(capture_git(root, "rev-parse", "--show-toplevel").decode().rstrip("\n"))


def list_tree(root: Path, commit: str, *folders: str) -> tuple[Entry, ...]:
    """Every entry at or below `folders` (all when none is given) in `commit`; paths count from the repository's top."""
    listing = capture_git(root, "ls-tree", "-r", "-z", "--full-tree", _checked(commit), "--", *folders)
    entries = []
    for record in listing.decode("utf-8", "surrogateescape").split("\0")[:-1]:
        meta, path = record.split("\t", 1)
        mode, _, oid = meta.split(" ")
        entries.append(Entry(mode, oid, path))
    return tuple(entries)


def read_blobs(root: Path, oids: Iterable[str]) -> dict[str, bytes]:
    """Contents by object id, all from one git process; raises ToolError when one is missing or not a file."""
    wanted = list(dict.fromkeys(_checked(oid) for oid in oids))
    answer = capture_git(root, "cat-file", "--batch", input="".join(f"{oid}\n" for oid in wanted).encode()) if wanted else b""
    blobs, at = {}, 0
    for oid in wanted:
        end = answer.index(b"\n", at)
        _, kind, *size = answer[at:end].decode().split(" ")
        if kind != "blob":
            raise ToolError(f"git object {oid} is {kind}, not a file", help="is the repository complete? a partial clone lacks contents")
        at = end + 1 + int(size[0])
        blobs[oid] = answer[end + 1 : at]
        at += 1  # the newline after each content
    return blobs


def list_files(root: Path, commit: str, *folders: str) -> dict[str, str]:
    """Path to object id of the regular files at or below `folders` in `commit`; links and submodules are not among them."""
    return {entry.path: entry.oid for entry in list_tree(root, commit, *folders) if entry.mode in _REGULAR}


def read_tree(root: Path, commit: str, *folders: str) -> dict[str, bytes]:
    """Path to content of the regular files at or below `folders` in `commit`; links and submodules are not followed."""
    files = list_files(root, commit, *folders)
    blobs = read_blobs(root, files.values())
    return {path: blobs[oid] for path, oid in files.items()}


def _checked(oid: str) -> str:
    if not _OBJECT_ID.fullmatch(oid):
        raise ToolError(f"{oid!r} is not a full git object id")
    return oid


def blob_id(data: bytes) -> str:
    """Git's object id of a file with this content (in a repository of SHA-1, as nearly all are)."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
