"""The only room that starts subprocesses: argument lists, a scrubbed environment, a time limit, a size limit.

Must not: use a shell, pass on the caller's environment, leave a process behind.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from cnai_gitops.errors import ToolError

SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"
NO_HOME = "/nonexistent"  # some programs insist on a home (conftest); in an empty one they find no settings and no plugins
OUTPUT_LIMIT = 512 * 1024 * 1024
_CHUNK = 1 << 16

# Commands of git that only read, and that no setting of a repository can make run another program.
GIT_READS = frozenset({"cat-file", "for-each-ref", "ls-tree", "merge-base", "rev-list", "rev-parse"})
_GIT = (
    "git",
    "--no-pager",
    "-c", "core.hooksPath=/dev/null",
    "-c", "core.fsmonitor=false",
    "-c", "safe.directory=*",  # the user's own ~/.gitconfig, which may say this, is not read
)  # fmt: skip
_GIT_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "",  # no transport at all
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
}


@dataclass(frozen=True, slots=True)
class Completed:
    """A process that came to its end: exit code (negative: killed by that signal) and both outputs as bytes."""

    argv: tuple[str, ...]
    code: int
    stdout: bytes
    stderr: bytes

    @property
    def complaint(self) -> str:
        """The last lines of stderr, at most 2,000 characters, for an error message."""
        return self.stderr[-2000:].decode("utf-8", "replace").strip()

    def check(self, what: str = "", *, help: str = "") -> Completed:  # noqa: A002 - the word users read
        """This same result when the exit code is 0; raises ToolError otherwise."""
        if self.code:
            ending = f"exit code {self.code}" if self.code > 0 else f"signal {-self.code}"
            raise ToolError(f"{what or Path(self.argv[0]).name} failed ({ending}): {self.complaint}", help=help)
        return self


def run(
    argv: Sequence[str],
    *,
    cwd: Path | None = None,
    input: bytes | None = None,  # noqa: A002 - as in subprocess.run
    env: Mapping[str, str] | None = None,
    timeout: float,
    limit: int = OUTPUT_LIMIT,
) -> Completed:
    """Run `argv` to its end, at most `timeout` seconds and `limit` bytes of output.

    The process gets a minimal PATH, no home, a UTF-8 locale and `env`, nothing else. Raises ToolError when the program is
    missing, does not start, takes too long or says too much; its whole process group is killed then.
    """
    environment = {"PATH": SYSTEM_PATH, "HOME": NO_HOME, "LC_ALL": "C.UTF-8", **(env or {})}
    program = shutil.which(argv[0], path=environment["PATH"])
    if program is None:
        raise ToolError(f"{argv[0]} is not installed", help=f"install {argv[0]}, or put it on PATH; `cnai doctor` lists what is needed")
    command = (program, *argv[1:])
    try:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL if input is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise ToolError(
            f"{program} does not start: {error.strerror}", help="the file may be damaged or made for another machine"
        ) from error
    with process:
        try:
            stdout, stderr = _exchange(process, input or b"", time.monotonic() + timeout, limit)
            process.wait(timeout=timeout)
        except BaseException as error:
            _kill_group(process)
            if isinstance(error, (TimeoutError, subprocess.TimeoutExpired)):
                raise ToolError(
                    f"{Path(program).name} did not finish within {timeout:g} s", help="it was killed; is the machine busy?"
                ) from None
            raise
    return Completed(command, process.returncode, stdout, stderr)


def _exchange(process: subprocess.Popen[bytes], data: bytes, deadline: float, limit: int) -> tuple[bytes, bytes]:
    """Feed `data` and collect both outputs, all at once so that neither side can block the other."""
    outputs: dict[IO[bytes], bytearray] = {stream: bytearray() for stream in (process.stdout, process.stderr) if stream}
    rest = memoryview(data)
    with selectors.DefaultSelector() as selector:
        for stream in outputs:
            selector.register(stream, selectors.EVENT_READ)
        if process.stdin:
            os.set_blocking(process.stdin.fileno(), False)
            selector.register(process.stdin, selectors.EVENT_WRITE)
        while selector.get_map():
            remaining = deadline - time.monotonic()
            ready = selector.select(max(remaining, 0))
            if remaining <= 0:
                raise TimeoutError
            for key, _ in ready:
                stream = key.fileobj  # type: ignore[assignment]
                if stream is process.stdin:
                    rest = _feed(key.fd, rest)
                    done = not rest
                else:
                    chunk = os.read(key.fd, _CHUNK)
                    outputs[stream] += chunk
                    done = not chunk
                    if len(outputs[stream]) > limit:
                        raise ToolError(f"{Path(process.args[0]).name} wrote more than {limit} bytes", help="it was killed")  # type: ignore[index, arg-type]
                if done:
                    selector.unregister(stream)
                    stream.close()
    stdout, stderr = outputs.values()
    return bytes(stdout), bytes(stderr)


def _feed(descriptor: int, rest: memoryview) -> memoryview:
    """Write what fits into the pipe; a reader that is gone has said enough with its exit code."""
    if not rest:
        return rest
    try:
        return rest[os.write(descriptor, rest[:_CHUNK]) :]
    except BlockingIOError:
        return rest
    except BrokenPipeError:
        return rest[:0]


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def capture_git(root: Path, *args: str, input: bytes | None = None, timeout: float = 60) -> bytes:  # noqa: A002
    """What a reading git command says about the repository at `root`: no hooks, no user or system settings, no network.

    Raises ToolError when git is missing, refuses, or the command is not one of `GIT_READS`.
    """
    if not args or args[0] not in GIT_READS:
        raise ToolError(f"git {' '.join(args[:1])} is not among the commands that only read: {', '.join(sorted(GIT_READS))}")
    done = run([*_GIT, "-C", str(root), *args], input=input, env=_GIT_ENVIRONMENT, timeout=timeout)
    return done.check(f"git {args[0]}", help=f"is {root} inside a git repository with its history fetched (fetch-depth: 0)?").stdout
