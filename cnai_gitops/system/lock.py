"""The lock of a repository: one process at a time, and a mark when the last one was killed.

Must not: write anything but its own file, or wait for ever.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from cnai_gitops.errors import ToolError
from cnai_gitops.system.files import failure


@contextlib.contextmanager
def lock(path: Path, *, sweeps: bool = True, timeout: float = 120, waiting: Callable[[str], None] = lambda message: None) -> Iterator[bool]:
    """Hold the lock file `path` for the duration of the block, waiting up to `timeout` seconds for another process.

    `waiting` gets one message when there is something to wait for. Yields True when the last holder was killed inside
    its block, so that its leftovers can be swept; who does not sweep leaves that to the next one. Raises ToolError when the
    wait was in vain.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.parent.is_symlink():
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise failure("lock", path, error) from error
    try:
        _wait_for(descriptor, path, timeout, waiting)
        try:
            before = os.pread(descriptor, 32, 0)
            killed = bool(before)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        except OSError as error:
            raise failure("lock", path, error) from error
        try:
            yield killed
        finally:
            os.ftruncate(descriptor, 0)
            if killed and not sweeps:
                os.pwrite(descriptor, before, 0)
    finally:
        os.close(descriptor)  # which also unlocks


def _wait_for(descriptor: int, path: Path, timeout: float, waiting: Callable[[str], None]) -> None:
    deadline, told = time.monotonic() + timeout, False
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace") or "unknown"
        if time.monotonic() >= deadline:
            raise ToolError(f"process {holder} still holds {path} after {timeout:g} s", help="wait for it, or stop that process")
        if not told:
            waiting(f"waiting for process {holder}, which holds {path}")
            told = True
        time.sleep(0.05)
