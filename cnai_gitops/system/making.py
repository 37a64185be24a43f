"""What runs: this package, Python, what is installed beside it, and the tools; a cache of another making is worth nothing.

Must not: import anything heavy.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path

from cnai_gitops import __version__
from cnai_gitops.system.tools import Settings, find


def making(settings: Settings, *tools: str) -> str:
    """In one line: versions and times of change of all that takes part, and of these tools."""
    found = [find(name, settings) for name in tools]
    stamps = [(tool.name, str(tool.path), tool.version, os.stat(tool.path).st_mtime_ns) for tool in found if tool]
    site = [(path, os.stat(path).st_mtime_ns) for path in sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})]
    return repr((__version__, code(), sys.version, site, stamps))


def code() -> tuple[int, int]:
    """Newest change (ns) and total size (bytes) of this package's own files: a new version does everything again."""
    newest = total = 0
    for at, folders, names in os.walk(Path(__file__).parents[1]):
        folders[:] = [name for name in folders if name != "__pycache__"]
        for name in names:
            found = os.stat(f"{at}/{name}")
            newest, total = max(newest, found.st_mtime_ns), total + found.st_size
    return newest, total
