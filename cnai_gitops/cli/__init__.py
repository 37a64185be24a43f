"""The command line: the only room that prints, reads the environment, and exits. One file a command.

Must not: know how anything is done. Heavy imports happen inside the commands, so that help costs nothing.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys


def main() -> None:
    """Entry point of `cnai`."""
    gc.set_threshold(100_000, 20, 100)  # a command makes much that stays and little in circles
    from cnai_gitops.cli.app import run

    code = run(sys.argv[1:], os.environ)
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)  # everything is written; taking a large plan apart object by object would serve nobody
