"""Writing new files of a user's repository: all of them or none, and never over an old one.

Must not: know what they hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cnai_gitops.cli.output import say
from cnai_gitops.errors import UsageError


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
