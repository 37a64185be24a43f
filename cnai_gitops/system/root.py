"""Where a repository begins: the folder that holds cnai.toml.

Must not: read it.
"""

from __future__ import annotations

from pathlib import Path

from cnai_gitops.errors import UsageError

CONFIG = "cnai.toml"


def find_root(start: Path) -> Path:
    """The nearest folder upwards that holds cnai.toml. Raises UsageError when there is none."""
    for folder in (start, *start.parents):
        if (folder / CONFIG).is_file():
            return folder
    raise UsageError(
        f"no {CONFIG} in {start} or above", help="run `cnai init` in an empty folder, or change into a repository that has one"
    )
