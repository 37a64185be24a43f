"""`cnai tools`: the pinned tools.

Must not: build anything itself (`system.building` does).
"""

from __future__ import annotations

from typing import Annotated

import typer

from cnai_gitops.cli.options import settings
from cnai_gitops.cli.output import say

Names = Annotated[list[str] | None, typer.Argument(help="Tools; kustomize, conftest and kbuild when none is named.", show_default=False)]
app = typer.Typer(help="Install the pinned tools.", no_args_is_help=True, rich_markup_mode=None)


@app.command("install")
def install(
    names: Names = None,
) -> int:
    """Get what is missing: found on PATH, else built once into the user's cache."""
    from cnai_gitops.system.building import install as build
    from cnai_gitops.system.tools import find

    wanted = names or ["kustomize", "conftest", "kbuild"]
    missing = [name for name in wanted if find(name, settings()) is None]
    if missing:
        build(missing, settings(), say)
    for name in wanted:
        found = find(name, settings())
        say(f"ok    {name:<12} {found.version if found else '-':<10} {found.origin if found else ''}")
    return 0 if all(find(name, settings()) for name in wanted) else 3


@app.command("list")
def listing() -> int:
    """Say which tools there are."""
    from cnai_gitops.cli.commands.doctor import command

    return command("table", cluster=None, role="", argocd_cm=False, profile=None)
