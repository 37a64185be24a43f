"""Findings and lines on the screen: data on stdout, words on stderr, colour only where somebody sees it.

Must not: know a command.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnai_gitops.errors import InvalidInput
    from cnai_gitops.findings import Finding
    from cnai_gitops.findings.formats import ReportContext


def color_wanted() -> bool:
    """True when stdout is a terminal that wants colour; NO_COLOR and FORCE_COLOR are honoured."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return bool(os.environ.get("FORCE_COLOR")) or sys.stdout.isatty()


def say(text: str) -> None:
    """One line for people, on stderr; data goes to stdout."""
    print(text, file=sys.stderr)


def show(findings: Sequence[Finding], output: str = "table", to: Path | None = None, context: ReportContext | None = None) -> None:
    """Write findings in one of the output formats, to stdout or to a file."""
    from cnai_gitops import __version__
    from cnai_gitops.findings import ordered
    from cnai_gitops.findings.formats import ReportContext, render

    context = context or ReportContext(version=__version__, color=color_wanted() and to is None)
    emit_text(render(output, ordered(findings), context), to)


def stopped(error: InvalidInput, output: str, to: Path | None = None, context: ReportContext | None = None) -> int:
    """Write what stopped a command as it was asked to write; returns the exit code."""
    show(error.findings, output, to, context)
    return error.exit_code


def require_new(to: Path | None) -> None:
    """Remove an earlier report: whatever happens from now on, it is not taken for this run's."""
    if to is not None:
        from cnai_gitops.system.files import discard

        discard(to.absolute())


def emit_text(text: str, to: Path | None = None) -> None:
    """Text as data: to a file, whole, or to stdout as UTF-8 whatever the locale says."""
    data = text.encode() if text.endswith("\n") or not text else text.encode() + b"\n"
    if to is not None:
        from cnai_gitops.system.files import write_atomic

        write_atomic(to.absolute(), data)
        return
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        from cnai_gitops.errors import ToolError

        raise ToolError(f"cannot write to standard output: {(error.strerror or 'unknown reason').lower()}") from error
