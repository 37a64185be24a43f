"""The command line: the only room that prints, reads the environment, and exits. One file a command.

Must not: know how anything is done. Heavy imports happen inside the commands, so that help costs nothing.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys


def main() -> None:
    """Entry point of `cnai`."""
    gc.set_threshold(10_000_000, 20, 100)  # a command makes much that stays and nearly nothing in circles
    _open_streams()
    stopped: list[int] = []
    stops = [number for number in _STOPS if signal.getsignal(number) is not signal.SIG_IGN]  # as in the background of a script
    for number in stops:
        signal.signal(number, lambda number, frame: _stop(number, stopped))
    sys.unraisablehook = _lost
    try:
        try:
            from cnai_gitops.cli.app import run

            code = run(sys.argv[1:], os.environ)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            for number in stops:
                signal.signal(number, signal.SIG_DFL)
    except KeyboardInterrupt:  # before there was a command, or when it had ended
        code = 130
    with contextlib.suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(128 + stopped[0] if stopped else code)  # everything is written; taking a large plan apart object by object would serve nobody


def _open_streams() -> None:
    """Let standard streams that the caller closed lead nowhere; the next file that is opened would take their place else."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(descriptor)
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))


_STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)


def _stop(number: int, stopped: list[int]) -> None:
    """End as after Ctrl-C: programs that were started are stopped, scratch folders removed."""
    stopped.append(number)
    raise KeyboardInterrupt


def _lost(lost: sys.UnraisableHookArgs) -> None:
    """Stop a moment later when a signal struck where Python drops exceptions, as in a destructor or a callback of native code."""
    if issubclass(lost.exc_type, KeyboardInterrupt):
        signal.setitimer(signal.ITIMER_REAL, 0.05)
    else:
        sys.__unraisablehook__(lost)
