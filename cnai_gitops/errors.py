"""Exceptions for what could not be told; a wrong user file is a finding instead.

Must not: print or exit. `cli` turns each class into its exit code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnai_gitops.findings import Finding


class CnaiError(Exception):
    """Base of all errors of this package. `help` says what to do about it; `exit_code` is the command's."""

    exit_code = 3

    def __init__(self, message: str, *, help: str = "") -> None:  # noqa: A002 - the word users read
        super().__init__(message)
        self.help = help

    def _render_traceback_(self) -> list[str]:
        """A few lines in a notebook cell instead of a page of frames (IPython calls this)."""
        return [f"{type(self).__name__}: {self}", *([f"  help: {self.help}"] if self.help else [])]


class UsageError(CnaiError):
    """The command line asks for something that does not exist (exit 2)."""

    exit_code = 2


class ToolError(CnaiError):
    """A tool is missing, too old, failed, or answered nonsense (exit 3)."""


class NotEvaluated(CnaiError):
    """A check did not run to its end, so nothing may be concluded from its silence (exit 3)."""


class InvalidInput(CnaiError):
    """User files are wrong and the caller asked for a value instead of findings (exit 1)."""

    exit_code = 1

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("\n".join(f"{f.location}: {f.code} {f.message}" for f in findings[:4]))
        self.findings = tuple(findings)

    def __reduce__(self) -> tuple[type[InvalidInput], tuple[object, ...]]:
        """Survives the way back from a worker process."""
        return type(self), (self.findings,)

    def _render_traceback_(self) -> list[str]:
        """Four lines in a notebook cell instead of a page of frames (IPython calls this)."""
        lines = [f"{type(self).__name__}: {len(self.findings)} problem(s)"]
        lines += [f"  {f.location or f.resource}: {f.code} {f.message}" for f in self.findings[:2]]
        lines += [f"  help: {self.findings[0].help}"] if self.findings and self.findings[0].help else []
        return lines


class Unread(InvalidInput):
    """A user file was not read to its end, so nothing may be concluded from what it did not say (exit 3)."""

    exit_code = 3
