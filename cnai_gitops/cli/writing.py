"""Writing files of a user's repository: all of them or none; new ones never over an old one.

Must not: know what they hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from cnai_gitops.cli.output import say
from cnai_gitops.errors import CnaiError, UsageError


def write_new(folder: Path, files: Mapping[str, str]) -> None:
    """Write every file. Raises UsageError before the first one when any of them exists already."""
    from cnai_gitops.system.files import Writer

    there = [path for path in files if (folder / path).exists() or (folder / path).is_symlink()]
    if there:
        raise UsageError(
            f"{', '.join(sorted(there)[:3])} already exist(s) in {folder}; nothing was written", help="choose another name or folder"
        )
    with Writer(folder) as writer:
        for path, text in sorted(files.items()):
            writer.write(path, text.encode())
            say(f"created  {path}")


def write_over(folder: Path, before: Mapping[str, bytes], after: Mapping[str, bytes]) -> None:
    """Write every file of `after`. When one cannot be written, those that were are again as `before` has them, and it is raised."""
    from cnai_gitops.system.files import Writer

    with Writer(folder) as writer:
        for path in after:
            writer.require_free(path)
        written: list[str] = []
        try:
            for path, data in sorted(after.items()):
                written.append(path)
                writer.write(path, data)
        except BaseException:
            for path in written:
                with suppress(CnaiError):
                    writer.write(path, before[path])
            raise
