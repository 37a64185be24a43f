"""The only room that writes files: each one whole or not at all, never through a link, never outside its root.

Must not: decide what is written, or read files for anything but "is it already so?".
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import unicodedata
from pathlib import Path
from types import TracebackType

from cnai_gitops.errors import ToolError

_TEMPORARY = ".cnai-tmp"
_KEPT = 16  # folders that a writer keeps open
_OPEN_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_OPEN_OLD = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # NONBLOCK: a FIFO must not hang us
_OPEN_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_WORDS = {
    errno.ENOSPC: ("the disk is full", "free some space; what was there before is untouched"),
    errno.EDQUOT: ("your disk quota is used up", "free some space; what was there before is untouched"),
    errno.EROFS: ("the file system is read-only", "choose another output folder"),
    errno.EACCES: ("permission denied", "check owner and mode of the folder"),
    errno.EPERM: ("the system does not allow it", "check owner and mode of the folder"),
    errno.ELOOP: ("a link is in the way", "output never goes through links: remove the link"),
    errno.ENOTDIR: ("a link or a file is where a folder is needed", "remove it, or choose another output folder"),
    errno.EISDIR: ("a folder is where a file is needed", "remove the folder, or choose another name"),
    errno.ENAMETOOLONG: ("the name is too long for the file system", "shorten the name"),
}


def failure(what: str, path: str | Path, error: OSError) -> ToolError:
    """The error in words: `what` was tried with `path`."""
    words, cure = _WORDS.get(error.errno or 0, (error.strerror or str(error), ""))
    return ToolError(f"cannot {what} {str(path)!r}: {words}", help=cure)


class Writer:
    """Writes below one folder, which is made if it is missing.

    Folders are opened one below the other without following links, so nothing that is swapped in underneath can lead
    a write out of the root; the last ones stay open. `durable` waits for the disk after each file. `seen` has time of
    change (ns) and size (bytes) of every file that was written or found to be right. Close it, or use it in a `with`.
    """

    def __init__(self, root: Path, *, durable: bool = False) -> None:
        """Open `root`; raises ToolError when it is a link or cannot be made."""
        self.root = root
        self._durable = durable
        self.seen: dict[str, tuple[int, int]] = {}
        self._open: dict[str, int] = {}  # folders by path, the one that was used last at the end
        self._spelling: dict[str, str] = {}  # case-folded path -> the path as it was first written
        try:
            root.mkdir(parents=True, exist_ok=True)
            self._root = os.open(root, _OPEN_FOLDER)
        except OSError as error:
            raise failure("open", root, error) from error

    def __enter__(self) -> Writer:
        """This writer."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Let go of the open folders."""
        self.close()

    def close(self) -> None:
        """Let go of the open folders; closing twice does no harm."""
        while self._open:
            os.close(self._open.popitem()[1])
        if self._root >= 0:
            os.close(self._root)
        self._root = -1

    def write(self, relative: str, data: bytes | bytearray) -> bool:
        """Make the file `relative` hold exactly `data`, mode 0644; False when it already does and nothing was touched.

        Raises ToolError on a path that leaves the root, a link or folder in the way, two names that differ only by
        case, and whatever the disk refuses; the old content is whole then.
        """
        above, name = _split(relative)
        self._refuse_collision(relative)
        try:
            folder = self._folder(above, make=True)
            held = _holds(folder, name, data)
            status = held or self._replace(folder, name, data)
        except OSError as error:
            raise failure("write", self.root / relative, error) from error
        self.seen[relative] = (status.st_mtime_ns, status.st_size)
        return held is None

    def require_free(self, relative: str) -> None:
        """Raise the ToolError that `write` would for what lies at `relative` or above it; for before the first write."""
        above, name = _split(relative)
        try:
            mode = os.stat(name, dir_fd=self._folder(above, make=False), follow_symlinks=False).st_mode
            if not stat.S_ISREG(mode):
                os.close(os.open(name, _OPEN_OLD, dir_fd=self._folder(above, make=False)))  # a link says so itself
                raise _not_regular(mode)
        except FileNotFoundError:
            return
        except OSError as error:
            raise failure("write", self.root / relative, error) from error

    def remove(self, relative: str) -> bool:
        """Remove the regular file `relative` and the folders that are empty then; False when it is not there."""
        above, name = _split(relative)
        try:
            folder = self._folder(above, make=False)
            if not stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
                raise ToolError(f"cannot remove {relative!r}: it is not a regular file", help="remove it by hand if it is not needed")
            os.unlink(name, dir_fd=folder)
            self._prune(above)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise failure("remove", self.root / relative, error) from error
        return True

    def sweep(self, relative: str) -> int:
        """Remove what killed writers left below the folder `relative`; returns how many files. A living one keeps its own."""
        found = [entry.relative_to(self.root).as_posix() for entry in (self.root / relative).rglob(f".*{_TEMPORARY}")]
        return sum(self.remove(path) for path in found if not _lives(path.removesuffix(_TEMPORARY).rpartition(".")[2]))

    def _refuse_collision(self, relative: str) -> None:
        path = relative if relative.isascii() else unicodedata.normalize("NFC", relative)
        end = len(path)
        while end > 0:  # the file and each folder above it, until one that is known
            part = path[:end]
            known = self._spelling.setdefault(part.casefold(), part)
            if known != part:
                raise ToolError(
                    f"{part!r} and {known!r} differ only by case, so they are one file on some machines", help="rename one of the two"
                )
            end = part.rfind("/")

    def _folder(self, path: str, *, make: bool) -> int:
        """Descriptor of a folder below the root; it is good until the next call."""
        if not path:
            return self._root
        descriptor = self._open.pop(path, -1)
        if descriptor < 0:
            above, _, name = path.rpartition("/")
            descriptor = _enter(self._folder(above, make=make), name, make=make)
            if len(self._open) >= _KEPT:
                os.close(self._open.pop(next(iter(self._open))))
        self._open[path] = descriptor
        return descriptor

    def _prune(self, path: str) -> None:
        """Remove the folder at `path` and those above it, as far as they are empty."""
        while path:
            os.close(self._open.pop(path))
            above, _, name = path.rpartition("/")
            try:
                os.rmdir(name, dir_fd=self._folder(above, make=False))
            except OSError as error:
                if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
                    return
                raise
            path = above

    def _replace(self, folder: int, name: str, data: bytes | bytearray) -> os.stat_result:
        temporary = f".{name[:200]}.{os.getpid()}{_TEMPORARY}"
        try:
            descriptor = os.open(temporary, _OPEN_NEW, 0o644, dir_fd=folder)
        except FileExistsError:  # a killed process that had this very id left it
            os.unlink(temporary, dir_fd=folder)
            descriptor = os.open(temporary, _OPEN_NEW, 0o644, dir_fd=folder)
        try:
            try:
                os.fchmod(descriptor, 0o644)  # whatever the umask
                _write_all(descriptor, data)
                if self._durable:
                    os.fsync(descriptor)
                status = os.fstat(descriptor)
            finally:
                os.close(descriptor)
            os.replace(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary, dir_fd=folder)
            raise
        if self._durable:
            os.fsync(folder)
        return status


def _lives(pid: str) -> bool:
    """True for another process of that number that runs."""
    if not pid.isdigit() or int(pid) in (0, os.getpid()):
        return False
    try:
        os.kill(int(pid), 0)
    except PermissionError:
        return True
    except (ProcessLookupError, OverflowError):
        return False
    return True


def _split(relative: str) -> tuple[str, str]:
    """Folder and name of a path that stays below the output folder."""
    parts = relative.split("/")
    if "\0" in relative or not {"", ".", ".."}.isdisjoint(parts):
        raise ToolError(f"{relative!r} is not a path below the output folder")
    return relative[: -len(parts[-1]) - 1], parts[-1]


def _enter(above: int, name: str, *, make: bool) -> int:
    """Descriptor of the folder `name` in the folder `above`."""
    try:
        return os.open(name, _OPEN_FOLDER, dir_fd=above)
    except FileNotFoundError:
        if not make:
            raise
    with contextlib.suppress(FileExistsError):  # another process was faster
        os.mkdir(name, 0o755, dir_fd=above)
    return os.open(name, _OPEN_FOLDER, dir_fd=above)


def _holds(folder: int, name: str, data: bytes | bytearray) -> os.stat_result | None:
    """Status of the regular file `name` when it has exactly these bytes; OSError when something else is in its place."""
    try:
        descriptor = os.open(name, _OPEN_OLD, dir_fd=folder)
    except FileNotFoundError:
        return None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise _not_regular(status.st_mode)
        return status if status.st_size == len(data) and _read_all(descriptor, len(data)) == data else None
    finally:
        os.close(descriptor)


def _not_regular(mode: int) -> OSError:
    if stat.S_ISDIR(mode):
        return IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    return OSError(errno.EEXIST, "it is not a regular file")


def _read_all(descriptor: int, size: int) -> bytes:
    first = os.read(descriptor, size + 1)
    if len(first) >= size or not first:
        return first
    with os.fdopen(os.dup(descriptor), "rb") as rest:
        return first + rest.read()


def _write_all(descriptor: int, data: bytes | bytearray) -> None:
    written = os.write(descriptor, data)
    while written < len(data):
        written += os.write(descriptor, memoryview(data)[written:])


def write_atomic(path: Path, data: bytes, *, durable: bool = False) -> bool:
    """Make one file hold exactly `data`, as `Writer.write` does below the file's folder (which must not be a link)."""
    with Writer(path.parent, durable=durable) as writer:
        return writer.write(path.name, data)


def discard(path: Path) -> None:
    """Remove one regular file, if it is there; anything else is left to whoever writes there next."""
    if path.is_file() and not path.is_symlink():
        with Writer(path.parent) as writer:
            writer.remove(path.name)
