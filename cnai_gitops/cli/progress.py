"""A progress bar on stderr, only where a person watches and waits.

Must not: import anything for a short piece of work.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

MANY = 50
"""Pieces of work below which a bar would only flicker."""


@contextmanager
def progress(words: str, *, wanted: bool = True) -> Iterator[Callable[[int, int], None]]:
    """A function that is told how many of how many are done; it draws nothing in CI, in a pipe, or for little work."""
    watched = wanted and sys.stderr.isatty() and not os.environ.get("CI") and os.environ.get("TERM") != "dumb"
    bars: list[Any] = []

    def tell(done: int, total: int) -> None:
        if not watched or total < MANY:
            return
        if not bars:
            bars.append(_started(words, total))
        bars[0].update(bars[0].task_ids[0], completed=done)

    try:
        yield tell
    finally:
        for bar in bars:
            bar.stop()


def _started(words: str, total: int) -> Any:
    from rich.console import Console
    from rich.progress import Progress

    bar = Progress(console=Console(stderr=True), transient=True)
    bar.add_task(words, total=total)
    bar.start()
    return bar
