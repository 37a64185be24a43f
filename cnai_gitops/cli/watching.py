"""Watch mode: run a command again whenever an input changes.

Must not: know the command.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cnai_gitops.cli.output import say
from cnai_gitops.errors import CnaiError

FOLDERS = ("blueprints", "environments", "policies", "cnai.toml")


def again(root: Path, once: Callable[[], int]) -> int:
    """Run `once` now and after each change below the input folders, until interrupted."""
    from watchfiles import watch

    code = _attempt(once)
    watched = [root / name for name in FOLDERS if (root / name).exists()]
    say("watching; stop with Ctrl-C")
    for _ in watch(*watched, raise_interrupt=False):
        code = _attempt(once)
    return code


def _attempt(once: Callable[[], int]) -> int:
    """A mistake must not end the watching."""
    try:
        return once()
    except CnaiError as error:
        say(f"error: {error}" + (f"\n  help: {error.help}" if error.help else ""))
        return error.exit_code
