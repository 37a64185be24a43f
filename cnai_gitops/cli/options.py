"""Options that several commands share, said once.

Must not: import anything heavy.
"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from cnai_gitops.plan.selection import Selection
    from cnai_gitops.system.tools import Settings


def complete_environments(incomplete: str) -> list[str]:
    """Names of environments, for the shell."""
    from cnai_gitops.cli.complete import environments

    return environments(incomplete)


def complete_apps(incomplete: str) -> list[str]:
    """Names of applications, for the shell."""
    from cnai_gitops.cli.complete import apps

    return apps(incomplete)


def complete_subjects(incomplete: str) -> list[str]:
    """What `explain` can say something about, for the shell."""
    from cnai_gitops.cli.complete import subjects

    return subjects(incomplete)


def complete_outputs(incomplete: str) -> list[str]:
    """Formats of findings, for the shell."""
    from cnai_gitops.cli.complete import outputs

    return outputs("findings", incomplete)


def complete_reviews(incomplete: str) -> list[str]:
    """Formats of a review, for the shell."""
    from cnai_gitops.cli.complete import outputs

    return outputs("review", incomplete)


Apps = Annotated[
    list[str] | None, typer.Argument(help="Applications; all when none is named.", autocompletion=complete_apps, show_default=False)
]
Env = Annotated[
    list[str] | None,
    typer.Option("-e", "--env", help="Environment; may be repeated.", autocompletion=complete_environments, show_default=False),
]
Output = Annotated[
    str,
    typer.Option(
        "-o",
        "--output",
        envvar="CNAI_OUTPUT",
        help="table, json, yaml, name, github, gitlab, sarif, junit or markdown.",
        autocompletion=complete_outputs,
    ),
]
To = Annotated[Path | None, typer.Option("--to", help="Write to this file instead of stdout.", show_default=False)]
At = Annotated[str | None, typer.Option("--at", envvar="CNAI_AT", help="Day that policies are judged at (YYYY-MM-DD).", show_default=False)]
Root = Annotated[
    Path | None, typer.Option("--root", envvar="CNAI_ROOT", help="Folder of cnai.toml; found upwards when not given.", show_default=False)
]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Only findings.")]
Watch = Annotated[bool, typer.Option("-w", "--watch", help="Run again whenever an input changes.")]


def root_of(given: Path | None) -> Path:
    """The project's folder. Raises UsageError when there is none."""
    from cnai_gitops.errors import UsageError
    from cnai_gitops.system.root import find_root

    if given is not None:
        if not (given / "cnai.toml").is_file():
            raise UsageError(f"no cnai.toml in {given}", help="run `cnai init` there")
        return given.resolve()
    return find_root(Path.cwd())


def selection_of(environments: list[str] | None, apps: list[str] | None, part: str | None = None) -> Selection:
    """What a command works on. Raises UsageError for a part that there is not."""
    from cnai_gitops.errors import UsageError
    from cnai_gitops.plan.selection import PARTS, Selection

    if part is not None and part not in PARTS:
        raise UsageError(f"--only must be {' or '.join(PARTS)}, got {part!r}")
    return Selection(tuple(environments or ()), tuple(apps or ()), (part,) if part else ())


def settings() -> Settings:
    """Where tools are looked for, as the environment says."""
    from cnai_gitops.system.tools import Settings

    return Settings.of(os.environ)


def remembers() -> bool:
    """False on a CI server: there every verdict is made anew, whatever lies in `.cnai/`."""
    return os.environ.get("CI", "").lower() in ("", "0", "false")


def day(given: str | None, root: Path) -> date:
    """The day that policies are judged at: asked for, recorded in cnai.toml, or today. Raises UsageError for no date."""
    import tomllib

    from cnai_gitops.errors import UsageError

    try:
        recorded = tomllib.loads((root / "cnai.toml").read_text(encoding="utf-8")).get("at", "")
    except (ValueError, RecursionError, OSError):  # whoever reads the whole file says what is wrong with it
        recorded = ""
    text = given or (recorded if isinstance(recorded, str) else "")
    try:
        return date.fromisoformat(text) if text else date.today()
    except ValueError as error:
        raise UsageError(f"{'--at' if given else '`at` in cnai.toml'} must be a day such as 2026-11-24, got {text!r}") from error
