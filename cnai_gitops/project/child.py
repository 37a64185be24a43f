"""The process apart in which Python blueprints are run: one fork a file, each with its limits, and nothing of a fork is kept.

Must not: be imported by the process that judges, trust what a fork says, or outlive who started it.
"""

from __future__ import annotations

import contextlib
import faulthandler
import gc
import importlib
import json
import os
import selectors
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn

from cnai_gitops.project.crossing import dump
from cnai_gitops.project.model import NOUNS
from cnai_gitops.project.reading import read_config
from cnai_gitops.source.files import SourceError
from cnai_gitops.source.python import Exceeded, load_python
from cnai_gitops.spec.engine import engines
from cnai_gitops.system.confine import Limits, confine, limit, part
from cnai_gitops.system.process import write_frame

CLOSING = b"\n\x1e"
"""How a whole answer ends; JSON holds neither."""
MOST_ANSWERED = 64 * 1024 * 1024
MOST_PRINTED = 16 * 1024 * 1024
_KEPT = 64 * 1024
_GRACE = 5


@dataclass(slots=True)
class Told:
    """What came out of a fork."""

    answer: bytearray = field(default_factory=bytearray)
    printed: bytearray = field(default_factory=bytearray)
    trace: bytearray = field(default_factory=bytearray)
    status: int = 0
    why: str = ""


def main(reply: str, root: str, limits: str) -> None:
    """Answer until nobody asks any more; each question is the path of one file."""
    folder, descriptor, most = Path(root), int(reply), Limits(**json.loads(limits))
    os.set_inheritable(descriptor, False)
    engines()  # imported once, before anything is forked
    holds = confine(folder)
    write_frame(descriptor, json.dumps({"holds": sorted(holds)}).encode())
    gc.collect()
    gc.freeze()
    while line := sys.stdin.buffer.readline():
        file = json.loads(line)["file"]
        told = _fork(folder, file, most, descriptor)
        whole = told.answer.endswith(CLOSING) and not told.why
        answer = bytes(told.answer[: -len(CLOSING)]) if whole else b""
        head = {
            "file": file,
            "whole": whole,
            "status": os.waitstatus_to_exitcode(told.status),
            "why": told.why,
            "printed": told.printed.decode("utf-8", "replace"),
            "trace": told.trace.decode("utf-8", "replace"),
        }
        write_frame(descriptor, json.dumps(head).encode() + b"\n" + answer)
        if whole:
            _import_again(answer, folder)


def _fork(root: Path, file: str, limits: Limits, reply: int) -> Told:
    """Run one file in a fork, to its end or to its limits; nothing that it started is left."""
    ends = [os.pipe() for _ in range(3)]
    parent = os.getppid()
    pid = os.fork()
    if pid == 0:
        _run(root, file, limits, *(write for _, write in ends))
    for _, write in ends:
        os.close(write)
    with contextlib.suppress(OSError):  # it may have done so itself, or be gone
        os.setpgid(pid, pid)
    told = Told()
    try:
        _attend(told, pid, [read for read, _ in ends], limits, parent)
    finally:
        for read, _ in ends:
            os.close(read)
    if os.getppid() != parent:  # nobody waits for an answer any more
        os._exit(0)
    return told


def _attend(told: Told, pid: int, reads: Sequence[int], limits: Limits, parent: int) -> None:
    deadline, ended = time.monotonic() + limits.wall + _GRACE, False
    kept = dict(zip(reads, (told.answer, told.printed, told.trace), strict=True))
    most = dict(zip(reads, (MOST_ANSWERED, MOST_PRINTED, _KEPT), strict=True))
    sizes = dict.fromkeys(reads, 0)
    with selectors.DefaultSelector() as selector:
        for read in reads:
            selector.register(read, selectors.EVENT_READ)
        while selector.get_map():
            ready = selector.select(0 if ended else 0.05)
            for key, _ in ready:
                chunk = os.read(key.fd, 1 << 16)
                sizes[key.fd] += len(chunk)
                if not chunk:
                    selector.unregister(key.fd)
                elif key.fd == reads[0] or len(kept[key.fd]) < _KEPT:
                    kept[key.fd] += chunk
            if any(sizes[read] > most[read] for read in reads):
                told.why = told.why or "wrote more than anybody reads"
            if not ended:
                if time.monotonic() > deadline:
                    told.why = told.why or f"took more than {limits.wall} s"
                if told.why or os.getppid() != parent:
                    _kill(pid)
                done, status = os.waitpid(pid, 0 if told.why or not selector.get_map() else os.WNOHANG)
                if done:
                    ended, told.status = True, status
                    _kill(pid)
                    _reap()
            elif not ready:  # whoever still holds an end is not waited for
                break
    if not ended:
        _, told.status = os.waitpid(pid, 0)
        _kill(pid)
        _reap()


def _kill(pid: int) -> None:
    with contextlib.suppress(OSError):
        os.killpg(pid, signal.SIGKILL)
    with contextlib.suppress(OSError):
        os.kill(pid, signal.SIGKILL)


def _reap() -> None:
    """End what a fork left behind: it became a child of this process."""
    for _ in range(100):
        try:
            left = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
        except OSError:
            return
        for pid in map(int, left):
            _kill(pid)
            with contextlib.suppress(OSError):
                os.waitpid(pid, 0)
        if not left:
            return


def _import_again(answer: bytes, root: Path) -> None:
    """Import what is installed and a blueprint used, so that the next fork need not; nothing of the repository."""
    for name in json.loads(answer).get("modules", ()):
        with contextlib.suppress(Exception):
            top = find_spec(str(name).partition(".")[0])
            if top is not None and top.origin and not top.origin.startswith(f"{root}/"):
                importlib.import_module(name)


# -- in the fork ----------------------------------------------------------------------------------------------


def _run(root: Path, file: str, limits: Limits, reply: int, printed: int, trace: int) -> NoReturn:
    """Read one file, answer and end."""
    leave = os._exit
    code = 1
    try:
        os.setpgid(0, 0)
        null = os.open(os.devnull, os.O_RDONLY)
        for descriptor, target in ((null, 0), (printed, 1), (printed, 2)):
            os.dup2(descriptor, target)
        highest = max(reply, trace) + 64
        for descriptor in range(3, highest):
            if descriptor not in (reply, trace):
                with contextlib.suppress(OSError):
                    os.close(descriptor)
        part()
        limit(limits.memory, limits.cpu, limits.size, limits.handles)
        _watch(limits, trace)
        answer = json.dumps(_answer(root, file)).encode()
        signal.setitimer(signal.ITIMER_REAL, 0)
        _write(reply, answer + CLOSING)
        code = 0
    except BaseException as error:  # whatever it is, this process ends here
        with contextlib.suppress(BaseException):
            os.write(2, f"{type(error).__name__}: {error}\n".encode())
    finally:
        leave(code)
    raise AssertionError


def _watch(limits: Limits, trace: int) -> None:
    """Say where the author's code is when it takes too long or ends the process, and stop it there."""

    def too_long(number: int, _: object) -> NoReturn:
        what = f"{limits.cpu} s of CPU" if number == signal.SIGXCPU else f"{limits.wall} s"
        raise Exceeded(f"took more than {what}")

    faulthandler.enable(file=trace, all_threads=False)
    for number in (signal.SIGXCPU, signal.SIGALRM):
        signal.signal(number, too_long)
        faulthandler.register(number, file=trace, all_threads=False, chain=True)  # type: ignore[attr-defined, unused-ignore]  # not on Windows
    signal.setitimer(signal.ITIMER_REAL, limits.wall, 1)
    leave = os._exit

    def leaving(status: int) -> NoReturn:
        faulthandler.dump_traceback(file=trace, all_threads=False)
        leave(status)

    os._exit = leaving


def _answer(root: Path, file: str) -> dict[str, Any]:
    before = set(sys.modules)
    try:
        loaded = load_python(root, file, NOUNS)
        facts = read_config(root).facts
        values = [dump(value, root, file, facts) for _, value in loaded.values]
    except SourceError as error:
        return {"findings": [asdict(finding) for finding in error.findings]}
    new = [name for name, module in sys.modules.items() if name not in before and getattr(module, "__file__", None)]
    return {
        "values": values,
        "inputs": loaded.inputs,
        "findings": [asdict(finding) for finding in loaded.findings],
        "modules": [name for name in new if not str(sys.modules[name].__file__).startswith(f"{root}/")][:500],
    }


def _write(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
