"""`cnai promote`: the next step of a canary, written into the release.

Must not: judge whether the canary is good, render or commit.
"""

from __future__ import annotations

import typer

from cnai_gitops.cli.changing import App, OneEnv, Stage, write_change
from cnai_gitops.cli.options import Root


def command(
    app: App,
    stage: Stage = None,
    env: OneEnv = "",
    model: str | None = typer.Option(None, "--model", help="Start a canary with the model of this digest.", show_default=False),
    root: Root = None,
) -> int:
    """Give a canary its next weight, or the whole service after the last one."""
    from cnai_gitops.change.canary import promote

    return write_change(root, app, env, lambda plan: promote(plan, app, env, stage, model=model))
