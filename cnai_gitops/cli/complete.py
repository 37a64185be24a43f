"""Completion of names on the command line, from file names alone, so that it is fast.

Must not: read a file.
"""

from __future__ import annotations

from pathlib import Path


def _root() -> Path | None:
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / "cnai.toml").is_file()), None)


def environments(incomplete: str) -> list[str]:
    """Environments whose name starts so."""
    root = _root()
    found = (root / "environments").glob("*/environment.yaml") if root else ()
    return sorted(path.parent.name for path in found if path.parent.name.startswith(incomplete))


def apps(incomplete: str) -> list[str]:
    """Applications whose name starts so: those that some environment has a release of."""
    root = _root()
    found = {path.stem for path in (root / "environments").glob("*/*.yaml")} if root else set()
    return sorted(name for name in found - {"environment"} if name.startswith(incomplete))
