"""Completion of names on the command line, from file names alone, so that it is fast.

Must not: read a file.
"""

from __future__ import annotations

from pathlib import Path

from cnai_gitops.system.data import policies_dir


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


def subjects(incomplete: str) -> list[str]:
    """Applications and policies whose name starts so."""
    root = _root()
    packs = [policies_dir(), *([root / "policies"] if root else [])]
    rules = {f"{path.parent.parent.name}.{path.parent.name}" for pack in packs for path in pack.glob("*/*/*.rego")}
    return sorted({*apps(incomplete), *(rule for rule in rules if rule.startswith(incomplete))})


def outputs(folder: str, incomplete: str) -> list[str]:
    """Formats of one kind of report: each is a file."""
    found = (Path(__file__).parents[1] / folder / "formats").glob("[a-z]*.py")
    return sorted(path.stem for path in found if path.stem.startswith(incomplete))
