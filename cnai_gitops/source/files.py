"""Safe reading below a root: regular files of bounded size, in UTF-8, whose links never leave the root.

Must not: follow an absolute link, wait for a pipe, decode leniently, let a control character into a message.

Line endings: LF, or CRLF throughout (read as LF); CR alone and a mixture are refused, as tools disagree on their number of lines.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from cnai_gitops.errors import InvalidInput
from cnai_gitops.findings import Finding, Location
from cnai_gitops.source.text import UNSAFE, printable

MAX_BYTES = 5 * 1024 * 1024
_MAX_LINKS, _KEPT = 40, 16  # as the Linux kernel; folders that a reader keeps open
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK  # O_NONBLOCK: a pipe without a writer must not hang
_ENCODINGS = ((b"\xef\xbb\xbf", "a UTF-8 byte order mark"), (b"\xff\xfe", "UTF-16 or UTF-32"), (b"\xfe\xff", "UTF-16"))


class SourceError(InvalidInput):
    """A user file cannot be read or loaded; `findings` says where and why."""

    def __init__(self, *findings: Finding) -> None:
        """Takes at least one finding."""
        super().__init__(findings)

    def __reduce__(self) -> tuple[type[SourceError], tuple[Finding, ...]]:
        """Survives the way back from a worker process."""
        return type(self), self.findings


class Files:
    """Reads many files below one root, and keeps the last folders open meanwhile. Use it in a `with`.

    `seen` has time of change (ns) and size (bytes) of every file that was read, as they were then, `digests` the BLAKE2 of it.
    """

    def __init__(self, root: Path, *, limit: int = MAX_BYTES) -> None:
        """Read below `root`, at most `limit` bytes of each file."""
        self.seen: dict[str, tuple[int, int]] = {}
        self.digests: dict[str, str] = {}
        self._root, self._limit = root, limit
        self._folders: dict[str, int] = {}

    def __enter__(self) -> Files:
        """This reader."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Let go of the open folders."""
        while self._folders:
            os.close(self._folders.popitem()[1])

    def text(self, relative: str) -> str:
        """Text of the file at `relative` (posix, below the root) with LF line endings."""
        return decode(self.content(relative), relative)

    def content(self, relative: str) -> bytes:
        """Bytes of the regular file at `relative` (posix, below the root)."""
        _refuse_unsafe_path(relative)
        try:
            handle = self._open(relative)
        except OSError as error:
            raise _unreadable(relative, error) from error
        try:
            state = os.fstat(handle)
            if not stat.S_ISREG(state.st_mode):
                raise _refused("CNAI108", relative, "is not a regular file", "put a plain file there")
            data = _read(handle, min(state.st_size, self._limit) + 1, self._limit)
        except OSError as error:
            raise _unreadable(relative, error) from error
        finally:
            os.close(handle)
        if len(data) > self._limit:
            raise _refused("CNAI108", relative, f"is larger than {self._limit:,} bytes", "split it; files that people write are small")
        self.seen[relative], self.digests[relative] = (state.st_mtime_ns, state.st_size), hashlib.blake2b(data, digest_size=16).hexdigest()
        return data

    def _open(self, relative: str) -> int:
        folder, _, name = relative.rpartition("/")
        if folder in self._folders:
            with contextlib.suppress(OSError):  # a link, or not there: the long way finds out
                return os.open(name, _FLAGS, dir_fd=self._folders[folder])
        handle, above = _open_beneath(self._root, relative)
        if above is not None:
            self._keep(folder, above)
        return handle

    def _keep(self, folder: str, handle: int) -> None:
        """Keep an open folder, and let go of the same one as it was before, or of the oldest."""
        gone = folder if folder in self._folders else next(iter(self._folders)) if len(self._folders) >= _KEPT else None
        if gone is not None:
            os.close(self._folders.pop(gone))
        self._folders[folder] = handle


def read_text(root: Path, relative: str, *, limit: int = MAX_BYTES) -> str:
    """Text of the file at `relative` (posix, below `root`), at most `limit` bytes, with LF line endings."""
    with Files(root, limit=limit) as files:
        return files.text(relative)


def read_bytes(root: Path, relative: str, *, limit: int = MAX_BYTES) -> bytes:
    """Content of the regular file at `relative` (posix, below `root`), at most `limit` bytes."""
    with Files(root, limit=limit) as files:
        return files.content(relative)


def decode(data: bytes, file: str) -> str:
    """The bytes as text with LF line endings; refuses other encodings, NUL and mixed line endings."""
    for mark, name in _ENCODINGS:
        if data.startswith(mark):
            raise _refused("CNAI107", file, f"starts with {name}", "save the file as UTF-8 without a byte order mark")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _refused("CNAI107", file, f"is not UTF-8: byte 0x{data[error.start]:02x}", "save the file as UTF-8", line) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise _refused("CNAI107", file, "holds a NUL character", "save the file as plain UTF-8 text", line)
    return _with_lf(text, file) if "\r" in text else text


def list_files(root: Path, folder: str, suffixes: Iterable[str], *, hidden: bool = False) -> list[str]:
    """Sorted paths (posix, relative to `root`) of the files at any depth below `folder` whose name ends in a suffix.

    A folder that does not exist has no files. Names that start with a dot (without `hidden`) and `__pycache__` are passed over. A link
    counts as what it leads to, provided that it is relative, stays below the root and makes no circle.
    """
    name = folder.strip("/") if folder != "." else ""
    if name:
        _refuse_unsafe_path(folder)
    walk = _Walk(os.path.realpath(root), tuple(suffixes), hidden)
    walk.enter(name, os.path.realpath(root / name), ())
    if walk.findings:
        raise SourceError(*sorted(walk.findings, key=Finding.sort_key))
    return sorted(walk.files)


def _refuse_unsafe_path(relative: str) -> None:
    help_ = "write a path below the project, with `/` between its parts"
    if UNSAFE.search(relative):
        raise _refused("CNAI108", relative, "has a control or invisible character in its name", "rename it")
    if not relative.strip("/. "):
        raise _refused("CNAI108", relative or ".", "names no file", help_)
    if relative.startswith(("/", "~")) or "\\" in relative or re.match(r"[A-Za-z][A-Za-z0-9+.-]*:/|[A-Za-z]:", relative):
        raise _refused("CNAI108", relative, "is not a path below the project", help_)
    if ".." in relative.split("/"):
        raise _refused("CNAI108", relative, "leaves its folder with `..`", help_)


def _read(handle: int, size: int, limit: int) -> bytes:
    """All bytes behind a descriptor, of which `size` are expected at most; a little more than `limit` when there are more."""
    data = os.read(handle, size)
    if len(data) < size:  # a regular file answers with less only at its end
        return data
    while len(data) <= limit and (chunk := os.read(handle, 65536)):  # it grew meanwhile
        data += chunk
    return data


def _open_beneath(root: Path, relative: str) -> tuple[int, int | None]:
    """Descriptors of `relative` and of its folder (None when links led there; the caller closes both).

    Opened part by part from the root, so that no link and no race leads out of it.
    """
    todo = relative.split("/")[::-1]
    folders = [os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)]
    links = 0
    try:
        while todo:
            part = todo.pop()
            if part in ("", "."):
                continue
            if part == "..":  # only a link's target can hold one
                if len(folders) == 1:
                    raise _refused("CNAI108", relative, "is a link that leaves the project", "copy the file into the project")
                os.close(folders.pop())
                continue
            try:
                handle = os.open(part, _FLAGS | (os.O_DIRECTORY if todo else 0), dir_fd=folders[-1])
            except OSError as error:
                links += 1
                todo += _link_target(part, folders[-1], relative, links, error).split("/")[::-1]
                continue
            if not todo:
                return handle, None if links else folders.pop()
            folders.append(handle)
    finally:
        for handle in folders:
            os.close(handle)
    raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))


def _link_target(part: str, folder: int, relative: str, links: int, error: OSError) -> str:
    """Where the link `part` leads; the original error when it is no link."""
    if error.errno not in (errno.ELOOP, errno.EMLINK, errno.ENOTDIR):
        raise error
    try:
        target = os.readlink(part, dir_fd=folder)
    except OSError:
        raise error from None
    if target.startswith("/"):
        raise _refused("CNAI108", relative, "is an absolute link", "make the link relative, or copy the file")
    if links > _MAX_LINKS:
        raise _refused("CNAI108", relative, "is a link that leads back to itself", "remove the link")
    return target


@dataclass
class _Walk:
    """One listing on its way: what was found so far, and what is wrong with the rest."""

    base: str
    suffixes: tuple[str, ...]
    hidden: bool = False
    files: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def enter(self, name: str, real: str, ancestors: tuple[str, ...]) -> None:
        """List the folder `name`, which lies at `real`, reached through the real folders `ancestors`."""
        pending = [(name, real, ancestors)]
        while pending:  # a loop: a folder may be deeper than Python's stack
            name, real, ancestors = pending.pop()
            try:
                if real in ancestors:
                    raise _refused("CNAI108", name, "is a link that leads back to itself", "remove the link")
                entries = self._entries(name, real)
            except SourceError as error:
                self.findings += error.findings
                continue
            for entry in entries:
                try:
                    below = self._look_at(f"{name}/{entry.name}" if name else entry.name, entry)
                except SourceError as error:
                    self.findings += error.findings
                else:
                    pending += [(*folder, (*ancestors, real)) for folder in below]

    def _entries(self, name: str, real: str) -> list[os.DirEntry[str]]:
        if not f"{real}/".startswith(self.base.rstrip("/") + "/"):
            raise _refused("CNAI108", name, "is a link that leaves the project", "copy the folder into the project")
        try:
            with os.scandir(real) as entries:
                return [e for e in entries if (self.hidden or not e.name.startswith(".")) and e.name != "__pycache__"]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise _unreadable(name or ".", error) from error

    def _look_at(self, relative: str, entry: os.DirEntry[str]) -> list[tuple[str, str]]:
        """Keep the entry when it is a wanted file; returns it as (name, real path) when it is a folder."""
        real = os.path.realpath(entry.path) if entry.is_symlink() else entry.path
        is_folder = Path(real).is_dir() if entry.is_symlink() else entry.is_dir()
        if not is_folder and not entry.name.endswith(self.suffixes):
            return []
        _refuse_unsafe_path(relative)
        if entry.is_symlink() and str(Path(entry.path).readlink()).startswith("/"):
            raise _refused("CNAI108", relative, "is an absolute link", "make the link relative, or copy the file")
        if is_folder:
            if "" in self.suffixes or not entry.name.endswith(self.suffixes):
                return [(relative, real)]
            raise _refused("CNAI108", relative, "is a folder where a file belongs", "put a plain file there, or rename the folder")
        if not real.startswith(self.base.rstrip("/") + "/"):
            raise _refused("CNAI108", relative, "is a link that leaves the project", "copy the file into the project")
        self.files.append(relative)
        return []


def _with_lf(text: str, file: str) -> str:
    """CRLF throughout as LF; anything else is refused at the first line that ends differently."""
    ends = re.findall(r"\r\n|\r|\n", text)
    if set(ends) == {"\r\n"}:
        return text.replace("\r\n", "\n")
    line = next((n for n, end in enumerate(ends, 1) if end == "\r" or end != ends[0]), 1)
    raise _refused("CNAI107", file, "mixes line endings", "save the file with LF line endings throughout", line)


def _unreadable(relative: str, error: OSError) -> SourceError:
    if error.errno == errno.ENXIO:  # a socket, or a device without hardware
        return _refused("CNAI108", relative, "is not a regular file", "put a plain file there")
    why = (error.strerror or "unknown reason").lower()
    return _refused("CNAI100", relative, f"cannot be read: {why}", "check that the file exists and may be read")


def _refused(code: str, file: str, message: str, help_: str, line: int = 1) -> SourceError:
    name = printable(file)
    return SourceError(Finding(code=code, message=f"{name} {message}", location=Location(name, line), help=help_))
