"""Confinement of the process that calls it: limits, no network, no writing, no look at what others keep secret.

Must not: start a process, or be undone. What a kernel lacks is left out, and the answer says what holds.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import struct
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

NETWORK, FILES, SIGNALS = "network", "files", "signals"
"""What may hold: no network; nothing is written, run, or read of what is secret; other processes are out of reach."""

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_PR_SET_NO_NEW_PRIVS = 38
_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_PDEATHSIG = 1

# Landlock, by the numbers of its system calls, which are the same on every architecture of Linux.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3
_ACCESS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1}  # ABI -> accesses that it knows; later ones add nothing that matters
_TCP = 0b11  # bind and connect, since ABI 4
_SCOPED = 0b11  # abstract sockets and signals, since ABI 6

_SECRET = ("/proc", "/run", "/var/run", "/var/lib", "/var/log", "/var/spool")
_NEEDED = ("/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/sys", "/proc/self/task", "/dev")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one blueprint may take: seconds by the clock and of CPU, bytes of memory and of one file, open files."""

    wall: int = 60
    cpu: int = 20
    memory: int = 2 * 1024**3
    size: int = 1024**2
    handles: int = 256


def limit(memory: int, cpu: int, size: int, handles: int) -> None:
    """At most so many bytes of memory, seconds of CPU (a signal first, killed 5 s later), bytes in a file, open files."""
    for what, soft, hard in (
        (resource.RLIMIT_AS, memory, memory),
        (resource.RLIMIT_CPU, cpu, cpu + 5),
        (resource.RLIMIT_FSIZE, size, size),
        (resource.RLIMIT_NOFILE, handles, handles),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        _, most = resource.getrlimit(what)
        if most != resource.RLIM_INFINITY:
            soft, hard = min(soft, most), min(hard, most)
        with contextlib.suppress(ValueError, OSError):  # a limit that this system does not have
            resource.setrlimit(what, (soft, hard))


def confine(root: Path) -> set[str]:
    """Leave the network and everything but reading behind, for good; `root` is the repository. Returns what holds."""
    if not sys.platform.startswith("linux"):
        return set()
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    holds = {NETWORK} if _leave_network(libc) else set()
    return holds | _landlock(libc, root)


def part() -> None:
    """Part from the process that forked this one: it can be neither read nor signalled from now on, and ends this one with itself."""
    if sys.platform.startswith("linux"):
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if (abi := _abi(libc)) > 0:
            with contextlib.suppress(OSError):
                _restrict(libc, _ruleset(libc, abi, 0))


def _leave_network(libc: ctypes.CDLL) -> bool:
    """Into a network of its own, where nothing is; as root directly, else within a user namespace."""
    if os.geteuid() == 0 and libc.unshare(_CLONE_NEWNET) == 0:
        return True
    user, group = os.geteuid(), os.getegid()
    if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) != 0:
        return False
    with contextlib.suppress(OSError):  # without a map the user is nobody, who can read what this one can
        for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
            with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
                file.write(text)
    return True


def _abi(libc: ctypes.CDLL) -> int:
    """Version of Landlock that the kernel has; 0 or less for none."""
    return int(libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), 1))


def _landlock(libc: ctypes.CDLL, root: Path) -> set[str]:
    abi = _abi(libc)
    if abi <= 0:
        return set()
    try:
        rules = _ruleset(libc, abi, _ACCESS[min(abi, 3)] & ~_READ_DIR)
        for path in _readable(root):
            _allow(libc, rules, path, _READ_FILE)
        _allow(libc, rules, os.devnull, _READ_FILE | _WRITE_FILE)
        _restrict(libc, rules)
    except OSError:
        return set()
    return {FILES, *({NETWORK} if abi >= 4 else ()), *({SIGNALS} if abi >= 6 else ())}


def _ruleset(libc: ctypes.CDLL, abi: int, accesses: int) -> int:
    fields = (accesses or 1, _TCP if abi >= 4 else 0, _SCOPED if abi >= 6 else 0)[: 3 if abi >= 6 else 2 if abi >= 4 else 1]
    data = struct.pack(f"={len(fields)}Q", *fields)
    return _checked(libc.syscall(_CREATE_RULESET, data, ctypes.c_size_t(len(data)), 0))


def _allow(libc: ctypes.CDLL, rules: int, path: str, accesses: int) -> None:
    """Files at and below the path may be read, or what else `accesses` say."""
    with contextlib.suppress(OSError):  # gone, or out of reach anyway
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            _checked(libc.syscall(_ADD_RULE, rules, 1, struct.pack("=Qi", accesses, handle), 0))
        finally:
            os.close(handle)


def _restrict(libc: ctypes.CDLL, rules: int) -> None:
    try:
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        _checked(libc.syscall(_RESTRICT_SELF, rules, 0))
    finally:
        os.close(rules)


def _checked(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def _readable(root: Path) -> Iterator[str]:
    """Everything but processes, run-time secrets, and hidden files of home folders and of the repository; Python itself always."""
    homes = {os.path.expanduser("~"), *_homes()}
    hidden = {entry for folder in (*homes, str(root)) for entry in _entries(folder) if os.path.basename(entry).startswith(".")}
    secret = {os.path.realpath(path) for path in (*_SECRET, *hidden) if not str(root).startswith(f"{path}/")}
    yield from _cover("/", secret)
    yield from (os.path.realpath(path) for path in dict.fromkeys((*_NEEDED, sys.prefix, sys.base_prefix, *sys.path)) if path)


def _homes() -> Iterable[str]:
    import pwd

    try:
        return {entry.pw_dir for entry in pwd.getpwall() if entry.pw_dir.startswith(("/root", "/home", "/Users"))}
    except OSError:
        return ()


def _cover(folder: str, secret: set[str]) -> Iterator[str]:
    """Paths that hold everything below the folder but what is secret."""
    above = f"{folder.rstrip('/')}/"
    if folder in secret:
        return
    if not any(path.startswith(above) for path in secret):
        yield folder
        return
    for entry in _entries(folder):
        if not os.path.islink(entry):
            yield from _cover(entry, secret)


def _entries(folder: str) -> list[str]:
    try:
        return [entry.path for entry in os.scandir(folder)]
    except OSError:
        return []
