"""`cnai init`: a new repository that is green at once.

Must not: overwrite a file that somebody wrote.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cnai_gitops.cli.options import settings
from cnai_gitops.cli.output import say


def command(
    name: str = typer.Argument(help="The first application."),
    repository: str = typer.Option(
        "https://git.example.com/ml/config.git", "--repository", help="Where Argo CD will read this repository."
    ),
    registry: str = typer.Option("registry.example.com/ml", "--registry", help="Prefix of images."),
    env: str = typer.Option("dev,staging,prod", "--env", help="Environments, separated by commas."),
    team: str = typer.Option("ml", "--team", help="Team that owns the application."),
    organisation: str = typer.Option("", "--organisation", help="Name of the organisation; the application's when not given."),
    folder: Annotated[Path, typer.Option("--into", help="Folder of the new repository.")] = Path(),
) -> int:
    """Write a repository: configuration, a blueprint, environments, CI, owners, schemas; then render it."""
    from cnai_gitops import pipeline
    from cnai_gitops.cli.writing import write_new
    from cnai_gitops.scaffold import repository as files

    made = files(name, repository_url=repository, registry=registry, environments=env.split(","), team=team, organisation=organisation)
    write_new(folder, made)
    built = pipeline.build(folder.resolve(), settings())
    say(f"created  deploy/ ({len(built.changes.written)} files)")
    say("next     cnai check")
    return 0
