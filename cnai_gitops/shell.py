"""IPython and Jupyter: a value that a model refused is shown in four lines, and not as a page of frames.

Must not: be imported where no IPython runs, take the place of a handler that somebody set, or touch other errors.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

from pydantic import ValidationError

from cnai_gitops.errors import InvalidInput, UsageError
from cnai_gitops.findings import Finding
from cnai_gitops.source.positions import locate_validation_error, refused_call
from cnai_gitops.spec.base import Spec


def attach() -> None:
    """Ask the running shell to show refusals as InvalidInput does; asking again changes nothing."""
    from IPython.core.getipython import get_ipython

    shell: Any = get_ipython()
    if shell is not None and not shell.custom_exceptions:
        shell.set_custom_exc((ValidationError,), _show)


def _show(shell: Any, kind: type[BaseException], error: ValidationError, traceback: TracebackType, tb_offset: int | None = None) -> None:
    if error.errors()[0]["type"] == "frozen_instance" and _is_ours(traceback):
        field = error.errors()[0]["loc"][0]
        frozen = UsageError(
            f"{error.title}.{field} cannot be set: what was made stays as it is", help=f"make a copy: `.with_({field}=...)`"
        )
        shell.showtraceback((UsageError, frozen, traceback))
        return
    model, _ = refused_call(traceback)
    if model is None or not issubclass(model, Spec):
        shell.showtraceback((kind, error, traceback), tb_offset=tb_offset)
        return
    wrong = InvalidInput(list(_named(shell, traceback, locate_validation_error(error, Path.cwd(), traceback))))
    shell.showtraceback((InvalidInput, wrong, traceback))


def _is_ours(traceback: TracebackType | None) -> bool:
    """Whether a model of ours was at work when the error was raised."""
    while traceback is not None:
        if isinstance(traceback.tb_frame.f_locals.get("self"), Spec):
            return True
        traceback = traceback.tb_next
    return False


def _named(shell: Any, traceback: TracebackType | None, findings: list[Finding]) -> Iterator[Finding]:
    """The findings with a cell called as the notebook calls it: `In[3]`."""
    cells: dict[str, str] = {}
    while traceback is not None:
        file = traceback.tb_frame.f_code.co_filename
        label = shell.compile.format_code_name(file)
        if label:
            cells[Path(file).name] = label[1]
        traceback = traceback.tb_next
    for finding in findings:
        place = finding.location
        yield replace(finding, location=replace(place, file=cells[place.file])) if place and place.file in cells else finding
