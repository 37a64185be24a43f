"""The only room that starts subprocesses: argument lists, a scrubbed environment, a time limit, a size limit.

Must not: use a shell, pass on the caller's environment, leave a process behind.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
import time
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any

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
    network: bool = True,
) -> Completed:
    """Run `argv` to its end, at most `timeout` seconds and `limit` bytes of output.

    With `network` false it runs where no network is, if this system allows (Linux, user namespaces). The process gets a minimal
    PATH, no home, a UTF-8 locale and `env`, nothing else. Raises ToolError when the program is missing, does not start, takes too
    long or says too much; its whole process group is killed then.
    """
    environment = {"PATH": SYSTEM_PATH, "HOME": NO_HOME, "LC_ALL": "C.UTF-8", **(env or {})}
    program = shutil.which(argv[0], path=environment["PATH"])
    if program is None:
        raise ToolError(f"{argv[0]} is not installed", help=f"install {argv[0]}, or put it on PATH; `cnai doctor` lists what is needed")
    command = (*(() if network else apart()), program, *argv[1:])
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


@cache
def apart() -> tuple[str, ...]:
    """What to write before a command so that it runs in a network of its own, without an interface; nothing where that cannot be had."""
    program = shutil.which("unshare", path=SYSTEM_PATH)
    if program is None:
        return ()
    prefix = (program, "--user", "--map-current-user", "--net", "--")
    try:
        tried = subprocess.run([*prefix, "/bin/true"], env={"PATH": SYSTEM_PATH}, capture_output=True, timeout=10, check=False)
    except (OSError, subprocess.SubprocessError):
        return ()
    return prefix if tried.returncode == 0 else ()


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


# -- Python apart ---------------------------------------------------------------------------------------------

_BOOT = "import json, sys; sys.path[:] = json.loads(sys.argv[2]); __import__('importlib').import_module(sys.argv[1]).main(*sys.argv[3:])"
_PASSED = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")
"""Variables that the interpreter itself may need to start; nothing else of the caller's environment is passed on."""
FRAME_LIMIT = 256 * 1024 * 1024


class Ended(Exception):
    """The process apart is gone, or says nothing any more; the text says how."""


class Apart:
    """The same Python with the same packages in a process apart: asked by lines of JSON, answering in frames on a descriptor of its own.

    It gets no variable of the caller, no standard input but the questions, and runs `main` of a module, whose arguments are
    the descriptor and `arguments`. It ends with this object, or when this process does.
    """

    def __init__(self, module: str, *arguments: str) -> None:
        """Start it; raises ToolError where the interpreter does not start."""
        answers, reply = os.pipe()
        paths = json.dumps([os.path.abspath(path) for path in sys.path if path])
        flags = ("-I", *(("-B",) if sys.dont_write_bytecode else ()))
        passed = {name: os.environ[name] for name in _PASSED if name in os.environ}
        try:
            process = subprocess.Popen(
                [sys.executable, *flags, "-c", _BOOT, module, paths, str(reply), *arguments],
                env={"PATH": SYSTEM_PATH, "HOME": NO_HOME, "LC_ALL": "C.UTF-8", "TZ": "UTC", **passed},
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                pass_fds=(reply,),
                start_new_session=True,
            )
        except OSError as error:
            os.close(answers)
            raise ToolError(f"{sys.executable} does not start: {error.strerror}", help="is Python's virtual environment whole?") from error
        finally:
            os.close(reply)
        self.owner = os.getpid()
        self._process, self._answers = process, answers
        self.close = weakref.finalize(self, _end, process, answers, self.owner)

    def ask(self, question: Mapping[str, Any]) -> None:
        """One more question. Raises Ended."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(question).encode() + b"\n")
            self._process.stdin.flush()
        except OSError as error:
            raise Ended(self._last_words()) from error

    def answer(self, timeout: float) -> bytes:
        """The next answer, whole. Raises Ended where it does not come within `timeout` seconds, is cut, or is too large."""
        deadline = time.monotonic() + timeout
        size = int.from_bytes(self._read(8, deadline), "big")
        if size > FRAME_LIMIT:
            raise Ended(f"it answers with more than {FRAME_LIMIT} bytes")
        return self._read(size, deadline)

    def _read(self, size: int, deadline: float) -> bytes:
        data = bytearray()
        with selectors.DefaultSelector() as selector:
            selector.register(self._answers, selectors.EVENT_READ)
            while len(data) < size:
                if not selector.select(max(deadline - time.monotonic(), 0)):
                    raise Ended("it did not answer in time")
                chunk = os.read(self._answers, min(size - len(data), 1 << 20))
                if not chunk:
                    raise Ended(self._last_words())
                data += chunk
        return bytes(data)

    def _last_words(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1)
        return self.close() or "it was ended before"


def _end(process: subprocess.Popen[bytes], answers: int, owner: int) -> str:
    """Close all ends, and end the process where it is one's own; returns how it ended and the last that it said."""
    os.close(answers)
    if os.getpid() == owner and process.poll() is None:
        _kill_group(process)
        process.wait()
    said = b""
    with contextlib.suppress(OSError):
        assert process.stdin
        process.stdin.close()
    if process.stderr:
        if process.returncode is not None:
            said = process.stderr.read()[-2000:]
        process.stderr.close()
    code, words = process.returncode or 0, said.decode("utf-8", "replace").strip()
    return f"{f'signal {-code}' if code < 0 else f'exit code {code}'}{f': {words.splitlines()[-1]}' if words else ''}"


def write_frame(descriptor: int, data: bytes) -> None:
    """The other side of `Apart.answer`."""
    rest = memoryview(len(data).to_bytes(8, "big") + data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
